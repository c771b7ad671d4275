"""How one position did, and what its market did meanwhile, from candles."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from tui_trader.domain.market import Candle, Interval
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.position import Position
from tui_trader.errors import NotFound, VenueError
from tui_trader.rules.performance import pnl_percent, risk_reward
from tui_trader.services.candle_series import WIDTHS
from tui_trader.services.market import MarketService
from tui_trader.services.model import PerformanceFigures

BARS = 500
HUNDRED = Decimal(100)
SHOWN = Decimal("0.0001")


async def over_life(position: Position, market: MarketService, now: int) -> PerformanceFigures:
    """Put the figures of a position together; those of the market are ``None`` where no candles are known."""
    end = position.closed_at or now
    try:
        bars = await _bars(position, market, end)
    except (VenueError, NotFound):
        bars = []
    unrealised = position.unrealised_pnl
    known = position.entry_price is not None
    total = position.realised_pnl + unrealised if unrealised is not None else position.realised_pnl
    return PerformanceFigures(
        position=position,
        duration_ms=max(0, end - position.opened_at),
        pnl=total if known else None,
        pnl_percent=_percent(position, total),
        risk_reward=risk_reward(position),
        market_high=max((bar.high for bar in bars), default=None),
        market_low=min((bar.low for bar in bars), default=None),
        market_volatility=volatility(bars),
    )


def volatility(bars: Sequence[Candle]) -> Decimal | None:
    """Return the standard deviation of the returns from close to close, in percent; ``None`` below three bars."""
    returns = [later.close / earlier.close - 1 for earlier, later in pairwise(bars) if earlier.close]
    if len(returns) < 2:
        return None
    mean = sum(returns, ZERO) / len(returns)
    variance = sum(((each - mean) * (each - mean) for each in returns), ZERO) / (len(returns) - 1)
    return (variance.sqrt(EXACT) * HUNDRED).quantize(SHOWN)


def fitting_interval(span_ms: int) -> Interval:
    """Return the finest width that covers a span with at most 500 bars."""
    return next((each for each, width in WIDTHS.items() if span_ms <= width * BARS), Interval.MO1)


async def _bars(position: Position, market: MarketService, end: int) -> Sequence[Candle]:
    interval = fitting_interval(end - position.opened_at)
    start = position.opened_at - position.opened_at % WIDTHS[interval]
    return await market.candles(position.symbol, interval, start=start, end=end + 1, limit=BARS)


def _percent(position: Position, total: Decimal) -> Decimal | None:
    """Return the profit in percent of what the position cost; of what is held while nothing was sold."""
    if position.entry_price is None:
        return None
    if not position.closed_quantity:
        return pnl_percent(position)
    cost = position.entry_price * (position.quantity + position.closed_quantity)
    return (total / cost * HUNDRED).quantize(SHOWN) if cost else None
