"""Market figures derived from a pair's candles: klines, the 24 h ticker, the average price."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from tui_trader.exchange.sim.candles import DAY, INTERVALS, MINUTE, Bar, closing, opening
from tui_trader.exchange.sim.exact import ZERO, Scale, subtract
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import Candle, DayTicker
from tui_trader.exchange.sim.refusals import INVALID_INTERVAL, Refusal

AVERAGE_MS: Final = 5 * MINUTE
_RATIO_STEP: Final = Decimal("0.0001")


def klines(market: Market, interval: str, start_ms: int | None, end_ms: int | None, limit: int) -> list[Candle]:
    """Return candles, oldest first; see :meth:`Venue.klines`."""
    _check(interval)
    end = market.clock_ms + 1 if end_ms is None else end_ms
    rows = market.candles.rows(interval, start_ms, end, limit)
    return [_candle(market.scale, interval, open_ms, bar) for open_ms, bar in rows]


def current_candle(market: Market, interval: str) -> Candle | None:
    """Return the running candle, None where nothing was printed in it yet."""
    _check(interval)
    open_ms = opening(interval, market.candles.now_ms)
    bar = market.candles.bar(interval, open_ms)
    return _candle(market.scale, interval, open_ms, bar) if bar else None


def day_ticker(market: Market) -> DayTicker:
    """Return the figures of the last 24 hours, by whole minutes."""
    now_ms, scale = market.clock_ms, market.scale
    start_ms = now_ms - DAY
    bar = market.candles.between(start_ms, now_ms + 1)
    last = market.last_price()
    bar = bar or Bar(market.last, market.last, market.last, market.last, 0, 0)
    opened = scale.price(bar.open)
    change = subtract(last, opened)
    ratio = (change / opened).quantize(_RATIO_STEP, ROUND_HALF_EVEN) if opened else ZERO
    return DayTicker(
        symbol=market.rules.symbol,
        last=last,
        open=opened,
        high=scale.price(bar.high),
        low=scale.price(bar.low),
        volume=scale.quantity(bar.volume),
        quote_volume=scale.value(bar.value),
        change=change,
        change_ratio=ratio,
        best=market.best(),
        open_ms=start_ms,
        close_ms=now_ms,
    )


def average_price(market: Market) -> Decimal:
    """Return the volume weighted average of the last 5 minutes in whole ticks, else the last price."""
    now_ms = market.clock_ms
    bar = market.candles.between(now_ms - AVERAGE_MS, now_ms + 1)
    ticks = round(bar.value / bar.volume) if bar and bar.volume else market.last
    return market.scale.price(ticks)


def _check(interval: str) -> None:
    if interval not in INTERVALS:
        raise Refusal(*INVALID_INTERVAL)


def _candle(scale: Scale, interval: str, open_ms: int, bar: Bar) -> Candle:
    return Candle(
        open_ms=open_ms,
        close_ms=closing(interval, open_ms),
        open=scale.price(bar.open),
        high=scale.price(bar.high),
        low=scale.price(bar.low),
        close=scale.price(bar.close),
        volume=scale.quantity(bar.volume),
        quote_volume=scale.value(bar.value),
    )
