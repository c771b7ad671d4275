"""Which route each call about risk belongs to, and that answers survive the wire."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal as D
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.twins.desk import TwinDesk
from tui_trader import errors
from tui_trader.client.desk import DeskClient
from tui_trader.client.risk import RiskClient
from tui_trader.contract import PREFIX
from tui_trader.contract.risk_evaluate import PortfolioEvaluation
from tui_trader.contract.risk_limits import CreateConstraint, UpdateConstraint, UpdateProfile
from tui_trader.contract.risk_state import MetricsView, SizeAnswer, SizeQuestion
from tui_trader.domain.assessment import Action, Operator, RiskLevel, RiskType
from tui_trader.domain.limit_facts import LIMIT_FACTS

INTENT = "intent-0001"
RULE = {
    "intent_id": INTENT,
    "type": "LIQUIDITY",
    "parameter": "spread_percent",
    "operator": "GT",
    "value": "0.5",
    "action": "BLOCK",
}
METRICS = MetricsView(
    at=1_760_000_000_000,
    equity=D("1000.10"),
    exposure=None,
    drawdown_percent=None,
    max_drawdown_percent=D("2.5"),
    day_pnl=D("-1.5"),
    week_pnl=None,
    month_pnl=None,
    concentration_percent=None,
    volatility_percent=None,
    liquidity=None,
    score=75,
    active_risks=1,
    high_risks=1,
)
SIZE = SizeAnswer(
    symbol="BTCUSDT",
    side="BUY",
    method="risk_percent",
    quantity=D("0.012"),
    price=D(65000),
    stop=D(64000),
    stop_distance=D(1000),
    notional=D(780),
    fees=D("0.78"),
    slippage=D("0.1"),
    loss_at_stop=D("12.88"),
    sentence="0.012 BTC lose 12.88 USDT at 64000.",
)


class Answering:
    """An ASGI desk that notes what it was asked and gives one answer."""

    def __init__(self, data: Any, status: int = 200) -> None:
        self.data, self.status = data, status
        self.error: dict[str, str] | None = None
        self.asked: tuple[str, str, str, Any] = ("", "", "", None)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        path = scope["raw_path"].decode().removeprefix(f"{PREFIX}/risk")
        self.asked = (scope["method"], path, scope["query_string"].decode(), json.loads(body) if body else None)
        said = {"status": "error", "error": self.error} if self.error else {"status": "success", "data": self.data}
        content = b"" if self.status == 204 else json.dumps(said).encode()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": content})


async def twin() -> TwinDesk:
    desk = TwinDesk()
    desk.risk.put_rule()
    desk.risk.find_risk(RiskType.EXPOSURE, RiskLevel.HIGH, "too much", "sell something")
    return desk


def plain(value: Any) -> Any:
    return TypeAdapter(Any).dump_python(value, mode="json")


CALLS: list[tuple[str, Callable[[Any], Awaitable[Any]], str, str, Any]] = [
    ("status", lambda risk: risk.status(), "GET", "/status", None),
    ("profile", lambda risk: risk.profile(), "GET", "/profile", None),
    (
        "update_profile",
        lambda risk: risk.update_profile(UpdateProfile(intent_id=INTENT, limits={"max_order_value": D(250)})),
        "PUT",
        "/profile",
        {"intent_id": INTENT, "limits": {"max_order_value": "250"}},
    ),
    ("constraints", lambda risk: risk.constraints(), "GET", "/constraints", None),
    (
        "create",
        lambda risk: risk.create_constraint(CreateConstraint.model_validate(RULE)),
        "POST",
        "/constraints",
        RULE,
    ),
    (
        "update",
        lambda risk: risk.update_constraint("rule1", UpdateConstraint(intent_id=INTENT, active=False)),
        "PUT",
        "/constraints/rule1",
        {"intent_id": INTENT, "active": False},
    ),
    ("assessments", lambda risk: risk.assessments(), "GET", "/assessments", None),
    (
        "resolve",
        lambda risk: risk.resolve(INTENT, "risk2"),
        "POST",
        "/assessments/risk2/resolve",
        {"intent_id": INTENT},
    ),
    (
        "ignore",
        lambda risk: risk.ignore(INTENT, "risk2"),
        "POST",
        "/assessments/risk2/ignore",
        {"intent_id": INTENT},
    ),
]


@pytest.mark.parametrize(
    ("call", "method", "path", "body"), [each[1:] for each in CALLS], ids=[each[0] for each in CALLS]
)
async def test_what_a_desk_says_arrives_as_it_was(call: Any, method: str, path: str, body: Any) -> None:
    said = await call((await twin()).risk)
    desk = Answering(plain(said))
    heard = await call(DeskClient(desk).risk)
    assert heard == said
    assert (desk.asked[0], desk.asked[1], desk.asked[3]) == (method, path, body)


async def test_figures_and_sizes_are_asked_for() -> None:
    desk = Answering(plain(METRICS))
    assert await DeskClient(desk).risk.metrics() == METRICS
    assert desk.asked[:2] == ("GET", "/metrics")
    desk.data = [plain(METRICS)]
    assert await DeskClient(desk).risk.metrics_history(5, limit=2) == [METRICS]
    assert desk.asked[1:3] == ("/metrics/history", "limit=2&from=5")
    evaluated = PortfolioEvaluation(at=METRICS.at, score=0, findings=[], metrics=METRICS)
    desk.data = plain(evaluated)
    assert await DeskClient(desk).risk.evaluate_portfolio() == evaluated
    assert desk.asked[:2] == ("GET", "/evaluate/portfolio")
    desk.data = plain(SIZE)
    assert await DeskClient(desk).risk.size(SizeQuestion(symbol="BTCUSDT", value=D("0.5"), stop=D(64000))) == SIZE
    assert desk.asked[3] == {"symbol": "BTCUSDT", "value": "0.5", "stop": "64000"}


async def test_a_rule_is_deleted_by_an_id_that_cannot_leave_its_place() -> None:
    desk = Answering(None, status=204)
    await DeskClient(desk).risk.delete_constraint("a/../b")
    assert desk.asked[:2] == ("DELETE", "/constraints/a%2F..%2Fb")


async def test_the_filters_of_assessments_are_sent() -> None:
    desk = Answering([])
    client: RiskClient = DeskClient(desk).risk
    assert await client.assessments("IGNORED", "BTCUSDT", limit=3) == []
    assert desk.asked[2] == "limit=3&status=IGNORED&symbol=BTCUSDT"


def test_a_change_of_a_rule_refuses_a_null_that_means_nothing() -> None:
    assert UpdateConstraint(intent_id=INTENT, symbol=None).symbol is None
    with pytest.raises(ValidationError, match="value cannot be null"):
        UpdateConstraint(intent_id=INTENT, value=None)


def test_a_limit_is_never_a_float() -> None:
    with pytest.raises(ValidationError):
        UpdateProfile.model_validate({"intent_id": INTENT, "limits": {"max_order_value": 0.5}})


async def test_a_lock_is_lifted_by_its_phrase() -> None:
    desk = Answering(plain(await (await twin()).risk.status()))
    assert (await DeskClient(desk).risk.lift_lock(INTENT, "ACCEPT LOSS 5")).lock is None
    assert desk.asked == ("POST", "/lift", "", {"intent_id": INTENT, "phrase": "ACCEPT LOSS 5"})


async def test_a_desk_without_the_route_says_so() -> None:
    desk = Answering(None)
    desk.error = {"code": "not_found", "message": "There is no /api/v1/risk/status."}
    with pytest.raises(errors.NotFound):
        await DeskClient(desk).risk.status()


def test_every_limit_has_a_unit_and_a_meaning() -> None:
    assert all(facts.unit and facts.meaning and facts.group for facts in LIMIT_FACTS.values())
    assert {facts.loosened for facts in LIMIT_FACTS.values()} <= {"up", "down", "neither"}


def test_the_words_of_a_rule_are_those_of_the_domain() -> None:
    made = CreateConstraint.model_validate(RULE)
    assert (made.type, made.operator, made.action) == (RiskType.LIQUIDITY, Operator.GT, Action.BLOCK)
