"""``/market``: pairs, prices, books, bars."""

from __future__ import annotations

from tui_trader.api import market_views as views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.market import BookView, CandleView, InstrumentView, TickerView, TradeView
from tui_trader.domain.market import DayTicker, Interval
from tui_trader.errors import NotFound


def _row(call: Call, ticker: DayTicker) -> TickerView:
    return views.ticker_view(ticker, call.services.market.quote(ticker.symbol))


async def symbols(call: Call) -> list[InstrumentView]:
    """List every pair."""
    return [views.instrument_view(each) for each in call.services.market.instruments()]


async def tickers(call: Call) -> list[TickerView]:
    """List day figures."""
    wanted = [symbol for symbol in call.query.get("symbols", "").split(",") if symbol]
    return [_row(call, each) for each in call.services.market.tickers(wanted or None)]


async def ticker(call: Call) -> TickerView:
    """Show one pair's day figures."""
    symbol = call.services.market.instrument(call.path["symbol"]).symbol
    found = call.services.market.tickers([symbol])
    if not found:
        raise NotFound(f"No price of {symbol} has been seen yet; ask again in a moment.")
    return _row(call, found[0])


async def book(call: Call) -> BookView:
    """Show a pair's book."""
    depth = call.whole("depth", 20, 1, 500)
    return views.book_view(await call.services.market.book(call.path["symbol"], depth), depth)


async def candles(call: Call) -> list[CandleView]:
    """List bars, oldest first."""
    found = await call.services.market.candles(
        call.path["symbol"],
        call.one_of("interval", Interval, Interval.M1),
        start=call.moment("from"),
        end=call.moment("to"),
        limit=call.whole("limit", 300, 1, 2000),
    )
    return [views.candle_view(each) for each in found]


async def trades(call: Call) -> list[TradeView]:
    """List the newest public trades."""
    found = await call.services.market.trades(call.path["symbol"], call.whole("limit", 100, 1, 1000))
    return [views.trade_view(each) for each in found]


_CANDLES = {
    "interval": "1m 5m 15m 30m 1h 4h 1d 1w 1M",
    "limit": "bars, 300 unless told, at most 2000",
    "from": "not before: RFC 3339 or UTC milliseconds",
    "to": "before: RFC 3339 or UTC milliseconds",
}

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/market/symbols", symbols, "Every pair and its rules", list[InstrumentView]),
    Endpoint(
        "GET",
        "/market/tickers",
        tickers,
        "Day figures",
        list[TickerView],
        query={"symbols": "pairs, separated by commas; all without"},
    ),
    Endpoint("GET", "/market/ticker/{symbol}", ticker, "Day figures of a pair", TickerView),
    Endpoint(
        "GET", "/market/book/{symbol}", book, "The book, best first", BookView, query={"depth": "levels a side, 20"}
    ),
    Endpoint("GET", "/market/candles/{symbol}", candles, "Bars, oldest first", list[CandleView], query=_CANDLES),
    Endpoint(
        "GET",
        "/market/trades/{symbol}",
        trades,
        "Newest public trades, oldest first",
        list[TradeView],
        query={"limit": "rows, 100 unless told, at most 1000"},
    ),
)
