"""A channel and who listens to it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

Handler = Callable[[PushDataV3ApiWrapper, int], None]
"""Gets a push and our wall time of its arrival in ms."""

_log = logging.getLogger(__name__)


class Topic:
    """One subscribed channel. ``on_live`` is called after each (new) subscription, before its first push counts."""

    def __init__(self, name: str, handler: Handler, on_live: Callable[[], None] | None = None) -> None:
        self.name = name
        self.live = False
        self.last_payload: int | None = None
        self._handler = handler
        self._on_live = on_live
        self._refused_at: float | None = None

    @property
    def refused(self) -> bool:
        """Whether the venue refuses the channel."""
        return self._refused_at is not None

    def refused_since(self, moment: float) -> bool:
        """Tell whether the venue refused it after a monotonic second."""
        return self._refused_at is not None and self._refused_at > moment

    def acknowledge(self, *, refused: bool, now: float) -> None:
        """Note the venue's answer to the subscription."""
        self._refused_at = now if refused else None
        self.live = not refused

    def announce(self) -> None:
        """Tell the listener that the channel is subscribed."""
        if self.live and self._on_live is not None:
            self._on_live()

    def deliver(self, push: PushDataV3ApiWrapper, received: int) -> None:
        """Hand a push on. A failing listener is logged and does not end the stream.

        Raises:
            Unreadable: the push's body is not what the protocol says.

        """
        self.last_payload = received
        try:
            self._handler(push, received)
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 - the listener's trouble is not the stream's
            _log.exception("a listener of %s failed", self.name)
