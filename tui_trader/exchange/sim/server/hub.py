"""The feed hub: who watches what. Each public frame is encoded once and shared; unwatched channels cost nothing."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tui_trader.exchange.sim.events import (
    BalanceChanged,
    BestChanged,
    DepthChanged,
    Event,
    OrderChanged,
    OwnFill,
    ReplayFinished,
    TradePrinted,
)
from tui_trader.exchange.sim.server import frames, topics
from tui_trader.exchange.sim.server.faults import Faults
from tui_trader.exchange.sim.server.topics import FEEDS, Topic
from tui_trader.exchange.sim.venue import Venue
from tui_trader.exchange.wire.channels import Channel, Kind

PrivateEvent = OrderChanged | OwnFill | BalanceChanged


class Watcher(Protocol):
    """What the hub needs of a socket."""

    account: str | None

    def offer(self, frame: bytes) -> None:
        """Take a frame to send; never waits."""


class Hub:
    """Topics by name with their watchers. ``monotonic`` gives seconds, ``server_ms`` the server's UTC ms."""

    def __init__(
        self, venue: Venue, faults: Faults, monotonic: Callable[[], float], server_ms: Callable[[], int]
    ) -> None:
        self._venue = venue
        self._faults = faults
        self._monotonic = monotonic
        self._server_ms = server_ms
        self._topics: dict[str, Topic] = {}
        self._watchers: dict[str, dict[Watcher, None]] = {}
        self._fed: dict[tuple[type, str], list[Topic]] = {}

    def serves(self, channel: Channel) -> bool:
        """Whether the channel's symbol is listed (or it names none)."""
        return not channel.symbol or any(rules.symbol == channel.symbol for rules in self._venue.symbols())

    def watch(self, watcher: Watcher, name: str, channel: Channel) -> None:
        """Let a watcher have a channel's frames from the next change on."""
        self._watchers.setdefault(name, {})[watcher] = None
        if channel.private or name in self._topics:
            return
        topic = self._topics[name] = topics.open_topic(name, channel)
        source = FEEDS[channel.kind].source
        if source is not None:
            self._fed.setdefault((source, channel.symbol), []).append(topic)

    def unwatch(self, watcher: Watcher, names: Iterable[str]) -> None:
        """End watching; the last one to leave closes the topic."""
        for name in names:
            watchers = self._watchers.get(name, {})
            watchers.pop(watcher, None)
            if not watchers:
                self._watchers.pop(name, None)
                self._close(self._topics.pop(name, None))

    def _close(self, topic: Topic | None) -> None:
        if topic is None:
            return
        source = FEEDS[topic.channel.kind].source
        if source is not None:
            fed = self._fed[source, topic.channel.symbol]
            fed.remove(topic)
            if not fed:
                del self._fed[source, topic.channel.symbol]

    def take(self, events: Sequence[Event]) -> None:
        """Collect public events for the next frames and push private ones at once."""
        for event in events:
            if isinstance(event, PrivateEvent):
                self._push_private(event)
            else:
                for topic in self._fed.get((type(event), _symbol(event)), ()):
                    topics.collect(topic, event)

    def flush(self) -> None:
        """Send every frame that is due."""
        now = self._monotonic()
        server_ms = self._server_ms()
        for name, topic in self._topics.items():
            for frame in topics.flush(topic, self._venue, now, server_ms):
                if not self._faults.loses(name):
                    self._send(frame, list(self._watchers[name]))

    def _push_private(self, event: PrivateEvent) -> None:
        kind, account, symbol = _address(event)
        watchers = [watcher for watcher in self._watchers.get(kind, ()) if watcher.account == account]
        if not watchers or self._faults.loses(kind):
            return
        message = topics.wrapper(kind, symbol, self._server_ms())
        if isinstance(event, OrderChanged):
            message.privateOrders.CopyFrom(frames.own_order(event.order))
        elif isinstance(event, OwnFill):
            message.privateDeals.CopyFrom(frames.own_deal(event.fill))
        else:
            message.createTime = event.time_ms
            message.privateAccount.CopyFrom(frames.account(event))
        self._send(message.SerializeToString(), watchers)

    def _send(self, frame: bytes, watchers: Sequence[Watcher]) -> None:
        for watcher in watchers:
            watcher.offer(frame)


def _symbol(event: TradePrinted | DepthChanged | BestChanged | ReplayFinished) -> str:
    if isinstance(event, TradePrinted):
        return event.trade.symbol
    return event.best.symbol if isinstance(event, BestChanged) else event.symbol


def _address(event: PrivateEvent) -> tuple[Kind, str, str]:
    """Channel, account and symbol of a private push; account pushes carry no symbol."""
    if isinstance(event, OrderChanged):
        return Kind.OWN_ORDERS, event.order.account, event.order.symbol
    if isinstance(event, OwnFill):
        return Kind.OWN_DEALS, event.fill.account, event.fill.symbol
    return Kind.ACCOUNT, event.account, ""
