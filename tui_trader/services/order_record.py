"""An order in the journal: what was decided stands in its first line, what is known of it by then in every line.

Each line holds all that may change, not only what did: lines that reach the disk late, or a line that is missing,
then falsify nothing, and the line of the highest version says how the order stands. What has its usual value is left
out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tui_trader.domain.money import ZERO, canonical
from tui_trader.domain.order import CancelState, Order, OrderRequest, OrderStatus, OrderType, Origin, Side, TimeInForce

ASKED, STATE = "asked", "state"
"""The parts of a body that are for the tables alone, beside what a person reads."""
_SUMS = ("quote", "venue_executed", "venue_quote")
_MARKS = ("sent_at", "acked_at", "late_fill")


def money(value: Decimal | None) -> str | None:
    """Write an amount as canonical text; ``None`` stays."""
    return None if value is None else canonical(value)


def terms(order: Order) -> dict[str, Any]:
    """Write down everything that was decided about an order, for its first line."""
    request = order.request
    return {
        "intent_id": order.intent_id,
        "client_order_id": order.client_order_id,
        "symbol": request.symbol,
        "side": request.side.value,
        "type": request.type.value,
        "time_in_force": request.time_in_force.value,
        "quantity": canonical(order.quantity),
        "price": money(order.price),
        "quote_quantity": money(request.quote_quantity),
        "not_after": order.not_after,
        ASKED: {
            "at": order.created_at,
            "quantity": money(request.quantity),
            "price": money(request.price),
            "capped": request.capped,
            "reduce_only": request.reduce_only,
            "tags": request.tags,
            "note": request.note,
            "recv_window": order.recv_window,
        },
    }


def standing(order: Order) -> dict[str, Any]:
    """Write down how an order stands, for every line of it."""
    state: dict[str, Any] = {
        "version": order.version,
        "updated_at": order.updated_at,
        "quantity": canonical(order.quantity),
        "price": money(order.price),
    }
    for name in _SUMS:
        amount = getattr(order, name)
        if amount:
            state[name] = canonical(amount)
    for name in _MARKS:
        mark = getattr(order, name)
        if mark:
            state[name] = mark
    if order.fees:
        state["fees"] = [(asset, canonical(amount)) for asset, amount in order.fees]
    body: dict[str, Any] = {
        "status": order.status.value,
        "cancel": order.cancel.value,
        "venue_order_id": order.venue_order_id,
        "executed": canonical(order.executed),
        STATE: state,
    }
    if order.reason or order.message:
        body["reason"] = order.reason
        body["message"] = order.message
    return body


def order_of(order_id: str, origin: str, decided: Mapping[str, Any], known: Mapping[str, Any]) -> Order:
    """Make an order again out of the body with its terms and the body of the line that counts.

    Raises:
        KeyError, TypeError, ValueError, ArithmeticError: a body is not what an order was written down as.

    """
    asked, state = decided[ASKED], known[STATE]
    request = OrderRequest(
        symbol=decided["symbol"],
        side=Side(decided["side"]),
        type=OrderType(decided["type"]),
        time_in_force=TimeInForce(decided["time_in_force"]),
        quantity=_amount(asked["quantity"]),
        quote_quantity=_amount(decided["quote_quantity"]),
        price=_amount(asked["price"]),
        capped=asked["capped"],
        reduce_only=asked["reduce_only"],
        origin=Origin(origin),
        tags=tuple(asked["tags"]),
        note=asked["note"],
    )
    return Order(
        id=order_id,
        client_order_id=decided["client_order_id"],
        intent_id=decided["intent_id"],
        request=request,
        status=OrderStatus(known["status"]),
        quantity=Decimal(state["quantity"]),
        price=_amount(state["price"]),
        created_at=asked["at"],
        updated_at=state["updated_at"],
        venue_order_id=known["venue_order_id"],
        cancel=CancelState(known["cancel"]),
        executed=Decimal(known["executed"]),
        quote=Decimal(state.get("quote", ZERO)),
        venue_executed=Decimal(state.get("venue_executed", ZERO)),
        venue_quote=Decimal(state.get("venue_quote", ZERO)),
        fees=tuple((asset, Decimal(amount)) for asset, amount in state.get("fees", ())),
        not_after=decided["not_after"],
        recv_window=asked["recv_window"],
        sent_at=state.get("sent_at"),
        acked_at=state.get("acked_at"),
        late_fill=state.get("late_fill", False),
        reason=known.get("reason", ""),
        message=known.get("message", ""),
        version=state["version"],
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
