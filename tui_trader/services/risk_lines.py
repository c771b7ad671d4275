"""Constraints and assessments as journal lines that carry them whole, before and after, and read back from them.

``before`` is null in the first line of a thing, ``after`` in the last line of one that was taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tui_trader.domain.assessment import (
    Action,
    Assessment,
    AssessmentStatus,
    Constraint,
    Finding,
    Operator,
    RiskLevel,
    RiskType,
)
from tui_trader.domain.money import canonical
from tui_trader.services.ports import JournalEntry

CONSTRAINT, ASSESSMENT = "risk.constraint", "risk.assessment"
BEFORE, AFTER = "before", "after"
_FINDING = ("message", "recommendation", "symbol", "position_id", "order_id")
_TIMES = ("created_at", "updated_at", "resolved_at")


def constraint_line(at: int, before: Constraint | None, after: Constraint | None, by: str = "person") -> JournalEntry:
    """Tell that a person's own rule was made, changed or taken away; one of the two is given at least."""
    pair = {BEFORE: before and constraint_body(before), AFTER: after and constraint_body(after)}
    return JournalEntry(CONSTRAINT, at, {"by": by, **pair})


def assessment_line(at: int, before: Assessment | None, after: Assessment, by: str = "desk") -> JournalEntry:
    """Tell that a risk was found, or what became of it."""
    pair = {BEFORE: before and assessment_body(before), AFTER: assessment_body(after)}
    return JournalEntry(ASSESSMENT, at, {"by": by, **pair})


def constraint_body(rule: Constraint) -> dict[str, Any]:
    """Write a rule."""
    return {
        "id": rule.id,
        "type": rule.type.value,
        "parameter": rule.parameter,
        "operator": rule.operator.value,
        "value": canonical(rule.value),
        "action": rule.action.value,
        "symbol": rule.symbol,
        "active": rule.active,
        "description": rule.description,
    }


def constraint_of(body: Mapping[str, Any]) -> Constraint:
    """Read a rule back.

    Raises:
        KeyError, TypeError, ValueError, ArithmeticError: it is none.

    """
    values: dict[str, Any] = {
        **body,
        "type": RiskType(body["type"]),
        "operator": Operator(body["operator"]),
        "value": Decimal(body["value"]),
        "action": Action(body["action"]),
    }
    return Constraint(**values)


def assessment_body(found: Assessment) -> dict[str, Any]:
    """Write an assessment."""
    finding = found.finding
    return {
        "id": found.id,
        "type": finding.type.value,
        "level": finding.level.value,
        "status": found.status.value,
        **{name: getattr(finding, name) for name in _FINDING},
        **{name: getattr(found, name) for name in _TIMES},
    }


def assessment_of(body: Mapping[str, Any]) -> Assessment:
    """Read an assessment back.

    Raises:
        KeyError, TypeError, ValueError: it is none.

    """
    finding = Finding(RiskType(body["type"]), RiskLevel(body["level"]), **{name: body[name] for name in _FINDING})
    return Assessment(body["id"], finding, AssessmentStatus(body["status"]), *(body[name] for name in _TIMES))
