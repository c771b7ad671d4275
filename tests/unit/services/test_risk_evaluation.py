from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.twins.gate_figures import BUY, PAIR, good_input
from tests.unit.store.samples import finding, metrics
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.order import OrderRequest
from tui_trader.services.judging import Judgement
from tui_trader.services.risk_evaluation import UNMEASURED, Evaluation

D = Decimal


class JudgeTwin:
    """Judges every order alike."""

    def __init__(self, **given: Any) -> None:
        self.given = good_input(BUY, **given)
        self.freshened: list[str] = []

    def instrument(self, symbol: str) -> Instrument:
        return PAIR

    async def freshen(self, symbol: str, request: OrderRequest | None = None) -> None:
        self.freshened.append(symbol)

    def judge(self, request: OrderRequest) -> Judgement:
        return Judgement(request, self.given.quantity, self.given.price, (), self.given)


def evaluation(judge: JudgeTwin) -> Evaluation:
    return Evaluation(judge, lambda: (finding(),), metrics)  # type: ignore[arg-type] # a twin of the judge


async def test_an_order_is_looked_at_with_fresh_prices() -> None:
    judge = JudgeTwin(quantity=D(6))
    found = await evaluation(judge).order(BUY)
    assert judge.freshened == ["BTCUSDT"]
    assert found.sentence == "Buy 6 BTC at 100 USDT."
    assert found.findings[0].message == "The value of the order is 600 USDT; the limit is 500 USDT."


async def test_what_cannot_be_worked_out_is_a_finding() -> None:
    found = await evaluation(JudgeTwin(price=D("sNaN"))).order(BUY)
    assert found.findings == (UNMEASURED,)


def test_the_account_is_looked_at_as_it_is() -> None:
    found = evaluation(JudgeTwin()).portfolio()
    assert (found.findings, found.metrics) == ((finding(),), metrics())
