"""Twins of what is found of risk, as the API is given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.twins.gate_figures import good_input
from tui_trader.domain.assessment import Assessment, AssessmentStatus, Finding, Metrics, RiskLevel, RiskType
from tui_trader.domain.order import OrderRequest
from tui_trader.domain.risk import Breach, Level
from tui_trader.errors import NotFound
from tui_trader.rules.risk.tracking import settled
from tui_trader.services.judging import Judgement
from tui_trader.services.risk_state_face import OrderRisk, PortfolioRisk, RiskState

D = Decimal
FOUND = Finding(RiskType.EXPOSURE, RiskLevel.HIGH, "Exposure is 6250 USDT.", "Sell something.", "BTCUSDT", "p1")


def a_metrics(at: int, **changes: Any) -> Metrics:
    """Make a sample of figures."""
    base = Metrics(at, D("1000.00000001"), D(900), D(5), D(7), D(-1), None, D(3), D(20), D("2.5"), None, 75, 2, 1)
    return replace(base, **changes)


class AssessmentsTwin:
    """Has two active risks, and settles them."""

    def __init__(self, asked: Any, now: int) -> None:
        self.asked = asked
        self.now = now
        mild = replace(FOUND, level=RiskLevel.MEDIUM, symbol=None, position_id=None)
        self.kept = {
            f"risk{number}": Assessment(f"risk{number}", finding, AssessmentStatus.ACTIVE, now, now + number)
            for number, finding in enumerate((FOUND, mild), 1)
        }

    def active(self) -> Sequence[Assessment]:
        return [each for each in self.kept.values() if each.status is AssessmentStatus.ACTIVE]

    async def list(
        self, status: AssessmentStatus, limit: int, *, symbol: str | None = None, before: str | None = None
    ) -> Sequence[Assessment]:
        self.asked.note("assessments", status, limit, symbol, before)
        return [each for each in self.kept.values() if each.status is status][:limit]

    async def settle(self, intent_id: str, assessment_id: str, status: AssessmentStatus) -> Assessment:
        self.asked.note("settle", intent_id, assessment_id, status)
        if assessment_id not in self.kept:
            raise NotFound(f"There is no assessment {assessment_id}.")
        return settled(self.kept[assessment_id], status, self.now + 9)


class MetricsTwin:
    """Has a sample for both ends of a range."""

    def __init__(self, asked: Any, now: int) -> None:
        self.asked = asked
        self.at = now

    def now(self) -> Metrics:
        return a_metrics(self.at)

    async def history(self, start: int, end: int, limit: int) -> Sequence[Metrics]:
        self.asked.note("metrics", start, end, limit)
        return [a_metrics(start), a_metrics(end, equity=None)]


class EvaluatorTwin:
    """Finds every order too large."""

    def __init__(self, asked: Any, now: int) -> None:
        self.asked = asked
        self.now = now
        self.level = Level.HARD

    async def order(self, request: OrderRequest) -> OrderRisk:
        self.asked.note("evaluate", request)
        breach = Breach("max_order_value", self.level, "The order is worth 600 USDT.", "600", "500", "make it smaller")
        judged = Judgement(request, D("0.1"), request.price, (breach,), good_input(request))
        return OrderRisk(judged, "Buy 0.1 BTC at 6000 USDT.", (FOUND,))

    def portfolio(self) -> PortfolioRisk:
        return PortfolioRisk((FOUND,), a_metrics(self.now))


class RiskStateTwin:
    """The three together, as ``all``."""

    def __init__(self, asked: Any, now: int) -> None:
        self.assessments = AssessmentsTwin(asked, now)
        self.metrics = MetricsTwin(asked, now)
        self.evaluator = EvaluatorTwin(asked, now)
        self.all = RiskState(self.assessments, self.metrics, self.evaluator)
