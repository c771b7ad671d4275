"""The generated market of one pair: four steps a second move the book along the price path and trade against it.

A step depends on seed, pair and time only (and on the book that own orders left), so two runs agree.
"""

from __future__ import annotations

from random import Random
from typing import Final

from tui_trader.exchange.sim.candles import MINUTE
from tui_trader.exchange.sim.liquidity import Ladder, Shape
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import PublicTrade
from tui_trader.exchange.sim.noise import mix, name_key, stream, uniform
from tui_trader.exchange.sim.path import PricePath
from tui_trader.exchange.sim.profiles import Profile
from tui_trader.exchange.wire.vocabulary import Side

STEP_MS: Final = 250
LIVE_GAP_MS: Final = 15_000
"""A longer pause is not lived through step by step; resting orders are judged over it instead."""
_BURST_MS: Final = 4000
_BURSTS: Final = ((0.70, 0.45), (0.95, 1.6), (1.01, 4.4))
"""Trades come in clusters: share of the time up to which a factor on the rate holds; the mean is 1 or so."""
_MOST_TRADES: Final = 12


class Generator:
    """Drives one generated market."""

    def __init__(self, market: Market, path: PricePath, profile: Profile, seed: int) -> None:
        self.market = market
        self.path = path
        self.half_spread = max(1, profile.spread // 2)
        self._profile = profile
        self._key = mix(seed, name_key(profile.rules.symbol), 7)
        ticks = profile.price * 10**profile.rules.price_decimals
        lots_per_quote = 10**profile.rules.quantity_decimals / profile.price
        gap = max(1, round(ticks * profile.level_gap))
        self._ladder = Ladder(market, Shape(gap, max(2, int(profile.level_value * lots_per_quote))))
        self._trade_lots = profile.trade_value * lots_per_quote
        self.started_ms = market.clock_ms
        self._step = market.clock_ms // STEP_MS
        self.jump(market.clock_ms)

    def advance(self, now_ms: int) -> None:
        """Run every step that has ended by ``now_ms``; the caller jumps over long gaps first."""
        last = now_ms // STEP_MS
        while self._step < last:
            self._step += 1
            self._run(self._step * STEP_MS)
        self.market.clock_ms = self.market.candles.now_ms = max(now_ms, self.market.clock_ms)

    def jump(self, now_ms: int) -> None:
        """Begin anew at ``now_ms``: a fresh book around the path, the running candle as the path has it."""
        self._step = now_ms // STEP_MS
        self.started_ms = now_ms
        market = self.market
        market.candles.skip_to(now_ms, self.path.running_minute(now_ms))
        market.clock_ms = now_ms
        middle = self.path.ticks_at(now_ms)
        market.last = middle
        bid, ask = self._touch(middle)
        self._ladder.move(bid, ask, stream(self._key, self._step), now_ms, churn=False)
        market.publish()

    def earlier_prints(self, before_ms: int, count: int) -> list[PublicTrade]:
        """Return prints of the minutes before ``before_ms``, as the path has them, oldest first."""
        found: list[PublicTrade] = []
        minute = before_ms // MINUTE
        for index in range(minute - 5, minute + 1):
            for second, bar in enumerate(self.path.seconds(index)):
                time_ms = index * MINUTE + second * 1000
                if bar.volume and time_ms < before_ms:
                    found.append(self._print_of(time_ms, bar.close, bar.volume, rising=bar.close >= bar.open))
        return found[-count:] if count else []

    def _print_of(self, time_ms: int, ticks: int, lots: int, *, rising: bool) -> PublicTrade:
        scale = self.market.scale
        side = Side.BUY if rising else Side.SELL
        symbol = self.market.rules.symbol
        return PublicTrade(symbol, f"{time_ms}000000X1", scale.price(ticks), scale.quantity(lots), side, time_ms)

    def _run(self, time_ms: int) -> None:
        market = self.market
        market.clock_ms = time_ms
        market.candles.now_ms = time_ms
        market.candles.open_minute(time_ms, market.last)
        rng = stream(self._key, self._step)
        before, middle = market.last, self.path.ticks_at(time_ms)
        bid, ask = self._touch(middle)
        self._ladder.move(bid, ask, rng, time_ms)
        self._trade(rng, time_ms, up=middle > before)
        market.publish()

    def _touch(self, middle: int) -> tuple[int, int]:
        bid = max(1, middle - self.half_spread)
        return bid, max(bid + 1, bid + self._profile.spread)

    def _trade(self, rng: Random, time_ms: int, *, up: bool) -> None:
        """Let takers hit the book: clustered in time, leaning with the price's move."""
        rate = self._profile.trades_per_second * STEP_MS / 1000 * self._burst(time_ms)
        count = min(_MOST_TRADES, _poisson(rng, rate * self.path.regime(time_ms)))
        started = time_ms - STEP_MS
        for moment in sorted(rng.randrange(STEP_MS) for _ in range(count)):
            buys = rng.random() < (0.62 if up else 0.38)
            lots = max(1, int(self._trade_lots * rng.lognormvariate(-0.72, 1.2)))
            side = self.market.book.side(not buys)
            best = side.best()
            if best is None:
                continue
            reach = best + (self._ladder.shape.gap * 2) * side.sign
            taker = Side.BUY if buys else Side.SELL
            self.market.hit(side.take(reach, lots), taker, started + moment)

    def _burst(self, time_ms: int) -> float:
        share = uniform(self._key, 9, time_ms // _BURST_MS)
        return next(factor for bound, factor in _BURSTS if share < bound)


def _poisson(rng: Random, mean: float) -> int:
    """Draw a count by inversion; fit for small means."""
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count += 1
        left += rng.expovariate(1.0)
    return count
