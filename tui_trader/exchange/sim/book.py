"""The order book: price levels with FIFO queues in which own orders and synthetic size stand in one line.

Prices are ticks, quantities lots, both whole numbers. A *rank* orders prices from best to worst on either side:
the price itself for asks, its negative for bids.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from tui_trader.exchange.sim.live_order import LiveOrder


class Entry:
    """One place in a level's queue: an own order, or (``order`` None) synthetic size."""

    __slots__ = ("lots", "order")

    def __init__(self, lots: int, order: LiveOrder | None) -> None:
        self.lots = lots
        self.order = order


class Level:
    """One price: its queue, first in line first, and the whole size standing there."""

    __slots__ = ("queue", "synthetic", "total")

    def __init__(self) -> None:
        self.queue: OrderedDict[int, Entry] = OrderedDict()
        self.total = 0
        self.synthetic = 0


class Match(NamedTuple):
    """One execution against the book; ``maker`` is None for synthetic size."""

    ticks: int
    lots: int
    maker: LiveOrder | None


class BookSide:
    """Bids or asks. ``dirty`` collects the prices whose size changed since it was last emptied."""

    def __init__(self, *, bids: bool) -> None:
        self.sign = -1 if bids else 1
        self.levels: dict[int, Level] = {}
        self.ranks: list[int] = []
        self.own: dict[int, int] = {}
        self.dirty: set[int] = set()
        self._keys = 0

    def best(self) -> int | None:
        """Best price in ticks, None when the side is empty."""
        return self.ranks[0] * self.sign if self.ranks else None

    def size(self, ticks: int) -> int:
        """Whole size at a price in lots."""
        level = self.levels.get(ticks)
        return level.total if level else 0

    def top(self, limit: int) -> Iterator[tuple[int, int]]:
        """Yield (price, size) from best to worst."""
        for rank in self.ranks[:limit]:
            ticks = rank * self.sign
            yield ticks, self.levels[ticks].total

    def reaches(self, ticks: int, limit: int) -> bool:
        """Whether a price on this side is at least as good for a taker as ``limit``."""
        return ticks * self.sign <= limit * self.sign

    def own_at_or_better(self, limit: int) -> list[LiveOrder]:
        """Own orders at ``limit`` or better, in price-time order."""
        found: list[LiveOrder] = []
        for ticks in sorted((t for t in self.own if self.reaches(t, limit)), key=lambda t: t * self.sign):
            found += [entry.order for entry in self.levels[ticks].queue.values() if entry.order is not None]
        return found

    def best_own(self) -> int | None:
        """Best price at which an own order stands."""
        return min(self.own, key=lambda ticks: ticks * self.sign) if self.own else None

    def add_order(self, order: LiveOrder, lots: int) -> None:
        """Put an own order at the end of its level's queue."""
        self._append(order.ticks, Entry(lots, order), order.number)
        self.own[order.ticks] = self.own.get(order.ticks, 0) + 1

    def put_first(self, order: LiveOrder) -> None:
        """Move a resting order to the head of its queue."""
        self.levels[order.ticks].queue.move_to_end(order.number, last=False)

    def remove_order(self, order: LiveOrder) -> None:
        """Take an own order out of the book."""
        level = self.levels[order.ticks]
        entry = level.queue.pop(order.number)
        self._shrink(order.ticks, level, entry.lots)
        self._forget_own(order.ticks)

    def set_synthetic(self, ticks: int, lots: int, *, from_front: bool = False) -> None:
        """Make the synthetic size at a price ``lots``: more joins the end, less leaves (from the end, or the front)."""
        level = self.levels.get(ticks)
        have = level.synthetic if level else 0
        if lots > have:
            self._grow_synthetic(ticks, lots - have)
        elif lots < have and level:
            self._cut_synthetic(ticks, level, have - lots, from_front=from_front)

    def take(self, limit: int, lots: int | None, value: int | None = None) -> Iterator[Match]:
        """Execute against the side up to the price ``limit``, yielding each match after it left the book.

        Stops when ``lots`` are traded or the next lot would cost more than ``value`` (ticks times lots).
        """
        while self.ranks and (lots is None or lots > 0):
            ticks = self.ranks[0] * self.sign
            if not self.reaches(ticks, limit):
                return
            key, entry = next(iter(self.levels[ticks].queue.items()))
            traded = _affordable(entry.lots, lots, value, ticks)
            if traded <= 0:
                return
            self._consume(ticks, key, entry, traded)
            lots = None if lots is None else lots - traded
            value = None if value is None else value - traded * ticks
            yield Match(ticks, traded, entry.order)

    def walk(self, limit: int, lots: int | None, value: int | None = None) -> Iterator[tuple[int, int]]:
        """Yield (price, lots) that :meth:`take` would trade, level by level, changing nothing."""
        for rank in self.ranks:
            ticks = rank * self.sign
            if not self.reaches(ticks, limit) or (lots is not None and lots <= 0):
                return
            traded = _affordable(self.levels[ticks].total, lots, value, ticks)
            if traded <= 0:
                return
            lots = None if lots is None else lots - traded
            value = None if value is None else value - traded * ticks
            yield ticks, traded

    def take_at(self, ticks: int, lots: int) -> Iterator[Match]:
        """Execute up to ``lots`` at exactly one price, first in line first."""
        while lots > 0 and (level := self.levels.get(ticks)):
            key, entry = next(iter(level.queue.items()))
            traded = min(lots, entry.lots)
            self._consume(ticks, key, entry, traded)
            lots -= traded
            yield Match(ticks, traded, entry.order)

    def _consume(self, ticks: int, key: int, entry: Entry, lots: int) -> None:
        level = self.levels[ticks]
        entry.lots -= lots
        if entry.order is None:
            level.synthetic -= lots
        if entry.lots == 0:
            del level.queue[key]
            if entry.order is not None:
                self._forget_own(ticks)
        self._shrink(ticks, level, lots)

    def _append(self, ticks: int, entry: Entry, key: int) -> None:
        level = self.levels.get(ticks)
        if level is None:
            level = self.levels[ticks] = Level()
            insort(self.ranks, ticks * self.sign)
        level.queue[key] = entry
        level.total += entry.lots
        self.dirty.add(ticks)

    def _shrink(self, ticks: int, level: Level, lots: int) -> None:
        level.total -= lots
        self.dirty.add(ticks)
        if not level.queue:
            del self.levels[ticks]
            del self.ranks[bisect_left(self.ranks, ticks * self.sign)]

    def _forget_own(self, ticks: int) -> None:
        self.own[ticks] -= 1
        if not self.own[ticks]:
            del self.own[ticks]

    def _grow_synthetic(self, ticks: int, lots: int) -> None:
        level = self.levels.get(ticks)
        last = next(reversed(level.queue.values())) if level else None
        if level and last and last.order is None:
            last.lots += lots
            level.total += lots
            self.dirty.add(ticks)
        else:
            self._keys -= 1
            self._append(ticks, Entry(lots, None), self._keys)
        self.levels[ticks].synthetic += lots

    def _cut_synthetic(self, ticks: int, level: Level, lots: int, *, from_front: bool) -> None:
        level.synthetic -= lots
        keys = [key for key, entry in level.queue.items() if entry.order is None]
        for key in keys if from_front else reversed(keys):
            entry = level.queue[key]
            gone = min(lots, entry.lots)
            entry.lots -= gone
            lots -= gone
            if entry.lots == 0:
                del level.queue[key]
            self._shrink(ticks, level, gone)
            if not lots:
                return


def _affordable(standing: int, lots: int | None, value: int | None, ticks: int) -> int:
    """How many of the ``standing`` lots a taker with these limits takes at this price."""
    wanted = standing if lots is None else min(standing, lots)
    return wanted if value is None else min(wanted, value // ticks)


class Book:
    """Both sides of one pair."""

    def __init__(self) -> None:
        self.bids = BookSide(bids=True)
        self.asks = BookSide(bids=False)

    def side(self, buy: bool) -> BookSide:
        """Return the side on which an order rests: bids for a buy."""
        return self.bids if buy else self.asks
