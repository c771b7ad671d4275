"""What is found of risk, figures over time, and what an order would do to both, as the API sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tui_trader.domain.assessment import Assessment, AssessmentStatus, Finding, Metrics
from tui_trader.domain.order import OrderRequest
from tui_trader.services.judging import Judgement


class Assessments(Protocol):
    """Risks that were found. Fulfilled by ``services.assessments``."""

    def active(self) -> Sequence[Assessment]:
        """List the active ones, worst first."""
        ...

    async def list(
        self, status: AssessmentStatus, limit: int, *, symbol: str | None = None, before: str | None = None
    ) -> Sequence[Assessment]:
        """List those of a status, newest first; ``before`` is the last id of the page before."""
        ...

    async def settle(self, intent_id: str, assessment_id: str, status: AssessmentStatus) -> Assessment:
        """Have a person say that an active one has gone or is borne; the same intent gets the same answer.

        Raises:
            NotFound: there is none of this id.
            Conflict: it is not active any more, or the intent was used for something else.
            StoreError: it could not be written down, so it stays as it is.

        """
        ...


class RiskFiguresKept(Protocol):
    """Figures of the account now and before. Fulfilled by ``services.risk_metrics``."""

    def now(self) -> Metrics:
        """Return the figures of this moment."""
        ...

    async def history(self, start: int, end: int, limit: int) -> Sequence[Metrics]:
        """List samples from ``start`` to ``end`` (UTC ms, both inside), oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class OrderRisk:
    """What the gate would say of an order now, and what is found of it, worst first."""

    judged: Judgement
    sentence: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class PortfolioRisk:
    """What is found of the account now, whether it is told already or not, and its figures."""

    findings: Sequence[Finding]
    metrics: Metrics


class Evaluator(Protocol):
    """Looks without changing anything. Fulfilled by ``services.risk_evaluation``."""

    async def order(self, request: OrderRequest) -> OrderRisk:
        """Look at an order.

        Raises:
            NotFound: there is no such pair.
            UsageError: not exactly one size was given, or a number is none.

        """
        ...

    def portfolio(self) -> PortfolioRisk:
        """Look at the account."""
        ...


@dataclass(frozen=True, slots=True)
class RiskState:
    """The three together."""

    assessments: Assessments
    metrics: RiskFiguresKept
    evaluator: Evaluator
