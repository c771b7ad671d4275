"""The last round trips to the venue, and when it last answered."""

from __future__ import annotations

from tui_trader.clock import Clock


class RoundTrip:
    """The newest round trip in ms and the wall time (UTC ms) of the last answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.last_ms: float | None = None
        self.answered_at: int | None = None

    def since(self, start: float) -> None:
        """Note an answer to a request sent at the monotonic second ``start``."""
        self.last_ms = (self._clock.monotonic() - start) * 1000.0
        self.answered_at = self._clock.wall_ms()
