"""What the market shows: quotes, books, trades, candles, day figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.order import Side

Level = tuple[Decimal, Decimal]
"""Price and quantity."""


class Interval(StrEnum):
    """Candle widths, in the spelling of this house."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"
    W1 = "1w"
    MO1 = "1M"


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask. ``at`` is the venue's time and ``received`` ours, both UTC ms; ages use ``received``."""

    symbol: str
    bid: Decimal
    bid_quantity: Decimal
    ask: Decimal
    ask_quantity: Decimal
    at: int
    received: int

    @property
    def mid(self) -> Decimal:
        """The middle between bid and ask."""
        return (self.bid + self.ask) / 2

    @property
    def spread(self) -> Decimal:
        """Ask minus bid."""
        return self.ask - self.bid


@dataclass(frozen=True, slots=True)
class Trade:
    """A public trade; ``side`` is the taker's."""

    symbol: str
    price: Decimal
    quantity: Decimal
    side: Side
    at: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """Levels, best first. ``version`` is the venue's counter; ``received`` is ours, UTC ms."""

    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    version: int
    at: int
    received: int


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar. ``open_time`` is UTC ms; ``volume`` in base, ``quote_volume`` in quote; ``closed`` when complete."""

    symbol: str
    interval: Interval
    open_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal
    closed: bool = True


@dataclass(frozen=True, slots=True)
class DayTicker:
    """Figures of the last 24 hours. ``change`` is a ratio (0.01 is 1 %)."""

    symbol: str
    last: Decimal
    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    quote_volume: Decimal
    change: Decimal
    at: int
    received: int
