"""Details of an order: what is known of it, then its journal, which says why it came out as it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui_trader.domain.text import clean
from tui_trader.errors import TraderError
from tui_trader.ui.flows.session import Session
from tui_trader.ui.panels.trades import clock

if TYPE_CHECKING:
    from tui_trader.contract.history import JournalView

RECORD = frozenset({"asked", "state"})
"""What the desk writes down to make the order again; a person reads it above the journal."""


async def journal_lines(session: Session, order_id: str) -> list[tuple[str, str]]:
    """Return the journal of an order as (time, what happened); a sentence where it cannot be read."""
    try:
        entries = await session.desk().journal(order_id)
    except TraderError as error:
        return [("journal", f"It cannot be read now: {clean(error, 200)}")]
    return [("", ""), *(_line(entry) for entry in entries)] if entries else []


def _line(entry: JournalView) -> tuple[str, str]:
    """Write one entry."""
    told = ((key, _text(value)) for key, value in entry.body.items() if key not in RECORD)
    body = ", ".join(f"{clean(key, 40)} {text}" for key, text in told if text)
    return clock(entry.at), f"{clean(entry.kind, 40)}{': ' if body else ''}{body}"


def _text(value: Any) -> str:
    """Write a value of an entry; what is empty is left out."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{clean(key, 40)} {clean(each, 80)}" for key, each in value.items()) + ")"
    return clean(value, 160)
