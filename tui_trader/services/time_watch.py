"""Notices that time did not pass as it should: the machine slept, the process was stopped, a clock was set.

Whatever it was, news may have been missed and the venue's clock must be read again, so everything is compared.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from tui_trader.clock import Clock

LOOK_S = 1.0
STOPPED_S = 5.0
"""A look that comes this much too late means that the process stood still (reliability.md §3.3, L4)."""
STEP_S = 1.0
"""The wall clock moved this much against the monotonic one: the machine slept, or the clock was set."""

_log = logging.getLogger(__name__)


class TimeWatch:
    """Looks at both clocks each second; ``on_gap`` hears, in words, what happened."""

    def __init__(self, clock: Clock, on_gap: Callable[[str], None]) -> None:
        self._clock = clock
        self._on_gap = on_gap

    async def keep(self) -> None:
        """Look for ever; run it under supervision."""
        monotonic, wall = self._clock.monotonic(), self._clock.wall_ms()
        while True:
            await self._clock.sleep(LOOK_S)
            passed = self._clock.monotonic() - monotonic
            step = (self._clock.wall_ms() - wall) / 1000 - passed
            monotonic, wall = self._clock.monotonic(), self._clock.wall_ms()
            said = _words(passed - LOOK_S, step)
            if said:
                _log.warning("Time did not pass as it should: %s.", said)
                self._on_gap(said)


def _words(late: float, step: float) -> str:
    """Say what is wrong with the time between two looks; empty when nothing is. Both in seconds."""
    if step >= STEP_S:
        return f"the machine slept, or its clock was set forward, by {step:.0f} s"
    if step <= -STEP_S:
        return f"the machine's clock was set back by {-step:.0f} s"
    return f"the desk stood still for {late:.0f} s" if late >= STOPPED_S else ""
