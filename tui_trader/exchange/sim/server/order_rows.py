"""JSON shapes of orders and own trades, in MEXC's own spelling (rest.md §6). Money goes out as text."""

from typing import Any

from tui_trader.domain.money import canonical
from tui_trader.exchange.sim.model import Fill, Order
from tui_trader.exchange.wire.vocabulary import Side

Json = dict[str, Any]
NO_LIST = -1
"""``orderListId`` of an order that belongs to no list."""


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
