"""Loopback servers written by hand, and a clock that tests turn."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tui_trader.credentials import Credentials
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.port import NewOrder
from tui_trader.exchange.wire import control
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

Behaviour = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def http_answer(body: bytes = b"{}", status: str = "200 OK", headers: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
        + body
    )


async def answer_ok(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(http_answer())


class RawServer:
    """An HTTP server that does to the n-th request what the n-th behaviour says; pings are answered and kept apart."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.pings = 0
        self.deaf_to_pings = False
        self.behaviours: list[Behaviour] = []
        self.connections: list[asyncio.StreamWriter] = []
        self.accepted = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self.connections:
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.connections.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET /api/v3/ping") and self.deaf_to_pings:
                    continue
                if head.startswith(b"GET /api/v3/ping"):
                    self.pings += 1
                    writer.write(http_answer())
                    continue
                self.requests.append(head)
                behave = self.behaviours.pop(0) if self.behaviours else answer_ok
                await behave(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class TurnedClock:
    """A clock that stands still until ``turn`` moves it; sleepers wake in order of their time."""

    def __init__(self, wall_ms: int = 1_760_000_000_000) -> None:
        self._wall = wall_ms
        self._seconds = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def wall_ms(self) -> int:
        return self._wall + round((self._seconds - 1000.0) * 1000)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._seconds + seconds, future))
        await future

    def step_wall(self, ms: int) -> None:
        """Move the wall clock alone, as a suspend or a correction does."""
        self._wall += ms

    async def turn(self, seconds: float) -> None:
        """Let time pass in small steps, so that what wakes may sleep again."""
        end = self._seconds + seconds
        await self.settle()
        while True:
            self._sleepers = [entry for entry in self._sleepers if not entry[1].done()]
            due = min((at for at, _ in self._sleepers), default=end + 1)
            if due > end:
                break
            self._seconds = max(self._seconds, due)
            for at, future in sorted(self._sleepers, key=lambda entry: entry[0]):
                if at <= self._seconds and not future.done():
                    future.set_result(None)
            await self.settle()
        self._seconds = end
        await self.settle()

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)


async def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    raw = RawServer()
    await raw.start()
    yield raw
    await raw.stop()


@pytest.fixture
def turned() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    return eventually


@pytest.fixture
def answer() -> Callable[..., bytes]:
    return http_answer


KEY = "mx0vglTESTKEY0001"
SECRET = "45d0b3c26f2644f19bfb98b07741b2f5"
NOW = 1_760_000_000_000


class Rest:
    """The client over respx: routes are registered with ``on`` and see the query exactly as it would go out."""

    def __init__(self, router: respx.Router, clock: TurnedClock, exchange: MexcExchange) -> None:
        self.router = router
        self.clock = clock
        self.exchange = exchange
        self.sent: list[httpx.Request] = []

    def on(self, method: str, path: str, *answers: Any) -> respx.Route:
        """Answer calls in turn; the last answer stays. A tuple is (status, JSON or text[, headers])."""
        queue = list(answers)

        def reply(request: httpx.Request) -> httpx.Response:
            self.sent.append(request)
            given = queue.pop(0) if len(queue) > 1 else queue[0]
            if isinstance(given, type) and issubclass(given, Exception):
                raise given("no", request=request)
            status, body, *rest = given if isinstance(given, tuple) else (200, given)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            return httpx.Response(status, content=content, headers=rest[0] if rest else {})

        return self.router.route(method=method, host="venue.test", path=f"/api/v3/{path}").mock(side_effect=reply)

    def query(self, index: int = -1) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in self.sent[index].url.query.decode().split("&"))


@pytest.fixture
async def rest(turned: TurnedClock) -> AsyncIterator[Rest]:
    with respx.mock(assert_all_called=False) as router:
        exchange = MexcExchange(
            MexcEndpoints("https://venue.test", "wss://venue.test/ws"),
            Credentials(KEY, SECRET),
            turned,
            transport=httpx.AsyncHTTPTransport(),
        )
        rest = Rest(router, turned, exchange)
        router.get(host="venue.test", path="/api/v3/time").mock(
            side_effect=lambda _request: httpx.Response(200, json={"serverTime": turned.wall_ms() + 250})
        )
        yield rest
        await exchange.core.client.aclose()
        await exchange.core.budget.close()


@pytest.fixture
def new_order() -> Callable[..., NewOrder]:
    def make(**changes: Any) -> NewOrder:
        plain = NewOrder(
            client_order_id="m101ARZ3NDEKTSV4RRFFQ69G5FAV",
            symbol="BTCUSDT",
            side=Side.BUY,
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            quantity=Decimal("0.50"),
            quote_quantity=None,
            price=Decimal(100),
            not_after=NOW + 2000,
            recv_window=3000,
        )
        return dataclasses.replace(plain, **changes)

    return make


class PushServer:
    """A stream server: acknowledges, refuses what it is told to, and pushes what a test gives it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.open: list[ServerConnection] = []
        self.channels: dict[ServerConnection, set[str]] = {}
        self.refused: set[str] = set()
        self.mute = False
        self.silent_acks = False
        self.invalid_key = 0
        self.accepted = 0
        self._server: Server | None = None

    async def start(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", 0, compression=None)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}/ws"

    async def push(self, push: PushDataV3ApiWrapper) -> None:
        await self.push_raw(push.channel, push.SerializeToString())

    async def push_raw(self, channel: str, data: bytes) -> None:
        for connection in list(self.open):
            if channel in self.channels[connection]:
                await connection.send(data)

    def subscribed(self, name: str) -> int:
        return sum(name in self.channels[connection] for connection in self.open)

    async def drop(self) -> None:
        for connection in list(self.open):
            connection.transport.abort()

    async def _serve(self, connection: ServerConnection) -> None:
        self.accepted += 1
        assert connection.request is not None
        self.paths.append(connection.request.path)
        if self.invalid_key:
            self.invalid_key -= 1
            await connection.send(control.INVALID_LISTEN_KEY)
            return
        self.open.append(connection)
        self.channels[connection] = set()
        try:
            async for text in connection:
                assert isinstance(text, str)
                assert len(text.encode()) < 1024
                await self._answer(connection, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.open.remove(connection)

    async def _answer(self, connection: ServerConnection, frame: dict[str, Any]) -> None:
        self.asked.append(frame)
        if frame["method"] == control.PING_METHOD:
            if not self.mute:
                await connection.send(control.answer(control.PONG))
            return
        names = frame["params"]
        good = [name for name in names if name not in self.refused]
        if frame["method"] == control.SUBSCRIBE:
            self.channels[connection] |= set(good)
        else:
            self.channels[connection] -= set(names)
        bad = [name for name in names if name in self.refused]
        message = ",".join(good) + (control.refusal(bad) if bad else "")
        if not self.silent_acks:
            await connection.send(control.answer(message, frame["id"]))


@pytest.fixture
async def pusher() -> AsyncIterator[PushServer]:
    server = PushServer()
    await server.start()
    yield server
    await server.stop()
