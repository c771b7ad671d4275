"""Market values, as the contract says them."""

from __future__ import annotations

from tui_trader.contract.market import BookView, CandleView, InstrumentView, QuoteView, TickerView, TradeView
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Candle, DayTicker, Quote, Trade


def instrument_view(instrument: Instrument) -> InstrumentView:
    """Show a pair and its rules."""
    return InstrumentView.model_validate(instrument)


def ticker_view(ticker: DayTicker, quote: Quote | None) -> TickerView:
    """Show a row of the watchlist; the age is that of the newer of its two sources."""
    figures = {name: getattr(ticker, name) for name in DayTicker.__slots__}
    if quote is None:
        return TickerView(**figures)
    figures |= {"at": max(ticker.at, quote.at), "received": max(ticker.received, quote.received)}
    return TickerView(bid=quote.bid, ask=quote.ask, **figures)


def quote_view(quote: Quote) -> QuoteView:
    """Show best bid and ask."""
    return QuoteView.model_validate(quote)


def book_view(book: Book, depth: int) -> BookView:
    """Show the best ``depth`` levels a side."""
    return BookView(
        symbol=book.symbol,
        bids=list(book.bids[:depth]),
        asks=list(book.asks[:depth]),
        version=book.version,
        at=book.at,
        received=book.received,
    )


def trade_view(trade: Trade) -> TradeView:
    """Show a public trade."""
    return TradeView.model_validate(trade)


def candle_view(candle: Candle) -> CandleView:
    """Show one bar."""
    return CandleView.model_validate(candle)
