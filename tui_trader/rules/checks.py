"""The gate's checks in their order: one row each. A further rule is a further row.

Cheap and structural ones come first, then state, market, money, conduct (reliability.md §1.2). The result lists every
breach in this order; one ``HARD`` among them refuses the order. Nothing here raises: a check that cannot be worked
out refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tui_trader.domain.risk import Breach, Level
from tui_trader.rules import gate_conduct, gate_market, gate_money, gate_state, gate_structure
from tui_trader.rules.gate import GateFacts, GateInput, facts


@dataclass(frozen=True, slots=True)
class Check:
    """One row: the rule's number, what it looks at, and whether it softens for an order that only reduces.

    Limits on size, volume, collar, rate, volatility and drawdown soften (design.md, Rulings); rules of the exchange,
    state, balance and protection against doubled orders do not.
    """

    id: str
    run: Callable[[GateFacts], Iterable[Breach]]
    softens: bool = False


FORM: tuple[Callable[[GateInput], Iterable[Breach]], ...] = (gate_structure.numbers, gate_structure.known_pair)
"""R01 and R02: when one of these fails nothing else can be judged."""

CHECKS: tuple[Check, ...] = (
    Check("R04", gate_structure.pair_rules),
    Check("R16", gate_structure.reduce_only),
    Check("R12", gate_state.clock),
    Check("R13", gate_state.gate_state),
    Check("R14", gate_state.private_stream),
    Check("R11", gate_market.quote_age),
    Check("R08", gate_market.collar, softens=True),
    Check("R10", gate_market.naked_market, softens=True),
    Check("R30", gate_market.post_only),
    Check("R06", gate_money.order_value, softens=True),
    Check("R15", gate_money.balance),
    Check("R17", gate_conduct.open_orders, softens=True),
    Check("R29", gate_conduct.self_trade),
    Check("R20", gate_conduct.duplicate),
    Check("R22", gate_conduct.rate, softens=True),
    Check("R27", gate_state.unknown_orders, softens=True),
)


def evaluate(given: GateInput) -> tuple[Breach, ...]:
    """Return every breach of an order, in the order of the checks; an empty answer lets it pass."""
    malformed = tuple(breach for form in FORM for breach in form(given))
    if malformed or given.instrument is None:
        return malformed
    try:
        known = facts(given, given.instrument)
    except ArithmeticError:
        return (_failed("R01"),)
    return tuple(breach for check in CHECKS for breach in _run(check, known))


def _run(check: Check, known: GateFacts) -> Iterator[Breach]:
    try:
        found = tuple(check.run(known))
    except ArithmeticError:
        yield _failed(check.id)
        return
    for breach in found:
        soften = check.softens and known.reducing and breach.level is Level.HARD
        yield replace(breach, level=Level.SOFT) if soften else breach


def _failed(rule: str) -> Breach:
    return Breach("check_failed", Level.HARD, f"The check {rule} could not be worked out, so the order is refused.")


def hard(breaches: Iterable[Breach]) -> bool:
    """Tell whether any breach refuses the order."""
    return any(breach.level is Level.HARD for breach in breaches)


def soft(breaches: Iterable[Breach]) -> bool:
    """Tell whether any breach asks for a confirmation."""
    return any(breach.level is Level.SOFT for breach in breaches)
