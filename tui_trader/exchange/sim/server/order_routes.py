"""Handlers of orders: place, cancel, query, batches, own trades."""

import json
from collections.abc import Mapping
from typing import Any, Final

from tui_trader.exchange.sim.model import OPEN, Order, OrderRequest
from tui_trader.exchange.sim.refusals import NO_SUCH_ORDER, PARAMETER_WRONG, Refusal
from tui_trader.exchange.sim.server import order_rows, params
from tui_trader.exchange.sim.server.calls import Call, Handler
from tui_trader.exchange.sim.server.params import Params
from tui_trader.exchange.wire import endpoints, limits
from tui_trader.exchange.wire.endpoints import Endpoint
from tui_trader.exchange.wire.vocabulary import BATCH_TYPE_SUFFIX

MAX_CANCEL_SYMBOLS: Final = 5


def _request(values: Params) -> OrderRequest:
    return OrderRequest(
        symbol=params.need(values, "symbol"),
        side=params.need(values, "side"),
        type=params.need(values, "type"),
        quantity=values.get("quantity") or None,
        quote_order_qty=values.get("quoteOrderQty") or None,
        price=values.get("price") or None,
        client_order_id=values.get("newClientOrderId") or None,
        stp_mode=values.get("stpMode") or None,
    )


def _place(call: Call) -> object:
    return order_rows.placed(call.house.venue.place(call.account, _request(call.params), call.now_ms))


def _test(call: Call) -> object:
    call.house.venue.check(call.account, _request(call.params), call.now_ms)
    return {}


def _batch(call: Call) -> object:
    elements = _elements(params.need(call.params, "batchOrders"))
    return [_batch_element(call, element) for element in elements]


def _elements(text: str) -> list[dict[str, str]]:
    """Read the JSON array; numbers keep their own text, so that no float comes near a price."""
    try:
        rows_ = json.loads(text, parse_float=str, parse_int=str)
    except ValueError:
        raise Refusal(*PARAMETER_WRONG) from None
    if not isinstance(rows_, list) or not 1 <= len(rows_) <= limits.MAX_BATCH_ORDERS:
        raise Refusal(*PARAMETER_WRONG)
    elements = [_texts(row) for row in rows_]
    if len({element.get("symbol") for element in elements}) > 1:
        raise Refusal(*PARAMETER_WRONG)
    return elements


def _texts(row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise Refusal(*PARAMETER_WRONG)
    texts = {name: value for name, value in row.items() if isinstance(value, str)}
    return {**texts, "type": texts.get("type", "").removesuffix(BATCH_TYPE_SUFFIX)}


def _batch_element(call: Call, element: dict[str, str]) -> object:
    try:
        return order_rows.batch_placed(call.house.venue.place(call.account, _request(element), call.now_ms))
    except Refusal as refusal:
        return {"newClientOrderId": element.get("newClientOrderId"), "msg": refusal.msg, "code": refusal.code}


def _cancel(call: Call) -> object:
    client_id = call.params.get("origClientOrderId") or None
    before = call.house.venue.cancel(
        call.account,
        params.need(call.params, "symbol"),
        call.now_ms,
        order_id=call.params.get("orderId") or None,
        client_order_id=client_id,
    )
    return order_rows.canceled(before, client_id)


def _cancel_symbols(call: Call) -> object:
    symbols = params.need(call.params, "symbol").split(",")
    if len(symbols) > MAX_CANCEL_SYMBOLS:
        raise Refusal(*PARAMETER_WRONG)
    gone = call.house.venue.cancel_symbols(call.account, symbols, call.now_ms)
    return [{**order_rows.canceled(order, None), "orderListId": order_rows.NO_LIST} for order in gone]


def _cancel_everything(call: Call) -> object:
    call.house.venue.cancel_everything(call.account, call.now_ms)
    return {"code": 200, "msg": "success", "timestamp": call.house.server_ms()}


def _query(call: Call) -> object:
    order = call.house.venue.order(
        call.account,
        params.need(call.params, "symbol"),
        order_id=call.params.get("orderId") or None,
        client_order_id=call.params.get("origClientOrderId") or None,
    )
    if call.lag_ms:
        seen = call.house.oracle.as_of(order.order_id, call.now_ms - call.lag_ms)
        if seen is None:
            raise Refusal(*NO_SUCH_ORDER)
        order = seen
    return order_rows.order(order)


def _open(call: Call) -> object:
    symbol = call.params.get("symbol") or None
    if call.lag_ms:
        past = call.house.oracle.all_as_of(call.now_ms - call.lag_ms)
        found = [o for o in past if _mine(call, o) and o.status in OPEN and symbol in {None, o.symbol}]
    else:
        found = call.house.venue.open_orders(call.account, symbol)
    return [order_rows.order(order) for order in found]


def _mine(call: Call, order: Order) -> bool:
    return order.account == call.account


def _all(call: Call) -> object:
    found = call.house.venue.all_orders(
        call.account,
        params.need(call.params, "symbol"),
        call.now_ms,
        params.number(call.params, "startTime"),
        params.number(call.params, "endTime"),
        params.rows(call.params, limits.DEFAULT_ROWS, limits.MAX_ALL_ORDERS),
    )
    if call.lag_ms:
        past = [call.house.oracle.as_of(order.order_id, call.now_ms - call.lag_ms) for order in found]
        found = [order for order in past if order is not None]
    return [order_rows.order(order) for order in found]


def _my_trades(call: Call) -> object:
    found = call.house.venue.my_trades(
        call.account,
        params.need(call.params, "symbol"),
        call.now_ms,
        call.params.get("orderId") or None,
        params.number(call.params, "startTime"),
        params.number(call.params, "endTime"),
        params.rows(call.params, limits.MAX_MY_TRADES, limits.MAX_MY_TRADES),
    )
    if call.lag_ms:
        found = [fill for fill in found if call.house.oracle.fill_known(fill, call.now_ms - call.lag_ms)]
    return [order_rows.fill(fill) for fill in found]


ROUTES: Final[Mapping[Endpoint, Handler]] = {
    endpoints.ORDER_PLACE: _place,
    endpoints.ORDER_TEST: _test,
    endpoints.BATCH_PLACE: _batch,
    endpoints.ORDER_CANCEL: _cancel,
    endpoints.OPEN_CANCEL: _cancel_symbols,
    endpoints.ALL_CANCEL: _cancel_everything,
    endpoints.ORDER_QUERY: _query,
    endpoints.OPEN_ORDERS: _open,
    endpoints.ALL_ORDERS: _all,
    endpoints.MY_TRADES: _my_trades,
}
"""Handler of each endpoint of this room."""
