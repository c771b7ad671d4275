"""Constraints, assessments and figures as table rows and back. A row is a tuple in the order of ``schema.columns``."""

from __future__ import annotations

import logging
from decimal import Decimal

from tui_trader.domain.assessment import (
    Action,
    Assessment,
    AssessmentStatus,
    Constraint,
    Finding,
    Metrics,
    Operator,
    RiskLevel,
    RiskType,
    unreadable,
)
from tui_trader.store.fields import decimal_or_none, money, money_or_none
from tui_trader.store.rows import Row

_UNREADABLE = (ValueError, ArithmeticError)
"""What comes of reading a row that another version wrote, or that was damaged; the tables hold no foreign types."""
_log = logging.getLogger(__name__)


def constraint_row(rule: Constraint) -> Row:
    """Write a person's own rule."""
    return (
        rule.id,
        rule.type.value,
        rule.parameter,
        rule.operator.value,
        money(rule.value),
        rule.action.value,
        rule.symbol,
        int(rule.active),
        rule.description,
    )


def constraint_from(row: Row) -> Constraint:
    """Read a person's own rule; of one that cannot be read comes what stands for it (``assessment.unreadable``)."""
    try:
        return _constraint(row)
    except _UNREADABLE as error:
        _log.error("The rule %s cannot be read: %s", row[0], error)
        return unreadable(row[0])


def _constraint(row: Row) -> Constraint:
    id_, type_, parameter, operator, value, action, symbol, active, description = row
    limit = Decimal(value)
    if not limit.is_finite():
        raise ValueError(f"{value} is no amount")
    return Constraint(
        id_,
        RiskType(type_),
        parameter,
        Operator(operator),
        limit,
        Action(action),
        symbol,
        bool(active),
        description,
    )


def assessment_row(found: Assessment) -> Row:
    """Write an assessment."""
    finding = found.finding
    return (
        found.id,
        finding.type.value,
        finding.level.value,
        found.status.value,
        finding.symbol,
        finding.position_id,
        finding.order_id,
        finding.message,
        finding.recommendation,
        found.created_at,
        found.updated_at,
        found.resolved_at,
    )


def assessment_from(row: Row) -> Assessment | None:
    """Read an assessment; ``None`` for one that cannot be read."""
    try:
        return _assessment(row)
    except _UNREADABLE as error:
        _log.error("The assessment %s cannot be read and is left out: %s", row[0], error)
        return None


def _assessment(row: Row) -> Assessment:
    id_, type_, level, status, symbol, position_id, order_id, message, recommendation, *times = row
    finding = Finding(RiskType(type_), RiskLevel(level), message, recommendation, symbol, position_id, order_id)
    return Assessment(id_, finding, AssessmentStatus(status), *times)


def metrics_row(sample: Metrics) -> Row:
    """Write a sample of figures."""
    return (
        sample.at,
        money_or_none(sample.equity),
        money_or_none(sample.exposure),
        money_or_none(sample.drawdown_percent),
        money(sample.max_drawdown_percent),
        money_or_none(sample.day_pnl),
        money_or_none(sample.week_pnl),
        money_or_none(sample.month_pnl),
        money_or_none(sample.concentration_percent),
        money_or_none(sample.volatility_percent),
        money_or_none(sample.liquidity),
        sample.score,
        sample.active_risks,
        sample.high_risks,
    )


def metrics_from(row: Row) -> Metrics:
    """Read a sample of figures."""
    at, equity, exposure, drawdown, worst, day, week, month, share, volatility, liquidity, *counts = row
    return Metrics(
        at,
        decimal_or_none(equity),
        decimal_or_none(exposure),
        decimal_or_none(drawdown),
        Decimal(worst),
        decimal_or_none(day),
        decimal_or_none(week),
        decimal_or_none(month),
        decimal_or_none(share),
        decimal_or_none(volatility),
        decimal_or_none(liquidity),
        *counts,
    )
