"""Orders and fills between the port's words and the venue's."""

from __future__ import annotations

from typing import Any

from tui_trader.domain.fill import Fill
from tui_trader.domain.money import canonical
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.errors import UsageError
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.fields import Row
from tui_trader.exchange.port import NewOrder, OrderAck, VenueOrder, VenueStatus
from tui_trader.exchange.wire import vocabulary

_WIRE_TYPES = {
    (OrderType.LIMIT, TimeInForce.GTC): vocabulary.OrderType.LIMIT,
    (OrderType.LIMIT, TimeInForce.IOC): vocabulary.OrderType.IMMEDIATE_OR_CANCEL,
    (OrderType.LIMIT, TimeInForce.FOK): vocabulary.OrderType.FILL_OR_KILL,
    (OrderType.LIMIT_MAKER, TimeInForce.GTC): vocabulary.OrderType.LIMIT_MAKER,
}
"""MEXC knows no time in force: it is part of the type."""

KINDS: dict[str, tuple[OrderType, TimeInForce]] = {
    vocabulary.OrderType.LIMIT: (OrderType.LIMIT, TimeInForce.GTC),
    vocabulary.OrderType.LIMIT_MAKER: (OrderType.LIMIT_MAKER, TimeInForce.GTC),
    vocabulary.OrderType.IMMEDIATE_OR_CANCEL: (OrderType.LIMIT, TimeInForce.IOC),
    vocabulary.OrderType.FILL_OR_KILL: (OrderType.LIMIT, TimeInForce.FOK),
    vocabulary.OrderType.MARKET: (OrderType.MARKET, TimeInForce.IOC),
    vocabulary.OrderType.STOP_MARKET_ORDER: (OrderType.MARKET, TimeInForce.GTC),
}
WEBSITE = (OrderType.LIMIT, TimeInForce.GTC)
"""What a kind of order counts as that only the website makes."""


def order_params(order: NewOrder) -> dict[str, str]:
    """Write an order as the venue's parameters, without time and signature.

    Raises:
        UsageError: the fields of the order contradict one another.

    """
    market = order.type is OrderType.MARKET
    wire = vocabulary.OrderType.MARKET if market else _WIRE_TYPES.get((order.type, order.time_in_force))
    if wire is None:
        raise UsageError(f"A {order.type} order cannot be {order.time_in_force}.")
    if (order.quantity is None) == (order.quote_quantity is None) or (order.quote_quantity is not None and not market):
        raise UsageError("An order has a quantity; only a market order may have a quote quantity in its place.")
    if (order.price is None) != market:
        raise UsageError("A market order has no price, and every other order has one.")
    params = {"symbol": order.symbol, "side": str(order.side), "type": str(wire)}
    if order.quantity is not None:
        params["quantity"] = canonical(order.quantity)
    if order.quote_quantity is not None:
        params["quoteOrderQty"] = canonical(order.quote_quantity)
    if order.price is not None:
        params["price"] = canonical(order.price)
    params["newClientOrderId"] = order.client_order_id
    return params


def ack_of(data: Any) -> OrderAck:
    """Read the answer to a placed order; only the order's id is certain to be there."""
    row = fields.row_of(data)
    return OrderAck(
        venue_order_id=fields.text(row, "orderId"),
        symbol=_echo(row, "symbol"),
        side=Side(row["side"]) if row.get("side") in set(Side) else None,
        price=_echo_amount(row, "price"),
        quantity=_echo_amount(row, "origQty"),
        at=_echo_moment(row, "transactTime"),
    )


def _echo(row: Row, name: str) -> str | None:
    value = row.get(name)
    return fields.text(row, name) if isinstance(value, str) and value else None


def _echo_amount(row: Row, name: str) -> Any:
    try:
        return fields.optional_amount(row, name)
    except Unreadable:
        return None


def _echo_moment(row: Row, name: str) -> int:
    try:
        return fields.optional_moment(row, name) or 0
    except Unreadable:
        return 0


def side_of(word: Any) -> Side:
    """Read a side."""
    try:
        return Side(word)
    except ValueError:
        raise Unreadable("side is neither BUY nor SELL") from None


def status_of(word: Any) -> VenueStatus:
    """Read a status; a word that nobody documented is ``OTHER``."""
    try:
        return VenueStatus(word)
    except ValueError:
        return VenueStatus.OTHER


def order_of(data: Any) -> VenueOrder:
    """Read an order as queries and cancels show it; times are 0 where it names none, as in the answer to a cancel.

    A market order's price is its worst price and is left out.
    """
    row = fields.row_of(data)
    kind, time_in_force = KINDS.get(fields.text(row, "type"), WEBSITE)
    created = fields.optional_moment(row, "time") or 0
    price = fields.optional_amount(row, "price")
    return VenueOrder(
        venue_order_id=fields.text(row, "orderId"),
        client_order_id=fields.optional_text(row, "clientOrderId") or fields.optional_text(row, "origClientOrderId"),
        symbol=fields.text(row, "symbol"),
        side=side_of(row.get("side")),
        type=kind,
        time_in_force=time_in_force,
        status=status_of(fields.text(row, "status")),
        price=price if price and kind is not OrderType.MARKET else None,
        quantity=fields.amount(row, "origQty", "Qty"),
        executed=fields.amount(row, "executedQty"),
        quote=fields.amount(row, "cummulativeQuoteQty"),
        created_at=created,
        updated_at=fields.optional_moment(row, "updateTime") or created,
        cancel_reason=fields.optional_text(row, "cancelReason"),
    )


def orders_of(data: Any) -> list[VenueOrder]:
    """Read a list of orders."""
    return [order_of(row) for row in fields.rows_of(data)]


def canceled_of(data: Any) -> VenueOrder | None:
    """Read the answer to a cancel; ``None`` when it does not hold a whole order, as old answers do not."""
    try:
        return order_of(data)
    except Unreadable:
        return None


def canceled_list(data: Any) -> list[VenueOrder]:
    """Read the answer to a cancel of everything; rows without a whole order are left out."""
    return [order for row in fields.rows_of(data) if (order := canceled_of(row)) is not None]


def fill_of(data: Any) -> Fill:
    """Read one execution."""
    row = fields.row_of(data)
    return Fill(
        venue_order_id=fields.text(row, "orderId"),
        trade_id=fields.text(row, "id"),
        symbol=fields.text(row, "symbol"),
        side=Side.BUY if fields.flag(row, "isBuyer") else Side.SELL,
        price=fields.amount(row, "price"),
        quantity=fields.amount(row, "qty"),
        quote=fields.amount(row, "quoteQty"),
        fee=fields.amount_or_zero(row, "commission"),
        fee_asset=fields.optional_text(row, "commissionAsset"),
        maker=fields.flag(row, "isMaker"),
        at=fields.moment(row, "time"),
        client_order_id=fields.optional_text(row, "clientOrderId"),
        source="rest",
    )


def fills_of(data: Any) -> list[Fill]:
    """Read a list of executions."""
    return [fill_of(row) for row in fields.rows_of(data)]
