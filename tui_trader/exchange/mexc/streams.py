"""Public streams: topics shared by their listeners and spread over as many lines as they need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tui_trader.domain.events import FeedHealth
from tui_trader.exchange.mexc.line import Environment, Line
from tui_trader.exchange.mexc.topic import Topic
from tui_trader.exchange.wire.channels import Channel
from tui_trader.exchange.wire.limits import SUBSCRIPTIONS_PER_SOCKET
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

_T = TypeVar("_T")


class Watch:
    """A listener's hold on a topic; ``close`` may be called more than once."""

    def __init__(self, on_close: Callable[[], None]) -> None:
        self._on_close: Callable[[], None] | None = on_close

    def close(self) -> None:
        """Stop listening."""
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()


class Fan(Generic[_T]):
    """Reads each push of a topic once and hands the value to every listener. ``None`` is not handed on."""

    def __init__(self, read: Callable[[PushDataV3ApiWrapper, int], _T | None]) -> None:
        self.sinks: list[Callable[[_T], None]] = []
        self._read = read

    def __call__(self, push: PushDataV3ApiWrapper, received: int) -> None:
        """Take a push."""
        value = self._read(push, received)
        if value is not None:
            for sink in tuple(self.sinks):
                sink(value)


class Streams:
    """Opens a line when the others are full, and closes one that carries nothing."""

    def __init__(self, environment: Environment, address: str) -> None:
        self._env = environment
        self._address = address
        self._lines: list[Line] = []
        self._fans: dict[str, Fan[object]] = {}
        self._opened = 0
        self._closing: set[asyncio.Task[None]] = set()

    def listen(
        self,
        channel: Channel,
        read: Callable[[PushDataV3ApiWrapper, int], _T | None],
        sink: Callable[[_T], None],
    ) -> Watch:
        """Listen to a channel; the first listener subscribes and the last one to leave unsubscribes."""
        fan: Fan[_T] | None = self._fans.get(channel.name)  # type: ignore[assignment]  # one channel has one reader
        if fan is None:
            fan = Fan(read)
            self._fans[channel.name] = fan  # type: ignore[assignment]  # as above
            self.carry(Topic(channel.name, fan))
        fan.sinks.append(sink)
        return Watch(lambda: self._leave(channel.name, fan, sink))

    def carry(self, topic: Topic) -> None:
        """Put a topic on a line with room."""
        line = next((line for line in self._lines if len(line.topics) < SUBSCRIPTIONS_PER_SOCKET), None)
        if line is not None:
            line.add(topic)
            return
        self._opened += 1
        line = Line(self._env, self._where, name=f"market {self._opened}")
        line.add(topic)
        line.start()
        self._lines.append(line)

    def drop(self, name: str) -> None:
        """Take a topic off its line."""
        for line in self._lines:
            topic = line.topics.get(name)
            if topic is not None:
                line.remove(topic)
                if not line.topics:
                    self._lines.remove(line)
                    task = asyncio.create_task(line.close())
                    self._closing.add(task)
                    task.add_done_callback(self._closing.discard)
                return

    def feeds(self) -> Sequence[FeedHealth]:
        """List each line, then each topic."""
        feeds = [FeedHealth(line.name, line.up, line.last_payload, _line_detail(line)) for line in self._lines]
        for line in self._lines:
            for topic in line.topics.values():
                detail = "refused by the exchange" if topic.refused else ""
                feeds.append(FeedHealth(topic.name, line.up and topic.live, topic.last_payload, detail))
        return feeds

    async def close(self) -> None:
        """Close every line."""
        await asyncio.gather(*self._closing, *(line.close() for line in self._lines))
        self._lines.clear()
        self._fans.clear()

    async def _where(self) -> str:
        return self._address

    def _leave(self, name: str, fan: Fan[_T], sink: Callable[[_T], None]) -> None:
        fan.sinks.remove(sink)
        if not fan.sinks and self._fans.get(name) is fan:
            del self._fans[name]
            self.drop(name)


def _line_detail(line: Line) -> str:
    dropped = f", {line.unreadable} dropped" if line.unreadable else ""
    return line.detail or f"{len(line.topics)} streams{dropped}"
