"""The few moves that every row of the order table is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tui_trader.domain.fill import Fill
from tui_trader.domain.money import ZERO
from tui_trader.domain.order import FINAL, CancelState, Order, OrderStatus, OrderType, Side, TimeInForce
from tui_trader.rules.order_events import Effect, Transition

Handler = Callable[[Order, Any, Sequence[Fill]], Transition]

NEVER_PLACED = frozenset({OrderStatus.DENIED, OrderStatus.REJECTED, OrderStatus.NOT_SENT})
"""Finals that say: the venue never had it."""

RESURRECTED = frozenset({Effect.RESERVE, Effect.CANCEL_ONLY, Effect.ALARM})
BELIED = frozenset({Effect.CANCEL_ONLY, Effect.ALARM, Effect.LOOK_UP})
NO_TRACE = "the venue shows an order that was thought never to have reached it"


def moved(order: Order, at: int, **changes: Any) -> Order:
    """Return the order with changes, a later time and the next version; the same object when nothing differs."""
    if all(getattr(order, name) == value for name, value in changes.items()):
        return order
    return replace(order, updated_at=max(order.updated_at, at), version=order.version + 1, **changes)


def unchanged(order: Order, note: str = "", *effects: Effect) -> Transition:
    """Leave the order as it is."""
    return Transition(order, frozenset(effects), note)


def ignored(order: Order, event: object, _fills: Sequence[Fill]) -> Transition:
    """Take no notice; the pair of state and event says nothing that is not known."""
    return unchanged(order, f"{type(event).__name__} ignored in {order.status}")


def bounded(order: Order) -> bool:
    """Tell whether the base quantity is what was sent; an uncapped market order by quote money has none."""
    request = order.request
    return order.quantity > 0 and (request.quote_quantity is None or request.capped)


def immediate(order: Order) -> bool:
    """Tell whether the venue ends the order by itself."""
    request = order.request
    return request.type is OrderType.MARKET or request.time_in_force is not TimeInForce.GTC


def traced(order: Order) -> bool:
    """Tell whether anything shows that the venue had the order."""
    return order.venue_order_id is not None or order.executed > 0 or order.venue_executed > 0


def resting(order: Order, executed: Decimal = ZERO) -> OrderStatus:
    """Return the working status that fits what is known to be executed."""
    return OrderStatus.PART if max(executed, order.executed, order.venue_executed) > 0 else OrderStatus.LIVE


def ending(order: Order, executed: Decimal) -> OrderStatus:
    """Return the final status of a closed order with these executions known."""
    if executed == 0:
        return OrderStatus.CANCELED
    full = executed >= order.quantity if bounded(order) else True
    return OrderStatus.FILLED if full else OrderStatus.PARTIALLY_CANCELED


def cancel_after(order: Order, status: OrderStatus) -> CancelState:
    """Return the cancel state beside a new status: an ended order ends its cancel."""
    ended = status in FINAL and order.cancel is not CancelState.NONE
    return CancelState.DONE if ended else order.cancel


def mismatch(
    order: Order,
    venue_order_id: str,
    symbol: str | None,
    side: Side | None,
    price: Decimal | None,
    quantity: Decimal | None,
) -> str:
    """Say what the venue's own record has different from what was sent (R38); empty when equal."""
    pairs: list[tuple[str, object, object]] = [
        ("venue order id", order.venue_order_id, venue_order_id),
        ("symbol", order.symbol, symbol),
        ("side", order.side, side),
        ("price", order.price, price),
        ("quantity", order.quantity if bounded(order) else None, quantity),
    ]
    wrong = [
        f"{name} {theirs} instead of {ours}"
        for name, ours, theirs in pairs
        if ours is not None and theirs is not None and ours != theirs
    ]
    return "the venue's record has " + ", ".join(wrong) if wrong else ""


def quarantine(order: Order, at: int, message: str, *effects: Effect, **changes: Any) -> Transition:
    """Set a contradicted order aside for a person; an ended one keeps its state.

    One that was set aside for the same cause is not told again.
    """
    loud = frozenset({Effect.ALARM, *effects})
    if order.final:
        return Transition(moved(order, at, **changes), loud, message)
    settled = moved(order, at, status=OrderStatus.QUARANTINED, reason="contradiction", message=message, **changes)
    if settled is order:
        return unchanged(order, message)
    back = {Effect.RESERVE} if order.status is OrderStatus.NOT_PLACED else set()
    return Transition(settled, loud | back, message)
