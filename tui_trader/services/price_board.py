"""The newest prices known, and what one asset is worth in another. State only; nothing here waits or publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tui_trader.domain.market import Book, DayTicker, Quote, Trade
from tui_trader.domain.money import ZERO
from tui_trader.services.instruments import Catalog

PUSH_WINS_MS = 1000
"""A snapshot that arrives this soon after a pushed quote was on its way longer than the push."""

ONE = Decimal(1)
CHANGE_STEP = Decimal("0.0001")
"""The venue rounds the day's change to this ratio."""

Way = tuple[Decimal, tuple[str, ...]]
"""A rate, and the pairs whose prices it is made of."""


class PriceBoard:
    """Quotes, day figures and books by symbol; newer values replace older ones.

    ``read_at`` is when all best prices were last read over REST (UTC ms).
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.quotes: dict[str, Quote] = {}
        self.tickers: dict[str, DayTicker] = {}
        self.books: dict[str, Book] = {}
        self.read_at = 0

    def put_quotes(self, snapshot: Sequence[Quote]) -> list[Quote]:
        """Take best prices of many pairs in, read over REST, and return those that were taken."""
        taken = [quote for quote in snapshot if self._newer(quote)]
        self.quotes.update((quote.symbol, quote) for quote in taken)
        return taken

    def put_tickers(self, tickers: Sequence[DayTicker]) -> None:
        """Take day figures in."""
        self.tickers.update((each.symbol, each) for each in tickers)

    def put_trades(self, symbol: str, trades: Sequence[Trade], received: int) -> DayTicker | None:
        """Move a pair's last price, high and low along with its trades; ``None`` without day figures yet.

        The venue's own figures, volume above all, come every few seconds and replace these.
        """
        ticker = self.tickers.get(symbol)
        if ticker is None or not trades:
            return None
        last = trades[-1].price
        moved = replace(
            ticker,
            last=last,
            high=max(ticker.high, *(trade.price for trade in trades)),
            low=min(ticker.low, *(trade.price for trade in trades)),
            change=(last / ticker.open - 1).quantize(CHANGE_STEP) if ticker.open else ZERO,
            at=trades[-1].at,
            received=received,
        )
        self.tickers[symbol] = moved
        return moved

    def price(self, symbol: str) -> Decimal | None:
        """Return the mid of the quote or the last price, whichever was received later."""
        quote, ticker = self.quotes.get(symbol), self.tickers.get(symbol)
        two_sided = quote is not None and quote.bid > 0 and quote.ask > 0
        if quote is not None and two_sided and (ticker is None or quote.received >= ticker.received):
            return quote.mid
        return ticker.last if ticker is not None and ticker.last > 0 else None

    def rate(self, asset: str, currency: str) -> Decimal | None:
        """Return what one unit of ``asset`` is worth in ``currency``, through one other asset at most."""
        way = self._way(asset, currency)
        return None if way is None else way[0]

    def heard(self, asset: str, currency: str) -> int | None:
        """Return when the oldest price behind a rate was last heard of (UTC ms); ``None`` where there is no such price.

        A snapshot of all pairs counts for each: what it does not show anew is as it was.
        """
        way = self._way(asset, currency)
        return min((self._heard(symbol) for symbol in way[1]), default=None) if way is not None else None

    def _heard(self, symbol: str) -> int:
        quote, ticker = self.quotes.get(symbol), self.tickers.get(symbol)
        return max(self.read_at, *(each.received for each in (quote, ticker) if each is not None))

    def _way(self, asset: str, currency: str) -> Way | None:
        direct = self._direct(asset, currency)
        if direct is not None:
            return direct
        for pair in self._catalog.of_base(asset):
            first, second = self.price(pair.symbol), self._direct(pair.quote, currency)
            if first is not None and second is not None:
                return first * second[0], (pair.symbol, *second[1])
        return None

    def _newer(self, quote: Quote) -> bool:
        known = self.quotes.get(quote.symbol)
        return known is None or quote.received - known.received >= PUSH_WINS_MS

    def _direct(self, asset: str, currency: str) -> Way | None:
        if asset == currency:
            return ONE, ()
        for pair in self._catalog.of_base(asset):
            if pair.quote == currency:
                price = self.price(pair.symbol)
                if price is not None:
                    return price, (pair.symbol,)
        for pair in self._catalog.of_base(currency):
            if pair.quote == asset:
                price = self.price(pair.symbol)
                if price is not None:
                    return ONE / price, (pair.symbol,)
        return None
