"""A pair's book kept live: changes buffered while a snapshot is read, a fresh start after every gap."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

from tui_trader.clock import Clock
from tui_trader.domain.market import Book
from tui_trader.errors import VenueError
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.book import Gap, LocalBook
from tui_trader.exchange.mexc.market_rows import Depth
from tui_trader.exchange.mexc.waiting import backoff
from tui_trader.exchange.wire.limits import MAX_DEPTH
from tui_trader.exchange.wire.mexcwire_pb2 import PublicAggreDepthsV3Api, PushDataV3ApiWrapper

EMIT_S = 0.05
"""Listeners are told at most this often."""
SPACING_S = 1.0
"""Snapshots are at least this far apart: a stream full of gaps must not eat the request budget."""
MAX_BUFFER = 5_000
SPARE = 8
"""The snapshot holds this many times the levels shown, so that the book seldom runs short."""

_log = logging.getLogger(__name__)


class BookFeed:
    """One pair's book and its listeners, each with the number of levels that it wants."""

    def __init__(self, symbol: str, snapshot: Callable[[str, int], Awaitable[Depth]], clock: Clock) -> None:
        self._symbol = symbol
        self._snapshot = snapshot
        self._clock = clock
        self._sinks: list[tuple[Callable[[Book], None], int]] = []
        self._book: LocalBook | None = None
        self._buffer: list[PublicAggreDepthsV3Api] = []
        self._syncing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._emitted = 0.0
        self._synced = -math.inf
        self._at = self._received = 0
        self.gaps = 0

    @property
    def idle(self) -> bool:
        """Whether nobody listens."""
        return not self._sinks

    def add(self, sink: Callable[[Book], None], depth: int) -> None:
        """Add a listener; one that wants more levels than known makes the book start anew."""
        deeper = self._book is not None and depth > self._needed
        self._sinks.append((sink, depth))
        if deeper:
            self._synced = -math.inf
            self.restart()

    def remove(self, sink: Callable[[Book], None], depth: int) -> None:
        """Remove a listener."""
        self._sinks.remove((sink, depth))

    def push(self, push: PushDataV3ApiWrapper, received: int) -> None:
        """Take a push of the depth channel."""
        if not push.HasField("publicAggreDepths"):
            raise Unreadable("publicAggreDepths is missing")
        self._at, self._received = push.sendTime or received, received
        change = push.publicAggreDepths
        book = self._book
        if book is None:
            self._buffer.append(change)
            if len(self._buffer) > MAX_BUFFER:
                self._buffer.clear()
            return
        try:
            changed = book.apply(change)
        except Gap:
            self.gaps += 1
            self.restart()
            self._buffer.append(change)
            return
        except Unreadable:
            self.restart()
            raise
        if changed:
            self._schedule()

    def restart(self) -> None:
        """Throw the book away and build it anew; called after each subscription."""
        self._book = None
        self._buffer.clear()
        if self._syncing is None or self._syncing.done():
            self._syncing = asyncio.create_task(self._sync(), name=f"mexc-book-{self._symbol}")

    def close(self) -> None:
        """Stop."""
        self._book = None
        if self._syncing is not None:
            self._syncing.cancel()
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _needed(self) -> int:
        return max((depth for _, depth in self._sinks), default=1)

    async def _sync(self) -> None:
        pauses = backoff(0.2, 10.0)
        await self._clock.sleep(self._synced + SPACING_S - self._clock.monotonic())
        while True:
            full = min(MAX_DEPTH, max(100, self._needed * SPARE))
            try:
                book = LocalBook(await self._snapshot(self._symbol, full), full, self._needed)
                for change in self._buffer:
                    book.apply(change)
            except Gap:
                pass  # the snapshot is older than what was buffered: read it again
            except Unreadable:
                self._buffer.clear()
            except VenueError as failure:
                _log.warning("no snapshot of the book of %s: %s", self._symbol, failure)
            else:
                self._buffer.clear()
                self._book = book
                self._synced = self._clock.monotonic()
                self._received = self._received or self._clock.wall_ms()
                self._schedule()
                return
            await self._clock.sleep(next(pauses))

    def _schedule(self) -> None:
        """Tell the listeners now, or once the pause since the last time is over."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._emitted + EMIT_S - loop.time()
        if wait <= 0:
            self._emit()
        else:
            self._timer = loop.call_later(wait, self._emit)

    def _emit(self) -> None:
        self._timer = None
        self._emitted = asyncio.get_running_loop().time()
        local = self._book
        if local is None:
            return
        books: dict[int, Book] = {}
        for sink, depth in tuple(self._sinks):
            if depth not in books:
                books[depth] = Book(
                    self._symbol,
                    local.bids.top(depth),
                    local.asks.top(depth),
                    local.version,
                    self._at or self._received,
                    self._received,
                )
            try:
                sink(books[depth])
            except Exception:  # noqa: BLE001 - a listener's trouble is not the book's
                _log.exception("a listener of the book of %s failed", self._symbol)
