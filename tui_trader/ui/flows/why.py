"""Details of an order: what is known of it, then its journal, which says why it came out as it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tui_trader.domain.money import parse
from tui_trader.domain.text import clean
from tui_trader.errors import TraderError
from tui_trader.ui.flows.session import Session
from tui_trader.ui.numbers import amount, as_sentence
from tui_trader.ui.panels.trades import clock

if TYPE_CHECKING:
    from tui_trader.contract.history import JournalView

RULES, CHECKS, FIGURES = "breaches", "checks", "figures"
RECORD = frozenset(
    {"asked", "state", "client_order_id", "intent_id", "symbol", "side", "type", "time_in_force", "not_after"}
)
"""What the desk writes down to make the order again; a person reads it above the journal."""


async def journal_lines(session: Session, order_id: str) -> list[tuple[str, str]]:
    """Return the journal of an order as (time, what happened); a sentence where it cannot be read."""
    try:
        entries = await session.desk().journal(order_id)
    except TraderError as error:
        return [("journal", f"It cannot be read now: {clean(error, 200)}")]
    return [("", ""), *(line for entry in entries for line in _lines(entry))] if entries else []


def _lines(entry: JournalView) -> Iterator[tuple[str, str]]:
    """Write one entry, then a line for each rule that had something to say."""
    told = ((key, _text(value)) for key, value in entry.body.items() if key not in RECORD | {RULES, CHECKS, FIGURES})
    body = ", ".join(f"{_named(key)} {text}" for key, text in told if text)
    yield clock(entry.at), f"{clean(entry.kind, 40)}{': ' if body else ''}{body}"
    figures = entry.body.get(FIGURES)
    if isinstance(figures, Mapping):
        yield FIGURES, ", ".join(f"{_named(key)} {_figure(value)}" for key, value in figures.items())
    breaches, count = _list(entry.body.get(RULES)), entry.body.get(CHECKS)
    if count is not None:
        yield (
            "rules",
            f"{clean(count, 8)} checks saw it; "
            + (f"{len(breaches)} had something to say:" if breaches else "none had anything to say."),
        )
    for breach in breaches:
        yield "rule", _rule(breach)


def _figure(value: object) -> str:
    """Write a figure for the eye."""
    try:
        return amount(parse(str(value)))
    except ValueError:
        return clean(value, 40)


def _named(key: object) -> str:
    """Write a name of the record as words."""
    return clean(key, 40).replace("_", " ")


def _list(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list; nothing of anything else."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _rule(breach: Mapping[str, Any]) -> str:
    """Say what a rule found: its name and level, the sentence, figure and limit, and what would help."""
    name, level, message, figure, limit, advice = (
        clean(breach.get(key, ""), 300) for key in ("code", "level", "message", "figure", "limit", "suggestion")
    )
    figures = f" ({figure or 'unknown'}{f' of {limit}' if limit else ''})" if figure or limit else ""
    return " ".join(part for part in (f"{name} {level.lower()}:", message + figures, as_sentence(advice)) if part)


def _text(value: Any) -> str:
    """Write a value of an entry; what is empty is left out."""
    if value in (None, "", [], {}, "NONE"):
        return ""
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{_named(key)} {clean(each, 80)}" for key, each in value.items()) + ")"
    return clean(value, 160)
