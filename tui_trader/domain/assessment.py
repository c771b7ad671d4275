"""Risks as they are told: levels, a person's own rules, what was found, and figures over time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class RiskLevel(StrEnum):
    """How bad a risk is."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def score(self) -> int:
        """25 for a low one to 100 for a critical one."""
        return _SCORES[self]


_SCORES = {RiskLevel.LOW: 25, RiskLevel.MEDIUM: 50, RiskLevel.HIGH: 75, RiskLevel.CRITICAL: 100}


class RiskType(StrEnum):
    """What a risk is about."""

    POSITION = "POSITION"
    VOLATILITY = "VOLATILITY"
    LIQUIDITY = "LIQUIDITY"
    EXPOSURE = "EXPOSURE"
    CONCENTRATION = "CONCENTRATION"
    DRAWDOWN = "DRAWDOWN"
    LOSS = "LOSS"
    PRICE = "PRICE"
    RATE = "RATE"
    DATA = "DATA"
    VENUE = "VENUE"


class Operator(StrEnum):
    """On which side of its value a constraint is broken."""

    GT = "GT"
    LT = "LT"


class Action(StrEnum):
    """What a broken constraint does: refuse, or ask."""

    BLOCK = "BLOCK"
    WARN = "WARN"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A person's own rule: an order is stopped or asked about while ``parameter`` is above or below ``value``.

    ``symbol`` limits it to one pair. Which parameters a type has, ``rules.gate_constraints`` knows.
    """

    id: str
    type: RiskType
    parameter: str
    operator: Operator
    value: Decimal
    action: Action
    symbol: str | None = None
    active: bool = True
    description: str = ""

    @property
    def readable(self) -> bool:
        """Whether it is a rule as it was made; see :func:`unreadable`."""
        return self.parameter != UNREADABLE


UNREADABLE = "unreadable"
"""The parameter of what stands for a rule that cannot be read; no figure is known of it."""


def unreadable(rule_id: str) -> Constraint:
    """Make what stands for a kept rule that cannot be read: it refuses on every pair, for nobody knows what it said."""
    words = "it could not be read and refuses until it is deleted"
    return Constraint(rule_id, RiskType.DATA, UNREADABLE, Operator.GT, Decimal(0), Action.BLOCK, description=words)


class AssessmentStatus(StrEnum):
    """Whether a risk still stands, has gone, or is known and borne."""

    ACTIVE = "ACTIVE"
    RESOLVED = "RESOLVED"
    IGNORED = "IGNORED"


@dataclass(frozen=True, slots=True)
class Finding:
    """A risk as it is found: what, how bad, about what, in a sentence, and what to do about it."""

    type: RiskType
    level: RiskLevel
    message: str
    recommendation: str
    symbol: str | None = None
    position_id: str | None = None
    order_id: str | None = None

    @property
    def about(self) -> tuple[str, str | None, str | None, str | None]:
        """What makes two findings one risk."""
        return (self.type.value, self.symbol, self.position_id, self.order_id)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A finding with a life. Times are UTC ms."""

    id: str
    finding: Finding
    status: AssessmentStatus
    created_at: int
    updated_at: int
    resolved_at: int | None = None

    @property
    def score(self) -> int:
        """The score of its level."""
        return self.finding.level.score


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of the account at a moment, in its own currency; percentages are percent, ``None`` is not known.

    ``equity`` counts each coin once. ``drawdown_percent`` counts from the highest equity so far, and
    ``max_drawdown_percent`` is its worst. ``concentration_percent`` is the largest asset's share, while
    ``volatility_percent`` and ``liquidity`` are those of the worst pair held. ``score`` is that of the worst active
    risk, 0 without one.
    """

    at: int
    equity: Decimal | None
    exposure: Decimal | None
    drawdown_percent: Decimal | None
    max_drawdown_percent: Decimal
    day_pnl: Decimal | None
    week_pnl: Decimal | None
    month_pnl: Decimal | None
    concentration_percent: Decimal | None
    volatility_percent: Decimal | None
    liquidity: Decimal | None
    score: int
    active_risks: int
    high_risks: int
