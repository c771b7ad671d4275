"""One open WebSocket: requests matched with their answers, pings in silence, frames handed on."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import ssl
from collections.abc import Callable, Iterator, Sequence

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tui_trader.clock import Clock
from tui_trader.exchange.mexc.addresses import USER_AGENT
from tui_trader.exchange.mexc.waiting import end
from tui_trader.exchange.wire import control

ACK_S = 10.0
PING_AFTER_S = 20.0
SILENCE_S = 60.0
LOOK_S = 5.0
SLEPT_S = 30.0
"""A wall clock this far ahead of the monotonic one since the last look: what was open then is not trusted."""
MAX_REQUEST = 1000
"""Bytes of one request; the venue drops larger ones than about a kilobyte."""
MAX_FRAME = 4 * 1024 * 1024

_quiet = logging.getLogger(f"{__name__}.wire")
_quiet.disabled = True
"""The library logs addresses, and a private one holds the listen key."""
_BRACKETED = re.compile(r"\[([^\]]*)\]")


class _Straight(connect):
    """Connects to the address given and nowhere else: the library would follow redirects, listen key and all."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Follow no redirect."""
        return exc


class SessionFailure(Exception):
    """A WebSocket could not be opened or does not answer. The text never names the address."""


class Session:
    """Owns one connection from ``open`` to ``close``. ``on_frame`` gets binary frames, ``on_end`` is called once."""

    def __init__(
        self, socket: ClientConnection, clock: Clock, on_frame: Callable[[bytes], None], on_end: Callable[[], None]
    ) -> None:
        self._socket = socket
        self._clock = clock
        self._on_frame = on_frame
        self._on_end = on_end
        self._acks: dict[int, asyncio.Future[str]] = {}
        self._last_id = 0
        self._heard = clock.monotonic()
        self._pinged = self._heard
        self.ended = ""
        self.names: set[str] = set()
        self.opened = clock.monotonic()
        self._listening = asyncio.create_task(self._listen(), name="mexc-socket")
        self._pinging = asyncio.create_task(self._keep_alive(), name="mexc-socket-ping")

    @classmethod
    async def open(
        cls,
        address: str,
        tls: ssl.SSLContext | None,
        clock: Clock,
        on_frame: Callable[[bytes], None],
        on_end: Callable[[], None],
    ) -> Session:
        """Connect.

        Raises:
            SessionFailure: no connection, or the venue refused the handshake.

        """
        try:
            socket = await _Straight(
                address,
                ssl=tls if address.startswith("wss:") else None,
                proxy=None,
                user_agent_header=USER_AGENT,
                compression=None,
                open_timeout=10,
                close_timeout=2,
                ping_interval=None,
                max_size=MAX_FRAME,
                max_queue=(1024, 256),
                logger=_quiet,
            )
        except (OSError, TimeoutError, WebSocketException):
            raise SessionFailure("no connection to the exchange's streams") from None
        return cls(socket, clock, on_frame, on_end)

    async def subscribe(self, names: Sequence[str]) -> set[str]:
        """Subscribe to channels and return those that the venue refused.

        Raises:
            SessionFailure: no answer in time, or the connection ended.

        """
        refused: set[str] = set()
        for group in _groups(control.SUBSCRIBE, names):
            refused |= refused_in(await self._request(control.SUBSCRIBE, group), group)
        self.names |= set(names) - refused
        return refused

    async def unsubscribe(self, names: Sequence[str]) -> None:
        """Unsubscribe from channels.

        Raises:
            SessionFailure: no answer in time, or the connection ended.

        """
        self.names -= set(names)
        for group in _groups(control.UNSUBSCRIBE, names):
            await self._request(control.UNSUBSCRIBE, group)

    def abandon(self, reason: str) -> None:
        """End at once."""
        if not self.ended:
            self.ended = reason
            for ack in self._acks.values():
                if not ack.done():
                    ack.set_exception(SessionFailure(reason))
            self._on_end()

    async def close(self) -> None:
        """Close the connection and stop its tasks."""
        self.abandon("closed")
        await end(self._listening, self._pinging)
        await self._socket.close()

    async def _request(self, method: str, names: Sequence[str]) -> str:
        if self.ended:
            raise SessionFailure(self.ended)
        self._last_id += 1
        number = self._last_id
        ack: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._acks[number] = ack
        timer = asyncio.ensure_future(self._clock.sleep(ACK_S))
        try:
            await self._socket.send(control.request(method, names, number))
            await asyncio.wait((ack, timer), return_when=asyncio.FIRST_COMPLETED)
            if not ack.done():
                raise SessionFailure("the exchange does not answer a subscription")
            return ack.result()
        except WebSocketException:
            # What the venue said before it closed is still to be read: it may be that the listen key is invalid.
            await asyncio.wait((self._listening,), timeout=1.0)
            raise SessionFailure(self.ended or "the connection was lost") from None
        finally:
            await end(timer)
            self._acks.pop(number)
            if ack.done() and not ack.cancelled():
                ack.exception()

    async def _listen(self) -> None:
        reason = "the exchange closed the connection"
        try:
            async for message in self._socket:
                self._heard = self._clock.monotonic()
                if isinstance(message, bytes):
                    self._on_frame(message)
                else:
                    self._on_text(message)
                if self.ended:
                    return
        except WebSocketException:
            reason = "the connection was lost"
        self.abandon(reason)

    def _on_text(self, text: str) -> None:
        if text.startswith(control.INVALID_LISTEN_KEY):
            self.abandon(control.INVALID_LISTEN_KEY)
            return
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(frame, dict):
            return
        number, message = frame.get("id"), frame.get("msg")
        ack = self._acks.get(number) if isinstance(number, int) else None
        if ack is not None and not ack.done() and isinstance(message, str) and message != control.PONG:
            ack.set_result(message)

    async def _keep_alive(self) -> None:
        while not self.ended:
            wall, looked = self._clock.wall_ms(), self._clock.monotonic()
            await self._clock.sleep(LOOK_S)
            now = self._clock.monotonic()
            if (self._clock.wall_ms() - wall) / 1000 - (now - looked) >= SLEPT_S:
                self.abandon("the machine slept")
            elif now - self._heard >= SILENCE_S:
                self.abandon("nothing was heard for a minute")
            elif now - max(self._heard, self._pinged) >= PING_AFTER_S:
                self._pinged = now
                try:
                    await self._socket.send(control.ping())
                except WebSocketException:
                    self.abandon("the connection was lost")


def _groups(method: str, names: Sequence[str]) -> Iterator[list[str]]:
    """Split channels into requests below the size limit."""
    group: list[str] = []
    for name in names:
        if group and len(control.request(method, [*group, name], 10**6).encode()) > MAX_REQUEST:
            yield group
            group = []
        group.append(name)
    if group:
        yield group


def refused_in(message: str, names: Sequence[str]) -> set[str]:
    """Return which of the asked channels an answer refuses; a refusal that names none refuses all."""
    if control.is_refusal(message):
        named = {name.strip() for part in _BRACKETED.findall(message) for name in part.split(",")}
        return named & set(names) or set(names)
    accepted = {name.strip() for name in message.split(",")}
    return set(names) - accepted
