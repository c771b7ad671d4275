"""The desk's routes under ``/risk`` as typed calls, but for the kill switch's, which ``client.desk`` has."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tui_trader.client.link import Link
from tui_trader.contract.orders import PlaceOrder
from tui_trader.contract.risk_evaluate import OrderEvaluation, PortfolioEvaluation
from tui_trader.contract.risk_limits import (
    ConstraintsView,
    ConstraintView,
    CreateConstraint,
    ProfileView,
    UpdateConstraint,
    UpdateProfile,
)
from tui_trader.contract.risk_state import (
    AssessmentView,
    LiftLock,
    MetricsView,
    RiskStatusView,
    SettleAssessment,
    SizeAnswer,
    SizeQuestion,
)


class RiskClient:
    """Fulfils ``client.risk_port.RiskPort`` over one link. Nothing is retried here."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def status(self) -> RiskStatusView:
        """Ask how the limits stand."""
        found: RiskStatusView = await self._link.get(RiskStatusView, "/risk/status")
        return found

    async def lift_lock(self, intent_id: str, phrase: str) -> RiskStatusView:
        """Lift the loss lock by its phrase."""
        asked = LiftLock(intent_id=intent_id, phrase=phrase)
        found: RiskStatusView = await self._link.call(RiskStatusView, "POST", "/risk/lift", asked)
        return found

    async def profile(self) -> ProfileView:
        """Ask for every limit."""
        found: ProfileView = await self._link.get(ProfileView, "/risk/profile")
        return found

    async def update_profile(self, change: UpdateProfile) -> ProfileView:
        """Change limits."""
        changed: ProfileView = await self._link.call(ProfileView, "PUT", "/risk/profile", change)
        return changed

    async def constraints(self) -> ConstraintsView:
        """List the person's own rules, and what they can be about."""
        found: ConstraintsView = await self._link.get(ConstraintsView, "/risk/constraints")
        return found

    async def create_constraint(self, rule: CreateConstraint) -> ConstraintView:
        """Make a rule."""
        made: ConstraintView = await self._link.call(ConstraintView, "POST", "/risk/constraints", rule)
        return made

    async def update_constraint(self, constraint_id: str, change: UpdateConstraint) -> ConstraintView:
        """Change the fields of a rule that were set."""
        path = f"/risk/constraints/{quote(constraint_id, safe='')}"
        changed: ConstraintView = await self._link.call(ConstraintView, "PUT", path, change)
        return changed

    async def delete_constraint(self, constraint_id: str) -> None:
        """Take a rule away."""
        await self._link.call(None, "DELETE", f"/risk/constraints/{quote(constraint_id, safe='')}")

    async def assessments(
        self, status: str | None = None, symbol: str | None = None, limit: int = 50
    ) -> Sequence[AssessmentView]:
        """List what was found, newest first; active ones unless told."""
        query = {"limit": str(limit)} | {
            name: value for name, value in (("status", status), ("symbol", symbol)) if value is not None
        }
        found: list[AssessmentView] = await self._link.get(list[AssessmentView], "/risk/assessments", query)
        return found

    async def resolve(self, intent_id: str, assessment_id: str) -> AssessmentView:
        """Say that a risk has gone."""
        return await self._settle(intent_id, assessment_id, "resolve")

    async def ignore(self, intent_id: str, assessment_id: str) -> AssessmentView:
        """Say that a risk is known and borne."""
        return await self._settle(intent_id, assessment_id, "ignore")

    async def metrics(self) -> MetricsView:
        """Ask for the figures of now."""
        found: MetricsView = await self._link.get(MetricsView, "/risk/metrics")
        return found

    async def metrics_history(self, start: int | None = None, limit: int = 500) -> Sequence[MetricsView]:
        """List samples from UTC ms ``start`` on, oldest first."""
        query = {"limit": str(limit)} | ({} if start is None else {"from": str(start)})
        found: list[MetricsView] = await self._link.get(list[MetricsView], "/risk/metrics/history", query)
        return found

    async def evaluate_order(self, order: PlaceOrder) -> OrderEvaluation:
        """Ask what an order would do to the account; nothing is sent to the exchange."""
        found: OrderEvaluation = await self._link.call(OrderEvaluation, "POST", "/risk/evaluate/order", order)
        return found

    async def evaluate_portfolio(self) -> PortfolioEvaluation:
        """Ask what is found of the account now."""
        found: PortfolioEvaluation = await self._link.get(PortfolioEvaluation, "/risk/evaluate/portfolio")
        return found

    async def size(self, question: SizeQuestion) -> SizeAnswer:
        """Have a size worked out."""
        found: SizeAnswer = await self._link.call(SizeAnswer, "POST", "/risk/size", question)
        return found

    async def _settle(self, intent_id: str, assessment_id: str, how: str) -> AssessmentView:
        path = f"/risk/assessments/{quote(assessment_id, safe='')}/{how}"
        asked = SettleAssessment(intent_id=intent_id)
        settled: AssessmentView = await self._link.call(AssessmentView, "POST", path, asked)
        return settled
