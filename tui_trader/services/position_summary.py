"""The open book in figures, in the account currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tui_trader.domain.position import Position
from tui_trader.rules.statistics import summarise
from tui_trader.services.model import BookSummary


def summarise_book(
    positions: Sequence[Position],
    protected: Callable[[Position], Decimal],
    rate_of: Callable[[str], Decimal | None],
) -> BookSummary:
    """Add up; profit is that of positions whose cost is known: coins from before the desk do not hide it."""
    covered = {each.id: protected(each) for each in positions}
    rates = {each.symbol: rate for each in positions if (rate := rate_of(each.symbol)) is not None}
    whole = summarise(positions, covered, rates)
    costed = summarise([each for each in positions if each.entry_price is not None], covered, rates)
    return BookSummary(
        count=whole.count,
        long=whole.long,
        short=whole.short,
        value=whole.value,
        unrealised_pnl=costed.unrealised_pnl,
        realised_pnl=whole.realised_pnl,
        average_pnl=costed.average_pnl,
        at_risk=whole.at_risk,
        protected_percent=whole.protected_percent,
        by_symbol=whole.by_symbol,
        by_type=whole.by_type,
    )
