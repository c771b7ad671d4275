"""Daily candles for the gate: how much each pair moves and how long it has been traded, read again each hour."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.market import Candle
from tui_trader.errors import TraderError
from tui_trader.rules.risk.volatility import CANDLES, daily_volatility

KEEP_EVERY_S = 2.0
READ_AGAIN_S = 3600.0
GOOD_FOR_S = 26 * 3600.0
"""Older figures than this count as unknown."""
WAIT_S = 1.5
RETRY_S = 30.0
HOUR_MS = 3_600_000

Read = Callable[[str, int], Awaitable[Sequence[Candle]]]


@dataclass(frozen=True, slots=True)
class Daily:
    """What the daily candles of a pair say: deviation of returns in percent, and the first candle's time (UTC ms)."""

    volatility: Decimal | None
    since: int | None
    read_at: float


class DailyFigures:
    """Figures by pair. ``read`` lists the last so many daily candles of a pair, oldest first, within ``wait_s``."""

    def __init__(self, read: Read, clock: Clock, *, wait_s: float = WAIT_S) -> None:
        self._read = read
        self._clock = clock
        self._wait_s = wait_s
        self._known: dict[str, Daily] = {}
        self._tried: dict[str, float] = {}
        self._one_reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def keep(self, wanted: Callable[[], Iterable[str]]) -> None:
        """Have the figures of the pairs wanted at hand, for ever, so that an order need not wait for them."""
        while True:
            for symbol in wanted():
                await self.ensure(symbol)
            await self._clock.sleep(KEEP_EVERY_S)

    def get(self, symbol: str) -> Daily | None:
        """Return what is known and not too old."""
        found = self._known.get(symbol)
        return found if found is not None and self._clock.monotonic() - found.read_at < GOOD_FOR_S else None

    async def ensure(self, symbol: str) -> None:
        """Wait shortly for figures that are missing or an hour old; what cannot be read is tried again later.

        Whoever asks while they are being read waits for the same reading.
        """
        async with self._one_reading[symbol]:
            if self._due(symbol):
                await self._read_in(symbol)

    def _due(self, symbol: str) -> bool:
        found, now = self._known.get(symbol), self._clock.monotonic()
        if found is not None and now - found.read_at < READ_AGAIN_S:
            return False
        return now - self._tried.get(symbol, -RETRY_S) >= RETRY_S

    async def _read_in(self, symbol: str) -> None:
        self._tried[symbol] = self._clock.monotonic()
        try:
            candles = await asyncio.wait_for(self._read(symbol, CANDLES + 1), self._wait_s)
        except (TraderError, TimeoutError):
            return
        whole = len(candles) > CANDLES
        since = candles[0].open_time if candles and not whole else None
        self._known[symbol] = Daily(_volatility(candles), since, self._clock.monotonic())


def _volatility(candles: Sequence[Candle]) -> Decimal | None:
    """Return the deviation, or that it is not known where prices are so far apart that it cannot be worked out."""
    try:
        return daily_volatility(candles)
    except ArithmeticError:
        return None
