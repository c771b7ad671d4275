"""What an order would do to the account, and how the account stands. Fulfils ``risk_state_face.Evaluator``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_trader.domain.assessment import Finding, Metrics, RiskLevel, RiskType
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.order import OrderRequest
from tui_trader.rules.gate import facts
from tui_trader.rules.risk.assessing import assess_order
from tui_trader.services.judging import Judge, Judgement
from tui_trader.services.preview import describe
from tui_trader.services.risk_state_face import OrderRisk, PortfolioRisk

UNMEASURED = Finding(
    RiskType.DATA,
    RiskLevel.HIGH,
    "What this order would do to the account cannot be worked out.",
    "Look at its price and quantity, and at why the gate refuses it.",
)


class Evaluation:
    """Looks, and changes nothing. ``find`` gives what is found of the account now, ``metrics`` its figures."""

    def __init__(self, judge: Judge, find: Callable[[], Sequence[Finding]], metrics: Callable[[], Metrics]) -> None:
        self._judge = judge
        self._find = find
        self._metrics = metrics

    async def order(self, request: OrderRequest) -> OrderRisk:
        """Look at an order, as the gate would.

        Raises:
            NotFound: there is no such pair.
            UsageError: not exactly one size was given, or a number is none.

        """
        pair = self._judge.instrument(request.symbol)
        await self._judge.freshen(request.symbol, request)
        judged = self._judge.judge(request)
        return OrderRisk(judged, describe(judged, pair), _findings(judged, pair))

    def portfolio(self) -> PortfolioRisk:
        """Look at the account."""
        return PortfolioRisk(self._find(), self._metrics())


def _findings(judged: Judgement, pair: Instrument) -> tuple[Finding, ...]:
    """Return what is found of an order; one that cannot be measured is a finding by itself."""
    try:
        return assess_order(facts(judged.given, pair))
    except ArithmeticError:
        return (UNMEASURED,)
