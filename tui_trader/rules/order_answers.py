"""Rows of the order table for the answer, or the missing answer, to the request that places an order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import CancelState, Order, OrderStatus, Side
from tui_trader.rules.order_events import (
    Acked,
    Ambiguous,
    DefinitelyRejected,
    Effect,
    Expired,
    NotWritten,
    Restarted,
    Transition,
)
from tui_trader.rules.order_moves import (
    BELIED,
    NEVER_PLACED,
    NO_TRACE,
    RESURRECTED,
    mismatch,
    moved,
    quarantine,
    resting,
    traced,
    unchanged,
)

ADDRESS_CODE = 700006
"""«No permission for this IP»: the key is bound to other addresses."""
ADDRESS_ADVICE = (
    "This machine's address is not on the key's list: add it at MEXC under API management, or unbind the key."
)
CLOCK_CODE = 700003
"""«Timestamp for this request is outside of the recvWindow»: a definite refusal that says our clock is off."""


def acked(order: Order, event: Acked, _fills: Sequence[Fill]) -> Transition:
    """Bind the venue's id and let the order live (T5); a differing echo is a contradiction (T6)."""
    wrong = mismatch(order, event.venue_order_id, event.symbol, event.side, event.price, event.quantity)
    if wrong:
        return quarantine(order, event.at, wrong, Effect.HALT, **_theirs(order, event))
    when = order.acked_at if order.acked_at is not None else event.at
    bound = {"venue_order_id": event.venue_order_id, "acked_at": when}
    if order.status in NEVER_PLACED:
        return Transition(moved(order, event.at, **bound), BELIED, NO_TRACE)
    if order.status in {OrderStatus.SENDING, OrderStatus.UNKNOWN, OrderStatus.NOT_PLACED}:
        back = RESURRECTED if order.status is OrderStatus.NOT_PLACED else frozenset()
        return Transition(moved(order, event.at, status=resting(order), **bound), back, "acknowledged")
    return Transition(moved(order, event.at, **bound), note="acknowledged late")


def _theirs(order: Order, event: Acked) -> dict[str, str | Decimal]:
    """Return the venue's numbers where they mean more exposure than ours."""
    changes: dict[str, str | Decimal] = {}
    if order.venue_order_id is None:
        changes["venue_order_id"] = event.venue_order_id
    if event.quantity is not None and event.quantity > order.quantity:
        changes["quantity"] = event.quantity
    if event.price is not None and order.price is not None and order.side is Side.BUY:
        changes["price"] = max(order.price, event.price)
    return changes


def rejected(order: Order, event: DefinitelyRejected, _fills: Sequence[Fill]) -> Transition:
    """End an order that the venue definitely refused (T7)."""
    effects = {Effect.COUNT_REJECT} | ({Effect.RESYNC_CLOCK} if event.code == CLOCK_CODE else set())
    message = event.message
    if event.code == ADDRESS_CODE:
        effects |= {Effect.CANCEL_ONLY, Effect.ALARM}
        message = f"{message} {ADDRESS_ADVICE}"
    return _refused(order, event.at, OrderStatus.REJECTED, str(event.code), message, effects)


def not_written(order: Order, event: NotWritten, _fills: Sequence[Fill]) -> Transition:
    """End an order of which no byte left (T4)."""
    return _refused(order, event.at, OrderStatus.NOT_SENT, "not_sent", event.reason, set())


def expired(order: Order, event: Expired, _fills: Sequence[Fill]) -> Transition:
    """End an order that was not sent in time (T3)."""
    return _refused(order, event.at, OrderStatus.NOT_SENT, "expired", "not sent in time, so not sent at all", set())


def _refused(order: Order, at: int, status: OrderStatus, reason: str, message: str, effects: set[Effect]) -> Transition:
    if traced(order):
        return unchanged(order, f"{reason}, but the venue has shown it", Effect.LOOK_UP, Effect.ALARM)
    cancel = CancelState.NONE if order.cancel is CancelState.NONE else CancelState.DONE
    ended = moved(order, at, status=status, reason=reason, message=message, cancel=cancel)
    release = set() if order.status is OrderStatus.NOT_PLACED else {Effect.RELEASE}
    return Transition(ended, frozenset(effects | release), f"{reason}: {message}")


def contradicted(order: Order, event: DefinitelyRejected | NotWritten, _fills: Sequence[Fill]) -> Transition:
    """Keep a living order alive against a refusal that cannot be right."""
    return unchanged(order, f"{type(event).__name__} in {order.status}", Effect.LOOK_UP, Effect.ALARM)


def ambiguous(order: Order, event: Ambiguous, _fills: Sequence[Fill]) -> Transition:
    """Admit that nobody knows (T8): the money stays locked and the looking up begins."""
    changed = moved(order, event.at, status=OrderStatus.UNKNOWN, reason="unknown", message=event.reason)
    return Transition(changed, frozenset({Effect.LOOK_UP}), event.reason)


def restarted(order: Order, event: Restarted, _fills: Sequence[Fill]) -> Transition:
    """Turn what was under way into what nobody knows (T9).

    An order that rests and of which nothing is open needs no question of its own: the comparison that follows every
    start sees it in one list with all others, or asks for it.
    """
    rests = order.status in {OrderStatus.LIVE, OrderStatus.PART} and order.venue_executed <= order.executed
    if rests and order.cancel in {CancelState.NONE, CancelState.FAILED}:
        return unchanged(order)
    effects = {Effect.LOOK_UP}
    changes: dict[str, object] = {}
    if order.status is OrderStatus.SENDING:
        changes |= {"status": OrderStatus.UNKNOWN, "reason": "unknown", "message": "the desk stopped while sending"}
    if order.status is OrderStatus.CLOSING:
        effects |= {Effect.FETCH_FILLS}
    if order.cancel in {CancelState.SENDING, CancelState.UNKNOWN}:
        changes["cancel"] = CancelState.UNKNOWN
        effects |= {Effect.SEND_CANCEL}
    return Transition(moved(order, event.at, **changes), frozenset(effects), "restarted")
