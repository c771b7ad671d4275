"""Limits, own rules, risks and how they stand, as the contract says them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from tui_trader.contract.risk_limits import (
    ConstraintView,
    Daring,
    LimitView,
    ParameterView,
    PendingView,
    ProfileView,
)
from tui_trader.contract.risk_state import AssessmentView, LimitUse, LossLockView, RiskStatusView
from tui_trader.domain.assessment import Assessment, Constraint
from tui_trader.domain.limit_facts import CURRENCY, LIMIT_FACTS
from tui_trader.domain.risk import RiskProfile
from tui_trader.domain.risk_profile import HUNDRED, ORDERED, PER_SYMBOL
from tui_trader.rules.gate_constraints import PARAMETERS, parameter_most, parameter_unit
from tui_trader.rules.risk.limit_changes import Waiting
from tui_trader.rules.risk.limit_use import Use
from tui_trader.rules.risk.loss_lock import WAIT_MS, LossState, ends_at
from tui_trader.rules.risk.profile_values import DEFAULTS, off_at_zero, parts
from tui_trader.rules.risk.rule_changes import RuleWait
from tui_trader.services.limits_face import Profile, RiskStatus

NOTHING: Mapping[str, RuleWait] = MappingProxyType({})
LEAST = Decimal("0.01")
"""The smallest amount or percentage that is offered."""


def profile_view(profile: Profile) -> ProfileView:
    """Show the limits."""
    limits = profile.limits
    own = limits.overrides or {}
    return ProfileView(
        preset=limits.name,
        currency=profile.currency,
        auto_risk_control=limits.auto_risk_control,
        symbols=list(limits.symbols),
        limits=[limit_view(name, limits, profile.currency) for name in LIMIT_FACTS],
        overrides={symbol: {name: Decimal(value) for name, value in each.items()} for symbol, each in own.items()},
        pending=[pending_view(each, limits) for each in profile.waiting],
        trouble=profile.trouble,
    )


def limit_view(name: str, limits: RiskProfile, currency: str) -> LimitView:
    """Show one limit and what may be put in its place."""
    facts, whole, off = LIMIT_FACTS[name], isinstance(DEFAULTS[name], int), off_at_zero(name)
    return LimitView(
        name=name,
        group=facts.group,
        meaning=facts.meaning,
        unit=_unit(facts.unit, currency),
        value=Decimal(getattr(limits, name)),
        least=Decimal(0) if off else Decimal(1) if whole else LEAST,
        most=HUNDRED if name.endswith("_percent") else None,
        not_above=dict(ORDERED).get(name, ""),
        whole=whole,
        off_at_zero=off,
        per_symbol=name in PER_SYMBOL,
        daring=Daring(facts.loosened),
    )


def pending_view(waiting: Waiting, limits: RiskProfile) -> PendingView:
    """Show a limit that waits: a pair's own one that goes by the general one, a list of pairs by its length."""
    symbol, name = parts(waiting.key)
    value = getattr(limits, name) if waiting.value is None else waiting.value
    number = len(value) if isinstance(value, tuple) else value
    return PendingView(name=name, symbol=symbol, value=Decimal(number), at=waiting.at)


def constraint_view(rule: Constraint, waiting: Mapping[str, RuleWait] = NOTHING) -> ConstraintView:
    """Show an own rule, and what it is to become."""
    shown, wait = ConstraintView.model_validate(rule), waiting.get(rule.id)
    return shown if wait is None else shown.model_copy(update={"until": wait.at, "then": wait.words})


def parameter_views(currency: str) -> Iterator[ParameterView]:
    """List what an own rule can be about."""
    for kind, parameters in PARAMETERS.items():
        for name in parameters:
            unit = _unit(parameter_unit(name), currency)
            yield ParameterView(type=kind, parameter=name, unit=unit, most=parameter_most(name))


def status_view(status: RiskStatus) -> RiskStatusView:
    """Show how risk stands."""
    profile = status.profile
    return RiskStatusView(
        at=status.at,
        gate=status.gate.value,
        gate_reason=status.gate_reason,
        preset=profile.limits.name,
        currency=profile.currency,
        limits=[use_view(each) for each in status.uses],
        lock=None if status.lock is None else lock_view(status.lock),
        assessments=[assessment_view(each) for each in status.assessments],
        trouble=profile.trouble,
    )


def use_view(use: Use) -> LimitUse:
    """Show how far a limit is used."""
    return LimitUse.model_validate(use)


def lock_view(state: LossState) -> LossLockView:
    """Show the loss lock while it is on."""
    return LossLockView(
        reason=state.locked,
        since=state.locked_at,
        until=ends_at(state),
        liftable_at=state.locked_at + WAIT_MS,
        phrase=state.phrase,
        cancels=state.cancelled,
    )


def assessment_view(found: Assessment) -> AssessmentView:
    """Show a risk that was found."""
    finding = found.finding
    return AssessmentView(
        id=found.id,
        type=finding.type,
        level=finding.level,
        status=found.status,
        symbol=finding.symbol,
        position_id=finding.position_id,
        order_id=finding.order_id,
        score=found.score,
        message=finding.message,
        recommendation=finding.recommendation,
        created_at=found.created_at,
        updated_at=found.updated_at,
        resolved_at=found.resolved_at,
    )


def _unit(unit: str, currency: str) -> str:
    return currency if unit == CURRENCY else unit
