"""What trouble with the journal means for trading: the state of the gate, and orders held back while it is slow."""

from __future__ import annotations

from tui_trader.domain.order import Origin
from tui_trader.domain.risk import Breach, GateState, Level
from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.rules.checks import reduces
from tui_trader.rules.gate import GateInput
from tui_trader.services.gate import Gate
from tui_trader.services.ports import StoreHealth

SLOW_COMMIT_MS = 500.0
MANY_WAITING = 50

_STATES = {StoreTrouble.FULL: GateState.CANCEL_ONLY, StoreTrouble.READ_ONLY: GateState.CANCEL_ONLY}
"""Where the disk only refuses, cancels go on; a disk that fails, a damaged file and what nobody foresaw halt."""


def distrust(gate: Gate, error: StoreError) -> None:
    """Close the gate as far as the trouble demands."""
    state = _STATES.get(error.trouble, GateState.HALTED)
    gate.latch(state, f"The journal cannot be relied on: {error}")


def held_up(health: StoreHealth, given: GateInput) -> Breach | None:
    """Say that the journal does not keep up; an order that only reduces may pass once that was confirmed.

    A protective exit, which nobody confirms, is only told of it.
    """
    if health.last_commit_ms <= SLOW_COMMIT_MS and health.waiting <= MANY_WAITING:
        return None
    level = Level.HARD
    if reduces(given):
        level = Level.WARN if given.request.origin is Origin.EXIT else Level.SOFT
    if health.last_commit_ms > SLOW_COMMIT_MS:
        took = f"{health.last_commit_ms:.0f}"
        message = f"The journal's last commit took {took} ms; the disk does not keep up."
        return Breach("journal_slow", level, message, took, f"{SLOW_COMMIT_MS:.0f}", suggestion="try again")
    message = f"{health.waiting} writes wait for the journal."
    return Breach("journal_slow", level, message, str(health.waiting), str(MANY_WAITING), suggestion="try again")
