"""One HTTP/1.1 connection that carries one request at a time and knows whether a byte of it was written."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from dataclasses import dataclass, field

import httptools
import httpx

Headers = list[tuple[bytes, bytes]]


class TransportFailure(httpx.TransportError):
    """A request got no answer. ``written`` tells whether its bytes were handed to the socket.

    Its text never names the address: a signed query is in it.
    """

    def __init__(self, message: str, *, written: bool) -> None:
        super().__init__(message)
        self.written = written


@dataclass(slots=True)
class RawAnswer:
    """An answer as it came: status, header pairs, undecoded body."""

    status: int = 0
    headers: Headers = field(default_factory=list)
    body: bytes = b""


class HttpConnection(asyncio.Protocol):
    """The client's end of a keep-alive connection.

    It never pipelines and takes nothing unasked: bytes that answer no request end the connection. ``on_free`` is
    called whenever it becomes idle or is lost.
    """

    def __init__(self, size_cap: int, on_free: Callable[[HttpConnection], None]) -> None:
        self._size_cap = size_cap
        self._on_free = on_free
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._waiter: asyncio.Future[RawAnswer] | None = None
        self._answer = RawAnswer()
        self._chunks: list[bytes] = []
        self._received = 0
        self._headers_done = False
        self._until_eof = False
        self.idle_since = self._loop.time()
        self.rested_at = 0
        """Wall time in ms since which it is idle; kept by the pool."""

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._transport is None or self._transport.is_closing()

    @property
    def busy(self) -> bool:
        """Whether an answer is being waited for."""
        return self._waiter is not None

    def stirring(self) -> bool:
        """Tell whether the socket of an idle connection has something to read: most likely its end."""
        return self._poll is not None and bool(self._poll.poll(0))

    async def request(self, data: bytes, within: float) -> RawAnswer:
        """Write a whole request and wait up to ``within`` seconds for its answer.

        Raises:
            TransportFailure: ``written`` is false only if ``write`` was never called.

        """
        transport = self._transport
        if transport is None or transport.is_closing() or self._waiter is not None:
            raise TransportFailure("The connection was closed before the request was written.", written=False)
        waiter: asyncio.Future[RawAnswer] = self._loop.create_future()
        self._waiter = waiter
        self._begin()
        transport.write(data)
        timer = self._loop.call_later(within, self._fail, "No answer came in time.")
        try:
            return await waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            timer.cancel()
            self._waiter = None
            self.idle_since = self._loop.time()
            self._on_free(self)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket over."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - create_connection makes no other
        self._transport = transport
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; anything unasked or beyond the size cap ends the connection."""
        if self._waiter is None or self._waiter.done():
            self.abort()
            return
        self._received += len(data)
        if self._received > self._size_cap:
            self._fail("The answer is larger than any this client reads.")
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("The answer is not HTTP.")

    def eof_received(self) -> None:
        """Complete an answer whose end is the end of the connection."""
        if self._headers_done and self._until_eof:
            self._deliver()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Fail what was waited for."""
        self._transport = self._poll = None
        self._fail("The connection was cut before the answer was complete.")
        self._on_free(self)

    def on_message_begin(self) -> None:
        """Refuse a second answer to one request."""
        if self._waiter is None or self._waiter.done():
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._answer.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Learn the status and how the end of the body will be known."""
        self._answer.status = self._parser.get_status_code()
        names = {name.lower() for name, _ in self._answer.headers}
        self._headers_done = True
        self._until_eof = not names & {b"content-length", b"transfer-encoding"}

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        self._chunks.append(data)

    def on_message_complete(self) -> None:
        """Deliver the answer, or go on after an interim one (1xx)."""
        if self._answer.status < 200:
            self._begin()
            return
        keep = self._parser.should_keep_alive()
        self._deliver()
        if not keep:
            self.close()

    def _begin(self) -> None:
        self._answer = RawAnswer()
        self._chunks = []
        self._received = 0
        self._headers_done = self._until_eof = False

    def _deliver(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._answer.body = b"".join(self._chunks)
            self._waiter.set_result(self._answer)

    def _fail(self, message: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TransportFailure(message, written=True))
        self.abort()
