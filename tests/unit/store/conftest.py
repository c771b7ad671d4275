"""A store in a folder of its own, closed after the test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tui_trader.clock import SystemClock
from tui_trader.store import SqliteStore


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """Open a store and close it."""
    opened = await SqliteStore.open(tmp_path / "desk.db", SystemClock())
    yield opened
    await opened.close()
