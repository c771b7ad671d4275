"""A loop that stands still is noticed, with the place where it stands."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from tui_trader.desk.watchdog import Watchdog


def hog(seconds: float) -> None:
    """Hold the loop."""
    time.sleep(seconds)


async def test_a_blocked_loop_is_said_with_its_stack(caplog: pytest.LogCaptureFixture) -> None:
    stood: list[float] = []
    heard = asyncio.Event()

    def note(seconds: float) -> None:
        stood.append(seconds)
        heard.set()

    with caplog.at_level(logging.ERROR):
        watching = asyncio.create_task(Watchdog(note, 0.1).keep())
        await asyncio.sleep(0)
        while not stood:
            hog(0.5)
            await asyncio.sleep(0.05)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert max(stood) >= 0.1
    assert any("def hog" in text or "in hog" in text for text in (record.getMessage() for record in caplog.records))


async def test_a_loop_that_goes_on_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    stood: list[float] = []
    watching = asyncio.create_task(Watchdog(stood.append, 20.0).keep())
    for _ in range(100):
        await asyncio.sleep(0.001)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert not stood
    assert not caplog.records
