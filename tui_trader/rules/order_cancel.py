"""The cancel beside the order's own state: a request that never ends an order by itself."""

from __future__ import annotations

from collections.abc import Sequence

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import CancelState, Order
from tui_trader.rules.order_events import (
    CancelAcked,
    CancelAmbiguous,
    CancelRefused,
    CancelRequested,
    Effect,
    Transition,
)
from tui_trader.rules.order_moves import moved, unchanged

PROVES_NOTHING = frozenset({-2011, -2013, 22222, 30026})
"""Refusals that only say the order was not found open: filled, cancelled earlier, or not visible yet."""


def requested(order: Order, event: CancelRequested, _fills: Sequence[Fill]) -> Transition:
    """Begin a cancel (T24); one that is under way is not begun twice."""
    if order.cancel in {CancelState.SENDING, CancelState.ACKED}:
        return unchanged(order, "a cancel is under way")
    changed = moved(order, event.at, cancel=CancelState.SENDING)
    return Transition(changed, frozenset({Effect.SEND_CANCEL}), "cancel requested")


def acked(order: Order, event: CancelAcked, _fills: Sequence[Fill]) -> Transition:
    """Note the venue's yes, which proves nothing (T25)."""
    return _to(order, event.at, CancelState.ACKED, "cancel acknowledged", Effect.LOOK_UP)


def refused(order: Order, event: CancelRefused, _fills: Sequence[Fill]) -> Transition:
    """Look the order up after a refusal (T26); a refusal for another cause ends the cancel, not the order."""
    if event.code in PROVES_NOTHING:
        note = f"cancel answered {event.code}"
        return _to(order, event.at, CancelState.UNKNOWN, note, Effect.LOOK_UP, Effect.FETCH_FILLS)
    note = f"cancel refused: {event.code} {event.message}".rstrip()
    return _to(order, event.at, CancelState.FAILED, note, Effect.LOOK_UP, Effect.ALARM)


def ambiguous(order: Order, event: CancelAmbiguous, _fills: Sequence[Fill]) -> Transition:
    """Send the cancel again: it can only do what is wanted (T27)."""
    note = f"no telling whether the cancel arrived: {event.reason}"
    return _to(order, event.at, CancelState.UNKNOWN, note, Effect.LOOK_UP, Effect.SEND_CANCEL)


def _to(order: Order, at: int, state: CancelState, note: str, *effects: Effect) -> Transition:
    return Transition(moved(order, at, cancel=state), frozenset(effects), note)
