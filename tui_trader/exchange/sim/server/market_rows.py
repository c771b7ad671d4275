"""JSON shapes of market data, in MEXC's own spelling (rest.md §4, §5). Money goes out as text."""

from typing import Any

from tui_trader.domain.money import canonical
from tui_trader.exchange.sim.model import BestPrices, Candle, DayTicker, Depth, PriceLevel, PublicTrade
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import Side

Json = dict[str, Any]


def symbol_info(rules: SymbolRules) -> Json:
    """One row of exchangeInfo; the misleading names are the venue's."""
    minimum = canonical(rules.min_value)
    return {
        "symbol": rules.symbol,
        "status": rules.status,
        "baseAsset": rules.base,
        "baseAssetPrecision": rules.quantity_decimals,
        "quoteAsset": rules.quote,
        "quotePrecision": rules.price_decimals,
        "quoteAssetPrecision": rules.price_decimals,
        "baseCommissionPrecision": rules.quantity_decimals,
        "quoteCommissionPrecision": rules.price_decimals,
        "orderTypes": [str(kind) for kind in rules.order_types],
        "isSpotTradingAllowed": rules.open_to_api,
        "isMarginTradingAllowed": False,
        "quoteAmountPrecision": minimum,
        "baseSizePrecision": canonical(rules.min_quantity),
        "permissions": ["SPOT"],
        "filters": _filters(rules),
        "maxQuoteAmount": canonical(rules.max_value),
        "makerCommission": canonical(rules.maker_fee),
        "takerCommission": canonical(rules.taker_fee),
        "quoteAmountPrecisionMarket": canonical(rules.min_value_market),
        "maxQuoteAmountMarket": canonical(rules.max_value_market),
        "fullName": rules.full_name,
        "tradeSideType": int(rules.trade_side),
        "contractAddress": "",
        "conceptPlateIds": [],
        "conceptPlates": [],
        "firstOpenTime": rules.listed_ms,
        "st": False,
    }


def _filters(rules: SymbolRules) -> list[Json]:
    if rules.band_up is None or rules.band_down is None:
        return []
    return [
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": canonical(rules.band_up),
            "askMultiplierDown": canonical(rules.band_down),
        }
    ]


def levels(side: tuple[PriceLevel, ...]) -> list[list[str]]:
    """Price and quantity pairs, best first."""
    return [[canonical(price), canonical(quantity)] for price, quantity in side]


def depth(book: Depth, now_ms: int) -> Json:
    """Answer of GET /depth."""
    return {
        "lastUpdateId": book.version,
        "bids": levels(book.bids),
        "asks": levels(book.asks),
        "timestamp": now_ms,
    }


def trade(print_: PublicTrade) -> Json:
    """One row of GET /trades; ``tradeType`` BID means that the taker bought."""
    bought = print_.side is Side.BUY
    return {
        "id": None,
        "price": canonical(print_.price),
        "qty": canonical(print_.quantity),
        "quoteQty": canonical(print_.price * print_.quantity),
        "time": print_.time_ms,
        "isBuyerMaker": not bought,
        "isBestMatch": True,
        "tradeType": "BID" if bought else "ASK",
    }


def aggregated_trade(print_: PublicTrade) -> Json:
    """One row of GET /aggTrades; the venue leaves the three ids null."""
    return {
        "a": None,
        "f": None,
        "l": None,
        "p": canonical(print_.price),
        "q": canonical(print_.quantity),
        "T": print_.time_ms,
        "m": print_.side is Side.SELL,
        "M": True,
    }


def kline(candle: Candle) -> list[int | str]:
    """One row of GET /klines: 8 columns, the close time is the open time plus the interval."""
    prices = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    return [candle.open_ms, *map(canonical, prices), candle.close_ms, canonical(candle.quote_volume)]


def day_ticker(ticker: DayTicker) -> Json:
    """Answer of GET /ticker/24hr; ``priceChangePercent`` is a ratio."""
    best = ticker.best
    return {
        "symbol": best.symbol,
        "priceChange": canonical(ticker.change),
        "priceChangePercent": canonical(ticker.change_ratio),
        "prevClosePrice": canonical(ticker.open),
        "lastPrice": canonical(ticker.last),
        "bidPrice": canonical(best.bid),
        "bidQty": canonical(best.bid_quantity),
        "askPrice": canonical(best.ask),
        "askQty": canonical(best.ask_quantity),
        "openPrice": canonical(ticker.open),
        "highPrice": canonical(ticker.high),
        "lowPrice": canonical(ticker.low),
        "volume": canonical(ticker.volume),
        "quoteVolume": canonical(ticker.quote_volume),
        "openTime": ticker.open_ms,
        "closeTime": ticker.close_ms,
        "count": None,
    }


def book_ticker(best: BestPrices) -> Json:
    """Answer of GET /ticker/bookTicker."""
    return {
        "symbol": best.symbol,
        "bidPrice": canonical(best.bid),
        "bidQty": canonical(best.bid_quantity),
        "askPrice": canonical(best.ask),
        "askQty": canonical(best.ask_quantity),
    }
