"""Rows of the order table for what the venue shows of an order, or fails to show."""

from __future__ import annotations

from collections.abc import Sequence

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import CancelState, Order, OrderStatus
from tui_trader.rules.order_events import (
    AbsentFromOpen,
    Attested,
    Contradicted,
    Effect,
    EvidenceMixed,
    LookupMissed,
    ProvedAbsent,
    Reported,
    Transition,
)
from tui_trader.rules.order_moves import (
    BELIED,
    NEVER_PLACED,
    NO_TRACE,
    RESURRECTED,
    bounded,
    cancel_after,
    ending,
    immediate,
    mismatch,
    moved,
    quarantine,
    resting,
    traced,
    unchanged,
)

OPEN = frozenset({"NEW", "PARTIALLY_FILLED"})
CLOSED = frozenset({"FILLED", "CANCELED", "PARTIALLY_CANCELED"})
MISSES_TO_DOUBT = 3
SPAN_TO_DOUBT_MS = 30_000


def reported(order: Order, event: Reported, _fills: Sequence[Fill]) -> Transition:
    """Take news of the venue in; older news changes nothing (T23)."""
    wrong = mismatch(order, event.venue_order_id, event.symbol, event.side, event.price, event.quantity)
    if wrong:
        return quarantine(order, event.at, wrong, Effect.HALT)
    if event.status not in OPEN | CLOSED:
        return unchanged(order, f"unknown status {event.status} of the venue", Effect.CANCEL_ONLY, Effect.ALARM)
    if order.final:
        return _after_the_end(order, event)
    if event.executed < max(order.executed, order.venue_executed):
        return unchanged(order, "older news", *([Effect.LOOK_UP] if event.status in CLOSED else []))
    if bounded(order) and event.executed > order.quantity:
        message = f"the venue says {event.executed} of {order.quantity} executed"
        return quarantine(order, event.at, message, Effect.CANCEL_ONLY, Effect.FETCH_FILLS, **_news(order, event))
    return _open(order, event) if event.status in OPEN else _closed(order, event)


def _news(order: Order, event: Reported) -> dict[str, object]:
    return {
        "venue_order_id": event.venue_order_id,
        "venue_executed": max(order.venue_executed, event.executed),
        "venue_quote": max(order.venue_quote, event.quote),
    }


def _effects(order: Order, event: Reported) -> set[Effect]:
    """Return what any believed news of a working order asks for."""
    effects = set(RESURRECTED) if order.status is OrderStatus.NOT_PLACED else set()
    if event.executed > order.executed:
        effects.add(Effect.FETCH_FILLS)
    return effects


def _open(order: Order, event: Reported) -> Transition:
    if order.status is OrderStatus.CLOSING:
        return unchanged(order, "older news")
    effects = _effects(order, event)
    if order.cancel is CancelState.UNKNOWN:
        effects.add(Effect.SEND_CANCEL)
    kept = order.status is OrderStatus.QUARANTINED
    status = order.status if kept else resting(order, event.executed)
    changed = moved(order, event.at, status=status, **_news(order, event))
    return Transition(changed, frozenset(effects), f"{event.source}: {event.status}")


def _closed(order: Order, event: Reported) -> Transition:
    effects = _effects(order, event)
    if event.status == "FILLED" and bounded(order) and event.executed < order.quantity:
        return unchanged(order, "FILLED, but not all of it", Effect.LOOK_UP, Effect.FETCH_FILLS)
    if order.status is OrderStatus.QUARANTINED:
        return Transition(moved(order, event.at, **_news(order, event)), frozenset(effects), "closed in quarantine")
    complete = event.executed == order.executed
    status = ending(order, order.executed) if complete else OrderStatus.CLOSING
    changes = _news(order, event) | {"status": status, "cancel": cancel_after(order, status)}
    if event.status != "FILLED" and order.cancel is CancelState.NONE and not immediate(order):
        changes["reason"] = event.cancel_reason or "EXTERNAL"
        effects.add(Effect.NOTIFY)
    if complete:
        effects = (effects | {Effect.RELEASE}) - {Effect.RESERVE}
    return Transition(moved(order, event.at, **changes), frozenset(effects), f"{event.source}: {event.status}")


def _after_the_end(order: Order, event: Reported) -> Transition:
    """Judge news of an order that has ended: its state stays, what it cost may have to be learnt."""
    more = event.executed > max(order.executed, order.venue_executed)
    fetch = {Effect.FETCH_FILLS} if more else set()
    if order.status in NEVER_PLACED:
        changed = moved(order, event.at, **_news(order, event))
        effects = BELIED | fetch if changed is not order else frozenset()
        return Transition(changed, effects, NO_TRACE)
    if event.executed <= order.venue_executed:
        return unchanged(order, "older news")
    alarm = {Effect.ALARM} if more else set()
    return Transition(moved(order, event.at, **_news(order, event)), frozenset(fetch | alarm), "sums after the end")


def missed_unknown(order: Order, event: LookupMissed, _fills: Sequence[Fill]) -> Transition:
    """Look again: one absence proves nothing (T13)."""
    return unchanged(order, f"not shown, {event.misses} times in a row", Effect.LOOK_UP)


def missed_working(order: Order, event: LookupMissed, _fills: Sequence[Fill]) -> Transition:
    """Doubt a working order after three misses over 30 s (T22); one with executions stays what it is."""
    doubtful = event.misses >= MISSES_TO_DOUBT and event.span_ms >= SPAN_TO_DOUBT_MS
    note = f"not shown, {event.misses} times in a row"
    if not doubtful:
        return unchanged(order, note, Effect.LOOK_UP)
    if order.executed > 0:
        return unchanged(order, note, Effect.LOOK_UP, Effect.FETCH_FILLS, Effect.ALARM)
    changed = moved(
        order, event.at, status=OrderStatus.UNKNOWN, reason="unknown", message="the venue stopped showing it"
    )
    return Transition(changed, frozenset({Effect.LOOK_UP, Effect.ALARM}), note)


def missed_closing(order: Order, _event: LookupMissed, _fills: Sequence[Fill]) -> Transition:
    """Keep asking for the executions of an ended order."""
    return unchanged(order, "not shown", Effect.FETCH_FILLS)


def absent(order: Order, _event: AbsentFromOpen, _fills: Sequence[Fill]) -> Transition:
    """Ask for the order itself (T21)."""
    return unchanged(order, "not among the open orders", Effect.LOOK_UP)


def proved_absent(order: Order, event: ProvedAbsent, _fills: Sequence[Fill]) -> Transition:
    """Conclude that it was never placed (T14); one the venue once showed goes to a person instead."""
    if traced(order):
        return mixed(order, EvidenceMixed(event.at), ())
    changed = moved(
        order, event.at, status=OrderStatus.NOT_PLACED, reason="not_placed", message="the venue never had it"
    )
    return Transition(changed, frozenset({Effect.RELEASE}), "proved absent")


def mixed(order: Order, event: EvidenceMixed, _fills: Sequence[Fill]) -> Transition:
    """Hand an order to a person that can neither be found nor be ruled out (T15)."""
    return quarantine(order, event.at, "the venue's answers do not agree", Effect.CANCEL_ONLY)


def contradicted(order: Order, event: Contradicted, _fills: Sequence[Fill]) -> Transition:
    """Set aside what the caller found to be impossible."""
    return quarantine(order, event.at, event.message, Effect.HALT)


def attested(order: Order, event: Attested, _fills: Sequence[Fill]) -> Transition:
    """End a quarantine by the operator's word; executions known decide how it ended."""
    status = ending(order, order.executed)
    changed = moved(
        order, event.at, status=status, reason="attested", message=event.reason, cancel=cancel_after(order, status)
    )
    return Transition(changed, frozenset({Effect.RELEASE}), f"attested: {event.reason}")
