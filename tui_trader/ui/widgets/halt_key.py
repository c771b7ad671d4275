"""The key that halts: one key, then another (by default the same), within a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

AGAIN_WITHIN_S = 1.0


class Heard(Enum):
    """What a key means for the kill switch."""

    NOTHING = "nothing"
    FIRST = "first"
    HALT = "halt"


class HaltKey:
    """Listens for two keys of one binding, such as ``H H``."""

    def __init__(self, bindings: Iterable[str], monotonic: Callable[[], float]) -> None:
        self._pairs = {(first, second) for first, _, second in (each.partition(" ") for each in bindings) if second}
        self._now = monotonic
        self._first, self._at = "", 0.0

    @property
    def second(self) -> str:
        """The key that would halt now; empty when none would."""
        fresh = self._first and self._now() - self._at <= AGAIN_WITHIN_S
        return next((second for first, second in self._pairs if fresh and first == self._first), "")

    def hear(self, key: str) -> Heard:
        """Take a key that is not text."""
        if self.second == key:
            self._first = ""
            return Heard.HALT
        first = any(key == each for each, _ in self._pairs)
        self._first, self._at = (key if first else ""), self._now()
        return Heard.FIRST if first else Heard.NOTHING

    def forget(self) -> None:
        """Forget the first key: what comes now is text."""
        self._first = ""
