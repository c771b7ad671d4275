"""The whole face over real loopback sockets, on the twin venue."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest
import websockets

from tests.unit.exchange.sim_server.desk import KEY
from tests.unit.exchange.sim_server.venue_twin import TwinVenue
from tui_trader.clock import SystemClock
from tui_trader.errors import UsageError
from tui_trader.exchange.sim.server import faults, serving
from tui_trader.exchange.sim.server.serving import Running
from tui_trader.exchange.sim.venue import Venue
from tui_trader.exchange.wire import channels, signature
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

ORDER = "/api/v3/order"
OWN_ORDERS = str(channels.Kind.OWN_ORDERS)
HEADERS = {"X-MEXC-APIKEY": KEY.key, "Content-Type": "application/json"}


class Client:
    def __init__(self, running: Running, http: httpx.AsyncClient) -> None:
        self.running = running
        self.http = http
        self.venue = cast("TwinVenue", running.house.venue)

    async def signed(self, method: str, path: str, **params: str) -> httpx.Response:
        stamp = str(self.running.house.server_ms())
        query = signature.signed_query(KEY.secret, {**params, "timestamp": stamp})
        return await self.http.request(method, f"{self.running.rest_url}{path}?{query}", headers=HEADERS)

    async def buy(self, client_id: str, **more: str) -> httpx.Response:
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "1", "price": "99", **more}
        return await self.signed("POST", ORDER, newClientOrderId=client_id, **order)

    async def control(self, method: str, path: str, body: Any = None) -> httpx.Response:
        url = f"{self.running.rest_url}/control{path}"
        return await self.http.request(method, url, content=None if body is None else json.dumps(body))

    async def listen_key(self) -> str:
        return str((await self.signed("POST", "/api/v3/userDataStream")).json()["listenKey"])


@asynccontextmanager
async def served(*, control: bool = True) -> AsyncIterator[Client]:
    listener = serving.bind(0)
    house = serving.furnish(cast("Venue", TwinVenue()), KEY, clock=SystemClock(), limits=False, control=control)
    async with serving.serving(house, listener) as running, httpx.AsyncClient(timeout=10) as http:
        yield Client(running, http)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served() as client:
        yield client


async def test_rest_answers_on_the_port_it_names(client: Client) -> None:
    answer = await client.http.get(f"{client.running.rest_url}/api/v3/ping")
    assert (answer.status_code, answer.json()) == (200, {})
    assert set(client.running.ready_line()) == {"rest_url", "ws_url", "key", "secret", "control_url"}


async def test_the_port_is_bound_so_that_answers_never_wait_for_an_acknowledgement() -> None:
    listener = serving.bind(0)
    assert listener.proto == socket.IPPROTO_TCP
    listener.close()


async def test_a_taken_port_is_one_sentence(client: Client) -> None:
    port = int(client.running.rest_url.rpartition(":")[2])
    with pytest.raises(UsageError, match=f"port {port}"):
        serving.bind(port)


async def test_without_the_flag_there_is_no_control_channel() -> None:
    async with served(control=False) as client:
        assert (await client.control("GET", "/orders")).status_code == 404
        assert "control_url" not in client.running.ready_line()


async def test_an_answer_can_be_dropped_after_the_order_was_accepted(client: Client) -> None:
    client.running.house.faults.add(faults.drop(ORDER, accepted=True, method="POST"))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.buy("a")
    assert [order.client_order_id for order in client.venue.orders.values()] == ["a"]
    assert (await client.buy("b")).status_code == 200


async def test_a_request_can_be_dropped_before_it_is_accepted(client: Client) -> None:
    client.running.house.faults.add(faults.drop(ORDER, accepted=False))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.buy("a")
    assert client.venue.orders == {}


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_5xx_can_hide_an_order_or_not(client: Client, accepted: bool) -> None:
    client.running.house.faults.add(faults.server_error(ORDER, accepted=accepted))
    assert (await client.buy("a")).status_code == 503
    assert len(client.venue.orders) == accepted


async def test_a_seed_draws_the_same_faults_again(client: Client) -> None:
    async def drawn() -> list[bool]:
        await client.control("POST", "/seed", {"seed": 5})
        return [(await client.http.get(f"{client.running.rest_url}/api/v3/ping")).is_error for _ in range(12)]

    await client.control("POST", "/faults", {"action": "answer", "path": "/api/v3/ping", "probability": 0.5})
    assert await drawn() == (again := await drawn())
    assert 0 < sum(again) < 12
    assert (await client.control("GET", "/faults")).json()["1"]["hits"] == 2 * sum(again)


@pytest.mark.parametrize("action", ["answer", "drop"])
async def test_the_venue_can_act_after_it_has_ended_the_request(client: Client, action: str) -> None:
    rule = {"action": action, "path": ORDER, "status": 504, "accepted": True, "late_ms": 80, "count": 1}
    assert (await client.control("POST", "/faults", rule)).status_code == 200
    if action == "drop":
        with pytest.raises(httpx.RemoteProtocolError):
            await client.buy("a")
    else:
        assert (await client.buy("a")).status_code == 504
    assert client.venue.orders == {}
    async with asyncio.timeout(5):
        while not client.venue.orders:
            await asyncio.sleep(0.005)
    assert [order.client_order_id for order in client.venue.orders.values()] == ["a"]
    (asked,) = (await client.control("GET", "/requests")).json()
    assert (asked["method"], asked["status"]) == ("POST", 200)


async def test_what_is_acted_on_late_is_judged_by_its_timestamp_then(client: Client) -> None:
    rule = {"action": "answer", "path": ORDER, "status": 504, "accepted": True, "late_ms": 60, "count": 1}
    await client.control("POST", "/faults", rule)
    assert (await client.buy("a", recvWindow="20")).status_code == 504
    async with asyncio.timeout(5):
        while not (seen := (await client.control("GET", "/requests")).json()):
            await asyncio.sleep(0.005)
    assert [(each["method"], each["status"]) for each in seen] == [("POST", 400)]
    assert client.venue.orders == {}


async def test_429_and_403_come_with_their_shapes(client: Client) -> None:
    client.running.house.faults.add(faults.too_many(ORDER, retry_after=2))
    limited = await client.buy("a")
    assert (limited.status_code, limited.headers["retry-after"], limited.json()["code"]) == (429, "2", 429)
    client.running.house.faults.add(faults.forbidden(ORDER))
    blocked = await client.buy("b")
    assert blocked.status_code == 403
    assert "Access Denied" in blocked.text
    assert client.venue.orders == {}


async def test_delay_and_latency_hold_the_answer_back(client: Client) -> None:
    loop = asyncio.get_running_loop()
    await client.control("POST", "/latency", {"latency_ms": 60})
    await client.control(
        "POST", "/faults", {"action": "delay", "path": "/api/v3/ping", "before_ms": 30, "after_ms": 30}
    )
    began = loop.time()
    await client.http.get(f"{client.running.rest_url}/api/v3/ping")
    assert loop.time() - began >= 0.11


async def test_the_control_channel_tells_what_truly_happened(client: Client) -> None:
    rule = {"action": "drop", "path": ORDER, "accepted": True, "count": 1}
    assert (await client.control("POST", "/faults", rule)).json() == {"id": 1}
    assert [(number, each["hits"]) for number, each in (await client.control("GET", "/faults")).json().items()] == [
        ("1", 0)
    ]
    with pytest.raises(httpx.RemoteProtocolError):
        await client.buy("lost")
    (order,) = (await client.control("GET", "/orders")).json()
    assert (order["clientOrderId"], order["account"], order["status"]) == ("lost", "paper", "NEW")
    assert (await client.control("GET", "/fills")).json() == []
    (request,) = (await client.control("GET", "/requests")).json()
    assert (request["method"], request["path"], request["status"]) == ("POST", ORDER, 200)
    assert "signature" not in request["params"]
    await client.control("POST", "/faults", rule)
    assert (await client.control("DELETE", "/faults?id=2")).status_code == 200
    assert (await client.control("GET", "/faults")).json() == {}
    state = (await client.control("GET", "/state")).json()
    assert state == {"open": 0, "replay_finished": {"BTCUSDT": None, "ETHUSDT": None}}


async def test_bad_control_input_is_400_with_a_sentence(client: Client) -> None:
    assert (await client.control("POST", "/faults", {"action": "explode"})).status_code == 400
    assert (await client.control("POST", "/nothing", {})).status_code == 404
    assert "error" in (await client.control("POST", "/symbol", {"symbol": "NOPE"})).json()


async def test_control_moves_the_clock_funds_rules_and_opens_traders(client: Client) -> None:
    await client.control("POST", "/clock", {"offset_ms": 5000})
    assert client.running.house.faults.clock_offset_ms == 5000
    trader = (await client.control("POST", "/trader", {"account": "other", "balances": {"USDT": "5"}})).json()
    assert client.running.house.keys[trader["key"]].account == "other"
    changed = await client.control("POST", "/symbol", {"symbol": "BTCUSDT", "open_to_api": False})
    assert changed.json()["isSpotTradingAllowed"] is False
    assert (await client.control("POST", "/deposit", {"asset": "USDT", "amount": "5"})).status_code == 200


async def test_a_private_socket_hears_of_own_orders(client: Client) -> None:
    async with websockets.connect(f"{client.running.ws_url}?listenKey={await client.listen_key()}") as socket:
        await socket.send("null")
        await socket.send(json.dumps({"method": "SUBSCRIPTION", "params": [OWN_ORDERS], "id": 1}))
        assert json.loads(await socket.recv()) == {"id": 1, "code": 0, "msg": OWN_ORDERS}
        await client.buy("abc")
        push = PushDataV3ApiWrapper.FromString(cast("bytes", await socket.recv()))
        assert (push.channel, push.privateOrders.clientId) == (OWN_ORDERS, "abc")


async def test_timed_public_frames_reach_a_public_socket(client: Client) -> None:
    name = channels.mini_tickers("24H").name
    async with websockets.connect(client.running.ws_url) as socket:
        await socket.send(json.dumps({"method": "SUBSCRIPTION", "params": [name]}))
        assert json.loads(await socket.recv())["msg"] == name
        push = PushDataV3ApiWrapper.FromString(cast("bytes", await socket.recv()))
        assert len(push.publicMiniTickers.items) == 2


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_a_wrong_listen_key_gets_its_bare_text_and_the_close(client: Client, key: str) -> None:
    async with websockets.connect(f"{client.running.ws_url}?listenKey={key}") as socket:
        assert await socket.recv() == "Invalid listen key"
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()


async def test_a_good_listen_key_can_be_refused_by_order(client: Client) -> None:
    client.running.house.faults.add(faults.refuse_listen_key())
    async with websockets.connect(f"{client.running.ws_url}?listenKey={await client.listen_key()}") as socket:
        assert await socket.recv() == "Invalid listen key"


async def test_a_sixth_socket_on_a_key_is_refused_until_one_leaves(client: Client) -> None:
    url = f"{client.running.ws_url}?listenKey={await client.listen_key()}"
    sockets = [await websockets.connect(url) for _ in range(5)]
    async with websockets.connect(url) as sixth:
        assert await sixth.recv() == "Invalid listen key"
    for held in sockets:
        await held.close()
    async with asyncio.timeout(5), websockets.connect(url) as again:
        await again.send('{"method":"PING"}')
        assert json.loads(await again.recv())["msg"] == "PONG"


async def test_sockets_are_cut_by_order_all_or_by_channel(client: Client) -> None:
    async with websockets.connect(client.running.ws_url) as idle, websockets.connect(client.running.ws_url) as busy:
        await busy.send(json.dumps({"method": "SUBSCRIPTION", "params": [channels.depth("BTCUSDT").name]}))
        await busy.recv()
        assert (await client.control("POST", "/disconnect", {"channel": "*depth*"})).json() == {"closed": 1}
        with pytest.raises(websockets.ConnectionClosedError):
            await busy.recv()
        assert (await client.control("POST", "/disconnect", {"private": True})).json() == {"closed": 0}
        assert (await client.control("POST", "/disconnect", {"abrupt": False})).json() == {"closed": 1}
        with pytest.raises(websockets.ConnectionClosedOK):
            await idle.recv()


async def test_a_flood_of_frames_ends_the_socket(client: Client) -> None:
    async with websockets.connect(client.running.ws_url) as socket:
        with pytest.raises(websockets.ConnectionClosed):
            await flood(socket)


async def flood(socket: websockets.ClientConnection) -> None:
    for _ in range(200):
        await socket.send('{"method":"PING"}')
        await socket.recv()


async def test_a_reader_that_stops_reading_is_dropped_and_the_others_go_on(client: Client) -> None:
    frame = b"x" * 65_536
    async with (
        websockets.connect(client.running.ws_url, max_queue=1),
        websockets.connect(client.running.ws_url) as good,
    ):
        await until_open(client, 2)
        slow = next(iter(client.running.sockets._open))
        async with asyncio.timeout(10):
            while len(client.running.sockets) == 2:
                slow.offer(frame)
                await asyncio.sleep(0)
        await good.send('{"method":"PING"}')
        assert json.loads(await good.recv())["msg"] == "PONG"


async def until_open(client: Client, count: int) -> None:
    async with asyncio.timeout(5):
        while (await client.control("GET", "/state")).json()["open"] != count:
            pass


async def test_another_path_is_no_socket(client: Client) -> None:
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{client.running.ws_url}x")


async def test_the_sweep_ends_sockets_whose_key_is_gone(client: Client) -> None:
    key = await client.listen_key()
    async with websockets.connect(f"{client.running.ws_url}?listenKey={key}") as socket:
        await client.signed("DELETE", "/api/v3/userDataStream", listenKey=key)
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 10)


async def test_the_venue_is_closed_with_the_server() -> None:
    async with served() as client:
        venue = client.venue
    assert venue.closed


async def buy_on_a_full_disk() -> None:
    async with served() as client:
        client.venue.broken = True
        with pytest.raises(httpx.RemoteProtocolError):
            await client.buy("a")
        async with asyncio.timeout(5):
            await asyncio.wait({client.running.pulse})


async def test_a_state_log_that_cannot_be_written_ends_the_simulator_instead_of_answering() -> None:
    with pytest.raises(UsageError, match="free some space"):
        await buy_on_a_full_disk()
