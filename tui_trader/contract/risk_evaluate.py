"""What an order would do to the account, and what is found of the account, without anything being changed."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from tui_trader.contract.base import Answer, Money, Time
from tui_trader.contract.orders import BreachView
from tui_trader.contract.risk_state import MetricsView
from tui_trader.domain.assessment import RiskLevel, RiskType
from tui_trader.domain.order import Side


class Verdict(StrEnum):
    """What the gate would do with an order now: let it pass, ask for a confirmation, or refuse it."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    REFUSE = "refuse"


class FindingView(Answer):
    """A risk as it is found, with what to do about it; ``score`` is 25, 50, 75 or 100."""

    type: RiskType
    level: RiskLevel
    score: int
    symbol: str | None
    position_id: str | None
    order_id: str | None
    message: str
    recommendation: str


class OrderEvaluation(Answer):
    """``POST /risk/evaluate/order``, with the body of ``POST /trades/orders``: nothing is sent or reserved.

    ``sentence`` says the order in English, with its exact ``quantity`` and ``price`` (limit or cap). ``breaches`` holds
    every rule that it touches, ``findings`` what it would leave the account with, worst first.
    """

    symbol: str
    side: Side
    quantity: Money
    price: Money | None
    sentence: str
    verdict: Verdict
    breaches: list[BreachView]
    findings: list[FindingView] = Field(default_factory=list)


class PortfolioEvaluation(Answer):
    """``GET`` or ``POST /risk/evaluate/portfolio``: what is found now, worst first, told already or not.

    ``score`` is that of the worst finding, 0 without one.
    """

    at: Time
    score: int
    findings: list[FindingView]
    metrics: MetricsView
