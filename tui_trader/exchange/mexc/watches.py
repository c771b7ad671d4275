"""Public streams as the port offers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade
from tui_trader.exchange.mexc import pushes
from tui_trader.exchange.mexc.book_feed import BookFeed
from tui_trader.exchange.mexc.core import Part
from tui_trader.exchange.mexc.market_rows import Depth, depth_of
from tui_trader.exchange.mexc.streams import Watch
from tui_trader.exchange.mexc.topic import Topic
from tui_trader.exchange.wire import channels, endpoints
from tui_trader.exchange.wire.vocabulary import INTERVAL_BY_NAME

DAY_ZONE = "24H"
"""The day of the pushed tickers: the last 24 hours, not a calendar day of some zone."""


class Watches(Part):
    """The streams of the port's ``MarketData``. Sinks are called on the event loop and must be quick."""

    def watch_quote(self, symbol: str, sink: Callable[[Quote], None]) -> Watch:
        """Stream best bid and ask."""
        return self.core.streams.listen(channels.book_ticker(symbol), pushes.quote_of, sink)

    def watch_trades(self, symbol: str, sink: Callable[[Sequence[Trade]], None]) -> Watch:
        """Stream public trades."""
        return self.core.streams.listen(channels.deals(symbol), pushes.trades_of, sink)

    def watch_candle(self, symbol: str, interval: Interval, sink: Callable[[Candle], None]) -> Watch:
        """Stream the running bar."""
        return self.core.streams.listen(
            channels.kline(symbol, INTERVAL_BY_NAME[interval].ws),
            lambda push, _received: pushes.candle_of(push, self.core.server_clock.now_ms()),
            sink,
        )

    def watch_day_tickers(self, sink: Callable[[Sequence[DayTicker]], None]) -> Watch:
        """Stream 24 h figures of all pairs."""
        return self.core.streams.listen(channels.mini_tickers(DAY_ZONE), pushes.day_tickers_of, sink)

    def watch_book(self, symbol: str, sink: Callable[[Book], None], depth: int = 50) -> Watch:
        """Stream the book kept from diffs; a gap resyncs before the next call of ``sink``."""
        feed = self.core.books.get(symbol)
        if feed is None:
            feed = self.core.books[symbol] = BookFeed(symbol, self._snapshot, self.core.clock)
            self.core.streams.carry(Topic(channels.depth(symbol).name, feed.push, feed.restart))
        feed.add(sink, depth)
        return Watch(lambda: self._leave(symbol, feed, sink, depth))

    def _leave(self, symbol: str, feed: BookFeed, sink: Callable[[Book], None], depth: int) -> None:
        feed.remove(sink, depth)
        if feed.idle and self.core.books.get(symbol) is feed:
            del self.core.books[symbol]
            self.core.streams.drop(channels.depth(symbol).name)
            feed.close()

    async def _snapshot(self, symbol: str, levels: int) -> Depth:
        return await self.core.reader.read(endpoints.DEPTH, {"symbol": symbol, "limit": str(levels)}, depth_of)
