"""Notices that the event loop stands still, and writes down where it stands while it does.

The loop gives a sign several times a second; a thread of its own looks for it. An order that waits meanwhile is not
sent late: ``not_after`` bars it (R39).
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable

STALLED_S = 1.0
_SIGNS_PER_STALL = 5

_log = logging.getLogger(__name__)


class Watchdog:
    """Watches the loop on which :meth:`keep` runs. ``on_stall`` hears afterwards, on the loop, how long it stood."""

    def __init__(self, on_stall: Callable[[float], None], stalled_s: float = STALLED_S) -> None:
        self._on_stall = on_stall
        self._stalled_s = stalled_s
        self._sign = time.monotonic()
        self._told = False
        self._over = threading.Event()

    async def keep(self) -> None:
        """Give signs for ever, while a thread watches; run it under supervision."""
        watched, self._over = threading.get_ident(), threading.Event()
        self._sign = time.monotonic()
        threading.Thread(target=self._watch, args=(watched, self._over), name="watchdog", daemon=True).start()
        try:
            while True:
                await asyncio.sleep(self._stalled_s / _SIGNS_PER_STALL)
                stood, self._sign = time.monotonic() - self._sign, time.monotonic()
                if self._told:
                    self._told = False
                    _log.error("The desk's loop stood still for %.1f s.", stood)
                    self._on_stall(stood)
        finally:
            self._over.set()

    def _watch(self, watched: int, over: threading.Event) -> None:
        """Look for signs. Where this thread slept as well, it was the machine that stood still, not the loop."""
        looked = time.monotonic()
        while not over.wait(self._stalled_s / _SIGNS_PER_STALL):
            now = time.monotonic()
            awake, looked = now - looked < self._stalled_s, now
            if awake and now - self._sign > self._stalled_s and not self._told:
                frame = sys._current_frames().get(watched)  # noqa: SLF001 - the documented way to another thread's stack
                stack = "".join(traceback.format_stack(frame)) if frame is not None else "no longer there"
                _log.error("The desk's loop stands still, here:\n%s", stack)
                self._told = True
