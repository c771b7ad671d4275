"""A home of its own for one test: consoles, commands, the desk and the simulated exchange that live in it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process.terminal import Terminal
from tests.twins.profiles import WIDE, limits_in_env
from tui_trader.client.desk import DeskClient
from tui_trader.lock import lock_owner
from tui_trader.paths import Paths, find_paths

COMMAND_S = 45.0
END_S = 10.0


@dataclass(frozen=True)
class Ran:
    """What a command left: status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything it said."""
        return self.out + self.err


class Household:
    """Everything under one short ``TUI_TRADER_HOME``; the path of a Unix socket has a short limit."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="tt"))
        foreign = ("TUI_TRADER_", "COV_CORE", "COLUMNS", "LINES", "NO_COLOR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.env = {
            **kept,
            "TUI_TRADER_HOME": str(self.home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "TUI_TRADER_SIM_BALANCES": "USDT=100000,BTC=1,ETH=10,MX=1000",
            **limits_in_env(WIDE),
        }
        self._terminals: list[Terminal] = []

    def paths(self, mode: str = "paper", profile: str = "default") -> Paths:
        """Return where a profile's files lie."""
        return find_paths(profile, mode, self.env)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of the program."""
        return [sys.executable, "-m", "tui_trader", *arguments]

    def run(
        self, *arguments: str, typed: str = "", env: Mapping[str, str] | None = None, seconds: float = COMMAND_S
    ) -> Ran:
        """Run a command to its end; no terminal is near."""
        found = subprocess.run(
            self.command(*arguments),
            input=typed,
            capture_output=True,
            text=True,
            env={**self.env, **(env or {})},
            timeout=seconds,
            check=False,
        )
        return Ran(found.returncode, found.stdout, found.stderr)

    def told(self, *arguments: str) -> Any:
        """Run a command with ``--json`` and return what it printed; it must have done what it was asked."""
        ran = self.run(*arguments, "--json")
        assert ran.status == 0, ran
        return json.loads(ran.out)

    def console(self, *arguments: str, columns: int = 120, rows: int = 40, term: str = "xterm-256color") -> Terminal:
        """Open a console."""
        terminal = Terminal(self.command(*arguments), {**self.env, "TERM": term}, columns=columns, rows=rows)
        self._terminals.append(terminal)
        return terminal

    def ask(self, path: str, mode: str = "paper") -> Any:
        """Read from the desk's API, as a program does."""

        async def asking() -> Any:
            client = DeskClient(self.paths(mode).socket)
            try:
                return await client.request("GET", path)
            finally:
                await client.close()

        return asyncio.run(asking())

    def desk_pid(self, mode: str = "paper") -> int:
        """Return the running desk's process; 0 when none runs."""
        return lock_owner(self.paths(mode).lock) or 0

    def venue_pid(self) -> int:
        """Return the process of the simulated exchange; 0 when none runs."""
        return lock_owner(self.paths().sim / "venue.lock") or 0

    def close(self) -> None:
        """End everything that lives here, and forget the folder."""
        for terminal in self._terminals:
            terminal.close()
        until(self._left_empty, "everything to be gone", END_S)

    def _left_empty(self) -> bool:
        """End and remove what is there; tell whether it stayed away (a program being started cannot be seen yet)."""
        killed = self._killed()
        shutil.rmtree(self.home, ignore_errors=True)
        time.sleep(0.03)
        return not (killed or self._killed() or self.home.exists())

    def _killed(self) -> list[int]:
        """Kill whoever names this home; one that is only starting holds no lock yet. Return who it was."""
        mark = str(self.home).encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if any(mark in (process / name).read_bytes() for name in ("cmdline", "environ")):
                    os.kill(int(process.name), signal.SIGKILL)
                    found.append(int(process.name))
        return found


def until(condition: Callable[[], Any], what: str, seconds: float = COMMAND_S, *, every: float = 0.02) -> Any:
    """Ask again and again until something true comes; return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(every)
    return found


def gone(pid: int) -> bool:
    """Tell whether a process has ended; one that only waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
