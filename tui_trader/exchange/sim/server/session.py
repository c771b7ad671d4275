"""One WebSocket of a client: control frames in, shared frames out, and the rules that end it."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from tui_trader.exchange.sim.server.hub import Hub
from tui_trader.exchange.sim.server.rates import Window
from tui_trader.exchange.wire import channels, control, limits
from tui_trader.exchange.wire.channels import Channel

MAX_QUEUED: Final = 8 * 1024 * 1024
"""Bytes that may wait for a slow reader before it is dropped."""
POLICY_VIOLATION: Final = 1008


class Session:
    """One accepted socket. ``account`` is None on a public one; times are monotonic seconds."""

    def __init__(
        self, socket: WebSocket, hub: Hub, monotonic: Callable[[], float], account: str | None, key: str | None
    ) -> None:
        self.account = account
        self.key = key
        self._socket = socket
        self._hub = hub
        self._monotonic = monotonic
        self._queue: deque[bytes | str] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._closing: int | None = None
        self._subscribed: dict[str, Channel] = {}
        self._inbound = Window(limits.SOCKET_MESSAGES)
        self._opened = self._heard = self._sent = monotonic()

    def offer(self, frame: bytes | str) -> None:
        """Queue a frame; a reader that is too slow loses its connection instead of the server its memory."""
        if self._queued + len(frame) > MAX_QUEUED:
            self.abort()
            return
        self._queued += len(frame)
        self._queue.append(frame)
        self._wake.set()

    def close(self, code: int = 1000) -> None:
        """Send what is queued, then close."""
        self._closing = code
        self._wake.set()

    def abort(self) -> None:
        """Cut the connection without a word."""
        self._queue.clear()
        self._queued = 0
        self._socket.scope["state"]["abort"]()
        self.close()

    def watches(self, pattern: Callable[[str], bool]) -> bool:
        """Whether a subscribed name satisfies ``pattern``."""
        return any(map(pattern, self._subscribed))

    def expired(self, now: float) -> bool:
        """Whether one of the venue's rules ends this connection at a moment."""
        idle = now - max(self._heard, self._sent) > limits.SOCKET_IDLE_S
        useless = not self._subscribed and now - self._heard > limits.SOCKET_UNSUBSCRIBED_S
        return idle or useless or now - self._opened > limits.SOCKET_LIFE_S

    async def run(self) -> None:
        """Serve the socket until either side ends it."""
        sender = asyncio.create_task(self._send())
        receiver = asyncio.create_task(self._receive())
        try:
            await asyncio.wait({sender, receiver}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.unwatch(self, list(self._subscribed))
            for task in (sender, receiver):
                task.cancel()
            await asyncio.gather(sender, receiver, return_exceptions=True)

    async def _send(self) -> None:
        try:
            while self._closing is None or self._queue:
                await self._wake.wait()
                self._wake.clear()
                await self._drain()
            await self._socket.close(self._closing)
        except (WebSocketDisconnect, RuntimeError):
            return  # the peer is gone; starlette says RuntimeError when a close crossed ours

    async def _drain(self) -> None:
        while self._queue:
            frame = self._queue.popleft()
            self._queued -= len(frame)
            if isinstance(frame, str):
                await self._socket.send_text(frame)
            else:
                self._sent = self._monotonic()
                await self._socket.send_bytes(frame)

    async def _receive(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            now = self._heard = self._monotonic()
            if self._inbound.wait(1, now) > 0:
                self.close(POLICY_VIOLATION)
                return
            self._inbound.spend(1, now)
            answer = self.answer(message.get("text"))
            if answer is not None:
                self.offer(answer)

    def answer(self, text: str | None) -> str | None:
        """Handle one control frame and return what the venue says; None for a JSON ``null``, which is ignored."""
        try:
            frame = json.loads(text) if text is not None else {}
        except (ValueError, RecursionError):
            return control.answer(control.INVALID_FORMAT)
        if frame is None:
            return None
        if not isinstance(frame, dict):
            return control.answer(control.INVALID_FORMAT)
        return self._obey(frame)

    def _obey(self, frame: dict[str, Any]) -> str:
        given = frame.get("id")
        number = given if isinstance(given, int) and not isinstance(given, bool) and given >= 0 else 0
        method, names = str(frame.get("method")).upper(), frame.get("params")
        if method == control.PING_METHOD:
            return control.answer(control.PONG, number)
        action = {control.SUBSCRIBE: self._subscribe, control.UNSUBSCRIBE: self._unsubscribe}.get(method)
        if action is None or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return control.answer(control.INVALID_FORMAT, number)
        return control.answer(action(names), number)

    def _subscribe(self, names: list[str]) -> str:
        good, bad = [], []
        for name in names:
            channel = channels.parse(name)
            if channel is None or not self._may_have(name, channel):
                bad.append(name)
                continue
            good.append(name)
            if name not in self._subscribed:
                self._subscribed[name] = channel
                self._hub.watch(self, name, channel)
        return ",".join([*good, control.refusal(bad)] if bad else good)

    def _may_have(self, name: str, channel: Channel) -> bool:
        if channel.private and self.account is None:
            return False
        room = name in self._subscribed or len(self._subscribed) < limits.SUBSCRIPTIONS_PER_SOCKET
        return room and self._hub.serves(channel)

    def _unsubscribe(self, names: list[str]) -> str:
        for name in names:
            self._subscribed.pop(name, None)
        self._hub.unwatch(self, names)
        return ",".join(names)
