"""Time as a seam: everything that trades asks a :class:`Clock`, so that a test can let days pass in a moment."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the rest of the house knows about time."""

    def wall_ms(self) -> int:
        """Return the UTC wall time in milliseconds since 1970. May step; never use it for ages."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never step back; only differences have a meaning."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def wall_ms(self) -> int:
        """Return the UTC wall time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(seconds)
