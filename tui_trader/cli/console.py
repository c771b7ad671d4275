"""``tui-trader`` alone: bring the desk up, and the console beside it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_trader.cli.context import desk_flags, read_context
from tui_trader.client import launch
from tui_trader.errors import DeskUnavailable, UsageError
from tui_trader.settings import Confirm, Settings

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient


def run(args: argparse.Namespace) -> int:
    """Open the console; the desk is started first, so that both come up together."""
    settings, paths = read_context(args)
    from tui_trader.ui.terminal import unsupported  # noqa: PLC0415 - cheap, but of the console only

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
        ascii=settings.ascii,
        confirm_always=settings.confirm is Confirm.ALWAYS,
    )
    status = run_console(_connector(first, lambda: launch.start(paths, flags)), shown)
    if status == 0 and launch.answers(paths.socket):
        _say_goodbye(settings)
    return status


def _connector(first: launch.Launch, again: Callable[[], launch.Launch]) -> Callable[[], Awaitable[DeskClient]]:
    """Return what attaches to the desk; after a loss it looks for one anew and starts it where none runs.

    A desk that was started here and has ended is not started anew before its last words were told.
    """
    fresh, tried = [first], list[launch.Launch]()

    async def connect() -> DeskClient:
        words = await tried.pop().last_words() if tried else None
        if words is not None:
            raise DeskUnavailable(words)
        tried.append(fresh.pop() if fresh else again())
        return await launch.attach(tried[0])

    return connect


def _say_goodbye(settings: Settings) -> None:
    sys.stdout.write(
        f"The desk goes on in {settings.mode} mode. `tui-trader` comes back to it, `tui-trader stop` ends it.\n"
    )
