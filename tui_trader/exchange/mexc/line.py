"""A line: one stream connection that stays up, through cuts, refusals and the venue's daily cut-off.

It carries topics. After a cut it reconnects and subscribes again; before 24 hours are over it moves to a new
connection while the old one still delivers, and passes a frame that comes over both only once.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from tui_trader.clock import Clock
from tui_trader.errors import TraderError
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.session import Session, SessionFailure
from tui_trader.exchange.mexc.topic import Topic
from tui_trader.exchange.mexc.waiting import backoff, end, event_or
from tui_trader.exchange.wire.limits import SOCKET_LIFE_S
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

LIFE_S = SOCKET_LIFE_S - 600.0
"""A connection is replaced ten minutes before the venue ends it."""
OVERLAP_S = 2.0
RETRY_S = 30.0
"""A replacement that failed is tried again after this."""
REFUSED_S = 60.0
"""A refused channel is asked for again after this."""
UNREADABLE_IN_A_ROW = 5
STEADY_S = 60.0
"""A connection that lived this long makes the next pause short again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Environment:
    """What every stream connection needs: the clock, the TLS settings, and the seconds after which it is replaced."""

    clock: Clock
    tls: ssl.SSLContext | None
    life: float = LIFE_S


class Line:
    """Topics on one connection. ``address`` is asked for each connection; ``on_up`` and ``on_end`` tell of it."""

    def __init__(
        self,
        environment: Environment,
        address: Callable[[], Awaitable[str]],
        *,
        name: str,
        on_up: Callable[[], None] = lambda: None,
        on_end: Callable[[str], None] = lambda _reason: None,
        on_unreadable: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.topics: dict[str, Topic] = {}
        self.last_payload: int | None = None
        self.unreadable = 0
        self.detail = "connecting"
        self._env = environment
        self._address = address
        self._on_up = on_up
        self._on_end = on_end
        self._on_unreadable = on_unreadable
        self._bad_in_a_row = 0
        self._overlap: set[bytes] | None = None
        self._session: Session | None = None
        self._renew = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether the connection is open and subscribed."""
        return self._session is not None and not self._session.ended

    def start(self) -> None:
        """Connect in the background and stay connected."""
        self._task = asyncio.create_task(self._run(), name=f"mexc-line-{self.name}")

    def add(self, topic: Topic) -> None:
        """Carry one more topic."""
        self.topics[topic.name] = topic
        self._wake.set()

    def remove(self, topic: Topic) -> None:
        """Carry a topic no longer."""
        self.topics.pop(topic.name, None)
        self._wake.set()

    def renew(self) -> None:
        """Move to a new connection soon."""
        self._renew = True
        self._wake.set()

    def abandon(self, reason: str) -> None:
        """Give the connection up; another one is opened as after any cut."""
        if self._session is not None:
            self._session.abandon(reason)

    async def close(self) -> None:
        """Close the connection for good."""
        await end(self._task)

    async def _run(self) -> None:
        pauses = backoff()
        while True:
            started = self._env.clock.monotonic()
            try:
                self._session = await self._connect()
                await self._serve()
                reason = self._session.ended
            except (SessionFailure, TraderError) as failure:
                reason = str(failure)
            finally:
                await self._drop()
            self.detail = reason
            _log.info("stream %s: %s", self.name, reason)
            self._on_end(reason)
            if self._env.clock.monotonic() - started > STEADY_S:
                pauses = backoff()
            await self._env.clock.sleep(next(pauses))

    async def _drop(self) -> None:
        session, self._session = self._session, None
        for topic in self.topics.values():
            topic.live = False
        if session is not None:
            await session.close()

    async def _connect(self) -> Session:
        """Open a connection and subscribe to every topic on it."""
        self._renew = False
        session = await Session.open(
            await self._address(), self._env.tls, self._env.clock, self._on_frame, self._wake.set
        )
        try:
            await self._subscribe(session, list(self.topics))
        except BaseException:
            await session.close()
            raise
        return session

    async def _subscribe(self, session: Session, names: Sequence[str]) -> None:
        refused = await session.subscribe(names)
        for name in names:
            topic = self.topics.get(name)
            if topic is not None:
                topic.acknowledge(refused=name in refused, now=self._env.clock.monotonic())

    async def _serve(self) -> None:
        """Follow the topics until the connection ends."""
        self.detail = ""
        self._bad_in_a_row = 0
        self._on_up()
        for topic in list(self.topics.values()):
            topic.announce()
        while (session := self._session) is not None and not session.ended:
            self._wake.clear()
            await self._follow(session)
            now = self._env.clock.monotonic()
            if self._renew or now - session.opened >= self._env.life:
                await self._roll_over(session)
                continue
            await event_or(self._wake, self._env.clock, min(REFUSED_S, session.opened + self._env.life - now))

    async def _follow(self, session: Session) -> None:
        """Bring the venue's subscriptions in line with the topics."""
        gone = sorted(session.names - set(self.topics))
        if gone:
            await session.unsubscribe(gone)
        now = self._env.clock.monotonic()
        fresh = [
            name
            for name, topic in self.topics.items()
            if name not in session.names and not topic.refused_since(now - REFUSED_S)
        ]
        if fresh:
            await self._subscribe(session, fresh)
            for name in fresh:
                if name in self.topics:
                    self.topics[name].announce()

    async def _roll_over(self, old: Session) -> None:
        self._overlap = set()
        try:
            self._session = await self._connect()
        except (SessionFailure, TraderError) as failure:
            _log.warning("stream %s: no new connection yet: %s", self.name, failure)
            old.opened = self._env.clock.monotonic() - self._env.life + RETRY_S
        else:
            if old.ended:
                # What the venue said before the new connection listened is lost. The reason is put in words of our
                # own: that the old listen key is invalid says nothing of the key that the new connection has.
                self._on_end("the connection ended while it was replaced")
                self._on_up()
            try:
                await self._env.clock.sleep(OVERLAP_S)
            finally:
                await old.close()
        finally:
            self._overlap = None

    def _on_frame(self, data: bytes) -> None:
        try:
            push = PushDataV3ApiWrapper.FromString(data)
            if self._overlap is not None and self._seen(push):
                return
            self.last_payload = received = self._env.clock.wall_ms()
            topic = self.topics.get(push.channel)
            if topic is not None:
                topic.deliver(push, received)
            self._bad_in_a_row = 0
        except (DecodeError, Unreadable, ArithmeticError) as problem:
            self._count_unreadable(problem)

    def _seen(self, push: PushDataV3ApiWrapper) -> bool:
        """Tell whether the other connection delivered the same; the time of sending is not part of it."""
        bare = PushDataV3ApiWrapper()
        bare.CopyFrom(push)
        bare.ClearField("sendTime")
        key = bare.SerializeToString(deterministic=True)
        if self._overlap is None or key in self._overlap:
            return True
        self._overlap.add(key)
        return False

    def _count_unreadable(self, problem: Exception) -> None:
        self.unreadable += 1
        self._bad_in_a_row += 1
        _log.warning("stream %s: a message was dropped: %s", self.name, type(problem).__name__)
        self._on_unreadable()
        if self._bad_in_a_row >= UNREADABLE_IN_A_ROW and self._session is not None:
            self._session.abandon("its messages cannot be read")
