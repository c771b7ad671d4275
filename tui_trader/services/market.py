"""The market as the desk sees it: instruments, quotes, books, trades, candles, and who watches what.

Fulfils ``faces.Market`` for the API and ``inner.Prices`` for decisions. Streams run only while somebody wants
them; values go onto the bus only for what is watched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade
from tui_trader.domain.money import EXACT
from tui_trader.errors import VenueError, VenueUnavailable
from tui_trader.exchange.port import MarketData
from tui_trader.services.candle_history import CandleHistory
from tui_trader.services.inner import Publisher
from tui_trader.services.instruments import Catalog
from tui_trader.services.leases import Hold, Leases
from tui_trader.services.market_face import Interest
from tui_trader.services.market_streams import MarketStreams
from tui_trader.services.price_board import PriceBoard

KEEP_S = 15.0
"""How long a stream outlives the last need of it."""
REFRESH_S = 600.0
RETRY_S = 30.0
BOOK_WAIT_S = 2.0
FIRST_BOOK_WAIT_S = 1.0
QUOTE_WAIT_S = 2.0
VWAP_MS = 120_000
"""A minute's candle that began longer ago says nothing of the price now."""
OLD_MS = 60_000
"""A price that is needed and was not heard of for so long is read again, all pairs in one request."""
PUSH_WAIT_S = 0.4
"""How long a stream may take for its first quote before the price is read over REST."""


class MarketService:
    """Instruments, prices and streams of one venue.

    Life: :meth:`begin` once the venue is open, then :meth:`load`, then :meth:`keep` for ever; :meth:`close` at the end.
    ``watch`` may be called before all of them.
    """

    def __init__(self, venue: MarketData, bus: Publisher, clock: Clock, *, keep_s: float = KEEP_S) -> None:
        self._venue = venue
        self._clock = clock
        self._catalog = Catalog()
        self._board = PriceBoard(self._catalog)
        self._candles = CandleHistory(venue, lambda bar: self._tell(EventKind.CANDLE, bar))
        self._bus = bus
        self._leases = Leases(clock, keep_s)
        self._streams = MarketStreams(venue, self._board, self._candles, self._leases, self._tell, clock)
        self._snapshot: asyncio.Task[None] | None = None
        self.needed: Callable[[], int | None] = lambda: None
        """Tells when the oldest price that somebody counts on was last heard of (UTC ms)."""

    # -- life

    def begin(self) -> None:
        """Start the streams asked for so far; the venue must be open."""
        self._streams.begin()

    async def load(self) -> None:
        """Read pairs, day figures and best prices, all at once.

        Raises:
            VenueUnavailable: the venue does not answer.

        """
        await asyncio.gather(self._load_instruments(), self._load_tickers(), self._load_quotes())

    async def keep(self) -> None:
        """End unwanted streams each second, read the pairs again every ten minutes and old prices, for ever."""
        due, reread = self._clock.monotonic() + REFRESH_S, 0.0
        while True:
            await self._clock.sleep(1.0)
            for key in self._leases.sweep():
                self._streams.ended(key)
            if self._clock.monotonic() >= due:
                due = self._clock.monotonic() + await self._refreshed()
            if self._clock.monotonic() >= reread:
                reread = self._clock.monotonic() + await self._renewed()

    async def close(self) -> None:
        """End every stream and read."""
        self._leases.close()
        if self._snapshot is not None:
            self._snapshot.cancel()
            await asyncio.gather(self._snapshot, return_exceptions=True)
        await self._candles.close()

    def on_quote(self, listener: Callable[[Quote], None]) -> None:
        """Have every quote given to ``listener`` as it comes."""
        self._streams.listeners.append(listener)

    # -- instruments and newest values

    def instruments(self) -> Sequence[Instrument]:
        """List every pair; empty until they are loaded."""
        return self._catalog.all()

    @property
    def loaded_at(self) -> int | None:
        """When the pairs were read last, UTC ms."""
        return self._catalog.loaded_at

    def instrument(self, symbol: str) -> Instrument:
        """Find a pair; ``NotFound`` names the nearest symbols."""
        return self._catalog.get(symbol)

    def find(self, symbol: str) -> Instrument | None:
        """Return a pair's rules, or ``None``."""
        return self._catalog.find(symbol)

    def of_base(self, asset: str) -> Sequence[Instrument]:
        """List the pairs that trade an asset."""
        return self._catalog.of_base(asset)

    def tickers(self, symbols: Sequence[str] | None = None) -> Sequence[DayTicker]:
        """List the day figures known, of these pairs or of all."""
        known = self._board.tickers
        return list(known.values()) if symbols is None else [known[each] for each in symbols if each in known]

    def ticker(self, symbol: str) -> DayTicker | None:
        """Return a pair's day figures."""
        return self._board.tickers.get(symbol)

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest best prices known."""
        return self._board.quotes.get(symbol)

    def book_now(self, symbol: str) -> Book | None:
        """Return the book while one is kept."""
        return self._board.books.get(symbol)

    def rate(self, asset: str, currency: str) -> Decimal | None:
        """Return what one unit of ``asset`` is worth in ``currency``, through one other asset at most."""
        return self._board.rate(asset, currency)

    def heard(self, asset: str, currency: str) -> int | None:
        """Return when the oldest price behind a rate was last heard of (UTC ms); ``None`` where there is none."""
        return self._board.heard(asset, currency)

    # -- values that may have to be waited for

    async def ensure_quote(self, symbol: str, max_age_ms: int) -> Quote | None:
        """Return a quote no older than that, or the newest there is after at most 2 s.

        A market in which nothing changes pushes nothing: its price is then read over REST.
        """
        self._streams.touch_prices(symbol)
        if not self._fresh(symbol, max_age_ms):
            await self._streams.next_quote(symbol, PUSH_WAIT_S)
        if not self._fresh(symbol, max_age_ms):
            try:
                await asyncio.wait_for(self._read_quotes(), QUOTE_WAIT_S - PUSH_WAIT_S)
            except (VenueError, TimeoutError):
                return self.quote(symbol)
        return self.quote(symbol)

    async def ensure_book(self, symbol: str) -> None:
        """Have a book kept for a while, waiting at most 1 s for the first one."""
        self._streams.touch_book(symbol)
        if self.book_now(symbol) is None:
            await self._streams.next_book(symbol, FIRST_BOOK_WAIT_S)

    def vwap(self, symbol: str) -> Decimal | None:
        """Return the average price of the running minute's trades, where its candle is streamed and has any."""
        bar = self._candles.running(symbol, Interval.M1)
        if bar is None or not bar.volume > 0 or self._clock.wall_ms() - bar.open_time > VWAP_MS:
            return None
        return EXACT.divide(bar.quote_volume, bar.volume)

    async def book(self, symbol: str, depth: int) -> Book:
        """Return the book, best levels first, waiting shortly for the first one.

        Raises:
            VenueUnavailable: none came within 2 s.

        """
        self._catalog.get(symbol)
        self._streams.touch_book(symbol)
        book = self.book_now(symbol) or await self._streams.next_book(symbol, BOOK_WAIT_S)
        if book is None:
            raise VenueUnavailable(f"The book of {symbol} did not come within {BOOK_WAIT_S:g} s; try again.")
        return replace(book, bids=book.bids[:depth], asks=book.asks[:depth])

    async def candles(
        self, symbol: str, interval: Interval, *, start: int | None = None, end: int | None = None, limit: int = 500
    ) -> Sequence[Candle]:
        """List the last ``limit`` bars that open in [start, end), oldest first, the running one last."""
        self._catalog.get(symbol)
        key = (symbol, interval)
        return await self._candles.read(key, start, end, limit, live=self._streams.live_candles(key))

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[Trade]:
        """List the newest public trades, oldest first."""
        self._catalog.get(symbol)
        return await self._streams.recent_trades(symbol, limit)

    # -- watching

    def watch(
        self,
        *,
        tickers: Sequence[str] = (),
        book: str | None = None,
        trades: str | None = None,
        candles: tuple[str, Interval] | None = None,
    ) -> Interest:
        """Keep streams running; what is known of them is published at once.

        Raises:
            NotFound: a symbol does not exist (unless the pairs are still being loaded).

        """
        if self._catalog.loaded_at is not None:
            for symbol in {*tickers, *filter(None, (book, trades, candles[0] if candles else None))}:
                self._catalog.get(symbol)
        return self._streams.watch(tickers, book, trades, candles)

    def want_quotes(self, symbol: str) -> Hold:
        """Keep a pair's quotes coming for a reason of the desk's own: a position, a working order."""
        return self._streams.hold_quotes(symbol)

    # -- inside

    def _fresh(self, symbol: str, max_age_ms: int) -> bool:
        quote = self.quote(symbol)
        return quote is not None and self._clock.wall_ms() - quote.received <= max_age_ms

    async def _read_quotes(self) -> None:
        """Read all quotes once for everybody who waits."""
        if self._snapshot is None or self._snapshot.done():
            self._snapshot = asyncio.create_task(self._load_quotes())
        await asyncio.shield(self._snapshot)

    async def _refreshed(self) -> float:
        """Read the pairs again; returns the seconds until the next time."""
        try:
            await self._load_instruments()
        except VenueError:
            return RETRY_S
        return REFRESH_S

    async def _load_instruments(self) -> None:
        self._catalog.replace(await self._venue.instruments(), self._clock.wall_ms())

    async def _load_tickers(self) -> None:
        self._streams.tickers(await self._venue.day_tickers())

    async def _load_quotes(self) -> None:
        self._streams.quotes(await self._venue.quotes())
        self._board.read_at = self._clock.wall_ms()

    async def _renewed(self) -> float:
        """Read all quotes where a needed one is old; returns the seconds until the next look."""
        oldest = self.needed()
        if oldest is not None and self._clock.wall_ms() - oldest > OLD_MS:
            try:
                await self._read_quotes()
            except VenueError:
                return RETRY_S
        return 0.0

    def _tell(self, kind: EventKind, data: object) -> None:
        self._bus.publish(Event(kind, self._clock.wall_ms(), data))
