"""What must not be overlooked: a bell, and a sentence in a corner that no question ever stands in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_trader.ui.model import Alarm

if TYPE_CHECKING:
    from textual.app import App

FRESH_MS = 30_000
"""Older ones come from before this console looked; the log has them."""
SHOWN_S = 8.0
BELL_EVERY_S = 1.0


class Bell:
    """Rings for alarms. ``app`` is asked when one rings; ``silent`` shows them only."""

    def __init__(self, app: Callable[[], App[object]], *, silent: bool = False) -> None:
        self._app = app
        self._silent = silent
        self._rung = -BELL_EVERY_S

    def ring(self, alarms: list[Alarm], ms: int) -> None:
        """Take what is new and tell it, unless it is old (``ms`` is UTC ms now)."""
        fresh = [each for each in alarms if ms - each.at <= FRESH_MS]
        alarms.clear()
        for each in fresh:
            self._app().notify(
                each.text, severity="error" if each.level == "error" else "warning", timeout=SHOWN_S, markup=False
            )
        now = time.monotonic()
        if fresh and not self._silent and now - self._rung >= BELL_EVERY_S:
            self._rung = now
            self._app().bell()
