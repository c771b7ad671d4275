"""``/risk``: what was found, figures over time, and what an order would do to both."""

from __future__ import annotations

from tui_trader.api import risk_state_views as views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.api.risk_views import assessment_view
from tui_trader.api.routes.orders import request_of
from tui_trader.contract.orders import PlaceOrder
from tui_trader.contract.risk_evaluate import OrderEvaluation, PortfolioEvaluation
from tui_trader.contract.risk_state import AssessmentView, MetricsView, SettleAssessment
from tui_trader.domain.assessment import AssessmentStatus

DAY_MS = 86_400_000


async def assessments(call: Call) -> list[AssessmentView]:
    """List what was found."""
    found = await call.services.risk_state.assessments.list(
        call.one_of("status", AssessmentStatus, AssessmentStatus.ACTIVE),
        call.whole("limit", 50, 1, 500),
        symbol=call.query.get("symbol"),
        before=call.query.get("before"),
    )
    return [assessment_view(each) for each in found]


async def _settle(call: Call, status: AssessmentStatus) -> AssessmentView:
    asked: SettleAssessment = call.question
    settled = await call.services.risk_state.assessments.settle(asked.intent_id, call.path["id"], status)
    return assessment_view(settled)


async def resolve(call: Call) -> AssessmentView:
    """Take a person's word that a risk has gone."""
    return await _settle(call, AssessmentStatus.RESOLVED)


async def ignore(call: Call) -> AssessmentView:
    """Take a person's word that a risk is known and borne."""
    return await _settle(call, AssessmentStatus.IGNORED)


async def metrics(call: Call) -> MetricsView:
    """Show the figures of now."""
    return views.metrics_view(call.services.risk_state.metrics.now())


async def history(call: Call) -> list[MetricsView]:
    """List samples; from 24 h ago on unless told."""
    end = call.moment("to") or call.services.desk.status().now
    start = call.moment("from")
    found = await call.services.risk_state.metrics.history(
        end - DAY_MS if start is None else start, end, call.whole("limit", 500, 1, 1500)
    )
    return [views.metrics_view(each) for each in found]


async def order(call: Call) -> OrderEvaluation:
    """Look at an order."""
    asked: PlaceOrder = call.question
    return views.order_evaluation(await call.services.risk_state.evaluator.order(request_of(asked)))


async def portfolio(call: Call) -> PortfolioEvaluation:
    """Look at the account."""
    return views.portfolio_evaluation(call.services.risk_state.evaluator.portfolio())


_LIST = {
    "status": "ACTIVE unless told, RESOLVED, IGNORED",
    "symbol": "only about this pair",
    "limit": "rows, 50 unless told, at most 500",
    "before": "only older than the assessment of this id, for a further page",
}
_HISTORY = {
    "from": "RFC 3339 or UTC milliseconds; 24 h before the end unless told",
    "to": "RFC 3339 or UTC milliseconds; now unless told",
    "limit": "samples, 500 unless told, at most 1500",
}
_PORTFOLIO = "/risk/evaluate/portfolio"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/risk/assessments",
        assessments,
        "Risks that were found, newest first",
        list[AssessmentView],
        query=_LIST,
    ),
    Endpoint(
        "POST", "/risk/assessments/{id}/resolve", resolve, "Say that a risk has gone", AssessmentView, SettleAssessment
    ),
    Endpoint(
        "POST", "/risk/assessments/{id}/ignore", ignore, "Say that a risk is borne", AssessmentView, SettleAssessment
    ),
    Endpoint("GET", "/risk/metrics", metrics, "The account's figures now", MetricsView),
    Endpoint(
        "GET", "/risk/metrics/history", history, "Samples of figures, oldest first", list[MetricsView], query=_HISTORY
    ),
    Endpoint(
        "POST", "/risk/evaluate/order", order, "What an order would do, nothing sent", OrderEvaluation, PlaceOrder
    ),
    Endpoint("GET", _PORTFOLIO, portfolio, "What is found of the account now", PortfolioEvaluation),
    Endpoint("POST", _PORTFOLIO, portfolio, "The same", PortfolioEvaluation),
)
