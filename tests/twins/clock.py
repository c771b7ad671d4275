"""A clock that only moves when a test says so."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable


async def settle(rounds: int = 50) -> None:
    """Let everything that is ready run."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], rounds: int = 5000) -> None:
    """Let the loop run until ``condition`` holds; fail when it never does."""
    for _ in range(rounds):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("the condition never held")


class VirtualClock:
    """Virtual time: ``sleep`` ends only through :meth:`advance`."""

    def __init__(self, wall_ms: int = 1_760_000_000_000) -> None:
        self._start = wall_ms
        self._now = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def wall_ms(self) -> int:
        """Return virtual UTC ms."""
        return self._start + round(self._now * 1000)

    def monotonic(self) -> float:
        """Return virtual seconds."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait for virtual time to pass."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), future))
        await future

    def jump(self, seconds: float) -> None:
        """Let time pass without waking anybody, as a suspended machine does."""
        self._now += seconds

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking sleepers in their order and letting them work."""
        end = self._now + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            when, _, future = heapq.heappop(self._sleepers)
            self._now = max(self._now, when)
            if not future.done():
                future.set_result(None)
            await settle()
        self._now = max(self._now, end)
        await settle()
