"""What keeps a confirmation from being given by accident: a short deafness after it takes the keys."""

from __future__ import annotations

from collections.abc import Callable

DEAF_SECONDS = 0.3


class Guard:
    """Ignores keys for 300 ms after :meth:`arm`."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self._until = 0.0

    def arm(self) -> None:
        """Be deaf for a while."""
        self._until = self._now() + DEAF_SECONDS

    def hears(self) -> bool:
        """Tell whether a key counts."""
        return self._now() >= self._until
