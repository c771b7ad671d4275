"""The simulator as a process: ``tui-trader sim`` and ``python -m tui_trader.exchange.sim``.

When it answers, it prints exactly one JSON line on stdout: ``rest_url``, ``ws_url``, ``key``, ``secret`` and, with
``--control``, ``control_url``. It stops on SIGTERM or SIGINT. What it cannot do is one sentence on stderr, exit 2.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import signal
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tui_trader.clock import SystemClock
from tui_trader.errors import TraderError
from tui_trader.exchange.sim.options import SimOptions, add_arguments, read_options

if TYPE_CHECKING:
    from tui_trader.exchange.sim.server.gateway import ApiKey
    from tui_trader.exchange.sim.server.serving import Running

__all__ = ["add_arguments", "main"]
LINGER_CHECK_S = 1.0
INTERRUPTED = 130


def main(args: argparse.Namespace) -> int:
    """Run a simulator with parsed flags until it is stopped; the exit status.

    Garbage is not looked for before it answers: what is made until then, stays.
    """
    gc.disable()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        options = read_options(args)
        asyncio.run(_run(options))
    except TraderError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:  # before the signal handler stands
        return INTERRUPTED
    return 0


async def _run(options: SimOptions) -> None:
    """Serve until a signal or the end of the linger time."""
    from tui_trader.exchange.sim.server import serving  # noqa: PLC0415 - the parser must be there before the server
    from tui_trader.exchange.sim.venue import open_venue  # noqa: PLC0415 - as above

    clock = SystemClock()
    listener = serving.bind(options.port)
    with ExitStack() as undo:
        undo.callback(listener.close)
        venue = open_venue(options.venue, clock.wall_ms())
        undo.callback(venue.close)
        key = _key(options)
        undo.pop_all()
    house = serving.furnish(venue, key, clock=clock, limits=options.limits, control=options.control)
    house.faults.latency_ms = options.latency_ms
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving.serving(house, listener) as running:
        sys.stdout.write(json.dumps(running.ready_line()) + "\n")
        sys.stdout.flush()
        gc.freeze()
        gc.enable()
        await _until_over(stop, running, options.linger_s)


def _key(options: SimOptions) -> ApiKey:
    from tui_trader.exchange.sim.server import key_file  # noqa: PLC0415 - as above

    account, folder = options.venue.account, options.venue.state_dir
    file = options.credentials or (folder / "credentials.json" if folder else None)
    return key_file.load_or_create(file, account) if file else key_file.generate(account)


async def _until_over(stop: asyncio.Event, running: Running, linger_s: float | None) -> None:
    """Wait for a stop, for markets that stopped, or for nobody having come for ``linger_s`` seconds."""
    stopped = asyncio.create_task(stop.wait())
    over = False
    while not over:
        done, _ = await asyncio.wait(
            {stopped, running.pulse}, timeout=LINGER_CHECK_S, return_when=asyncio.FIRST_COMPLETED
        )
        idle = running.house.clock.monotonic() - running.house.last_contact
        over = bool(done) or (linger_s is not None and idle > linger_s)
    stopped.cancel()
