"""Candles: history read in pages, the running bar streamed, and what a stream may have missed read again.

A push is a snapshot of the running bar, so one lost push does no harm; but the last trades of a bar may never be
pushed once the next bar has begun, and after an interruption whole bars may be missing. Both show as a new bar:
everything from the one before it is then read again, one read at a time for each series.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tui_trader.domain.market import Candle, Interval
from tui_trader.errors import VenueError
from tui_trader.exchange.port import MarketData
from tui_trader.services.candle_series import WIDTHS, CandleSeries

PAGE = 500
"""Bars a request may return (MEXC rest.md: klines)."""
MAX_PAGES = 40
PAUSE_S = 0.25
RETRY_S = 1.0

Key = tuple[str, Interval]


class CandleHistory:
    """Series by pair and width. ``publish`` is called with every bar that changed while its stream runs."""

    def __init__(self, venue: MarketData, publish: Callable[[Candle], None]) -> None:
        self._venue = venue
        self._publish = publish
        self._series: dict[Key, CandleSeries] = {}
        self._reading: dict[Key, asyncio.Lock] = {}
        self._stale_from: dict[Key, int] = {}
        self._repairs: dict[Key, asyncio.Task[None]] = {}

    def running(self, symbol: str, interval: Interval) -> Candle | None:
        """Return the newest bar known."""
        series = self._series.get((symbol, interval))
        return series.last if series is not None else None

    def push(self, bar: Candle) -> None:
        """Take a streamed bar in."""
        key = (bar.symbol, bar.interval)
        series = self._series.setdefault(key, CandleSeries())
        ended = series.push(bar)
        if ended is not None:
            self._publish(ended)
            self._repair(key, ended.open_time)
        self._publish(bar)

    def forget(self, symbol: str, interval: Interval) -> None:
        """Drop a series whose stream has ended: it no longer keeps itself up to date."""
        key = (symbol, interval)
        self._series.pop(key, None)
        self._reading.pop(key, None)
        self._stale_from.pop(key, None)
        task = self._repairs.pop(key, None)
        if task is not None:
            task.cancel()

    async def read(self, key: Key, start: int | None, end: int | None, limit: int, *, live: bool) -> Sequence[Candle]:
        """List the last ``limit`` bars that open in [start, end), oldest first.

        A series that is not ``live`` is read from the venue each time and not kept.

        Raises:
            VenueUnavailable: the venue does not answer.

        """
        if not live:
            once = CandleSeries()
            await self._fill(key, once, start, end, limit, newest=end)
            return once.between(start, end, limit)
        async with self._reading.setdefault(key, asyncio.Lock()):
            series = self._series.setdefault(key, CandleSeries())
            await self._fill(key, series, start, end, limit, newest=None)
        return series.between(start, end, limit)

    async def close(self) -> None:
        """End what is being read."""
        tasks = list(self._repairs.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._repairs.clear()

    async def _fill(
        self, key: Key, series: CandleSeries, start: int | None, end: int | None, limit: int, *, newest: int | None
    ) -> None:
        """Read pages leftwards, first the one that ends at ``newest``, until the answer is there or nothing is older.

        A far jump to the left goes through what lies between, so that a series never has a hole.
        """
        for _ in range(MAX_PAGES):
            if not series.missing_left(start, end, limit):
                break
            if series.history_read and series.bars:
                page = await self._page(key, series.bars[0].open_time)
                series.complete_left = not page or page[0].open_time >= series.bars[0].open_time
            else:
                page = await self._page(key, newest)
                series.history_read = True
                series.complete_left = not page
            series.put(page)

    async def _page(self, key: Key, until: int | None) -> Sequence[Candle]:
        """Read the bars that end before a moment, or the newest ones."""
        symbol, interval = key
        start = until - PAGE * WIDTHS[interval] if until is not None else None
        page = await self._venue.candles(symbol, interval, start=start, end=until, limit=PAGE)
        return [bar for bar in page if until is None or bar.open_time < until]

    def _repair(self, key: Key, since: int) -> None:
        """Read again from a bar on; more of it while a read runs is read by the next one."""
        self._stale_from[key] = min(since, self._stale_from.get(key, since))
        if key not in self._repairs:
            task = self._repairs[key] = asyncio.get_running_loop().create_task(self._read_again(key))
            task.add_done_callback(lambda done: self._repaired(key, done))

    def _repaired(self, key: Key, task: asyncio.Task[None]) -> None:
        if self._repairs.get(key) is task:
            del self._repairs[key]

    async def _read_again(self, key: Key) -> None:
        """Read stale bars, a window at a time, until none is left; a read that failed is repeated."""
        while key in self._stale_from:
            since = self._stale_from.pop(key)
            until = since + PAGE * WIDTHS[key[1]]
            try:
                fresh = await self._venue.candles(*key, start=since, end=until, limit=PAGE)
            except VenueError:
                self._stale_from[key] = min(since, self._stale_from.get(key, since))
                await asyncio.sleep(RETRY_S)
                continue
            series = self._series[key]
            for bar in series.put(fresh):
                self._publish(bar)
            if series.bars and series.bars[-1].open_time >= until:
                self._stale_from[key] = min(until, self._stale_from.get(key, until))
            await asyncio.sleep(PAUSE_S)
