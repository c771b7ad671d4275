"""What a client may ask a desk about risk; ``client.risk.RiskClient`` fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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
    from tui_trader.contract.risk_state import AssessmentView, MetricsView, RiskStatusView, SizeAnswer, SizeQuestion


class RiskPort(Protocol):
    """Every call may raise the errors of :mod:`tui_trader.errors`; ``NotFound`` too when a desk lacks the route."""

    async def status(self) -> RiskStatusView:
        """Ask how the limits stand."""
        ...

    async def lift_lock(self, intent_id: str, phrase: str) -> RiskStatusView:
        """Lift the loss lock by its phrase."""
        ...

    async def profile(self) -> ProfileView:
        """Ask for every limit."""
        ...

    async def update_profile(self, change: UpdateProfile) -> ProfileView:
        """Change limits."""
        ...

    async def constraints(self) -> ConstraintsView:
        """List the person's own rules, and what they can be about."""
        ...

    async def create_constraint(self, rule: CreateConstraint) -> ConstraintView:
        """Make a rule."""
        ...

    async def update_constraint(self, constraint_id: str, change: UpdateConstraint) -> ConstraintView:
        """Change the fields of a rule that were set."""
        ...

    async def delete_constraint(self, constraint_id: str) -> None:
        """Take a rule away."""
        ...

    async def assessments(
        self, status: str | None = None, symbol: str | None = None, limit: int = 50
    ) -> Sequence[AssessmentView]:
        """List what was found, newest first; active ones unless told."""
        ...

    async def resolve(self, intent_id: str, assessment_id: str) -> AssessmentView:
        """Say that a risk has gone."""
        ...

    async def ignore(self, intent_id: str, assessment_id: str) -> AssessmentView:
        """Say that a risk is known and borne."""
        ...

    async def metrics(self) -> MetricsView:
        """Ask for the figures of now."""
        ...

    async def metrics_history(self, start: int | None = None, limit: int = 500) -> Sequence[MetricsView]:
        """List samples from UTC ms ``start`` on, oldest first."""
        ...

    async def evaluate_order(self, order: PlaceOrder) -> OrderEvaluation:
        """Ask what an order would do to the account; nothing is sent to the exchange."""
        ...

    async def evaluate_portfolio(self) -> PortfolioEvaluation:
        """Ask what is found of the account now."""
        ...

    async def size(self, question: SizeQuestion) -> SizeAnswer:
        """Have a size worked out."""
        ...
