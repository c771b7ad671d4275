from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from tests.twins.services import ServicesTwin
from tui_trader import errors
from tui_trader.client.desk import DeskClient
from tui_trader.client.risk import RiskClient
from tui_trader.contract.risk_state import SizeQuestion
from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.order import Side
from tui_trader.services.sizing_face import SizeWish


async def test_a_question_reaches_the_service_as_asked_and_its_answer_comes_whole(
    desk: DeskClient, services: ServicesTwin
) -> None:
    asked = SizeQuestion(symbol="BTCUSDT", value=D("0.5"), price=D("100.10"), stop=D(95))
    found = await RiskClient(desk._link).size(asked)
    wish = SizeWish("BTCUSDT", Side.BUY, SizeMethod.RISK_PERCENT, D("0.5"), D("100.10"), D(95))
    assert services.asked.last == ("size", (wish,))
    assert (found.quantity, found.price, found.stop) == (D("0.04"), D("100.10"), D(95))
    assert (found.loss_at_stop, found.fees, found.slippage) == (D("0.204"), D("0.004"), D(0))
    assert found.sentence == "Buy 0.04 BTC: 0.5 % is 5 USDT."
    assert [each.code for each in found.breaches] == ["max_order_value"]


async def test_a_size_that_makes_no_sense_is_422_with_its_field(desk: DeskClient) -> None:
    answer = await desk._link.http.post("/risk/size", json={"symbol": "BTCUSDT", "value": "1"})
    body = answer.json()["error"]
    assert (answer.status_code, body["code"]) == (422, "unprocessable")
    assert body["details"] == {"field": "stop", "reason": "bad_size"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "much"}, "value"),
        ({"value": 1.5}, "value"),
        ({"value": "NaN"}, "value"),
        ({"method": "martingale"}, "method"),
        ({"side": "UP"}, "side"),
        ({"symbol": "btc/usdt"}, "symbol"),
        ({"leverage": "3"}, "leverage"),
    ],
)
async def test_what_cannot_be_read_is_400_with_its_field(desk: DeskClient, change: dict[str, Any], field: str) -> None:
    question = {"symbol": "BTCUSDT", "value": "1", "stop": "95"} | change
    answer = await desk._link.http.post("/risk/size", json=question)
    body = answer.json()["error"]
    assert (answer.status_code, body["code"]) == (400, "bad_request")
    assert list(body["details"]["fields"]) == [field]
    assert body["message"].startswith(f"{field}: ")


async def test_a_refusal_reaches_a_program_as_one(desk: DeskClient) -> None:
    with pytest.raises(errors.Refused, match="stop: give it"):
        await RiskClient(desk._link).size(SizeQuestion(symbol="BTCUSDT", value=D(1)))
