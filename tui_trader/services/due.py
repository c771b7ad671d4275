"""Work that is to be done when its time has come, which may change meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui_trader.clock import Clock
from tui_trader.services.tasks import within


async def whenever_due(
    left: Callable[[], float | None], news: asyncio.Event, work: Callable[[], Awaitable[None]], clock: Clock
) -> None:
    """Do the work whenever no seconds are left, for ever; ``None`` while nothing waits, ``news`` when that changes."""
    while True:
        news.clear()
        seconds = left()
        if seconds is None:
            await news.wait()
        elif seconds > 0:
            await within(news.wait(), seconds, clock)
        else:
            await work()
