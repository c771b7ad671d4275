"""The venue's clock, estimated: signed requests carry its time, not ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui_trader.clock import Clock
from tui_trader.exchange.mexc.waiting import event_or

SAMPLES = 5
RESYNC_S = 300.0
RETRY_S = 5.0
DRIFT = 200e-6
"""How much two clocks drift apart at the worst: a good quartz keeps to a quarter of it, a virtual machine's may not."""
ROUNDING_MS = 1.0
"""The venue's answer is in whole milliseconds."""
STEP_MS = 500.0
"""A wall clock that moves this much against the monotonic one was set, or the machine slept."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading: server time in ms, our monotonic second and wall ms at its middle, and the round trip in ms."""

    server: float
    monotonic: float
    wall: float
    round_trip: float


class ServerClock:
    """Offset and error bound from the reading with the shortest round trip; renewed every five minutes."""

    def __init__(self, clock: Clock, read: Callable[[], Awaitable[int]]) -> None:
        self._clock = clock
        self._read = read
        self._best: Sample | None = None
        self._syncing = asyncio.Lock()
        self._wanted = asyncio.Event()

    @property
    def synced(self) -> bool:
        """Whether the estimate holds: there is one, and the wall clock did not jump since."""
        return self._best is not None and abs(self._jump(self._best)) < STEP_MS

    def now_ms(self) -> int:
        """Return the estimated server time in ms; the local time before the first reading."""
        best = self._best
        if best is None:
            return self._clock.wall_ms()
        return int(best.server + (self._clock.monotonic() - best.monotonic) * 1000.0)

    def offset(self) -> tuple[float, float] | None:
        """Return (server minus local, error bound) in ms, or ``None`` before the first reading."""
        best = self._best
        if best is None:
            return None
        elapsed = (self._clock.monotonic() - best.monotonic) * 1000.0
        bound = best.round_trip / 2 + abs(elapsed) * DRIFT + ROUNDING_MS
        return best.server + elapsed - self._clock.wall_ms(), bound

    def age_s(self) -> float | None:
        """Return the seconds since the reading; ``None`` when there is none that holds (:attr:`synced`)."""
        best = self._best
        return None if best is None or not self.synced else self._clock.monotonic() - best.monotonic

    def monotonic_at(self, server_ms: int) -> float:
        """Return the monotonic second at which the server's clock will show ``server_ms``."""
        return self._clock.monotonic() + (server_ms - self.now_ms()) / 1000.0

    async def ensure(self) -> None:
        """Read the clock if there is no estimate or the wall clock jumped.

        Raises:
            VenueError: the venue does not tell its time.

        """
        if not self.synced:
            async with self._syncing:
                if not self.synced:
                    await self._sample()

    async def resync(self) -> None:
        """Read the clock anew.

        Raises:
            VenueError: the venue does not tell its time; the estimate stays.

        """
        async with self._syncing:
            await self._sample()

    def want_resync(self) -> None:
        """Have the clock read soon: the venue refused a timestamp."""
        self._wanted.set()

    async def run(self, failures: type[Exception]) -> None:
        """Resync every five minutes and when asked, for ever."""
        pause = RESYNC_S
        while True:
            await event_or(self._wanted, self._clock, pause)
            self._wanted.clear()
            try:
                await self.resync()
                pause = RESYNC_S
            except failures:
                pause = RETRY_S

    async def _sample(self) -> None:
        best: Sample | None = None
        for _ in range(SAMPLES):
            sample = await self._read_once()
            if best is None or sample.round_trip < best.round_trip:
                best = sample
        self._best = best

    async def _read_once(self) -> Sample:
        start = self._clock.monotonic()
        server = await self._read()
        stop = self._clock.monotonic()
        return Sample(
            server, (start + stop) / 2, self._clock.wall_ms() - (stop - start) * 500.0, (stop - start) * 1000.0
        )

    def _jump(self, best: Sample) -> float:
        return (self._clock.wall_ms() - best.wall) - (self._clock.monotonic() - best.monotonic) * 1000.0
