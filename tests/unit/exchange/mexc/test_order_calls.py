import asyncio
import dataclasses
import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tui_trader.credentials import Credentials
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.errors import NotSent, UsageError, VenueError, VenueRejected, VenueUnavailable, VenueUnknown
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.mexc.signing import encode
from tui_trader.exchange.port import NewOrder, VenueStatus
from tui_trader.exchange.wire import signature

Make = Callable[..., NewOrder]
SECRET = "45d0b3c26f2644f19bfb98b07741b2f5"
ACK = {
    "symbol": "BTCUSDT", "orderId": "C02__1", "orderListId": -1, "price": "100", "origQty": "0.5", "type": "LIMIT",
    "side": "BUY", "stpMode": "", "transactTime": 1760000000123,
}  # fmt: skip
ROW = {
    "symbol": "BTCUSDT", "orderId": "C02__1", "clientOrderId": "abc", "price": "100", "origQty": "0.5",
    "executedQty": "0.2", "cummulativeQuoteQty": "20", "status": "PARTIALLY_FILLED", "timeInForce": None,
    "type": "LIMIT", "side": "BUY", "time": 1760000000000, "updateTime": None, "stpMode": "",
}  # fmt: skip
TRADE = {
    "symbol": "BTCUSDT", "id": "505X1", "orderId": "C02__1", "orderListId": -1, "price": "100", "qty": "0.2",
    "quoteQty": "20", "commission": "0.01", "commissionAsset": "USDT", "time": 1760000000000, "isBuyer": True,
    "isMaker": False, "isBestMatch": True, "isSelfTrade": False, "clientOrderId": None,
}  # fmt: skip


async def test_an_order_is_signed_over_exactly_what_goes_out(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order", ACK)
    ack = await rest.exchange.place(new_order())
    assert (ack.venue_order_id, ack.symbol, ack.side, ack.price) == ("C02__1", "BTCUSDT", Side.BUY, Decimal(100))
    request = rest.sent[0]
    raw = request.url.query.decode()
    assert raw.startswith(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.5&price=100&newClientOrderId=m101ARZ3NDEKTSV4RRFFQ69G5FAV"
        "&recvWindow=3000&timestamp=1760000000250&signature="
    )
    assert signature.verify(SECRET, raw)
    assert request.headers["x-mexc-apikey"].startswith("mx0")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == "0"
    assert request.headers["user-agent"] == "tui-trader"


def test_plain_parameters_are_joined_as_the_wire_encodes_them() -> None:
    for params in ({"a": "1", "b": "x.y-z_"}, {"a": "[1, 2]~é&="}, {"a=b": "c"}, {}):
        assert encode(params) == signature.encode_query(params)


@pytest.mark.parametrize(
    ("changes", "type_", "field"),
    [
        ({"time_in_force": TimeInForce.IOC}, "IMMEDIATE_OR_CANCEL", "price"),
        ({"time_in_force": TimeInForce.FOK}, "FILL_OR_KILL", "price"),
        ({"type": OrderType.LIMIT_MAKER}, "LIMIT_MAKER", "price"),
        ({"type": OrderType.MARKET, "price": None}, "MARKET", "quantity"),
        (
            {"type": OrderType.MARKET, "price": None, "quantity": None, "quote_quantity": Decimal("1E+1")},
            "MARKET",
            "quoteOrderQty",
        ),
    ],
)
async def test_time_in_force_is_part_of_the_venues_type(
    rest: Any, new_order: Make, changes: dict[str, Any], type_: str, field: str
) -> None:
    rest.on("POST", "order", ACK)
    await rest.exchange.place(new_order(**changes))
    assert rest.query()["type"] == type_
    assert field in rest.query()
    assert "timeInForce" not in rest.query()


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": None},
        {"quote_quantity": Decimal(1)},
        {"price": None},
        {"type": OrderType.MARKET},
        {"type": OrderType.LIMIT_MAKER, "time_in_force": TimeInForce.IOC},
    ],
)
async def test_a_contradictory_order_is_not_sent(rest: Any, new_order: Make, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await rest.exchange.place(new_order(**changes))


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"msg": "Oversold", "code": 30005}, 30005),
        (400, {"msg": " quantity scale is invalid", "code": 400}, 400),
        (400, {"msg": "bad symbol", "code": "10007", "_extend": None}, 10007),
        (401, {"code": 700002, "msg": "Signature for this request is not valid."}, 700002),
        (200, {"code": 30051, "msg": "api market order is disabled"}, 30051),
        (400, {"code": 30087, "msg": "x"}, 30087),
        (400, {"code": -1121, "msg": "Invalid symbol."}, -1121),
    ],
)
async def test_a_listed_code_is_a_definite_refusal(
    rest: Any, new_order: Make, status: int, body: dict[str, Any], code: int
) -> None:
    rest.on("POST", "order", (status, body))
    with pytest.raises(VenueRejected) as caught:
        await rest.exchange.place(new_order())
    assert (caught.value.code, caught.value.http_status) == (code, status)
    assert len(rest.sent) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<html>Access Denied</html>"),
        (403, {"code": 700007, "msg": "No permission"}),
        (408, {}),
        (418, {"code": 30005, "msg": "x"}),
        (429, {"code": 429, "msg": "Too Many Requests"}),
        (500, {"code": 30005, "msg": "Oversold"}),
        (503, {"code": 503, "msg": "Unknown error"}),
        (307, b""),
        (200, b"not json"),
        (200, b"[" * 100_000),
        (200, b'{"orderId":NaN}'),
        (200, {}),
        (200, {"orderId": ""}),
        (200, []),
        (200, {"orderId": 1.5}),
        (400, b""),
        (400, {}),
        (404, {"msg": "x"}),
        (400, {"code": 400, "msg": "duplicate client order id"}),
        (400, {"code": 400, "msg": "something else"}),
        (400, {"code": 20002, "msg": "internal"}),
        (400, {"code": 999999, "msg": "never heard of"}),
        (400, {"code": "x", "msg": "odd"}),
        (400, {"code": -2011, "msg": "Unknown order sent."}),
    ],
)
async def test_anything_else_leaves_the_outcome_unknown_and_is_never_repeated(
    rest: Any, new_order: Make, status: int, body: Any
) -> None:
    rest.on("POST", "order", (status, body))
    with pytest.raises(VenueUnknown):
        await rest.exchange.place(new_order())
    assert len(rest.sent) == 1


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx.ConnectError, NotSent),
        (httpx.ConnectTimeout, NotSent),
        (httpx.PoolTimeout, NotSent),
        (httpx.ReadTimeout, VenueUnknown),
        (httpx.WriteError, VenueUnknown),
        (httpx.RemoteProtocolError, VenueUnknown),
        (httpx.ReadError, VenueUnknown),
    ],
)
async def test_a_failing_connection_tells_not_sent_from_unknown(
    rest: Any, new_order: Make, failure: type[Exception], expected: type[VenueError]
) -> None:
    rest.on("POST", "order", failure)
    with pytest.raises(expected) as caught:
        await rest.exchange.place(new_order())
    assert "signature" not in str(caught.value)
    assert len(rest.sent) == 1


async def test_a_rate_limit_names_its_time_and_holds_orders_back_but_not_cancels(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order", (429, {"code": 429, "msg": "Too Many Requests"}, {"Retry-After": "7"}))
    rest.on("DELETE", "order", ROW)
    with pytest.raises(VenueUnknown) as caught:
        await rest.exchange.place(new_order())
    assert caught.value.retry_after == 7.0
    with pytest.raises(NotSent, match="limit"):
        await rest.exchange.place(new_order())
    assert (await rest.exchange.cancel("BTCUSDT", client_order_id="abc")) is not None
    assert len(rest.sent) == 2


async def test_a_refused_timestamp_is_definite_and_resyncs_the_clock(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order", (400, {"code": 700003, "msg": "Timestamp for this request is outside"}))
    with pytest.raises(VenueRejected) as caught:
        await rest.exchange.place(new_order())
    assert caught.value.code == 700003
    assert rest.exchange.core.server_clock._wanted.is_set()
    assert len(rest.sent) == 1


async def test_an_order_whose_moment_has_passed_is_not_sent(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order", ACK)
    with pytest.raises(NotSent):
        await rest.exchange.place(new_order(not_after=rest.clock.wall_ms() + 249))
    assert rest.sent == []


async def test_a_reading_of_the_clock_while_an_order_waits_does_not_date_it_after_its_moment(
    rest: Any, new_order: Make
) -> None:
    rest.on("POST", "order", ACK)
    core = rest.exchange.core
    await core.server_clock.ensure()
    core.budget.pause(1.0)
    placing = asyncio.create_task(rest.exchange.place(new_order()))
    await rest.clock.turn(0.5)
    best = core.server_clock._best
    core.server_clock._best = dataclasses.replace(best, server=best.server + 5000)
    await rest.clock.turn(1.0)
    with pytest.raises(NotSent, match="moment"):
        await placing
    assert rest.sent == []


async def test_without_the_venues_time_nothing_is_sent(rest: Any, new_order: Make) -> None:
    rest.router.get(host="venue.test", path="/api/v3/time").mock(side_effect=httpx.ConnectError("no"))
    with pytest.raises(NotSent, match="time"):
        await rest.exchange.place(new_order())


async def test_a_sleep_of_the_machine_makes_the_clock_be_read_again(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order", ACK)
    await rest.exchange.place(new_order())
    rest.clock.step_wall(90_000)
    await rest.exchange.place(new_order(not_after=rest.clock.wall_ms() + 2000))
    assert rest.query()["timestamp"] == str(rest.clock.wall_ms() + 250)


async def test_a_cancel_names_one_id_and_answers_with_the_order_if_there_is_one(rest: Any) -> None:
    rest.on("DELETE", "order", ROW, {"symbol": "BTCUSDT", "orderId": "C02__1", "price": "1", "side": "BUY"})
    found = await rest.exchange.cancel("BTCUSDT", client_order_id="abc")
    assert found is not None
    assert (found.status, found.executed, found.updated_at) == (
        VenueStatus.PARTIALLY_FILLED,
        Decimal("0.2"),
        1760000000000,
    )
    assert rest.query()["origClientOrderId"] == "abc"
    assert await rest.exchange.cancel("BTCUSDT", venue_order_id="C02__1") is None
    assert rest.query()["orderId"] == "C02__1"
    with pytest.raises(UsageError):
        await rest.exchange.cancel("BTCUSDT")


async def test_a_cancel_of_a_gone_order_is_named_a_refusal(rest: Any) -> None:
    rest.on("DELETE", "order", (400, {"msg": "Order filled.", "code": -2011, "_extend": None}))
    with pytest.raises(VenueRejected) as caught:
        await rest.exchange.cancel("BTCUSDT", client_order_id="abc")
    assert caught.value.code == -2011


async def test_cancel_all_is_one_call_per_pair(rest: Any) -> None:
    rest.on("DELETE", "openOrders", [ROW, {"orderId": "C02__2"}], [], {"msg": "ok"})
    assert [order.venue_order_id for order in await rest.exchange.cancel_all("BTCUSDT")] == ["C02__1"]
    assert await rest.exchange.cancel_all("BTCUSDT") == []
    assert len(rest.sent) == 2


async def test_a_batch_has_an_outcome_for_each_order(rest: Any, new_order: Make) -> None:
    rest.on(
        "POST",
        "batchOrders",
        [
            {"symbol": "BTCUSDT", "orderId": "C02__1", "orderListId": -1},
            {"newClientOrderId": "b", "msg": "The minimum transaction volume", "code": 30002},
            {"newClientOrderId": "c", "msg": "?", "code": 1},
            {"odd": 1},
        ],
    )
    outcomes = await rest.exchange.place_batch([new_order(client_order_id=letter) for letter in "abcd"])
    assert outcomes[0].venue_order_id == "C02__1"
    assert [type(outcome) for outcome in outcomes[1:]] == [VenueRejected, VenueUnknown, VenueUnknown]
    raw = rest.sent[0].url.query.decode()
    assert signature.verify(SECRET, raw)
    assert raw.startswith("batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22")
    with pytest.raises(VenueUnknown):
        await rest.exchange.place_batch([new_order()])
    with pytest.raises(UsageError):
        await rest.exchange.place_batch([])


async def test_an_order_can_be_checked_without_being_placed(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order/test", {}, (400, {"code": 30002, "msg": "x"}), (503, {}))
    await rest.exchange.test(new_order())
    with pytest.raises(VenueRejected):
        await rest.exchange.test(new_order())
    with pytest.raises(VenueUnavailable):
        await rest.exchange.test(new_order())
    assert len(rest.sent) == 3


async def test_a_look_up_shows_the_order_or_none(rest: Any) -> None:
    rest.on("GET", "order", ROW, (400, {"msg": "Order does not exist.", "code": -2013, "_extend": None}))
    found = await rest.exchange.order("BTCUSDT", client_order_id="abc")
    assert (found.client_order_id, found.quantity, found.quote, found.price) == (
        "abc",
        Decimal("0.5"),
        Decimal(20),
        Decimal(100),
    )
    assert await rest.exchange.order("BTCUSDT", venue_order_id="C02__1") is None
    assert len(rest.sent) == 2


@pytest.mark.parametrize(
    ("changes", "type_", "force", "status"),
    [
        ({"type": "FILL_OR_KILL"}, OrderType.LIMIT, TimeInForce.FOK, VenueStatus.PARTIALLY_FILLED),
        ({"type": "MARKET", "status": "FILLED"}, OrderType.MARKET, TimeInForce.IOC, VenueStatus.FILLED),
        ({"type": "NEVER_SEEN", "status": "PENDING"}, OrderType.LIMIT, TimeInForce.GTC, VenueStatus.OTHER),
    ],
)
async def test_the_venues_words_become_ours(
    rest: Any, changes: dict[str, Any], type_: OrderType, force: TimeInForce, status: VenueStatus
) -> None:
    rest.on("GET", "openOrders", [ROW | changes])
    (found,) = await rest.exchange.open_orders()
    assert (found.type, found.time_in_force, found.status) == (type_, force, status)
    assert (found.price is None) == (type_ is OrderType.MARKET)


@pytest.mark.parametrize(
    "change",
    [{"side": "UP"}, {"origQty": "abc"}, {"orderId": None}, {"executedQty": "1e99"}, {"time": "soon"}, {"symbol": {}}],
)
async def test_an_unreadable_order_row_is_an_error_and_never_left_out(rest: Any, change: dict[str, Any]) -> None:
    rest.on("GET", "openOrders", [ROW | change])
    task = rest.exchange.open_orders("BTCUSDT")
    with pytest.raises(VenueUnavailable, match="cannot be read"):
        await _with_time(rest, task)


async def _with_time(rest: Any, call: Any) -> Any:
    """Run a call whose pauses the test's clock must let pass."""
    task = asyncio.ensure_future(call)
    while not task.done():
        await rest.clock.turn(1.0)
    return await task


async def test_fills_are_read_in_halves_until_no_page_is_full(rest: Any) -> None:
    rows = [TRADE | {"id": f"{n}X1", "time": 1760000000000 + n // 2} for n in range(250)]

    def reply(request: httpx.Request) -> httpx.Response:
        rest.sent.append(request)
        asked = httpx.QueryParams(request.url.query)
        inside = [row for row in rows if int(asked["startTime"]) <= row["time"] <= int(asked["endTime"])]
        return httpx.Response(200, json=inside[: int(asked["limit"])])

    rest.router.get(host="venue.test", path="/api/v3/myTrades").mock(side_effect=reply)
    fills = await _with_time(rest, rest.exchange.fills("BTCUSDT", 1760000000000, 1760000000200))
    assert len({fill.key for fill in fills}) == len(fills) == 250
    assert [fill.at for fill in fills] == sorted(fill.at for fill in fills)
    assert (fills[0].fee, fills[0].fee_asset, fills[0].side) == (Decimal("0.01"), "USDT", Side.BUY)
    await _with_time(rest, rest.exchange.fills("BTCUSDT", 1, 2, venue_order_id="C02__1"))
    assert rest.query()["orderId"] == "C02__1"


async def test_all_orders_come_oldest_first(rest: Any) -> None:
    rest.on("GET", "allOrders", [ROW | {"orderId": "b", "time": 5}, ROW | {"orderId": "a", "time": 3}])
    found = await rest.exchange.all_orders("BTCUSDT", 0, 10)
    assert [order.venue_order_id for order in found] == ["a", "b"]
    assert (rest.query()["limit"], rest.query()["startTime"]) == ("1000", "0")


async def test_reads_are_repeated_a_bounded_number_of_times(rest: Any) -> None:
    rest.on("GET", "openOrders", (503, {}), httpx.ReadTimeout, [])
    assert await _with_time(rest, rest.exchange.open_orders()) == []
    assert len(rest.sent) == 3
    rest.on("GET", "openOrders", (502, b"<html>"))
    with pytest.raises(VenueUnavailable):
        await _with_time(rest, rest.exchange.open_orders())
    assert len(rest.sent) == 6


async def test_a_read_with_a_refused_timestamp_is_repeated_with_the_right_time(rest: Any) -> None:
    rest.on("GET", "openOrders", (400, {"code": 700003, "msg": "Timestamp"}), [])
    assert await rest.exchange.open_orders() == []
    assert len(rest.sent) == 2


async def test_a_refused_read_is_not_repeated(rest: Any) -> None:
    rest.on("GET", "openOrders", (403, {"code": 700007, "msg": "No permission to access the endpoint."}))
    with pytest.raises(VenueRejected, match="No permission"):
        await rest.exchange.open_orders()
    assert len(rest.sent) == 1


async def test_no_secret_and_no_signature_reaches_a_log(
    rest: Any, new_order: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rest.on("POST", "order", ACK, (400, {"code": 30005, "msg": "Oversold\x1b[31m"}))
    rest.on("GET", "openOrders", [])
    await rest.exchange.place(new_order())
    await rest.exchange.open_orders()
    with pytest.raises(VenueRejected) as caught:
        await rest.exchange.place(new_order())
    assert "\x1b" not in str(caught.value)
    assert "signature" not in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(rest.exchange.core.signer._credentials)


@pytest.mark.parametrize(("key", "secret"), [("", "s"), ("k", ""), ("k\r\nX: y", "s"), ("k", "s s"), ("ké", "s")])
def test_a_malformed_key_is_refused_at_once(turned: Any, key: str, secret: str) -> None:
    with pytest.raises(UsageError, match="copy it again"):
        MexcExchange(MexcEndpoints(), Credentials(key, secret), turned)


async def test_without_credentials_a_signed_call_says_what_is_missing(turned: Any, rest: Any, new_order: Make) -> None:
    bare = MexcExchange(MexcEndpoints("https://venue.test", "wss://venue.test/ws"), None, turned)
    with pytest.raises(UsageError, match="API key"):
        await bare.place(new_order(not_after=rest.clock.wall_ms() + 9999))
    with pytest.raises(UsageError, match="API key"):
        bare.user_events()
    await bare.core.client.aclose()


@pytest.mark.parametrize(
    "url", ["http://api.mexc.com", "ftp://x", "https://", "https://u:p@h", "http://10.0.0.1", "https://h:99999", "x"]
)
def test_addresses_are_checked(url: str) -> None:
    with pytest.raises(UsageError):
        MexcEndpoints(rest_url=url)
    with pytest.raises(UsageError):
        MexcEndpoints(ws_url=url.replace("http", "ws"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_plain_addresses_are_taken_on_this_machine(host: str) -> None:
    endpoints = MexcEndpoints(f"http://{host}:8080", f"ws://{host}:8080/ws")
    assert endpoints.rest.netloc == f"{host}:8080"


@pytest.mark.parametrize("echo", [{"price": {}, "transactTime": "soon", "side": "UP", "symbol": 5}, {}])
async def test_an_odd_echo_does_not_hide_that_the_order_was_taken(
    rest: Any, new_order: Make, echo: dict[str, Any]
) -> None:
    rest.on("POST", "order", {"orderId": 77, **echo})
    ack = await rest.exchange.place(new_order())
    assert (ack.venue_order_id, ack.symbol, ack.side, ack.price, ack.at) == ("77", None, None, None, 0)


async def test_an_answer_longer_than_any_is_unknown(rest: Any, new_order: Make) -> None:
    rest.on("POST", "order", (200, b'{"orderId":"' + b"1" * (5 * 1024 * 1024) + b'"}'))
    with pytest.raises(VenueUnknown, match="cannot be read"):
        await rest.exchange.place(new_order())


async def test_a_look_up_that_is_refused_for_another_reason_says_so(rest: Any) -> None:
    rest.on("GET", "order", (400, {"code": 700007, "msg": "No permission"}))
    with pytest.raises(VenueRejected):
        await rest.exchange.order("BTCUSDT", client_order_id="abc")


async def test_a_busy_venue_makes_a_read_unavailable_not_refused(rest: Any) -> None:
    rest.on("GET", "openOrders", (400, {"code": 510, "msg": "too frequent"}))
    with pytest.raises(VenueUnavailable, match="too frequent"):
        await _with_time(rest, rest.exchange.open_orders())
    assert len(rest.sent) == 3


async def test_a_read_waits_for_the_budget_only_so_long(rest: Any) -> None:
    rest.exchange.core.budget.pause(500.0)
    with pytest.raises(VenueUnavailable, match="limit") as caught:
        await _with_time(rest, rest.exchange.open_orders())
    assert (caught.value.retry_after or 0) > 400


async def test_a_transport_without_an_asynchronous_stream_is_a_mistake(rest: Any, new_order: Make) -> None:
    class Odd(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=httpx.SyncByteStream())

    rest.exchange.core.sender._transport = Odd()
    with pytest.raises(httpx.StreamError):
        await rest.exchange.place(new_order())
