"""Streams that several want: started once, counted, and kept a little after the last need.

A stream costs a subscription at the venue and a snapshot to begin with; somebody who looks away and back should pay
neither twice. Nothing here waits: :meth:`Leases.sweep`, called about once a second, ends what nobody needs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from tui_trader.clock import Clock
from tui_trader.exchange.port import Subscription

Start = Callable[[], Subscription]


@dataclass(slots=True)
class _Lease:
    """One stream: how many hold it, and since when nobody does (monotonic seconds)."""

    start: Start
    holders: int = 0
    idle_since: float = 0.0
    running: Subscription | None = None


@dataclass(slots=True)
class Leases:
    """All streams, by key. Until :meth:`begin` they are only noted, so that a reader may come before the venue."""

    clock: Clock
    keep_s: float
    _all: dict[Hashable, _Lease] = field(default_factory=dict)
    _open: bool = False

    def begin(self) -> None:
        """Start what was asked for so far, and from here on at once."""
        self._open = True
        for lease in list(self._all.values()):
            self._ensure(lease)

    def take(self, key: Hashable, start: Start) -> None:
        """Hold a stream; every take is answered by one :meth:`release`."""
        lease = self._touched(key, start)
        lease.holders += 1

    def release(self, key: Hashable) -> None:
        """Give a hold back."""
        lease = self._all.get(key)
        if lease is not None and lease.holders > 0:
            lease.holders -= 1
            lease.idle_since = self.clock.monotonic()

    def touch(self, key: Hashable, start: Start) -> None:
        """Want a stream for a while without holding it."""
        self._touched(key, start)

    def holders(self, key: Hashable) -> int:
        """Count who holds a stream."""
        lease = self._all.get(key)
        return lease.holders if lease is not None else 0

    def running(self, key: Hashable) -> bool:
        """Tell whether a stream is up."""
        lease = self._all.get(key)
        return lease is not None and lease.running is not None

    def sweep(self) -> list[Hashable]:
        """End streams that nobody held for ``keep_s`` seconds; returns their keys."""
        before = self.clock.monotonic() - self.keep_s
        idle = [key for key, lease in self._all.items() if not lease.holders and lease.idle_since <= before]
        for key in idle:
            self._end(self._all.pop(key))
        return idle

    def close(self) -> None:
        """End everything."""
        self._open = False
        while self._all:
            self._end(self._all.popitem()[1])

    def _touched(self, key: Hashable, start: Start) -> _Lease:
        lease = self._all.get(key)
        if lease is None:
            lease = self._all[key] = _Lease(start)
        lease.idle_since = self.clock.monotonic()
        self._ensure(lease)
        return lease

    def _ensure(self, lease: _Lease) -> None:
        if self._open and lease.running is None:
            lease.running = lease.start()

    @staticmethod
    def _end(lease: _Lease) -> None:
        if lease.running is not None:
            lease.running.close()
            lease.running = None


@dataclass(slots=True)
class Hold:
    """One watcher's holds; closing it twice is harmless."""

    leases: Leases
    keys: list[Hashable]
    closed: bool = False

    def close(self) -> None:
        """Give them all back."""
        if not self.closed:
            self.closed = True
            for key in self.keys:
                self.leases.release(key)
