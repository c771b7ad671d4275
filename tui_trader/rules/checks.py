"""The gate's checks in their order: one row each. A further rule is a further row.

Cheap and structural ones come first, then state, market, money, conduct (reliability.md §1.2). The result lists every
breach in this order; one ``HARD`` among them refuses the order. Nothing here raises: a check that cannot be worked
out refuses.

Rules of that table that are no row here:

==== ===================================================================================================
R05  a part of R04's row: the pair's rules know minimum and maximum
R21  idempotency: one intent id gets one answer, before the gate is asked (``services.idempotency``)
R25  repeated fires of an automatic rule: there are no automatic rules to disable
R26  a storm of refusals closes the gate itself (``services.gate``), it does not judge an order
R28  a break between the books closes the gate itself (``services.comparison``)
R34  sizing counts from the smaller of the venue's balance and the ledger (``rules.sizing``)
R36  a locked session is a state of the gate: R13's row
R37  confirmation and delayed raise are how limits are overridden (``services.confirmations``, ``limit_keeper``)
R38  the echo in the venue's answer is judged by the order table, after sending
R39  a decision that is too old is not signed (``exchange.mexc.sender``)
R40  unknown settings are refused at start (``settings``)
R41  the kill switch is a state of the gate: R13's row
R42  what happens when the last console leaves is the desk's own policy
==== ===================================================================================================

``require_stop`` and ``min_risk_reward`` of features.md §4 are left out: an order carries no stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tui_trader.domain.risk import Breach, Level
from tui_trader.rules import (
    gate_conduct,
    gate_constraints,
    gate_liquidity,
    gate_losses,
    gate_market,
    gate_money,
    gate_state,
    gate_structure,
)
from tui_trader.rules.gate import GateFacts, GateInput, facts


@dataclass(frozen=True, slots=True)
class Check:
    """One row: the rule's number and what looks at it.

    ``levels`` are the levels of its breaches (H, S, W), ``inputs`` what it needs of a ``GateInput`` by dotted name,
    and ``missing`` the code of the breach when one of these is not known; a rule whose input may be absent by nature
    (no such market, no such trade yet) has none. It ``softens`` for an order that only reduces: limits on size,
    volume, collar, rate, volatility and drawdown do (design.md, Rulings); rules of the exchange, state, balance and
    protection against doubled orders do not. A ``graded`` one refuses only while ``auto_risk_control`` is on, but what
    cannot be worked out always does.
    """

    id: str
    run: Callable[[GateFacts], Iterable[Breach]]
    levels: str
    inputs: tuple[str, ...] = ()
    missing: str = ""
    softens: bool = False
    graded: bool = False


FORM: tuple[Callable[[GateInput], Iterable[Breach]], ...] = (gate_structure.numbers, gate_structure.known_pair)
"""R01 and R02: when one of these fails nothing else can be judged."""

EQUITY = "account.equity"

CHECKS: tuple[Check, ...] = (
    Check("R02", gate_structure.rules_age, "H", ("market.rules_age_ms",), "stale_rules", softens=True),
    Check("R03", gate_structure.allowed_pair, "H", softens=True),
    Check("R04", gate_structure.pair_rules, "H"),
    Check("R16", gate_structure.reduce_only, "H"),
    Check("R12", gate_state.clock, "HS", ("clock",), "clock_unsynced"),
    Check("R13", gate_state.gate_state, "HSW"),
    Check("R14", gate_state.private_stream, "HW"),
    Check("R11", gate_market.quote_age, "HS", ("quote",), "no_quote"),
    Check("R08", gate_market.collar, "HS", ("quote", "last"), "no_reference", softens=True),
    Check("R10", gate_liquidity.market_order, "HS", softens=True),
    Check("R30", gate_market.post_only, "S"),
    Check("R07", gate_liquidity.volume_share, "HS", ("market.volume",), "no_volume", softens=True),
    Check("R07", gate_liquidity.depth_share, "HS", ("book",), "no_depth", softens=True),
    Check("R32", gate_liquidity.thin_market, "HS", softens=True, graded=True),
    Check("R32", gate_liquidity.volatility, "HS", ("market.volatility",), "no_volatility", softens=True, graded=True),
    Check("R33", gate_liquidity.peg, "S"),
    Check("R31", gate_liquidity.fee, "S"),
    Check("R06", gate_money.order_value, "HS", ("quote_rate",), "no_conversion", softens=True),
    Check("R15", gate_money.balance, "H", ("balances",), "no_balance"),
    Check("R15", gate_money.least_balance, "H"),
    Check("R17", gate_conduct.open_orders, "H", softens=True),
    Check("R17", gate_money.resting_value, "H", (EQUITY,), "no_equity", softens=True),
    Check("R18", gate_money.position_value, "H", ("account.held",), "no_position_value", graded=True),
    Check("R18", gate_money.exposure, "HS", ("account.exposure",), "no_exposure", graded=True),
    Check("R18", gate_money.concentration, "HS", ("account.held", EQUITY), "no_concentration", graded=True),
    Check("R18", gate_money.open_positions, "H"),
    Check("R18", gate_losses.drawdown, "HS", (EQUITY, "account.peak"), "no_drawdown", softens=True, graded=True),
    Check("R19", gate_losses.loss, "HS", ("account.day_loss", "account.week_loss"), "loss_limit"),
    Check("R09", gate_losses.slippage_paid, "H", (EQUITY, "conduct.slippage_paid"), "no_slippage", softens=True),
    Check("R35", gate_losses.cooldown, "S", softens=True),
    Check("R29", gate_conduct.self_trade, "HW"),
    Check("R20", gate_conduct.duplicate, "HS"),
    Check("R22", gate_conduct.rate, "H", softens=True),
    Check("R23", gate_conduct.budget, "H", softens=True),
    Check("R24", gate_conduct.churn, "S", softens=True),
    Check("R27", gate_state.unknown_orders, "HS", softens=True),
    Check("own", gate_constraints.own_rules, "HS", softens=True),
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
    found: list[Breach] = []
    for check in CHECKS:
        found += _run(check, known)
    return tuple(found)


def _run(check: Check, known: GateFacts) -> Iterable[Breach]:
    try:
        found = list(check.run(known))
    except ArithmeticError:
        found = [_failed(check.id)]
    return [_eased(check, breach, known) for breach in found] if found else found


def _eased(check: Check, breach: Breach, known: GateFacts) -> Breach:
    """Soften a breach for an order that only reduces; a protective exit, which nobody confirms, is only told of it."""
    ungraded = check.graded and not known.given.profile.auto_risk_control
    if (check.softens and known.reducing) or (ungraded and _beyond(breach)):
        breach = replace(breach, level=Level.SOFT)
    return replace(breach, level=Level.WARN) if known.exit and breach.level is Level.SOFT else breach


def _beyond(breach: Breach) -> bool:
    """Tell whether it is a known figure beyond a limit that refuses; what is not known names no limit."""
    return breach.level is Level.HARD and bool(breach.limit)


def reduces(given: GateInput) -> bool:
    """Tell whether an order only reduces; one that cannot be judged does not."""
    if given.instrument is None or any(True for form in FORM for _ in form(given)):
        return False
    try:
        return facts(given, given.instrument).reducing
    except ArithmeticError:
        return False


def _failed(rule: str) -> Breach:
    return Breach("check_failed", Level.HARD, f"The check {rule} could not be worked out, so the order is refused.")


def hard(breaches: Iterable[Breach]) -> bool:
    """Tell whether any breach refuses the order."""
    return any(breach.level is Level.HARD for breach in breaches)


def soft(breaches: Iterable[Breach]) -> bool:
    """Tell whether any breach asks for a confirmation."""
    return any(breach.level is Level.SOFT for breach in breaches)
