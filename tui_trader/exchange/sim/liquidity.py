"""Everyone else's resting orders: a ladder of synthetic levels that moves with the price.

Own orders stay where they are: what the price moves through is executed first, so that the book never crosses.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from tui_trader.exchange.sim.book import BookSide
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.wire.vocabulary import Side

LEVELS: Final = 60
"""Synthetic levels a side."""
_CHURN: Final = 3
"""Levels a side whose size changes in one step."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the ladder is built: ``gap`` ticks between levels, ``lots`` usual size of a level."""

    gap: int
    lots: int


class Ladder:
    """The synthetic levels of one book."""

    def __init__(self, market: Market, shape: Shape) -> None:
        self.market = market
        self.shape = shape
        self._bids: dict[int, None] = {}
        self._asks: dict[int, None] = {}

    def move(self, bid: int, ask: int, rng: Random, time_ms: int, *, churn: bool = True) -> None:
        """Make ``bid`` and ``ask`` the best synthetic prices, executing own orders that they pass."""
        self.sweep(bid, ask, time_ms)
        book = self.market.book
        self._bids = self._place(book.bids, self._bids, self._wanted(max(bid, 1), -1), rng)
        self._asks = self._place(book.asks, self._asks, self._wanted(ask, 1), rng)
        if churn:
            self._churn(book.bids, self._bids, rng)
            self._churn(book.asks, self._asks, rng)

    def sweep(self, bid: int, ask: int, time_ms: int) -> None:
        """Execute own orders that a market at ``bid``/``ask`` would have traded with, after clearing their way."""
        book, market = self.market.book, self.market
        for side, limit, taker in ((book.bids, ask, Side.SELL), (book.asks, bid, Side.BUY)):
            for maker in side.own_at_or_better(limit):
                lots = maker.left
                side.put_first(maker)
                market.hit(side.take_at(maker.ticks, lots), taker, time_ms)

    def _wanted(self, touch: int, step: int) -> dict[int, None]:
        """Prices of the ladder from the touch outwards; a price keeps its place as the touch moves."""
        gap = self.shape.gap
        wanted = {touch: None}
        rung = touch // gap + step
        while len(wanted) < LEVELS:
            ticks = rung * gap + (rung * 2_654_435_761 >> 7) % gap
            if ticks < 1:
                break
            if (ticks - touch) * step > 0:
                wanted[ticks] = None
            rung += step
        return wanted

    def _place(self, side: BookSide, have: dict[int, None], wanted: dict[int, None], rng: Random) -> dict[int, None]:
        for ticks in have:
            if ticks not in wanted:
                side.set_synthetic(ticks, 0)
        levels = side.levels
        for ticks in wanted:
            level = levels.get(ticks)
            if level is None or not level.synthetic:
                side.set_synthetic(ticks, self._size(rng))
        return wanted

    def _churn(self, side: BookSide, wanted: dict[int, None], rng: Random) -> None:
        """Orders come and go: a few levels near the touch get another size, from the end or the front."""
        prices = list(wanted)
        for _ in range(_CHURN):
            ticks = prices[min(int(rng.expovariate(0.12)), len(prices) - 1)]
            side.set_synthetic(ticks, self._size(rng), from_front=rng.random() < 0.5)

    def _size(self, rng: Random) -> int:
        return max(1, int(self.shape.lots * rng.expovariate(1.0) + self.shape.lots * 0.05))
