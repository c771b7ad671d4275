"""The journal folded: which order and which executions follow from the lines that carry an order's id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.order import Order
from tui_trader.services.journal_lines import FILL, ORDER, fill_of
from tui_trader.services.order_record import ASKED, STATE, order_of
from tui_trader.services.ports import JournalEntry

REMOVED = "removed"
"""Names the stand-ins that a line takes back."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What follows from the lines of one order; ``order`` is ``None`` where no line says what was decided.

    ``complete`` is false for lines of a version that wrote less down: an order cannot be made out of them.
    """

    order: Order | None = None
    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    complete: bool = True


def fold(lines: Iterable[JournalEntry]) -> Followed:
    """Fold the lines of one order, oldest first.

    Raises:
        KeyError, TypeError, ValueError, ArithmeticError: a line is not what an order was written down as.

    """
    decided: JournalEntry | None = None
    newest: JournalEntry | None = None
    fills: dict[tuple[str, str], Fill] = {}
    complete = True
    for line in lines:
        if line.kind == FILL:
            fill = fill_of(line)
            fills.setdefault(fill.key, fill)
        elif line.kind.startswith(ORDER):
            complete = complete and STATE in line.body
            _take_back(fills, line.body.get(REMOVED, ()))
            if ASKED in line.body:
                decided = line
            if complete and (newest is None or _version(line) >= _version(newest)):
                newest = line
    if decided is None or newest is None or not complete:
        return Followed(None, fills, complete)
    return Followed(order_of(newest.order_id, newest.origin, decided.body, newest.body), fills)


def _version(line: JournalEntry) -> int:
    return int(line.body[STATE]["version"])


def _take_back(fills: dict[tuple[str, str], Fill], trade_ids: Iterable[str]) -> None:
    """Remove stand-ins; an execution stays."""
    for trade_id in trade_ids:
        for key in [key for key, fill in fills.items() if fill.trade_id == trade_id and fill.source == SYNTHETIC]:
            del fills[key]
