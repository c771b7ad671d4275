"""The streams of the market: what arrives is put on the price board, told to listeners, and published if watched."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Hashable, Sequence

from tui_trader.clock import Clock
from tui_trader.domain.events import EventKind
from tui_trader.domain.market import Book, DayTicker, Interval, Quote, Trade
from tui_trader.exchange.port import MarketData
from tui_trader.services.candle_history import CandleHistory
from tui_trader.services.leases import Hold, Leases, Start
from tui_trader.services.price_board import PriceBoard

BOOK_DEPTH = 50
TRADES_KEPT = 500

QUOTE, BOOK, TRADES, CANDLE, DAY = "quote", "book", "trades", "candle", "day"


class MarketStreams:
    """Starts, holds and reads the venue's public streams."""

    def __init__(
        self,
        venue: MarketData,
        board: PriceBoard,
        candles: CandleHistory,
        leases: Leases,
        tell: Callable[[EventKind, object], None],
        clock: Clock,
    ) -> None:
        self._venue = venue
        self._board = board
        self._candles = candles
        self._leases = leases
        self._tell = tell
        self._clock = clock
        self._views: Counter[tuple[str, str]] = Counter()
        self._trades: dict[str, deque[Trade]] = {}
        self._waiting: dict[Hashable, list[asyncio.Future[None]]] = {}
        self.listeners: list[Callable[[Quote], None]] = []

    def begin(self) -> None:
        """Start what was asked for, and the day figures of all pairs; a second call changes nothing."""
        if not self._leases.holders((DAY,)):
            self._leases.take((DAY,), lambda: self._venue.watch_day_tickers(self.tickers))
        self._leases.begin()

    # -- what somebody wants

    def watch(
        self, tickers: Sequence[str], book: str | None, trades: str | None, candles: tuple[str, Interval] | None
    ) -> WatcherHold:
        """Hold the streams behind a watcher's view, and publish what is known of it."""
        wanted: list[tuple[Hashable, Start]] = []
        for symbol in tickers:
            wanted += [self._quote_stream(symbol), self._trade_stream(symbol)]
        if book is not None:
            wanted.append(self._book_stream(book))
        if trades is not None:
            wanted.append(self._trade_stream(trades))
        if candles is not None:
            wanted.append(self._candle_stream(*candles))
        for key, start in wanted:
            self._leases.take(key, start)
        views = [(DAY, symbol) for symbol in tickers] + ([(TRADES, trades)] if trades is not None else [])
        self._views.update(views)
        self._show_known(tickers, book, trades, candles)
        return WatcherHold(Hold(self._leases, [key for key, _ in wanted]), lambda: self._leave(views))

    def hold_quotes(self, symbol: str) -> Hold:
        """Hold a pair's best prices."""
        key, start = self._quote_stream(symbol)
        self._leases.take(key, start)
        return Hold(self._leases, [key])

    def touch_prices(self, symbol: str) -> None:
        """Want a pair's best prices and book for a while."""
        self._leases.touch(*self._quote_stream(symbol))
        self._leases.touch(*self._book_stream(symbol))

    def touch_book(self, symbol: str) -> None:
        """Want a pair's book for a while."""
        self._leases.touch(*self._book_stream(symbol))

    def live_candles(self, key: tuple[str, Interval]) -> bool:
        """Tell whether a series keeps itself up to date."""
        return self._leases.running((CANDLE, *key))

    def ended(self, key: Hashable) -> None:
        """Forget what an ended stream kept up to date."""
        if isinstance(key, tuple):
            kind, *rest = key
            if kind == BOOK:
                self._board.books.pop(rest[0], None)
            elif kind == TRADES:
                self._trades.pop(rest[0], None)
            elif kind == CANDLE:
                self._candles.forget(rest[0], rest[1])

    # -- what arrives

    def quotes(self, snapshot: Sequence[Quote]) -> None:
        """Take best prices read over REST in, and tell of those that somebody needs."""
        for quote in self._board.put_quotes(snapshot):
            if self._leases.holders((QUOTE, quote.symbol)):
                self._spread(quote)

    def tickers(self, tickers: Sequence[DayTicker]) -> None:
        """Take day figures in, and publish the watched ones."""
        self._board.put_tickers(tickers)
        shown = [each for each in tickers if (DAY, each.symbol) in self._views]
        if shown:
            self._tell(EventKind.TICKER, shown)

    def _quote(self, quote: Quote) -> None:
        self._board.quotes[quote.symbol] = quote
        self._spread(quote)

    def _spread(self, quote: Quote) -> None:
        for listener in self.listeners:
            listener(quote)
        if (DAY, quote.symbol) in self._views:
            self._tell(EventKind.QUOTE, quote)
        self._wake((QUOTE, quote.symbol))

    def _book(self, book: Book) -> None:
        self._board.books[book.symbol] = book
        if self._leases.holders((BOOK, book.symbol)):
            self._tell(EventKind.BOOK, book)
        self._wake((BOOK, book.symbol))

    def _new_trades(self, trades: Sequence[Trade]) -> None:
        if not trades:
            return
        symbol = trades[-1].symbol
        self._trades.setdefault(symbol, deque(maxlen=TRADES_KEPT)).extend(trades)
        if (TRADES, symbol) in self._views:
            self._tell(EventKind.TRADES, trades)
        moved = self._board.put_trades(symbol, trades, self._clock.wall_ms())
        if moved is not None and (DAY, symbol) in self._views:
            self._tell(EventKind.TICKER, [moved])

    # -- waiting

    async def next_quote(self, symbol: str, seconds: float) -> Quote | None:
        """Wait for a pair's next quote, at most so long."""
        await self._next((QUOTE, symbol), seconds)
        return self._board.quotes.get(symbol)

    async def next_book(self, symbol: str, seconds: float) -> Book | None:
        """Wait for a pair's next book, at most so long."""
        await self._next((BOOK, symbol), seconds)
        return self._board.books.get(symbol)

    async def recent_trades(self, symbol: str, limit: int) -> Sequence[Trade]:
        """List the newest trades, from the stream where it has enough."""
        seen = self._trades.get(symbol)
        if seen is not None and len(seen) >= limit:
            return list(seen)[-limit:]
        return list(await self._venue.trades(symbol, limit))

    async def _next(self, key: Hashable, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return

    def _wake(self, key: Hashable) -> None:
        for future in self._waiting.pop(key, ()):
            if not future.done():
                future.set_result(None)

    # -- inside

    def _leave(self, views: Sequence[tuple[str, str]]) -> None:
        """End views; what nobody has in view is not published."""
        self._views.subtract(views)
        self._views = +self._views

    def _show_known(
        self, tickers: Sequence[str], book: str | None, trades: str | None, candles: tuple[str, Interval] | None
    ) -> None:
        """Publish what is known of a view as its beginning."""
        shown = [self._board.tickers[each] for each in tickers if each in self._board.tickers]
        if shown:
            self._tell(EventKind.TICKER, shown)
        for symbol in tickers:
            if symbol in self._board.quotes:
                self._tell(EventKind.QUOTE, self._board.quotes[symbol])
        if book in self._board.books:
            self._tell(EventKind.BOOK, self._board.books[book])
        if trades is not None and self._trades.get(trades):
            self._tell(EventKind.TRADES, list(self._trades[trades]))
        running = self._candles.running(*candles) if candles is not None else None
        if running is not None:
            self._tell(EventKind.CANDLE, running)

    def _quote_stream(self, symbol: str) -> tuple[Hashable, Start]:
        return (QUOTE, symbol), lambda: self._venue.watch_quote(symbol, self._quote)

    def _book_stream(self, symbol: str) -> tuple[Hashable, Start]:
        return (BOOK, symbol), lambda: self._venue.watch_book(symbol, self._book, BOOK_DEPTH)

    def _trade_stream(self, symbol: str) -> tuple[Hashable, Start]:
        return (TRADES, symbol), lambda: self._venue.watch_trades(symbol, self._new_trades)

    def _candle_stream(self, symbol: str, interval: Interval) -> tuple[Hashable, Start]:
        return (CANDLE, symbol, interval), lambda: self._venue.watch_candle(symbol, interval, self._candles.push)


class WatcherHold:
    """A watcher's interest; closing it twice is harmless."""

    def __init__(self, hold: Hold, leave: Callable[[], None]) -> None:
        self._hold = hold
        self._leave = leave

    def close(self) -> None:
        """End it."""
        if not self._hold.closed:
            self._hold.close()
            self._leave()
