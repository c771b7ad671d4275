"""Risks, figures and evaluations as the contract shows them."""

from __future__ import annotations

from tui_trader.api import views
from tui_trader.contract.risk_evaluate import FindingView, OrderEvaluation, PortfolioEvaluation, Verdict
from tui_trader.contract.risk_state import MetricsView
from tui_trader.domain.assessment import Finding, Metrics
from tui_trader.services.judging import Judgement
from tui_trader.services.risk_state_face import OrderRisk, PortfolioRisk


def metrics_view(sample: Metrics) -> MetricsView:
    """Show a sample of figures."""
    return MetricsView.model_validate(sample)


def finding_view(finding: Finding) -> FindingView:
    """Show what is found."""
    return FindingView(
        type=finding.type,
        level=finding.level,
        score=finding.level.score,
        symbol=finding.symbol,
        position_id=finding.position_id,
        order_id=finding.order_id,
        message=finding.message,
        recommendation=finding.recommendation,
    )


def order_evaluation(found: OrderRisk) -> OrderEvaluation:
    """Show what the gate would say of an order, and what is found of it."""
    judged = found.judged
    return OrderEvaluation(
        symbol=judged.request.symbol,
        side=judged.request.side,
        quantity=judged.quantity,
        price=judged.price,
        sentence=found.sentence,
        verdict=_verdict(judged),
        breaches=[views.breach_view(each) for each in judged.breaches],
        findings=[finding_view(each) for each in found.findings],
    )


def portfolio_evaluation(found: PortfolioRisk) -> PortfolioEvaluation:
    """Show what is found of the account."""
    return PortfolioEvaluation(
        at=found.metrics.at,
        score=max((each.level.score for each in found.findings), default=0),
        findings=[finding_view(each) for each in found.findings],
        metrics=metrics_view(found.metrics),
    )


def _verdict(judged: Judgement) -> Verdict:
    if judged.refused:
        return Verdict.REFUSE
    return Verdict.CONFIRM if judged.asks else Verdict.ACCEPT
