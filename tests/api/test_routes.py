from __future__ import annotations

import json
from decimal import Decimal as D
from typing import Any

import pytest

from tests.twins.services import NOW, ServicesTwin
from tui_trader import errors
from tui_trader.api.routes import ENDPOINTS
from tui_trader.client.desk import DeskClient
from tui_trader.contract.commands import LineContext
from tui_trader.contract.orders import Outcome, PlaceOrder
from tui_trader.contract.positions import ClosePosition, CreatePosition, UpdatePosition
from tui_trader.domain.order import OrderType, Origin, Side
from tui_trader.services import model

INTENT = "intent-0001"
BODIES: dict[str, dict[str, Any]] = {
    "PlaceOrder": {"intent_id": INTENT, "symbol": "BTCUSDT", "side": "BUY", "quantity": "0.1", "price": "100"},
    "CancelMany": {"intent_id": INTENT},
    "RunLine": {"intent_id": INTENT, "line": "buy btc 0.1 @100"},
    "CreatePosition": {"intent_id": INTENT, "symbol": "BTCUSDT", "quantity": "2", "entry_price": "100"},
    "UpdatePosition": {"notes": "held elsewhere"},
    "ClosePosition": {"intent_id": INTENT, "exit_price": "120"},
    "SetPrice": {"price": "95"},
    "Stop": {"intent_id": INTENT},
    "MakeBackup": {"intent_id": INTENT},
    "Halt": {"intent_id": INTENT},
    "SizeQuestion": {"symbol": "BTCUSDT", "value": "1", "stop": "95"},
    "SettleAssessment": {"intent_id": INTENT},
    "Resume": {"intent_id": INTENT, "reason": "all is well"},
    "UpdateProfile": {"intent_id": INTENT, "limits": {"max_order_value": "50"}},
    "CreateConstraint": {
        "intent_id": INTENT,
        "type": "LIQUIDITY",
        "parameter": "spread_percent",
        "operator": "GT",
        "value": "0.5",
        "action": "BLOCK",
    },
    "UpdateConstraint": {"intent_id": INTENT, "active": False},
    "LiftLock": {"intent_id": INTENT, "phrase": "ACCEPT LOSS 12.34"},
}
VALUES = {"{symbol}": "BTCUSDT", "{order_id}": "01", "{id}": "p1"}


def an_order_to_place(**fields: Any) -> PlaceOrder:
    return PlaceOrder.model_validate(BODIES["PlaceOrder"] | fields)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
async def test_every_route_of_the_table_answers(desk: DeskClient, endpoint: Any) -> None:
    path = endpoint.path.replace("/assessments/{id}", "/assessments/risk1")
    for name, value in VALUES.items():
        path = path.replace(name, value)
    if path.startswith("/trades/calculate"):
        path += "?amount=100"
    body = BODIES[endpoint.question.__name__] if endpoint.question else None
    answer = await desk.request(endpoint.method, path, body)
    assert (answer is None) == (endpoint.answer is None)


async def test_an_order_reaches_the_service_exactly_as_written(desk: DeskClient, services: ServicesTwin) -> None:
    placed = await desk.place(an_order_to_place(quantity="0.10000000", price="12345678901234567890.123456789"))
    name, (intent, request, confirmation) = services.asked.last
    assert (name, intent, confirmation) == ("place", INTENT, None)
    assert request.price == D("12345678901234567890.123456789")
    assert request.side is Side.BUY
    assert request.origin is Origin.API
    assert placed.outcome is Outcome.ACCEPTED
    assert placed.order.state == "resting"


async def test_an_unknown_outcome_is_a_success_with_status_202(desk: DeskClient, services: ServicesTwin) -> None:
    services.orders.outcome = model.Outcome.UNKNOWN
    assert (await desk.place(an_order_to_place())).outcome is Outcome.UNKNOWN
    answer = await desk._link.http.post("/trades/orders", json=BODIES["PlaceOrder"])
    assert answer.status_code == 202


async def test_a_dry_run_places_nothing(desk: DeskClient, services: ServicesTwin) -> None:
    preview = await desk.preview(an_order_to_place())
    assert services.asked.last[0] == "preview"
    assert preview.sentence == "Buy 0.1 BTC."


async def test_decimals_are_written_without_exponents(desk: DeskClient) -> None:
    row = (await desk.request("GET", "/trades/fills"))["items"][0]
    assert (row["price"], row["quantity"], row["fee"]) == ("100", "0.00000001", "0.0000000005")
    assert row["at"] == "2025-10-09T08:53:20.000Z"
    assert (await desk.fills()).items[0].at == NOW


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Denied("Too large.", code="max_order_value", details={"breaches": []}), 422, "risk_rejected"),
        (errors.ConfirmationRequired("Far away.", token="abc"), 409, "confirmation_required"),
        (errors.Conflict("Other order, same intent."), 409, "conflict"),
        (errors.NotFound("No such order."), 404, "not_found"),
        (errors.Refused("No.", code="other"), 422, "unprocessable"),
        (errors.UsageError("What?"), 400, "bad_request"),
        (errors.GrammarError("What?", position=3, length=2, hint="buy"), 400, "bad_request"),
        (errors.VenueRejected("Oversold", code=30005), 502, "exchange_error"),
        (errors.VenueUnavailable("Later."), 503, "unavailable"),
        (errors.StoreError("Disk full."), 503, "unavailable"),
    ],
)
async def test_each_error_has_its_code_and_status(
    desk: DeskClient, services: ServicesTwin, error: Exception, status: int, code: str
) -> None:
    services.asked.fail = error
    answer = await desk._link.http.post("/trades/orders", json=BODIES["PlaceOrder"])
    body = answer.json()
    assert (answer.status_code, body["status"], body["error"]["code"]) == (status, "error", code)
    assert body["error"]["message"] == str(error)


async def test_an_unexpected_error_tells_nothing_of_itself(
    desk: DeskClient, services: ServicesTwin, caplog: pytest.LogCaptureFixture
) -> None:
    services.asked.fail = RuntimeError("secret things")
    answer = await desk._link.http.post("/trades/orders", json=BODIES["PlaceOrder"])
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "unexpected error" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        errors.Denied("Too large.", code="max_order_value"),
        errors.ConfirmationRequired("Far away.", token="abc"),
        errors.GrammarError("What?", position=3, length=2, hint="buy"),
        errors.Conflict("Other order."),
        errors.NotFound("None."),
    ],
)
async def test_the_client_raises_what_the_desk_raised(
    desk: DeskClient, services: ServicesTwin, error: errors.TraderError
) -> None:
    services.asked.fail = error
    with pytest.raises(type(error), match=str(error).rstrip("?.")) as caught:
        await desk.place(an_order_to_place())
    for name in ("token", "code", "position", "length", "hint"):
        assert getattr(caught.value, name, None) == getattr(error, name, None)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"quantity": 0.1}, "float"),
        ({"quantity": "NaN"}, "finite"),
        ({"quantity": "1", "quote_quantity": "1"}, "exactly one"),
        ({"symbol": "btc usdt"}, "symbol"),
        ({"surprise": 1}, "surprise"),
        ({"intent_id": "x"}, "intent_id"),
        ({"side": "HOLD"}, "side"),
    ],
)
async def test_a_wrong_order_is_refused_with_the_field(
    desk: DeskClient, services: ServicesTwin, change: dict[str, Any], word: str
) -> None:
    answer = await desk._link.http.post("/trades/orders", json=BODIES["PlaceOrder"] | change)
    assert answer.status_code == 400
    assert word in answer.json()["error"]["message"]
    assert not services.asked.calls


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/positions?limit=0", "limit"),
        ("/positions?sort=size", "sort"),
        ("/positions?status=HALF", "status"),
        ("/positions?colour=red", "colour"),
        ("/trades/fills?from=yesterday", "from"),
        ("/trades/calculate/BTCUSDT?amount=-1", "amount"),
        ("/trades/calculate/BTCUSDT?amount=x", "amount"),
        ("/market/candles/BTCUSDT?interval=7m", "interval"),
    ],
)
async def test_a_wrong_query_is_refused_with_its_name(desk: DeskClient, path: str, word: str) -> None:
    with pytest.raises(errors.UsageError, match=word):
        await desk.request("GET", path)


async def test_a_body_must_be_json_of_bounded_size(desk: DeskClient) -> None:
    plain = await desk._link.http.post("/commands", content=b"{}", headers={"content-type": "text/plain"})
    large = await desk._link.http.post(
        "/commands", content=b'"' + b"x" * 300_000 + b'"', headers={"content-type": "application/json"}
    )
    broken = await desk._link.http.post("/commands", content=b"{", headers={"content-type": "application/json"})
    assert [answer.status_code for answer in (plain, large, broken)] == [400, 400, 400]


async def test_wrong_paths_and_methods_are_answered_in_the_envelope(desk: DeskClient) -> None:
    assert (await desk._link.http.get("/nothing")).json()["error"]["code"] == "not_found"
    assert (await desk._link.http.put("/status")).json()["error"]["code"] == "bad_request"


async def test_typed_calls_cover_lines_positions_and_lists(desk: DeskClient, services: ServicesTwin) -> None:
    context = LineContext(focus="BTCUSDT", rows=["01"])
    assert (await desk.preview_line("buy", context)).steps[0].preview is not None
    assert (await desk.run_line(INTENT, "buy", context, "tok")).ok
    assert services.asked.last == (
        "run_line",
        (INTENT, "buy", model.LineContext("BTCUSDT", ("01",), None), "tok"),
    )
    assert (await desk.cancel(INTENT, "01", "BTCUSDT")).orders[0].id == "01"
    assert (await desk.cancel_many(INTENT, symbol="BTCUSDT", side="SELL")).failures
    assert services.asked.last == ("cancel_many", ({"symbol": "BTCUSDT", "side": Side.SELL, "ids": None},))
    assert len(await desk.open_orders("BTCUSDT")) == 3
    assert (await desk.order("BTCUSDT", "01")).id == "01"
    assert (await desk.order_history({"side": "BUY"}, limit=7, cursor="c")).cursor == "next"
    assert services.asked.last[1][1:] == (7, "c", 0)
    assert (await desk.journal("01"))[0].sequence == 5
    assert [each.id for each in (await desk.positions({"sort": "-opened_at"})).items] == ["p2", "p1"]
    assert (await desk.position_summary()).count == 2
    assert (await desk.performance("p1")).pnl == 20
    assert (await desk.balances())[0].total == 100
    assert len(await desk.equity(NOW)) == 2
    (row,) = await desk.ledger()
    assert (row.expected, row.venue, row.difference, row.broken) == (D("109.99"), 110, D("0.01"), True)
    assert [(each.asset, each.difference) for each in (await desk.status()).breaks] == [("USDT", D("0.01"))]
    assert len(await desk.instruments()) == 2
    assert (await desk.tickers(["BTCUSDT"]))[0].bid == 99
    assert len((await desk.book("BTCUSDT", 5)).bids) == 5
    assert len(await desk.candles("BTCUSDT", "1m", end=NOW)) == 1
    assert len(await desk.trades("BTCUSDT")) == 1
    assert (await desk.health()).ok
    await desk.stop()
    assert services.desk.stopping


async def test_working_orders_of_a_pair_that_does_not_exist_are_refused(desk: DeskClient) -> None:
    with pytest.raises(errors.NotFound, match="did you mean BTCUSDT"):
        await desk.open_orders("NOSUCH")


async def test_a_position_is_kept_changed_closed_and_removed(desk: DeskClient, services: ServicesTwin) -> None:
    created = CreatePosition(intent_id=INTENT, symbol="BTCUSDT", quantity=D(2), entry_price=D(100))
    view = await desk.create_position(created)
    assert (view.value, view.pnl_percent, view.risk_reward) == (D(220), D(10), D(3))
    cleared = await desk.update_position("p1", UpdatePosition(stop_loss=None))
    assert services.asked.last == ("update", ("p1", {"stop_loss": None}))
    assert cleared.stop_loss is None
    closed = await desk.close_position("p1", ClosePosition(intent_id=INTENT, type=OrderType.LIMIT, price=D(120)))
    assert services.asked.last == ("close", ("p1", INTENT, {"type": OrderType.LIMIT, "price": D(120)}))
    assert closed.position.exit_price == 120
    assert closed.placement is not None
    await desk.delete_position("p1")
    assert services.asked.last == ("delete", ("p1",))
    with pytest.raises(errors.NotFound):
        await desk.request("GET", "/positions/p9")


async def test_the_document_describes_every_route(desk: DeskClient) -> None:
    answer = await desk._link.http.get("/openapi.json")
    document = json.loads(answer.content)
    described = {(method, path) for path, each in document["paths"].items() for method in each}
    assert described == {(each.method.lower(), f"/api/v1{each.path}") for each in ENDPOINTS}
    assert "OrderView" in document["components"]["schemas"]


async def test_a_dead_desk_is_unavailable(desk: DeskClient, server: Any) -> None:
    await server.close()
    with pytest.raises(errors.DeskUnavailable, match="does not answer"):
        await desk.status()


async def test_the_kill_switch_is_pressed_shown_and_lifted(desk: DeskClient, services: ServicesTwin) -> None:
    pressed = await desk.halt(INTENT, "enough", everything=True)
    assert services.asked.last == ("halt", ("enough", True, INTENT))
    assert (pressed.cancelled, pressed.filled, pressed.kept, pressed.unconfirmed) == (1, 1, 0, 0)
    assert (pressed.orders[0].filled, pressed.everything) == (D("0.02"), True)
    assert "Filled meanwhile: 0.02 of 0.1 on BTCUSDT (buy)." in pressed.sentence
    assert (await desk.certificate()).latched_ms == 4.2
    assert (await desk.resume(INTENT, "all is well")).message == "The gate stands at ACTIVE."
    assert services.asked.last == ("resume", ("all is well", INTENT))
    with pytest.raises(errors.UsageError, match="reason"):
        await desk.request("POST", "/risk/resume", {"intent_id": INTENT, "reason": ""})
