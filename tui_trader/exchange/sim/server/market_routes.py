"""Handlers of public market data."""

from collections.abc import Callable, Mapping
from typing import Final

from tui_trader.domain.money import canonical
from tui_trader.exchange.sim.refusals import BAD_COMBINATION, INVALID_INTERVAL, Refusal
from tui_trader.exchange.sim.server import account_rows, market_rows, params
from tui_trader.exchange.sim.server.calls import Call, Handler
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire import endpoints, limits
from tui_trader.exchange.wire.endpoints import Endpoint
from tui_trader.exchange.wire.vocabulary import INTERVAL_BY_REST, SymbolStatus


def _ping(_call: Call) -> object:
    return {}


def _time(call: Call) -> object:
    return {"serverTime": call.house.server_ms()}


def _default_symbols(call: Call) -> object:
    listed = [rules.symbol for rules in call.house.venue.symbols() if rules.open_to_api]
    return account_rows.wrapped(listed, call.house.server_ms())


def _offline(call: Call) -> object:
    closed = [rules for rules in call.house.venue.symbols() if rules.status != SymbolStatus.ONLINE]
    return {"data": [{"symbol": rules.symbol, "state": int(rules.status)} for rules in closed]}


def _exchange_info(call: Call) -> object:
    return {
        "timezone": "CST",
        "serverTime": call.house.server_ms(),
        "rateLimits": [],
        "exchangeFilters": [],
        "symbols": [market_rows.symbol_info(rules) for rules in _asked(call)],
    }


def _asked(call: Call) -> list[SymbolRules]:
    names = call.params.get("symbol") or call.params.get("symbols")
    if not names:
        return list(call.house.venue.symbols())
    return [call.house.venue.rules(name) for name in names.split(",")]


def _depth(call: Call) -> object:
    limit = params.rows(call.params, limits.DEFAULT_DEPTH, limits.MAX_DEPTH)
    book = call.house.venue.depth(params.need(call.params, "symbol"), limit)
    return market_rows.depth(book, call.house.server_ms())


def _trades(call: Call) -> object:
    limit = params.rows(call.params, limits.DEFAULT_ROWS, limits.MAX_TRADES)
    return [market_rows.trade(print_) for print_ in call.house.venue.trades(params.need(call.params, "symbol"), limit)]


def _aggregated(call: Call) -> object:
    symbol = params.need(call.params, "symbol")
    start, end = params.number(call.params, "startTime"), params.number(call.params, "endTime")
    if (start is None) != (end is None):
        raise Refusal(*BAD_COMBINATION)
    limit = params.rows(call.params, limits.DEFAULT_ROWS, limits.MAX_TRADES)
    venue = call.house.venue
    prints = venue.trades(symbol, limit)[::-1] if start is None else venue.trades_between(symbol, start, end, limit)
    return [market_rows.aggregated_trade(print_) for print_ in prints]


def _klines(call: Call) -> object:
    symbol, interval = params.need(call.params, "symbol"), params.need(call.params, "interval")
    if interval not in INTERVAL_BY_REST:
        raise Refusal(*INVALID_INTERVAL)
    candles = call.house.venue.klines(
        symbol,
        interval,
        params.number(call.params, "startTime"),
        params.number(call.params, "endTime"),
        params.rows(call.params, limits.MAX_KLINES, limits.MAX_KLINES),
    )
    return [market_rows.kline(candle) for candle in candles]


def _average(call: Call) -> object:
    price = call.house.venue.average_price(params.need(call.params, "symbol"))
    return {"mins": 5, "price": canonical(price)}


def _per_symbol(row: Callable[[Call, str], object]) -> Handler:
    """One row when a symbol is named, else a row of every symbol."""

    def handler(call: Call) -> object:
        symbol = call.params.get("symbol")
        if symbol:
            return row(call, symbol)
        return [row(call, rules.symbol) for rules in call.house.venue.symbols()]

    return handler


def _day(call: Call, symbol: str) -> object:
    return market_rows.day_ticker(call.house.venue.ticker(symbol))


def _price(call: Call, symbol: str) -> object:
    return {"symbol": symbol, "price": canonical(call.house.venue.last_price(symbol))}


def _best(call: Call, symbol: str) -> object:
    return market_rows.book_ticker(call.house.venue.best(symbol))


def _no_futures(_call: Call) -> object:
    return {"success": True, "code": 0, "data": []}


ROUTES: Final[Mapping[Endpoint, Handler]] = {
    endpoints.PING: _ping,
    endpoints.TIME: _time,
    endpoints.DEFAULT_SYMBOLS: _default_symbols,
    endpoints.SELF_SYMBOLS: _default_symbols,
    endpoints.SYMBOL_OFFLINE: _offline,
    endpoints.EXCHANGE_INFO: _exchange_info,
    endpoints.DEPTH: _depth,
    endpoints.TRADES: _trades,
    endpoints.AGG_TRADES: _aggregated,
    endpoints.KLINES: _klines,
    endpoints.AVG_PRICE: _average,
    endpoints.TICKER_24HR: _per_symbol(_day),
    endpoints.TICKER_PRICE: _per_symbol(_price),
    endpoints.TICKER_BOOK: _per_symbol(_best),
    endpoints.CONTRACT_DETAIL: _no_futures,
}
"""Handler of each endpoint of this room."""
