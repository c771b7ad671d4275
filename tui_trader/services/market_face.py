"""The market as the API sees it; ``services.market`` fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade


class Interest(Protocol):
    """What one watcher wants of the market; closing it ends the subscriptions nobody else needs."""

    def close(self) -> None:
        """End it."""
        ...


class Market(Protocol):
    """Instruments, quotes, books, candles, and who watches what."""

    def instruments(self) -> Sequence[Instrument]:
        """List every pair."""
        ...

    def instrument(self, symbol: str) -> Instrument:
        """Find a pair; ``NotFound`` names the nearest symbols."""
        ...

    def tickers(self, symbols: Sequence[str] | None = None) -> Sequence[DayTicker]:
        """List 24 h figures known."""
        ...

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest best prices known."""
        ...

    async def book(self, symbol: str, depth: int) -> Book:
        """Return the book, waiting shortly for the first one."""
        ...

    async def candles(
        self, symbol: str, interval: Interval, *, start: int | None = None, end: int | None = None, limit: int = 500
    ) -> Sequence[Candle]:
        """List bars, oldest first, the running one last."""
        ...

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[Trade]:
        """List the newest public trades, oldest first."""
        ...

    def watch(
        self,
        *,
        tickers: Sequence[str] = (),
        book: str | None = None,
        trades: str | None = None,
        candles: tuple[str, Interval] | None = None,
    ) -> Interest:
        """Keep streams running; their values come over the bus as market events and begin with what is known."""
        ...
