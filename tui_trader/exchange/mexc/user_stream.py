"""Own orders, fills and balances as they happen. Nothing is dropped: what nobody takes yet waits, and is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from tui_trader.domain.events import FeedHealth
from tui_trader.exchange.mexc import pushes
from tui_trader.exchange.mexc.line import Environment, Line
from tui_trader.exchange.mexc.listen_key import ListenKey
from tui_trader.exchange.mexc.topic import Topic
from tui_trader.exchange.mexc.waiting import end
from tui_trader.exchange.port import StreamGap, UserEvent, VenueTrouble
from tui_trader.exchange.wire import control
from tui_trader.exchange.wire.channels import Kind
from tui_trader.exchange.wire.limits import LISTEN_KEY_RENEW_S
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

_READERS: dict[Kind, Callable[[PushDataV3ApiWrapper, int], UserEvent]] = {
    Kind.OWN_ORDERS: pushes.order_of,
    Kind.OWN_DEALS: pushes.fill_of,
    Kind.ACCOUNT: pushes.balance_of,
}


class UserStream:
    """The private line and the queue behind it."""

    def __init__(self, environment: Environment, ws_url: str, key: ListenKey) -> None:
        self._env = environment
        self._ws_url = ws_url
        self._key = key
        self._queue: asyncio.Queue[UserEvent | None] = asyncio.Queue()
        self._gap = ""
        self._renewing: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        self._line = Line(
            environment,
            self._address,
            name="account",
            on_up=self._up,
            on_end=self._ended,
            on_unreadable=self._missed,
        )
        for kind in _READERS:
            self._line.add(Topic(str(kind), self._handler(kind)))

    @property
    def backlog(self) -> int:
        """Events that wait to be taken."""
        return self._queue.qsize()

    @property
    def up(self) -> bool:
        """Whether the line is up with all its channels."""
        return self._line.up and all(topic.live for topic in self._line.topics.values())

    async def open(self, patience: float = 10.0) -> None:
        """Start; wait for the first attempt to subscribe to end, but no longer than ``patience`` seconds."""
        self._line.start()
        self._renewing = asyncio.create_task(self._renew(), name="mexc-listen-key")
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._tried.wait()
        if not self._tried.is_set():
            self._gap = self._gap or "connected late"

    async def close(self) -> None:
        """Stop, give the key back and end whoever iterates."""
        await end(self._renewing)
        await self._line.close()
        await self._key.give_back()
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[UserEvent]:
        """Yield events until the stream is closed."""
        while (event := await self._queue.get()) is not None:
            yield event
        self._queue.put_nowait(None)

    def abandon(self, reason: str) -> None:
        """Give the connection up and open another one; the gap between them is told."""
        self._line.abandon(reason)

    def feed(self) -> FeedHealth:
        """Tell how the stream is; it is up only when all its channels are."""
        refused = any(topic.refused for topic in self._line.topics.values())
        detail = "refused by the exchange" if refused else self._line.detail
        if self.backlog:
            detail = f"{detail}, {self.backlog} waiting".removeprefix(", ")
        return FeedHealth(self._line.name, self.up, self._line.last_payload, detail)

    def tell(self, trouble: VenueTrouble) -> None:
        """Hand on that the way to the venue is not what it should be."""
        self._queue.put_nowait(trouble)

    async def _address(self) -> str:
        return f"{self._ws_url}?listenKey={await self._key.get()}"

    def _handler(self, kind: Kind) -> Callable[[PushDataV3ApiWrapper, int], None]:
        read = _READERS[kind]

        def handle(push: PushDataV3ApiWrapper, received: int) -> None:
            self._put(read(push, received))

        return handle

    def _put(self, event: UserEvent) -> None:
        self._tell_gap()
        self._queue.put_nowait(event)

    def _tell_gap(self) -> None:
        if self._gap:
            self._queue.put_nowait(StreamGap(self._gap))
            self._gap = ""

    def _up(self) -> None:
        self._tried.set()
        self._tell_gap()

    def _ended(self, reason: str) -> None:
        if reason == control.INVALID_LISTEN_KEY:
            self._key.forget()
        self._gap = reason
        self._tried.set()

    def _missed(self) -> None:
        # An unreadable message is a gap of its own: what it said must be read over REST.
        self._queue.put_nowait(StreamGap("a message could not be read"))

    async def _renew(self) -> None:
        while True:
            await self._env.clock.sleep(LISTEN_KEY_RENEW_S)
            if not await self._key.renew():
                self._line.renew()
