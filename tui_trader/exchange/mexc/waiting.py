"""Waiting on the injected clock: for an event or a time, and with growing, jittered pauses."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

from tui_trader.clock import Clock


async def event_or(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Wait until ``event`` is set or ``seconds`` have passed; tell whether it is set."""
    if event.is_set():
        return True
    tasks = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(max(0.0, seconds)))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*tasks)
    return event.is_set()


async def end(*tasks: asyncio.Future[Any] | None) -> None:
    """Cancel tasks and wait until they are gone; ``None`` is passed over."""
    living = [task for task in tasks if task is not None]
    for task in living:
        task.cancel()
    if living:
        # Unlike awaiting each one, this lets a cancellation of the caller itself through.
        await asyncio.wait(living)
    for task in living:
        if not task.cancelled():
            task.exception()


def backoff(first: float = 1.0, last: float = 30.0) -> Iterator[float]:
    """Yield pauses in seconds that double from ``first`` to ``last``, each spread by up to a half either way."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
        pause = min(last, pause * 2)
