"""A desk process that is forked instead of started: its modules are imported once, each life runs ``desk.main``."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # as the desk itself does before it imports httpx

import concurrent.futures.thread  # noqa: E402, F401 - what is imported at first use, by whom a desk is made of

import anyio._backends._asyncio  # noqa: E402
import anyio.streams.tls  # noqa: E402, F401
import h11  # noqa: E402, F401
import httpcore._backends.anyio  # noqa: E402
import httpcore._backends.auto  # noqa: E402, F401
import uvicorn.lifespan.off  # noqa: E402 - uvicorn and websockets import these when they are first used
import uvicorn.loops.auto  # noqa: E402
import uvicorn.protocols.http.httptools_impl  # noqa: E402, F401
import websockets.asyncio.client  # noqa: E402, F401

import tui_trader.api.server  # noqa: E402 - what a desk imports while it comes up
import tui_trader.desk.process  # noqa: E402, F401
from tui_trader.desk import main  # noqa: E402 - as above
from tui_trader.paths import Paths  # noqa: E402 - as above
from tui_trader.settings import Settings  # noqa: E402 - as above

Observer = Callable[[], None]
"""Runs in the child before the desk does; it may watch, it may not change the desk."""
Main = Callable[[Settings, Paths], int]
"""What runs in the child and gives its exit status."""


def nobody() -> None:
    """Observe nothing."""


def fork_desk(
    settings: Settings,
    paths: Paths,
    env: Mapping[str, str],
    said: Path,
    observe: Observer = nobody,
    run: Main = main,
) -> int:
    """Begin a life and return its pid; what it says on stderr goes to ``said``.

    Raises:
        RuntimeError: this process has threads, which a fork would lose while they may hold locks.

    """
    if threading.active_count() != 1:
        raise RuntimeError("A process that forks desks has one thread.")
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _become_a_process_of_its_own(env, said)
        observe()
        status = run(settings, paths)
    except BaseException:
        traceback.print_exc()  # into the file of what it said: the process ends without unwinding
        raise
    finally:
        os._exit(status)


def _become_a_process_of_its_own(env: Mapping[str, str], said: Path) -> None:
    """Leave the parent's session, files, environment and chance behind."""
    os.setsid()
    errors = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, descriptor in enumerate((nothing, nothing, errors)):
        os.dup2(descriptor, number)
    os.closerange(3, min(65536, os.sysconf("SC_OPEN_MAX")))
    os.environ.clear()
    os.environ.update(env)
    random.seed()


def kill(pid: int) -> None:
    """End a life as ``kill -9`` does, and wait for it."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def ended(pid: int) -> int | None:
    """Return the exit status of a life that has ended (negative: by that signal), ``None`` of one that goes on."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None
