"""JSON shapes of the venue's answers, in MEXC's own spelling (rest.md §4-§7). Money goes out as text."""

from decimal import Decimal
from typing import Any

from tui_trader.domain.money import canonical
from tui_trader.exchange.sim.model import (
    Balance,
    BestPrices,
    Candle,
    DayTicker,
    Depth,
    Fill,
    Order,
    PriceLevel,
    PublicTrade,
)
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import Side

Json = dict[str, Any]
NO_LIST = -1
"""``orderListId`` of an order that belongs to no list."""


def wrapped(data: object, now_ms: int, code: int = 0) -> Json:
    """Build the envelope of tradeFee, mxDeduct, the symbol lists and the strategy groups."""
    return {"data": data, "code": code, "msg": "success", "timestamp": now_ms}


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


def placed(order: Order) -> Json:
    """Answer of POST /order: no status, no fills, no client id."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": NO_LIST,
        "price": canonical(order.price),
        "origQty": canonical(order.quantity),
        "type": str(order.type),
        "side": str(order.side),
        "stpMode": order.stp_mode,
        "transactTime": order.created_ms,
    }


def batch_placed(order: Order) -> Json:
    """One accepted element of POST /batchOrders."""
    row: Json = {"symbol": order.symbol, "orderId": order.order_id, "orderListId": NO_LIST}
    return row if order.client_order_id is None else {**row, "newClientOrderId": order.client_order_id}


def canceled(order: Order, given_client_id: str | None) -> Json:
    """Answer of DELETE /order: the state before the cancel."""
    return {
        "symbol": order.symbol,
        "origClientOrderId": given_client_id,
        "orderId": order.order_id,
        "clientOrderId": order.client_order_id,
        "price": canonical(order.price),
        "origQty": canonical(order.quantity),
        "executedQty": canonical(order.executed_quantity),
        "cummulativeQuoteQty": canonical(order.executed_quote),
        "status": str(order.status),
        "type": str(order.type),
        "side": str(order.side),
    }


def order(order: Order) -> Json:
    """One order as queries show it."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": NO_LIST,
        "clientOrderId": order.client_order_id,
        "price": canonical(order.price),
        "origQty": canonical(order.quantity),
        "executedQty": canonical(order.executed_quantity),
        "cummulativeQuoteQty": canonical(order.executed_quote),
        "status": str(order.status),
        "timeInForce": None,
        "type": str(order.type),
        "side": str(order.side),
        "stopPrice": None,
        "icebergQty": None,
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": True,
        "stpMode": order.stp_mode,
        "cancelReason": order.cancel_reason,
        "origQuoteOrderQty": canonical(order.value),
    }


def fill(fill: Fill) -> Json:
    """One row of GET /myTrades."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": NO_LIST,
        "price": canonical(fill.price),
        "qty": canonical(fill.quantity),
        "quoteQty": canonical(fill.quote_quantity),
        "commission": canonical(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.time_ms,
        "isBuyer": fill.side is Side.BUY,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
        "isSelfTrade": fill.is_self_trade,
        "clientOrderId": fill.client_order_id,
    }


def account(balances: list[Balance]) -> Json:
    """Answer of GET /account; only assets that are there are listed."""
    held = [balance for balance in balances if balance.free or balance.locked]
    return {
        "makerCommission": None,
        "takerCommission": None,
        "buyerCommission": None,
        "sellerCommission": None,
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "updateTime": None,
        "accountType": "SPOT",
        "balances": [_balance(balance) for balance in sorted(held, key=lambda balance: balance.asset)],
        "permissions": ["SPOT"],
    }


def _balance(balance: Balance) -> Json:
    free = canonical(balance.free)
    return {"asset": balance.asset, "free": free, "locked": canonical(balance.locked), "available": free}


def ratio(value: Decimal) -> float:
    """Turn a fee ratio into the JSON number that tradeFee answers; it leaves the exact world for good."""
    return float(value)


def coin(asset: str) -> Json:
    """One row of capital/config/getall; the simulator moves no coins, so the network list is empty."""
    return {"coin": asset, "name": asset, "Name": asset, "networkList": []}
