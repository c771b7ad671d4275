"""``tui-trader`` alone: bring the desk up, and the console beside it."""

from __future__ import annotations

import argparse
import sys

from tui_trader.cli.context import desk_flags, read_context
from tui_trader.client import launch
from tui_trader.errors import UsageError


def run(args: argparse.Namespace) -> int:
    """Open the console; the desk is started first, so that both come up together."""
    settings, paths = read_context(args)
    from tui_trader.ui.terminal import check_terminal  # noqa: PLC0415 - cheap, but of the console only

    trouble = check_terminal()
    if trouble is not None:
        raise UsageError(trouble)
    found = launch.start(paths, desk_flags(args))
    from tui_trader.ui.entry import run_console  # noqa: PLC0415 - Textual

    status = run_console(lambda: launch.attach(found), settings)
    if status == 0 and launch.answers(paths.socket):
        sys.stdout.write(
            f"The desk goes on in {settings.mode} mode. `tui-trader` comes back to it, `tui-trader stop` ends it.\n"
        )
    return status
