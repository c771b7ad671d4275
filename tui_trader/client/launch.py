"""Finding the desk of a profile and mode, and starting one where none runs.

Standard library only: the console starts the desk before it imports anything heavy, so that both come up together.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_trader.errors import DeskUnavailable
from tui_trader.paths import Paths

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

START_TIMEOUT_S = 20.0
END_TIMEOUT_S = 5.0
"""How long a desk that answers no more may take to end."""
POLL_S = 0.02


@dataclass(slots=True)
class Launch:
    """A desk that was found or started. ``process`` is ``None`` where one ran already."""

    paths: Paths
    process: subprocess.Popen[bytes] | None
    output: Path

    @property
    def gave_up(self) -> bool:
        """Whether the desk ended by itself because it cannot work, and was not killed."""
        return self.process is not None and (self.process.poll() or 0) > 0

    def failure(self) -> str | None:
        """Return the desk's last words where it has ended, else ``None``."""
        if self.process is None or self.process.poll() in {None, 0}:
            return None
        words = self.output.read_text("utf-8", "replace").strip().splitlines() if self.output.exists() else []
        return (
            words[-1] if words else f"The desk ended with status {self.process.returncode}; see {self.paths.desk_log}."
        )

    async def last_words(self) -> str | None:
        """Return why a desk that was started here has ended, waiting while it ends; ``None`` where it goes on."""
        deadline = time.monotonic() + END_TIMEOUT_S
        while self.process is not None and self.process.poll() is None and not answers(self.paths.socket):
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(POLL_S)
        return self.failure()


def answers(socket_path: Path) -> bool:
    """Tell whether anybody listens on the desk's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(os.fspath(socket_path))
        except OSError:
            return False
    return True


def start(paths: Paths, flags: Sequence[str]) -> Launch:
    """Find the desk or start one; returns at once. ``flags`` are the desk's own arguments.

    ``-P`` keeps a folder named like ours in the working directory from being run in our stead.
    """
    output = paths.state / "desk.out"
    if answers(paths.socket):
        return Launch(paths, None, output)
    paths.prepare()
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tui_trader", "desk", *flags],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            close_fds=True,
        )
    finally:
        os.close(descriptor)
    return Launch(paths, process, output)


async def attach(launch: Launch, timeout_s: float = START_TIMEOUT_S) -> DeskClient:
    """Wait until the desk answers and return its client.

    Raises:
        DeskUnavailable: it ended (its own sentence is passed on) or did not come up in time.

    """
    from tui_trader.client.desk import DeskClient  # noqa: PLC0415 - an HTTP stack, wanted only by now

    deadline = time.monotonic() + timeout_s
    while not answers(launch.paths.socket):
        failed = launch.failure()
        if failed is not None and not answers(launch.paths.socket):
            raise DeskUnavailable(failed)
        if time.monotonic() > deadline:
            raise DeskUnavailable(f"The desk did not come up within {timeout_s:.0f} s; see {launch.paths.desk_log}.")
        await asyncio.sleep(POLL_S)
    return DeskClient(launch.paths.socket)
