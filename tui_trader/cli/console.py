"""``tui-trader`` alone: bring the desk up, and the console beside it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_trader.cli.context import desk_flags, read_context
from tui_trader.client import launch
from tui_trader.errors import DeskUnavailable, UsageError
from tui_trader.settings import Confirm, Settings

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

RESTART_PAUSE_S = 30.0


def run(args: argparse.Namespace) -> int:
    """Open the console; the desk is started first, so that both come up together."""
    settings, paths = read_context(args)
    from tui_trader.ui.terminal import speaks_unicode, unsupported  # noqa: PLC0415 - cheap, but of the console only

    trouble = unsupported()
    if trouble:
        raise UsageError(trouble)
    flags = desk_flags(args)
    first = launch.start(paths, flags)
    from tui_trader.ui.entry import ConsoleSettings, run_console  # noqa: PLC0415 - Textual

    shown = ConsoleSettings(
        mode=settings.mode,
        profile=settings.profile,
        watchlist=settings.watchlist,
        theme=settings.theme,
        keymap=settings.keymap,
        rate=settings.market_rate,
        bell=settings.bell,
        ascii=settings.ascii or not speaks_unicode(),
        confirm_always=settings.confirm is Confirm.ALWAYS,
    )
    status = run_console(_connector(first, lambda: launch.start(paths, flags)), shown)
    if status == 0 and launch.answers(paths.socket):
        _say_goodbye(settings)
    return status


def _connector(first: launch.Launch, again: Callable[[], launch.Launch]) -> Callable[[], Awaitable[DeskClient]]:
    """Return what attaches to the desk; after a loss it looks for one anew and starts it where none runs.

    A desk that was started here and gave up is not started anew for :data:`RESTART_PAUSE_S`: its reason is told
    instead, and an exchange that refuses a key is not asked every few seconds.
    """
    fresh, tried = [first], list[launch.Launch]()
    refused: tuple[float, str] | None = None

    async def connect() -> DeskClient:
        nonlocal refused
        if tried:
            last = tried.pop()
            words = await last.last_words()
            if words is not None:
                refused = (time.monotonic(), words) if last.gave_up else None
                raise DeskUnavailable(words)
        if refused and time.monotonic() - refused[0] < RESTART_PAUSE_S and not launch.answers(first.paths.socket):
            raise DeskUnavailable(refused[1])
        tried.append(fresh.pop() if fresh else again())
        return await launch.attach(tried[0])

    return connect


def _say_goodbye(settings: Settings) -> None:
    sys.stdout.write(
        f"The desk goes on in {settings.mode} mode. `tui-trader` comes back to it, `tui-trader stop` ends it.\n"
    )
