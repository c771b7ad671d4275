"""Background work under names: what ends is started again after a pause and said aloud, never lost in silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.events import Event, EventKind, Notice
from tui_trader.services.inner import Publisher

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each further start; the last one repeats. A run of a minute counts as healthy."""
HEALTHY_AFTER = 60.0
TOO_OFTEN = 5
"""So many failures in a row of vital work are told to whoever can close the gate."""

_log = logging.getLogger(__name__)


class Tasks:
    """Runs and ends background work. ``run`` supervises for ever, ``spawn`` lets one errand finish."""

    def __init__(self, publisher: Publisher, clock: Clock) -> None:
        self._publisher = publisher
        self.clock = clock
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._errands: set[asyncio.Task[Any]] = set()
        self.on_failing: Callable[[str], None] = _log.critical
        """Hears the name of vital work that fails again and again."""

    def run(self, name: str, work: Callable[[], Awaitable[None]], *, ends: bool = False, vital: bool = False) -> None:
        """Keep ``work`` running under a name; a second start of a running name does nothing.

        Work that ``ends`` may return, having done what it is for. Of ``vital`` work that fails again and again,
        ``on_failing`` hears.
        """
        if not self.running(name):
            supervised = self._supervise(name, work, ends=ends, vital=vital)
            self._running[name] = asyncio.create_task(supervised, name=name)

    def running(self, name: str) -> bool:
        """Tell whether a name is at work."""
        task = self._running.get(name)
        return task is not None and not task.done()

    def spawn(self, name: str, errand: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        """Let an errand finish by itself; its failure is said aloud."""
        task = asyncio.create_task(errand, name=name)
        self._errands.add(task)
        task.add_done_callback(self._finished)
        return task

    def end(self, name: str) -> None:
        """End the work under a name, if it runs."""
        task = self._running.pop(name, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End everything and wait for it."""
        tasks = [*self._running.values(), *self._errands]
        self._running.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _supervise(self, name: str, work: Callable[[], Awaitable[None]], *, ends: bool, vital: bool) -> None:
        """Run, and run again after a failure; work that is for ever and returns has failed, too."""
        failures = 0
        while True:
            begun = self.clock.monotonic()
            died: Exception | None = None
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - whatever it died of, it is started again
                died = error
            if ends and died is None:
                return
            failures = 1 if self.clock.monotonic() - begun > HEALTHY_AFTER else failures + 1
            pause = PAUSES[min(failures, len(PAUSES)) - 1]
            how = "returned" if died is None else _word(died)
            _log.error("Background work %r failed (%s); it starts again in %s s.", name, how, pause, exc_info=died)
            self._tell(f"Background work “{name}” failed ({how}); it starts again in {pause:g} s.")
            if vital and failures >= TOO_OFTEN:
                self.on_failing(name)
            await self.clock.sleep(pause)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        """Say aloud what an errand failed of."""
        self._errands.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            _log.error("Errand %r failed.", task.get_name(), exc_info=error)
            self._tell(f"“{task.get_name()}” failed ({_word(error)}).")

    def say(self, level: str, text: str, code: str) -> None:
        """Tell a person something that is not worth a line of the journal."""
        self._publisher.publish(Event(EventKind.NOTICE, self.clock.wall_ms(), Notice(level, text, code)))

    def _tell(self, text: str) -> None:
        self.say("error", text, "background_failed")


async def within(wanted: Awaitable[object], seconds: float, clock: Clock) -> bool:
    """Wait for something for so long at most, and tell whether it came. A task goes on when the time is over.

    Raises:
        Exception: what a task failed of within the time.

    """
    waited, timer = asyncio.ensure_future(wanted), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({waited, timer}, return_when=asyncio.FIRST_COMPLETED)
        if waited.done():
            waited.result()
        return waited.done()
    finally:
        timer.cancel()
        if waited is not wanted:
            waited.cancel()


def _word(error: Exception) -> str:
    """Name an error without its foreign text."""
    return type(error).__name__
