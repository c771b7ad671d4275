"""What is known of a typed line without asking the desk: colours, completion, fields, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_trader.domain.text import clean
from tui_trader.errors import GrammarError
from tui_trader.ui.numbers import NOTHING
from tui_trader.ui.panels.dialogue import Hints, Note

if TYPE_CHECKING:
    from tui_trader.grammar.context import Context
    from tui_trader.ui.model import DeskModel

ROLES = {
    "verb": "accent",
    "symbol": "bold",
    "size": "text",
    "to": "text",
    "price": "warn",
    "flag": "dim",
    "target": "text",
    "error": "wrong",
}
SIDES = {"b": "BUY", "buy": "BUY", "s": "SELL", "sell": "SELL"}

GATE_WORDS = frozenset({"unlock", "lock", "lift", "resume", "kill", "halt"})
"""First words of lines about the desk's gate, which the grammar does not know: only the desk can judge them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as understood here. ``complete`` means that the desk may be asked; ``help`` is a local answer."""

    hints: Hints
    complete: bool
    help: str = ""
    error: str = ""
    missing: bool = False
    """Nothing is wrong, only something more is to be typed."""


def context_of(model: DeskModel, rows: Sequence[str], selected: str | None) -> Context:
    """Return what the words of a line refer to, from what is known."""
    from tui_trader.grammar.context import Context, Pair  # noqa: PLC0415 - the grammar is read after the first paint

    pairs = {name: Pair(each.base, each.quote) for name, each in model.instruments.items()}
    named = {each.id: each.symbol for each in (model.orders or {}).values()}
    named |= {each.id: each.symbol for each in (model.positions or {}).values()}
    return Context(
        symbols=pairs,
        focus=model.focus,
        rows=tuple(rows),
        selected=selected,
        row_symbols=named,
        prices={name: each.last for name, each in model.tickers.items()},
        free={name: each.free for name, each in (model.balances or {}).items()},
    )


def read(text: str, cursor: int, context: Context) -> Reading:
    """Read a line as far as it goes."""
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    if word.lower() in GATE_WORDS:
        return Reading(Hints([(0, len(word), "accent")], "", 0, []), complete=True)
    from tui_trader.grammar.commands import Help  # noqa: PLC0415 - as above
    from tui_trader.grammar.highlight import highlight  # noqa: PLC0415 - as above
    from tui_trader.grammar.parser import parse  # noqa: PLC0415 - as above
    from tui_trader.grammar.sentence import describe  # noqa: PLC0415 - as above

    spans = [(span.start, span.end, span.kind) for span in highlight(text, context)]
    ghost, start = _ghost(text, cursor, context)
    coloured = [(start_, end, ROLES.get(kind.lower(), "text")) for start_, end, kind in spans]
    fields = _fields(text, spans)
    try:
        script = parse(text, context) if text.strip() else None
    except GrammarError as error:
        missing = error.position >= len(text.rstrip()) or (
            error.hint == "mkt" and all(kind != "price" for *_, kind in spans)
        )
        if missing:
            coloured = [each for each in coloured if each[2] != "wrong"]
        notes = [*fields, _wrong(error, "dim" if missing else "error")]
        return Reading(Hints(coloured, ghost, start, notes), complete=False, error=_sentence(error), missing=missing)
    if script is None:
        return Reading(
            Hints(coloured, ghost, start, [(("buy, sell, close, cancel; ? after a verb explains it", "dim"),)]),
            complete=False,
        )
    sentence = " ".join(describe(step.command) for step in script.steps)
    if all(isinstance(step.command, Help) for step in script.steps):
        return Reading(Hints(coloured, ghost, start, [((sentence, "text"),)]), complete=True, help=sentence)
    return Reading(Hints(coloured, ghost, start, [*(fields or [((sentence, "dim"),)])]), complete=True)


def with_price_sign(text: str, context: Context) -> str:
    """Return a ticket's text with the ``@`` that a bare number in the place of the price lacks."""
    from tui_trader.grammar.parser import parse  # noqa: PLC0415 - as above

    try:
        parse(text, context)
    except GrammarError as error:
        end = error.position + error.length
        if error.hint == f"@{text[error.position : end]}":
            return f"{text[: error.position]}{error.hint}{text[end:]}"
    return text


def _ghost(text: str, cursor: int, context: Context) -> tuple[str, int]:
    """Return the likeliest completion of the word under the cursor and where it begins."""
    from tui_trader.grammar.completion import complete  # noqa: PLC0415 - as above

    if not text[:cursor] or text[cursor - 1].isspace():
        return "", cursor
    best = next((each for each in complete(text, cursor, context) if each.start < cursor), None)
    return (best.text, best.start) if best else ("", cursor)


def _fields(text: str, spans: Sequence[tuple[int, int, str]]) -> list[Note]:
    """Return the ticket's fields: side, pair, size, price, type, flags; none for a line that is no order."""
    words: dict[str, list[str]] = {}
    for start, end, kind in spans:
        words.setdefault(kind.lower(), []).append(text[start:end])
    verbs = words.get("verb", [])
    side = SIDES.get(verbs[0].lower()) if len(verbs) == 1 else None
    if side is None:
        return []
    flags = [flag for flag in words.get("flag", []) if flag not in {"post", "ioc", "fok"}]
    values = (
        ("size", " ".join([*words.get("size", []), *words.get("to", [])])),
        ("price", " ".join(words.get("price", []))),
        ("type", _type(words)),
        ("flags", " ".join(flags)),
    )
    note: list[tuple[str, str]] = [
        (side, "buy" if side == "BUY" else "sell"),
        (f" {' '.join(words.get('symbol', []))}", "bold"),
    ]
    for name, value in values:
        note += [(f"   {name} ", "dim"), (clean(value, 60) or NOTHING, "text" if value else "faint")]
    return [tuple(note)]


def _type(words: dict[str, list[str]]) -> str:
    """Name the order type that the words make."""
    flags = words.get("flag", [])
    if "mkt" in words.get("price", []):
        return "market"
    base = "post-only" if "post" in flags else "limit"
    return " ".join([base, *(flag for flag in flags if flag in {"ioc", "fok"})])


def _wrong(error: GrammarError, role: str) -> Note:
    """Write an error with where it is and what would have been understood."""
    hint = ((f"  did you mean {clean(error.hint, 60)}?", "accent"),) if error.hint else ()
    return ((clean(error, 300), role), *hint)


def _sentence(error: GrammarError) -> str:
    """Write an error as one sentence."""
    return clean(error, 300) + (f" Did you mean {clean(error.hint, 60)}?" if error.hint else "")
