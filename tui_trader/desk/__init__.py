"""The desk process: composition root of everything but the console. May import all rooms but ui, client and cli.

``process`` brings it up and takes it down, ``assembly`` puts the services together, ``start`` is the way from a
constructed desk to an active one, ``offline`` reads what a desk wrote down while none runs. This module imports
little, so that the simulated exchange is started before the rest is loaded.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys

from tui_trader.errors import TraderError
from tui_trader.lock import FolderLock
from tui_trader.logs import start_logging
from tui_trader.paths import Paths
from tui_trader.settings import Mode, Settings
from tui_trader.simulator import Simulator

READER_S = 1.0
"""How long the lock is waited for: a command that reads the files holds it for a moment."""


def main(settings: Settings, paths: Paths) -> int:
    """Run the desk until it is stopped; returns the exit status.

    What it cannot do is one sentence on stderr and in its log.
    """
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})  # a halt that comes early waits until it is heard
    try:
        paths.prepare()
        with FolderLock(paths.lock).acquire(READER_S):
            start_logging(paths.desk_log, settings.log_level)
            return _run(settings, paths)
    except TraderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(settings: Settings, paths: Paths) -> int:
    """Start the simulated exchange where one is wanted, then load and run everything else.

    Garbage is not looked for while modules load, where there is none; ``process`` begins to once the desk answers.
    httpx would load its own command-line program, and Rich and Pygments with it, wherever those are installed.
    """
    gc.disable()
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # how Python says: not to be had
    simulator = Simulator(paths, settings.sim) if settings.mode is Mode.PAPER else None
    if simulator is not None:
        simulator.begin()
    import asyncio  # noqa: PLC0415 - the simulated exchange starts while the rest is imported

    from tui_trader.desk.process import run  # noqa: PLC0415 - as above

    try:
        asyncio.run(run(settings, paths, simulator))
    except TraderError as error:
        logging.getLogger(__name__).critical("The desk ended: %s", error)
        raise
    finally:
        if simulator is not None:
            simulator.abandon()
    return 0
