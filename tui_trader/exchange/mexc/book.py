"""The order book kept from a snapshot and versioned changes (websocket.md §5). Pure: no I/O, no clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from tui_trader.domain.market import Level
from tui_trader.domain.money import canonical
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.fields import plain_number
from tui_trader.exchange.mexc.market_rows import Depth

_MAX_TEXT = 40


class Gap(Exception):
    """Changes are missing: the book must be built anew."""


class WireLevel(Protocol):
    """One changed level: absolute quantity, zero removes it."""

    price: str
    quantity: str


class DepthChange(Protocol):
    """Changes of a version range, as the wire's message has them."""

    fromVersion: str  # noqa: N815 - the wire's spelling
    toVersion: str  # noqa: N815 - the wire's spelling

    @property
    def bids(self) -> Iterable[WireLevel]:
        """Changed bids."""
        ...

    @property
    def asks(self) -> Iterable[WireLevel]:
        """Changed asks."""
        ...


def level_number(text: str) -> Decimal:
    """Read a price or quantity of a level.

    Raises:
        Unreadable: anything but digits with at most one point.

    """
    value = plain_number(text)
    if value is None:
        raise Unreadable("a level is not a number")
    return value


def _version(text: str) -> int:
    if len(text) > _MAX_TEXT or not (text.isascii() and text.isdecimal()):
        raise Unreadable("a version is not a number")
    return int(text)


class BookSide:
    """One side: levels by the canonical text of their price, and the prices in ascending order.

    ``limit`` is the worst price known when the snapshot was cut off there: what lies beyond is only known in part
    and is not kept.
    """

    def __init__(self, levels: Sequence[Level], *, descending: bool, full: int) -> None:
        self._descending = descending
        self._levels: dict[str, Level] = {}
        self._prices: list[Decimal] = []
        self._names: list[str] = []
        for price, quantity in sorted(levels):
            if quantity:
                name = canonical(price)
                self._levels[name] = (price, quantity)
                self._prices.append(price)
                self._names.append(name)
        self.cut = len(levels) >= full
        self._limit = (self._prices[0] if descending else self._prices[-1]) if self.cut and self._prices else None

    def __len__(self) -> int:
        return len(self._prices)

    def change(self, levels: Iterable[WireLevel]) -> None:
        """Apply absolute quantities."""
        known = self._levels
        for level in levels:
            text = level.price
            name = text.rstrip("0").rstrip(".") if "." in text else text
            quantity = level_number(level.quantity)
            present = known.get(name)
            if present is None:
                if quantity:
                    self._insert(name, level_number(text), quantity)
            elif quantity:
                known[name] = (present[0], quantity)
            else:
                self._remove(name, present[0])

    def top(self, depth: int) -> tuple[Level, ...]:
        """Return the best levels, best first."""
        names = self._names[: -depth - 1 : -1] if self._descending else self._names[:depth]
        return tuple([self._levels[name] for name in names])

    def _insert(self, name: str, price: Decimal, quantity: Decimal) -> None:
        limit = self._limit
        if limit is not None and (price < limit if self._descending else price > limit):
            return
        place = bisect_left(self._prices, price)
        if place < len(self._prices) and self._prices[place] == price:
            # The same price in another spelling, such as one with leading zeros.
            self._levels[self._names[place]] = (price, quantity)
            return
        self._prices.insert(place, price)
        self._names.insert(place, name)
        self._levels[name] = (price, quantity)

    def _remove(self, name: str, price: Decimal) -> None:
        place = bisect_left(self._prices, price)
        del self._prices[place], self._names[place], self._levels[name]


class LocalBook:
    """Both sides at one version. ``full`` is the number of levels asked for in the snapshot, ``needed`` those shown."""

    def __init__(self, snapshot: Depth, full: int, needed: int) -> None:
        self.version = snapshot.version
        self.bids = BookSide(snapshot.bids, descending=True, full=full)
        self.asks = BookSide(snapshot.asks, descending=False, full=full)
        self._needed = needed
        self._followed = False

    def apply(self, change: DepthChange) -> bool:
        """Apply a change; ``False`` when it is older than the book.

        Raises:
            Gap: versions are missing, or a side whose deeper levels are unknown has become too short.
            Unreadable: it is not what the protocol says.

        """
        last = _version(change.toVersion)
        if last <= self.version:
            return False
        first = _version(change.fromVersion)
        if first > self.version + 1 or (self._followed and first != self.version + 1):
            raise Gap
        self.bids.change(change.bids)
        self.asks.change(change.asks)
        self.version = last
        self._followed = True
        if any(side.cut and len(side) < self._needed for side in (self.bids, self.asks)):
            raise Gap
        return True
