"""Walks through a history in bounded steps, each one a visit to the writer thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from tui_trader.services.ports import HistoryFilter, Rows
from tui_trader.store import queries
from tui_trader.store.history import ORDERS, STILL_OPEN, History, Key, Statement, key_from
from tui_trader.store.rows import Row
from tui_trader.store.schema import UNFINISHED
from tui_trader.store.writer import Writer

T = TypeVar("T")
SPAN = 2000
"""Rows looked at in one visit; a few milliseconds."""
TOTALS_KEPT = 64
"""Filters whose total is remembered."""
SLICE = 100
"""Rows turned into values between two turns of the event loop."""
CHUNK = 500
"""Rows of a stream fetched at a time."""


class Pages:
    """Pages and streams over the histories of one store."""

    def __init__(self, writer: Writer, span: int = SPAN) -> None:
        self._writer = writer
        self._span = span
        self._totals: dict[tuple[str, HistoryFilter], tuple[int, int]] = {}

    async def page(
        self, history: History, where: HistoryFilter, limit: int, cursor: str | None, offset: int
    ) -> Rows[Any]:
        """Return one page, newest first.

        Raises:
            UsageError: the cursor is none of ours.
            StoreError: the database cannot be read.

        """
        start = key_from(cursor) if cursor else None
        limit, offset = max(0, limit), max(0, offset)
        narrow = _narrow(history, where)
        if narrow is None or offset > self._span:
            rows = await self._search(history, where, start, limit + 1, offset)
        else:
            rows = await self._fetch(history.page([*narrow, *history.older(start)], limit + 1, offset))
        if start is None and len(rows) <= limit and (rows or not offset):
            total = offset + len(rows)
        else:
            total = await self._total(history, where)
        items = await values(rows[:limit], lambda row: history.read(row[2:]))
        more = Key(*rows[limit - 1][:2]).text() if limit and len(rows) > limit else None
        return Rows(items, total, more)

    async def stream(self, history: History, symbol: str | None) -> AsyncIterator[Any]:
        """Yield every row, oldest first, without holding more than a chunk of them."""
        conditions = history.indexed(HistoryFilter(symbol=symbol))
        last: Key | None = None
        while True:
            rows = await self._fetch(history.oldest(conditions, last, CHUNK))
            for item in await values(rows, lambda row: history.read(row[2:])):
                yield item
            if len(rows) < CHUNK:
                return
            last = Key(*rows[-1][:2])

    async def lines_of(self, kind: str, order_id: str | None, after: int, limit: int) -> list[Row]:
        """Collect journal lines of a kind, oldest first; no index knows kinds, so it goes window by window."""
        end = await self._writer.run(lambda session: session.head.sequence)
        found: list[Row] = []
        for low in range(max(0, after), end, self._span):
            found += await self._writer.run(
                partial(queries.journal_window, low=low, high=low + self._span, kind=kind, order_id=order_id)
            )
            if len(found) >= limit:
                break
        return found[:limit]

    async def _search(
        self, history: History, where: HistoryFilter, start: Key | None, need: int, skip: int
    ) -> list[Row]:
        """Collect matching rows window by window, leaving out the first ``skip``."""
        scanned = history.scanned(where)
        found: list[Row] = []
        async for window in self._windows(history, where, start):
            conditions = [*window, *scanned]
            if skip:
                inside = await self._scalar(history.count(conditions))
                if inside <= skip:
                    skip -= inside
                    continue
            missing = need - len(found)
            found += await self._fetch(history.page(conditions, missing, skip))
            skip = 0
            if len(found) >= need:
                break
        return found

    async def _windows(self, history: History, where: HistoryFilter, start: Key | None) -> AsyncIterator[Sequence[Any]]:
        """Yield conditions that each hold for at most ``span`` rows, newest first, together for all."""
        indexed = history.indexed(where)
        upper = start
        while True:
            below = [*indexed, *history.older(upper)]
            edge = await self._fetch(history.edge(below, self._span))
            lower = Key(*edge[0]) if edge else None
            yield [*below, *history.not_older(lower)]
            if lower is None:
                return
            upper = lower

    async def _total(self, history: History, where: HistoryFilter) -> int:
        """Count all that match; a count stays valid until the next commit that touches a history."""
        if where == HistoryFilter(symbol=where.symbol):
            return await self._scalar(history.total(where.symbol))
        version = await self._writer.run(lambda session: session.version)
        known = self._totals.get((history.name, where))
        if known and known[0] == version:
            return known[1]
        total = await self._count(history, where)
        if len(self._totals) >= TOTALS_KEPT:
            self._totals.clear()
        self._totals[history.name, where] = (version, total)
        return total

    async def _count(self, history: History, where: HistoryFilter) -> int:
        """Count by the cheapest way: the index of unfinished orders, the symbol's or time's index, or row numbers."""
        indexed, scanned = history.indexed(where), history.scanned(where)
        narrow = _narrow(history, where)
        if narrow and scanned:
            return await self._scalar(history.count(narrow))
        total = 0
        if indexed:
            async for window in self._windows(history, where, None):
                conditions = [*window, *scanned]
                total += await self._scalar(history.count(conditions))
            return total
        for low in range(0, await self._scalar(history.last_row()), self._span):
            conditions = [history.rows_between(low, low + self._span), *scanned]
            total += await self._scalar(history.count(conditions))
        return total

    def _fetch(self, query: Statement) -> Awaitable[list[Row]]:
        """Run a query on the writer thread."""
        return self._writer.run(lambda session: session.fetch(query))

    async def _scalar(self, query: Statement) -> int:
        """Run a query for one figure."""
        rows = await self._fetch(query)
        return int(rows[0][0] or 0)


def _narrow(history: History, where: HistoryFilter) -> list[Any] | None:
    """Return conditions that an index alone narrows to the rows wanted, ``None`` where rows must be searched."""
    indexed, scanned = history.indexed(where), history.scanned(where)
    if not scanned:
        return indexed
    if history is ORDERS and where.status and set(where.status) <= set(UNFINISHED):
        return [STILL_OPEN, *indexed, *scanned]
    return None


async def values(rows: Sequence[Row], read: Callable[[Row], T]) -> list[T]:
    """Turn rows into values on the event loop, letting others in between slices."""
    found: list[T] = []
    for first in range(0, len(rows), SLICE):
        if first:
            await asyncio.sleep(0)
        found += [read(row) for row in rows[first : first + SLICE]]
    return found
