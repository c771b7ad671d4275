from __future__ import annotations

import asyncio
from decimal import Decimal as D

import pytest

from tests.twins.risk_state import FOUND
from tests.twins.services import NOW, ServicesTwin
from tui_trader import errors
from tui_trader.client.desk import DeskClient
from tui_trader.contract.orders import PlaceOrder
from tui_trader.contract.risk_evaluate import Verdict
from tui_trader.domain.assessment import AssessmentStatus, RiskLevel
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.order import Origin
from tui_trader.domain.risk import Level

INTENT = "intent-0001"
ORDER = PlaceOrder.model_validate(
    {"intent_id": INTENT, "symbol": "BTCUSDT", "side": "BUY", "quantity": "0.1", "price": "6000"}
)


async def test_risks_are_listed_by_status_pair_and_page(desk: DeskClient, services: ServicesTwin) -> None:
    first, second = await desk.risk.assessments()
    assert services.asked.last == ("assessments", (AssessmentStatus.ACTIVE, 50, None, None))
    assert (first.id, first.level, first.score) == ("risk1", "HIGH", 75)
    assert (first.symbol, first.position_id) == ("BTCUSDT", "p1")
    assert (first.message, first.recommendation) == (FOUND.message, FOUND.recommendation)
    assert (second.symbol, second.resolved_at) == (None, None)
    assert await desk.risk.assessments("RESOLVED", "ETHUSDT", 7) == []
    assert services.asked.last == ("assessments", (AssessmentStatus.RESOLVED, 7, "ETHUSDT", None))
    await desk.request("GET", "/risk/assessments?before=risk7&limit=500")
    assert services.asked.last[1][3] == "risk7"


@pytest.mark.parametrize("query", ["status=GONE", "limit=0", "limit=501", "page=2"])
async def test_a_list_that_makes_no_sense_is_refused(desk: DeskClient, query: str) -> None:
    with pytest.raises(errors.UsageError):
        await desk.request("GET", f"/risk/assessments?{query}")


async def test_a_risk_is_settled_by_a_person(desk: DeskClient, services: ServicesTwin) -> None:
    gone = await desk.risk.resolve(INTENT, "risk1")
    assert services.asked.last == ("settle", (INTENT, "risk1", AssessmentStatus.RESOLVED))
    assert (gone.status, gone.resolved_at) == (AssessmentStatus.RESOLVED, NOW + 9)
    borne = await desk.risk.ignore("intent-0002", "risk2")
    assert (borne.status, borne.resolved_at) == (AssessmentStatus.IGNORED, None)
    with pytest.raises(errors.NotFound):
        await desk.risk.resolve(INTENT, "risk9")
    services.asked.fail = errors.Conflict("The assessment risk1 is resolved already.")
    with pytest.raises(errors.Conflict, match="resolved already"):
        await desk.risk.ignore(INTENT, "risk1")
    with pytest.raises(errors.UsageError):
        await desk.request("POST", "/risk/assessments/risk1/resolve", {"intent_id": "short"})


async def test_figures_come_exactly_and_what_is_not_known_is_null(desk: DeskClient, services: ServicesTwin) -> None:
    found = await desk.risk.metrics()
    assert (found.equity, found.week_pnl, found.score) == (D("1000.00000001"), None, 75)
    samples = await desk.risk.metrics_history(5, limit=2)
    assert services.asked.last == ("metrics", (5, NOW + 500, 2))
    assert [each.equity for each in samples] == [D("1000.00000001"), None]
    await desk.request("GET", "/risk/metrics/history?to=86400001")
    assert services.asked.last == ("metrics", (1, 86_400_001, 500))
    with pytest.raises(errors.UsageError):
        await desk.request("GET", "/risk/metrics/history?limit=1501")


@pytest.mark.parametrize(
    ("level", "verdict"), [(Level.HARD, Verdict.REFUSE), (Level.SOFT, Verdict.CONFIRM), (Level.WARN, Verdict.ACCEPT)]
)
async def test_an_order_is_evaluated_and_not_placed(
    desk: DeskClient, services: ServicesTwin, level: Level, verdict: Verdict
) -> None:
    services.risk_state.evaluator.level = level
    found = await desk.risk.evaluate_order(ORDER)
    assert [name for name, _ in services.asked.calls] == ["evaluate"]
    assert services.asked.last[1][0].origin is Origin.API
    assert (found.verdict, found.quantity, found.price, found.symbol) == (verdict, D("0.1"), D(6000), "BTCUSDT")
    assert [(each.code, each.level) for each in found.breaches] == [("max_order_value", level)]
    assert [(each.level, each.score, each.message) for each in found.findings] == [("HIGH", 75, FOUND.message)]


async def test_an_account_is_evaluated_by_both_methods(desk: DeskClient) -> None:
    found = await desk.risk.evaluate_portfolio()
    assert (found.at, found.score, found.findings[0].level) == (NOW, 75, RiskLevel.HIGH)
    assert found.metrics == await desk.risk.metrics()
    assert (await desk.request("POST", "/risk/evaluate/portfolio"))["score"] == 75


async def test_a_risk_is_an_event(desk: DeskClient, services: ServicesTwin) -> None:
    risk = services.risk_state.assessments.kept["risk1"]

    async def first() -> tuple[int | None, str, str]:
        async for event in desk.events():
            if event.kind is EventKind.ASSESSMENT:
                return event.sequence, event.data.id, event.data.level
            services.bus.publish(Event(EventKind.ASSESSMENT, NOW, risk))
        raise AssertionError("the stream ended")

    assert await asyncio.wait_for(first(), 20) == (None, "risk1", "HIGH")
