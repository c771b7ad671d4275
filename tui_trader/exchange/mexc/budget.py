"""The request budget: what may be sent now, in which order, and what waits.

Each limit is a sliding window over what was really sent, not a bucket that refills: a bucket lets twice its size
through within one window. Windows are a twentieth longer than the venue's, for requests that bunch up on the way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tui_trader.clock import Clock
from tui_trader.exchange.mexc.waiting import end, event_or
from tui_trader.exchange.wire import limits
from tui_trader.exchange.wire.endpoints import ACCOUNT, BATCH_PLACE, Endpoint

MARGIN = 1.05
OPEN_SHARE = 0.7
"""Share of a window that anything may use."""
ORDER_SHARE = 0.85
"""Share that orders may use, so that reads do not hold them back; the rest is kept for cancels and order look-ups."""
MAX_WAITING = 256
REQUESTS = limits.Rate(19, 1.0)
"""All requests together stay below the 20 a second that the venue's support named."""


class Urgency(IntEnum):
    """Who goes first. Only the first two may use the whole of a window."""

    CANCEL = 0
    LOOKUP = 1
    ORDER = 2
    READ = 3


class BudgetExceeded(Exception):
    """A request would have to wait longer than it may; nothing was sent. ``wait`` is in seconds, if known."""

    def __init__(self, wait: float | None = None) -> None:
        super().__init__("The request budget is used up.")
        self.wait = wait


class Window:
    """A sum of weights over a sliding window. ``order_share`` is how much of it orders may use."""

    def __init__(self, rate: limits.Rate, *, reserve: bool = True, order_share: float = ORDER_SHARE) -> None:
        self._amount = rate.amount
        self._shares = {Urgency.ORDER: order_share, Urgency.READ: OPEN_SHARE} if reserve else {}
        self._span = rate.window * MARGIN
        self._spent: deque[tuple[float, int]] = deque()
        self._used = 0

    def wait(self, now: float, weight: int, urgency: Urgency) -> float:
        """Return the seconds until ``weight`` fits into the window; 0 when it fits now.

        A weight above the share of its urgency fits when the window is empty.
        """
        self._forget(now)
        room = max(int(self._amount * self._shares.get(urgency, 1.0)), weight)
        excess = self._used + weight - room
        if excess <= 0:
            return 0.0
        ready = now
        for at, spent in self._spent:
            ready = at + self._span
            excess -= spent
            if excess <= 0:
                break
        return ready - now

    def spend(self, now: float, weight: int) -> None:
        """Record what was sent."""
        self._spent.append((now, weight))
        self._used += weight

    def used(self, now: float) -> float:
        """Return the share in use, 0 to 1."""
        self._forget(now)
        return self._used / self._amount

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0][0] + self._span <= now:
            self._used -= self._spent.popleft()[1]


@dataclass(slots=True)
class _Waiting:
    urgency: Urgency
    charges: tuple[tuple[Window, int], ...]
    granted: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Budget:
    """The venue's limits towards one account from one address. Requests wait by urgency, then by arrival.

    ``rate`` multiplies every limit: above 1 only towards a simulated venue that has none.
    """

    def __init__(self, clock: Clock, rate: int = 1) -> None:
        def window(limit: limits.Rate, **shares: Any) -> Window:
            return Window(limit._replace(amount=limit.amount * rate), **shares)

        self._clock = clock
        self._weight = window(limits.IP_WEIGHT)
        self._signed = window(limits.UID_WEIGHT)
        self._orders = window(limits.ORDER_CALLS, order_share=OPEN_SHARE)
        self._requests = window(REQUESTS)
        self._single = {
            ACCOUNT: window(limits.ACCOUNT_CALLS, reserve=False),
            BATCH_PLACE: window(limits.BATCH_CALLS, reserve=False),
        }
        self._waiting: list[_Waiting] = []
        self._pump: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._paused_until = 0.0

    def used(self) -> float:
        """Return the fullest window's share in use, 0 to 1."""
        now = self._clock.monotonic()
        return min(1.0, max(w.used(now) for w in (self._weight, self._signed, self._orders, self._requests)))

    def pause(self, seconds: float) -> None:
        """Hold everything but cancels back: the venue asked for it."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    async def acquire(self, endpoint: Endpoint, urgency: Urgency, deadline: float) -> None:
        """Wait until a call may be sent, and count it as sent. ``deadline`` is a monotonic second.

        Raises:
            BudgetExceeded: it would have to wait past the deadline, or too many wait already.

        """
        asking = _Waiting(urgency, self._charges(endpoint))
        if not self._waiting and self._delay(asking) <= 0:
            self._spend(asking)
            return
        if len(self._waiting) >= MAX_WAITING:
            raise BudgetExceeded
        self._enqueue(asking)
        if asking.granted.done():
            return
        wait = self._delay(asking)
        try:
            if wait > deadline - self._clock.monotonic():
                raise BudgetExceeded(wait)
            await self._granted_by(asking, deadline)
        finally:
            if asking in self._waiting:
                self._waiting.remove(asking)

    async def close(self) -> None:
        """Stop waiting; who waits is refused."""
        await end(self._pump)
        for asking in self._waiting:
            asking.granted.cancel()

    async def _granted_by(self, asking: _Waiting, deadline: float) -> None:
        timer = asyncio.ensure_future(self._clock.sleep(deadline - self._clock.monotonic()))
        try:
            await asyncio.wait((asking.granted, timer), return_when=asyncio.FIRST_COMPLETED)
            if not asking.granted.done() or asking.granted.cancelled():
                raise BudgetExceeded(self._delay(asking))
        finally:
            await end(timer)

    def _charges(self, endpoint: Endpoint) -> tuple[tuple[Window, int], ...]:
        charges = [(self._weight, endpoint.weight), (self._requests, 1)]
        if endpoint.signed:
            charges.append((self._signed, endpoint.weight))
        if endpoint.order_limit:
            charges.append((self._orders, 1))
        if endpoint in self._single:
            charges.append((self._single[endpoint], 1))
        return tuple(charges)

    def _delay(self, asking: _Waiting) -> float:
        now = self._clock.monotonic()
        paused = 0.0 if asking.urgency is Urgency.CANCEL else self._paused_until - now
        return max(paused, *(window.wait(now, weight, asking.urgency) for window, weight in asking.charges))

    def _spend(self, asking: _Waiting) -> None:
        now = self._clock.monotonic()
        for window, weight in asking.charges:
            window.spend(now, weight)

    def _enqueue(self, asking: _Waiting) -> None:
        place = next((i for i, other in enumerate(self._waiting) if other.urgency > asking.urgency), len(self._waiting))
        self._waiting.insert(place, asking)
        self._grant()
        self._arrived.set()
        if self._waiting and (self._pump is None or self._pump.done()):
            self._pump = asyncio.create_task(self._run(), name="mexc-budget")

    async def _run(self) -> None:
        while self._waiting:
            self._arrived.clear()
            await event_or(self._arrived, self._clock, self._grant())

    def _grant(self) -> float:
        """Let through what fits; return the seconds until something more may."""
        now = self._clock.monotonic()
        blocked: set[int] = set()
        soonest = MARGIN
        for asking in list(self._waiting):
            if any(id(window) in blocked for window, _ in asking.charges):
                continue
            delay = self._delay(asking)
            if delay > 0:
                # What a more urgent one waits for is not given to those behind it.
                blocked |= {id(w) for w, weight in asking.charges if w.wait(now, weight, asking.urgency) > 0}
                soonest = min(soonest, delay)
                continue
            self._spend(asking)
            self._waiting.remove(asking)
            if not asking.granted.done():
                asking.granted.set_result(None)
        return soonest
