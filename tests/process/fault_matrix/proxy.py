"""A proxy that does harm by order, between a desk and an exchange: every request, answer and push passes through it.

What happens to one sort of request is a :data:`Fault`, a function that gets the :class:`Call` and may forward, cut,
hold back or forge. What happens to all bytes is a ``Link``. What happens to pushes is :attr:`Proxy.on_push`.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.process.fault_matrix.link import LIMIT, LOST, Link, framed, reset, whole

_SECRET = re.compile(rb"(?:signature|listenKey)=([0-9A-Za-z_.~-]+)|\"listenKey\":\"([^\"]+)\"")


@dataclass
class Call:
    """One request on its way. ``request`` is all of its bytes."""

    method: str
    path: str
    request: bytes
    proxy: Proxy
    client: asyncio.StreamWriter
    over: bool = False
    """The connection carries no further request."""

    async def ask(self, request: bytes | None = None) -> bytes:
        """Have the exchange do it, and return its whole answer."""
        reader, writer = await asyncio.open_connection(self.proxy.host, self.proxy.port_behind, limit=LIMIT)
        try:
            await self.proxy.link.send(writer, self.request if request is None else request, way="up")
            return await whole(reader)
        finally:
            writer.close()

    async def answer(self, data: bytes) -> None:
        """Send bytes to the desk as the answer."""
        self.proxy.listen_to(data)
        await self.proxy.link.send(self.client, data, way="down")

    async def part_of_request(self, size: int) -> None:
        """Let the exchange have the beginning of the request, then cut it off there too."""
        _, writer = await asyncio.open_connection(self.proxy.host, self.proxy.port_behind)
        writer.write(self.request[:size])
        await writer.drain()
        reset(writer)

    def cut(self) -> None:
        """Reset the desk's connection."""
        self.over = True
        reset(self.client)


Fault = Callable[[Call], Awaitable[None]]


@dataclass
class Strike:
    """A fault in force: on which requests, how many it lets pass, and how often it may strike."""

    method: str
    path: str
    fault: Fault
    skip: int = 0
    count: int | None = 1
    hits: int = 0
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first hit."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it did to a request what it does."""

    def takes(self, call: Call) -> bool:
        """Count a request; true when it strikes."""
        if self.hits == self.count or not (fnmatchcase(call.method, self.method) and fnmatchcase(call.path, self.path)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.hits += 1
        self.struck.set()
        return True

    async def __call__(self, call: Call) -> None:
        """Do it."""
        try:
            await self.fault(call)
        finally:
            self.done.set()


class Proxy:
    """Listens on loopback; ``tls`` makes it speak TLS towards the desk."""

    def __init__(self, rest_url: str, tls: ssl.SSLContext | None = None) -> None:
        self.host, _, port = rest_url.rpartition("/")[2].partition(":")
        self.port_behind, self.tls, self.port = int(port), tls, 0
        self.link = Link()
        self.strikes: list[Strike] = []
        self.on_push: Callable[[bytes], Iterable[bytes]] = lambda message: (message,)
        self.secrets: set[str] = set()
        """Signatures and listen keys that passed by."""
        self.log: list[tuple[float, str, str]] = []
        """When (monotonic seconds) which request came, with its method and path."""
        self.sockets: dict[asyncio.StreamWriter, bool] = {}
        """Open streams towards the desk, and whether each is the private one."""
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def rest_url(self) -> str:
        """Where the desk finds it."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where the desk finds the streams."""
        return f"ws{'s' if self.tls else ''}://127.0.0.1:{self.port}/ws"

    def on(self, method: str, path: str, fault: Fault, *, skip: int = 0, count: int | None = 1) -> Strike:
        """Put a fault in force."""
        strike = Strike(method, path, fault, skip, count)
        self.strikes.append(strike)
        return strike

    async def open(self) -> None:
        """Listen, at the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=LIMIT, ssl=self.tls)
            self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self, *, streams: bool = True) -> None:
        """Refuse connections, and cut those that are there, with or without the streams."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.cut(streams=streams)

    def cut(self, *, streams: bool = True) -> None:
        """Reset the connections to the desk."""
        for writer in list(self._serving.values()):
            if streams or writer not in self.sockets:
                reset(writer)

    async def heal(self) -> None:
        """Do no harm from here on."""
        self.strikes.clear()
        self.link = Link()
        self.on_push = lambda message: (message,)
        await self.open()

    async def close(self) -> None:
        """End everything."""
        await self.refuse()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def push(self, message: bytes) -> None:
        """Say something to the desk on its private stream that the exchange never said."""
        for writer, private in list(self.sockets.items()):
            if private:
                writer.write(framed(message))
                await writer.drain()

    def seen(self, method: str, path: str, since: float = 0.0) -> int:
        """Count requests that came after a moment."""
        return sum(at >= since and (how, where) == (method, path) for at, how, where in self.log)

    def listen_to(self, data: bytes) -> None:
        """Remember secrets that pass by."""
        self.secrets |= {(one or other).decode() for one, other in _SECRET.findall(data)}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        try:
            # asyncio's own callback cannot bear the end of a connection's task by cancellation
            with suppress(*LOST, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._serving.pop(task, None)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Carry one request and its answer; false when the connection carries no more."""
        request = await whole(reader)
        self.listen_to(request)
        method, target, _ = request.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        path = target.partition("?")[0]
        if b"\r\nupgrade: websocket" in request.lower():
            await self._stream(request, reader, writer, private="listenKey" in target)
            return False
        self.log.append((time.monotonic(), method, path))
        call = Call(method, path, request, self, writer)
        strike = next((each for each in self.strikes if each.takes(call)), None)
        await (strike or passed)(call)
        return not call.over

    async def _stream(
        self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, private: bool
    ) -> None:
        behind, up = await asyncio.open_connection(self.host, self.port_behind, limit=LIMIT)
        pumping = asyncio.create_task(self._pump_up(reader, up))
        try:
            up.write(request)
            await self.link.send(writer, await behind.readuntil(b"\r\n\r\n"), way="down")
            self.sockets[writer] = private
            while True:
                for part in await self._frame(behind):
                    await self.link.send(writer, part, way="down")
        finally:
            self.sockets.pop(writer, None)
            pumping.cancel()
            await asyncio.gather(pumping, return_exceptions=True)
            up.close()

    async def _pump_up(self, reader: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        with suppress(*LOST):
            while data := await reader.read(LIMIT):
                await self.link.send(up, data, way="up")
        up.close()

    async def _frame(self, behind: asyncio.StreamReader) -> list[bytes]:
        """Read one frame of the exchange; a binary one goes through ``on_push``."""
        head = await behind.readexactly(2)
        size, more = head[1] & 127, b""
        if size >= 126:
            more = await behind.readexactly(2 if size == 126 else 8)
            size = int.from_bytes(more)
        body = await behind.readexactly(size)
        if head[0] & 15 != 2:
            return [head + more + body]
        return [framed(message) for message in self.on_push(body)]


@asynccontextmanager
async def proxy_to(rest_url: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """Run a proxy in front of an exchange."""
    proxy = Proxy(rest_url, tls)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.close()


async def passed(call: Call) -> None:
    """Carry a request and its answer."""
    await call.answer(await call.ask())
