"""Questions about what was written down: answered by the desk, or where none runs out of its files."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_trader.cli.context import read_context
from tui_trader.client import launch
from tui_trader.errors import LockHeld
from tui_trader.paths import Paths
from tui_trader.settings import Settings

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

Ask = Callable[["DeskClient"], Awaitable[int]]
"""Asks a desk, prints what it said, and returns the exit status."""
PATIENCE_S = 10.0
"""How long a desk may take from its lock to its first answer, and another reader to be done."""
POLL_S = 0.05


def with_books(args: argparse.Namespace, ask: Ask, patience_s: float = PATIENCE_S) -> int:
    """Ask the desk of the chosen profile and mode, or its files where none runs, which is said on stderr.

    Raises:
        DeskUnavailable: no desk has ever run there.
        LockHeld: a desk runs and does not answer.

    """
    settings, paths = read_context(args)
    return asyncio.run(_answered(settings, paths, ask, time.monotonic() + patience_s))


async def _answered(settings: Settings, paths: Paths, ask: Ask, deadline: float) -> int:
    while not launch.answers(paths.socket):
        try:
            return await _from_files(settings, paths, ask)
        except LockHeld:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(POLL_S)
    return await asked(await launch.attach(launch.Launch(paths, None, paths.state)), ask)


async def _from_files(settings: Settings, paths: Paths, ask: Ask) -> int:
    """Open the desk's files for one question."""
    from tui_trader.client.desk import DeskClient  # noqa: PLC0415 - an HTTP stack
    from tui_trader.desk.offline import open_books  # noqa: PLC0415 - the desk's services and its store

    async with open_books(settings, paths) as books:
        sys.stderr.write(f"No desk runs for profile {settings.profile} in {settings.mode} mode; {_age(books.at)}\n")
        return await asked(DeskClient(books.app), ask)


def _age(at: int | None) -> str:
    if at is None:
        return "it has written nothing down yet."
    return f"these figures are as of {datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC."


async def asked(desk: DeskClient, ask: Ask) -> int:
    """Ask, and let the connection go."""
    try:
        return await ask(desk)
    finally:
        await desk.close()
