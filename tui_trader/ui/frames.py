"""Frame dropping: a terminal that stops reading must not stop the console."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.screen import Screen

QUEUE_LIMIT = 8
"""Frames waiting in Textual's writer (of 30) from which on frames are dropped."""


class FrameDroppingApp(App[int], inherit_bindings=False):
    """Frames are dropped while the terminal does not read, and the screen is drawn anew after.

    Textual's writer has a queue of 30 and blocks the event loop when it is full (ecosystem.md §0, fact 1). Its names
    are private, so Textual is pinned and a test stalls a pseudo-terminal.
    """

    frames_dropped = 0
    _behind = False

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Write a frame unless too many wait already."""
        if self._waiting() >= QUEUE_LIMIT:
            self.frames_dropped += 1
            if not self._behind:
                self._behind = True
                self.set_timer(0.1, self._catch_up)
            self.post_display_hook()
            return
        super()._display(screen, renderable)

    def bell(self) -> None:
        """Ring, unless frames wait: Textual's queue must not fill up with bells either."""
        if self._waiting() < QUEUE_LIMIT:
            super().bell()

    def _waiting(self) -> int:
        """Count the frames in Textual's writer."""
        writer = getattr(getattr(self, "_driver", None), "_writer_thread", None)
        queue = getattr(writer, "_queue", None)
        return int(queue.qsize()) if queue is not None else 0

    def _catch_up(self) -> None:
        """Draw everything once the terminal reads again."""
        if self._waiting():
            self.set_timer(0.1, self._catch_up)
            return
        self._behind = False
        self.screen.refresh()
        for widget in self.screen.walk_children():
            widget.refresh()
