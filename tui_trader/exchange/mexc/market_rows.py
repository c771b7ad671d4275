"""Public rows: instruments, tickers, quotes, trades, candles, depth."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Candle, DayTicker, Interval, Level, Quote, Trade
from tui_trader.domain.order import OrderType, Side
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.fields import Row
from tui_trader.exchange.wire.vocabulary import SymbolStatus, TradeSideType

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_SIDES = {
    TradeSideType.BOTH: frozenset(Side),
    TradeSideType.BUY_ONLY: frozenset({Side.BUY}),
    TradeSideType.SELL_ONLY: frozenset({Side.SELL}),
    TradeSideType.CLOSED: frozenset[Side](),
}
_MAX_DECIMALS = 30
_SYMBOL = re.compile(r"[A-Z0-9]{2,20}")


def readable(data: Any, read: Callable[[Row], _T]) -> list[_T]:
    """Read each row of a public list; one that cannot be read is left out and logged, the others still count."""
    found: list[_T] = []
    for row in fields.rows_of(data):
        try:
            found.append(read(fields.row_of(row)))
        except Unreadable as problem:
            _log.warning("a public row was left out: %s", problem)
    return found


def _step(row: Row, name: str) -> Decimal:
    decimals = row.get(name)
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= _MAX_DECIMALS:
        raise Unreadable(f"{name} is not a count of decimals")
    return Decimal(1).scaleb(-decimals)


def _band(row: Row) -> tuple[Decimal | None, Decimal | None]:
    filters = row.get("filters")
    for entry in filters if isinstance(filters, list) else []:
        if isinstance(entry, dict) and entry.get("filterType") == "PERCENT_PRICE_BY_SIDE":
            up = fields.optional_amount(entry, "bidMultiplierUp")
            return up, fields.optional_amount(entry, "askMultiplierDown")
    return None, None


def _sides(row: Row) -> frozenset[Side]:
    value = row.get("tradeSideType", TradeSideType.BOTH)
    try:
        return _SIDES[TradeSideType(int(value))]
    except (TypeError, ValueError):
        raise Unreadable("tradeSideType is unknown") from None


def instrument_of(row: Row) -> Instrument:
    """Read a pair of exchangeInfo, whose "precisions" of size and amount are minimums (rest.md §4.1)."""
    offered = row.get("orderTypes")
    up, down = _band(row)
    minimum = fields.amount_or_zero(row, "quoteAmountPrecision")
    maximum = fields.amount_or_zero(row, "maxQuoteAmount")
    return Instrument(
        symbol=_symbol(row),
        base=fields.text(row, "baseAsset"),
        quote=fields.text(row, "quoteAsset"),
        tick=_step(row, "quotePrecision"),
        lot=_step(row, "baseAssetPrecision"),
        min_quantity=fields.amount_or_zero(row, "baseSizePrecision"),
        min_notional=minimum,
        min_notional_market=fields.optional_amount(row, "quoteAmountPrecisionMarket") or minimum,
        max_notional=maximum,
        max_notional_market=fields.optional_amount(row, "maxQuoteAmountMarket") or maximum,
        order_types=frozenset(kind for kind in OrderType if isinstance(offered, list) and kind in offered),
        sides=_sides(row),
        api_tradable=fields.flag(row, "isSpotTradingAllowed"),
        online=fields.text(row, "status") in {SymbolStatus.ONLINE, "ENABLED"},
        maker_fee=fields.amount_or_zero(row, "makerCommission"),
        taker_fee=fields.amount_or_zero(row, "takerCommission"),
        name=fields.optional_text(row, "fullName"),
        price_band_up=up,
        price_band_down=down,
        special_treatment=row.get("st") is True,
    )


def _symbol(row: Row) -> str:
    """Read a pair's name; one that is not ASCII could look like another on the screen and is not traded."""
    symbol = fields.text(row, "symbol")
    if not _SYMBOL.fullmatch(symbol):
        raise Unreadable(f"{symbol[:40]} is not the name of a pair that can be traded here")
    return symbol


def instruments_of(data: Any) -> list[Instrument]:
    """Read every pair."""
    row = fields.row_of(data)
    return readable(row.get("symbols"), instrument_of)


def symbols_of(data: Any) -> frozenset[str]:
    """Read the list of pairs that a key may trade."""
    return frozenset(fields.text({"symbol": name}, "symbol") for name in fields.rows_of(fields.wrapped(data)))


def day_tickers_of(data: Any, received: int) -> list[DayTicker]:
    """Read 24-hour figures; ``priceChangePercent`` is a ratio."""

    def read(row: Row) -> DayTicker:
        last = fields.amount(row, "lastPrice")
        return DayTicker(
            symbol=fields.text(row, "symbol"),
            last=last,
            open=fields.optional_amount(row, "openPrice") or last,
            high=fields.optional_amount(row, "highPrice") or last,
            low=fields.optional_amount(row, "lowPrice") or last,
            volume=fields.amount_or_zero(row, "volume"),
            quote_volume=fields.amount_or_zero(row, "quoteVolume"),
            change=fields.amount_or_zero(row, "priceChangePercent"),
            at=fields.optional_moment(row, "closeTime") or received,
            received=received,
        )

    return readable(data, read)


def quotes_of(data: Any, received: int) -> list[Quote]:
    """Read best bids and asks; a pair with an empty side has no quote."""

    def read(row: Row) -> Quote | None:
        bid, ask = fields.optional_amount(row, "bidPrice"), fields.optional_amount(row, "askPrice")
        if not bid or not ask:
            return None
        return Quote(
            symbol=fields.text(row, "symbol"),
            bid=bid,
            bid_quantity=fields.amount_or_zero(row, "bidQty"),
            ask=ask,
            ask_quantity=fields.amount_or_zero(row, "askQty"),
            at=received,
            received=received,
        )

    return [quote for quote in readable(data, read) if quote is not None]


def trades_of(data: Any, symbol: str) -> list[Trade]:
    """Read public trades, oldest first. ``isBuyerMaker`` says that the taker sold."""

    def read(row: Row) -> Trade:
        return Trade(
            symbol=symbol,
            price=fields.amount(row, "price"),
            quantity=fields.amount(row, "qty"),
            side=Side.SELL if fields.flag(row, "isBuyerMaker") else Side.BUY,
            at=fields.moment(row, "time"),
            id=fields.optional_text(row, "id"),
        )

    return sorted(readable(data, read), key=lambda trade: trade.at)


def candles_of(data: Any, symbol: str, interval: Interval, now: int) -> list[Candle]:
    """Read klines, oldest first; a bar whose end is still to come at ``now`` (server ms) is running."""
    if not isinstance(data, list):
        raise Unreadable("a list of candles was expected")
    return sorted((_candle(row, symbol, interval, now) for row in data), key=lambda candle: candle.open_time)


def _candle(row: Any, symbol: str, interval: Interval, now: int) -> Candle:
    if not isinstance(row, list) or len(row) < 8:
        raise Unreadable("a candle has fewer than 8 columns")
    opened, high, low, close = (fields.number(value, "a candle's price") for value in row[1:5])
    return Candle(
        symbol=symbol,
        interval=interval,
        open_time=fields.milliseconds(row[0], "a candle's time"),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=fields.number(row[5], "a candle's volume"),
        quote_volume=fields.number(row[7], "a candle's volume"),
        closed=fields.milliseconds(row[6], "a candle's end") <= now,
    )


@dataclass(frozen=True, slots=True)
class Depth:
    """A book as REST shows it, best levels first, with the version it belongs to."""

    version: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


def depth_of(data: Any) -> Depth:
    """Read a book."""
    row = fields.row_of(data)
    version = row.get("lastUpdateId")
    if isinstance(version, bool) or not isinstance(version, int):
        raise Unreadable("lastUpdateId is missing")
    return Depth(version, _levels(row, "bids"), _levels(row, "asks"))


def _levels(row: Row, name: str) -> tuple[Level, ...]:
    levels = row.get(name)
    if not isinstance(levels, list) or not all(isinstance(level, list) and len(level) >= 2 for level in levels):
        raise Unreadable(f"{name} is not a list of levels")
    return tuple((fields.number(price, name), fields.number(quantity, name)) for price, quantity, *_ in levels)
