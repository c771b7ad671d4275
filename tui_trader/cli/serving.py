"""Commands that are processes of their own: the desk and the simulated exchange."""

from __future__ import annotations

import argparse

from tui_trader.cli.context import read_context


def desk(args: argparse.Namespace) -> int:
    """Run the desk until it is stopped."""
    settings, paths = read_context(args)
    from tui_trader.desk import main  # noqa: PLC0415 - the whole service stack

    return main(settings, paths)


def sim(args: argparse.Namespace) -> int:
    """Run the simulated exchange until it is stopped."""
    from tui_trader.exchange.sim.entry import main  # noqa: PLC0415 - a server

    return main(args)
