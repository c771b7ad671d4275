"""The order lane: an httpx transport over warm connections that sends each request at most once.

It never retries, never follows a redirect and never pipelines. A failure says whether a byte of the request was
handed to the socket (:class:`~tui_trader.exchange.mexc.connection.TransportFailure`): that tells *not sent* from
*unknown*.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque

import httpx

from tui_trader.clock import Clock
from tui_trader.exchange.mexc.addresses import USER_AGENT, Origin, is_address
from tui_trader.exchange.mexc.connection import HttpConnection, TransportFailure
from tui_trader.exchange.mexc.waiting import backoff, end, event_or
from tui_trader.exchange.wire.endpoints import PING

SIZE_CAP = 4 * 1024 * 1024
"""Largest answer read, in bytes."""
MAX_WAITING = 64
"""Requests that may wait for a connection."""
WRITE_BY = "write_by"
"""Request extension: the clock's monotonic second after which the request must not be written any more."""
WANTED = "wanted"
"""Request extension: tells whether the request is still wanted, asked when it would be written."""
TARGET = "target"
"""Request extension that httpx's own transport knows too: path and query as raw bytes, in place of the URL's."""

URGENT = "urgent"
"""Request extension: waits for a connection before those that are not."""
SLEPT_FACTOR = 3
"""A connection that rested this many times ``keep_warm`` by the wall clock was not pinged: the machine slept."""

_TARGET = re.compile(rb"/[!-~]*")


class Lane(httpx.AsyncBaseTransport):
    """Up to ``connections`` warm keep-alive connections to one origin. Times are in seconds.

    A connection idle for ``keep_warm`` is used for a ping before the venue drops it; a lost one is replaced in the
    background.
    """

    def __init__(
        self,
        origin: Origin,
        clock: Clock,
        tls: ssl.SSLContext | None = None,
        *,
        connections: int = 2,
        timeout: float = 5.0,
        connect_timeout: float = 4.0,
        keep_warm: float = 20.0,
    ) -> None:
        self._origin = origin
        self._clock = clock
        self._tls = tls
        self._limit = connections
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._keep_warm = keep_warm
        self._pool: list[HttpConnection] = []
        self._connecting = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._tending: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._closed = False
        self._netloc = origin.netloc.encode()
        self._ping = (
            f"{PING.method} {PING.path} HTTP/1.1\r\nHost: {origin.netloc}\r\n"
            f"User-Agent: {USER_AGENT}\r\nAccept-Encoding: identity\r\n\r\n"
        ).encode()

    @property
    def warm(self) -> bool:
        """Whether a connection is up."""
        return any(not connection.closed for connection in self._pool)

    async def open(self) -> None:
        """Connect and keep connections warm from here on; a failure now is tried again in the background."""
        await self._refill()
        self._tending = asyncio.create_task(self._tend(), name="mexc-lane")

    async def aclose(self) -> None:
        """Close every connection."""
        self._closed = True
        await end(self._tending)
        for connection in self._pool:
            connection.abort()
        self._pool.clear()
        self._wake()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request once and return its whole answer.

        Raises:
            TransportFailure: no answer; see its ``written``.

        """
        data = await self._bytes_of(request)
        asked: dict[str, float | None] = request.extensions.get("timeout", {})
        timeout = asked.get("read") or self._timeout
        urgent = URGENT in request.extensions
        connection = await self._acquire(self._clock.monotonic() + timeout, urgent=urgent)
        write_by = request.extensions.get(WRITE_BY)
        if write_by is not None and self._clock.monotonic() > write_by:
            self._wake()
            raise TransportFailure("The moment up to which it may be sent has passed.", written=False)
        wanted = request.extensions.get(WANTED)
        if wanted is not None and not wanted():
            self._wake()
            raise TransportFailure("It is not wanted any more.", written=False)
        answer = await connection.request(data, timeout)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body), request=request
        )

    async def _bytes_of(self, request: httpx.Request) -> bytes:
        url = request.url
        if url.netloc != self._netloc or url.scheme != self._origin.scheme:
            raise TransportFailure("The order lane leads to one address only.", written=False)
        target = request.extensions.get(TARGET) or url.raw_path
        if not _TARGET.fullmatch(target):
            raise TransportFailure("The request's path or query holds a character that must be encoded.", written=False)
        head = [b"%s %s HTTP/1.1\r\n" % (request.method.encode(), target)]
        head += [b"%s: %s\r\n" % pair for pair in request.headers.raw]
        return b"".join((*head, b"\r\n", await request.aread()))

    async def _acquire(self, deadline: float, *, urgent: bool) -> HttpConnection:
        while not self._closed:
            connection = await self._idle()
            if connection is not None:
                return connection
            if len(self._pool) + self._connecting < self._limit:
                await self._connect()
            else:
                await self._wait(deadline, urgent=urgent)
        raise TransportFailure("The order lane is closed.", written=False)

    async def _idle(self) -> HttpConnection | None:
        for connection in list(self._pool):
            if connection.busy or connection.closed:
                continue
            if self._clock.wall_ms() - connection.rested_at > self._keep_warm * SLEPT_FACTOR * 1000:
                connection.abort()
                continue
            if connection.stirring():
                # Its end may have arrived and not been read yet, or a TLS ticket: let the loop read it and look again.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                if connection.busy or connection.closed or connection.stirring():
                    continue
            return connection
        return None

    async def _wait(self, deadline: float, *, urgent: bool) -> None:
        if len(self._waiters) >= MAX_WAITING:
            raise TransportFailure("Too many requests wait for the connection.", written=False)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if urgent:
            self._waiters.appendleft(waiter)
        else:
            self._waiters.append(waiter)
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()):
                await waiter
        except TimeoutError:
            raise TransportFailure("No connection became free in time.", written=False) from None
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    async def _connect(self) -> None:
        self._connecting += 1
        try:
            async with asyncio.timeout(self._connect_timeout):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: HttpConnection(SIZE_CAP, self._freed),
                    self._origin.host,
                    self._origin.port,
                    ssl=self._tls if self._origin.tls else None,
                    # a race of one address wins nothing, and asyncio drops its socket unclosed when it is cancelled
                    happy_eyeballs_delay=None if is_address(self._origin.host) else 0.25,
                )
        except (OSError, TimeoutError) as failure:
            # the cause tells a certificate that does not fit from a network that is down; neither is ever logged
            raise TransportFailure("No connection to the exchange.", written=False) from failure
        finally:
            self._connecting -= 1
        if self._closed:
            connection.abort()
        elif not connection.closed:
            connection.rested_at = self._clock.wall_ms()
            self._pool.append(connection)

    def _freed(self, connection: HttpConnection) -> None:
        connection.rested_at = self._clock.wall_ms()
        if connection.closed and connection in self._pool:
            self._pool.remove(connection)
            self._lost.set()
        self._wake()

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    async def _tend(self) -> None:
        pauses = backoff(0.2)
        while True:
            if await event_or(self._lost, self._clock, self._keep_warm / 2):
                self._lost.clear()
                await self._clock.sleep(next(pauses))
            if await self._refill() and not self._lost.is_set():
                pauses = backoff(0.2)
            await self._ping_idle()

    async def _refill(self) -> bool:
        while len(self._pool) + self._connecting < self._limit:
            try:
                await self._connect()
            except TransportFailure:
                self._lost.set()
                return False
            self._wake()
        return True

    async def _ping_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(self._pool):
            if not connection.busy and not connection.closed and now - connection.idle_since >= self._keep_warm / 2:
                try:
                    await connection.request(self._ping, self._timeout)
                except TransportFailure:
                    self._lost.set()
