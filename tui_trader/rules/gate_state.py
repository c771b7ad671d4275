"""Checks of state: the gate's, the way to the exchange, and what unknown outcomes block (R12, R13, R14, R27)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tui_trader.domain.order import OrderStatus, Origin
from tui_trader.domain.risk import Breach, GateState, Level
from tui_trader.rules.gate import OWN, GateFacts

CLOCK_ERROR_MS = 500
"""An order's deadline means nothing when the exchange's clock may be further off than this (R12)."""

CLOCK_AGE_S = 360
"""How old a reading of the exchange's clock may be: it is renewed every 300 s, and a renewal takes a moment (R12)."""

MACHINE_DATE_MS = 24 * 3600 * 1000
"""A machine whose date differs more than this from the exchange's writes a journal that nobody can read (R12)."""

OPEN_QUESTION = frozenset({OrderStatus.UNKNOWN, OrderStatus.QUARANTINED})

WHY = {
    GateState.RECONCILING: ("The desk is still comparing its books with the exchange.", "wait until it has finished"),
    GateState.REDUCING: ("Only orders that reduce a holding pass now.", "sell, or lift the lock"),
    GateState.CANCEL_ONLY: ("Only cancels and orders that reduce a holding pass now.", "resolve the alarm first"),
    GateState.HALTED: ("Trading is halted.", "resume first"),
}


def gate_state(facts: GateFacts) -> Iterator[Breach]:
    """R13, R14: nothing traps a person in a position; a person's own reducing order passes in every state."""
    state = facts.given.state
    if state is GateState.ACTIVE:
        return
    sentence, advice = WHY[state]
    level = _level(facts, state)
    if level is not None:
        code = "halted_word" if level is Level.SOFT else "gate_closed"
        yield Breach(code, level, sentence, state.value, GateState.ACTIVE.value, advice)


def _level(facts: GateFacts, state: GateState) -> Level | None:
    """Return how hard a state is for this order; HALTED asks a person for a typed word, which comes as SOFT."""
    origin = facts.given.request.origin
    if not facts.reducing or origin not in OWN | {Origin.EXIT, Origin.ALGO}:
        return Level.HARD
    if state is GateState.REDUCING or origin is Origin.EXIT:
        return None
    if origin is Origin.ALGO:
        return Level.HARD
    return Level.SOFT if state is GateState.HALTED else Level.WARN


def clock(facts: GateFacts) -> Iterator[Breach]:
    """R12: the exchange's clock is known, well enough and since not long ago; without it no order can be dated."""
    reading = facts.given.clock
    advice = "wait for the connection"
    if reading is None or not math.isfinite(reading.ahead_ms):
        message = "The exchange's clock is not known yet, so an order could not be dated."
        yield Breach("clock_unsynced", Level.HARD, message, suggestion=advice)
        return
    level = Level.SOFT if facts.reducing else Level.HARD
    if not reading.error_ms <= CLOCK_ERROR_MS:
        shown, limit = f"{reading.error_ms:.0f} ms", f"{CLOCK_ERROR_MS} ms"
        message = f"The exchange's clock is only known to {shown}; the limit is {limit}."
        yield Breach("clock_error", level, message, shown, limit, advice)
    if abs(reading.ahead_ms) > MACHINE_DATE_MS:
        days = f"{abs(reading.ahead_ms) / MACHINE_DATE_MS:.0f} days"
        message = f"The date of this machine differs from the exchange's by {days}."
        yield Breach("machine_date", level, message, days, "1 day", "set the machine's clock")
    if reading.age_s is None or not 0 <= reading.age_s <= CLOCK_AGE_S:
        shown = "an unknown time" if reading.age_s is None else f"{reading.age_s:.0f} s"
        limit = f"{CLOCK_AGE_S} s"
        message = f"The exchange's clock was read {shown} ago; the limit is {limit}."
        yield Breach("clock_stale", level, message, shown, limit, advice)


def private_stream(facts: GateFacts) -> Iterator[Breach]:
    """R14: while own fills and balances are not pushed, what is known of the account may be old: nothing is opened."""
    if facts.given.stream_up:
        return
    level = _level(facts, GateState.RECONCILING)
    if level is not None:
        message = "The exchange is not telling of your own orders and fills at the moment."
        yield Breach("stream_down", level, message, "down", "up", "wait until the connection is back")


def unknown_orders(facts: GateFacts) -> Iterator[Breach]:
    """R27: an order that may or may not exist on a pair asks before another one; three anywhere block all."""
    here = [order for order in facts.given.working if order.status in OPEN_QUESTION]
    questions, budget = facts.given.questions, facts.given.unknown_budget
    if questions >= budget:
        message = f"The outcome of {questions} orders is unknown; nothing is sent until it is clear."
        yield Breach("unknown_budget", Level.HARD, message, str(questions), str(budget - 1))
    if here:
        message = f"Order {here[0].id} on {facts.instrument.symbol} has no known outcome: the first may still execute."
        yield Breach("unknown_order", Level.SOFT, message, str(len(here)), "0", "wait, or cancel it first")
