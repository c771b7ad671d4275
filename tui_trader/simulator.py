"""The simulated exchange as the desk's child: found or started, and looked after.

It is a process of its own that outlives a killed desk: its state folder says where it listens (``ready.json``, what it
printed) and how it was started (``started.json``), its lock says whether it runs. Nothing secret is on its command
line. The desk's own lock makes sure that only one desk starts one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui_trader.credentials import Credentials
from tui_trader.errors import DeskUnavailable, UsageError
from tui_trader.lock import lock_owner
from tui_trader.paths import Paths, check_private_file, write_private_file
from tui_trader.settings import SimSettings

LINGER_S = 600
START_TIMEOUT_S = 20.0
ANSWER_TIMEOUT_S = 2.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.01
WATCH_S = 1.0
OURS = "TUI_TRADER_"
"""Variables with this prefix are settings or keys of the desk; its child gets none of them."""


@dataclass(frozen=True, slots=True)
class SimAddress:
    """Where the simulated exchange answers, and the key of its account."""

    rest_url: str
    ws_url: str
    credentials: Credentials


class Simulator:
    """The child of one paper desk. :meth:`begin` at once, :meth:`ready` when it is wanted, :meth:`keep` for ever."""

    def __init__(self, paths: Paths, settings: SimSettings) -> None:
        self._paths = paths
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._address: SimAddress | None = None

    def begin(self) -> None:
        """Start the child unless one runs that was started alike; returns at once.

        Raises:
            UsageError: a file in its folder cannot be used.

        """
        if lock_owner(_lock(self._paths)) is not None:
            if _read(_started(self._paths)) == {"flags": self._flags()} and _address(self._paths) is not None:
                return
            stop_simulator(self._paths)
        self._start(0)

    async def ready(self) -> SimAddress:
        """Wait until it answers.

        Raises:
            DeskUnavailable: it ended, with its own sentence, or it does not answer.

        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            address = _address(self._paths)
            if address is not None and await _answers(address.rest_url):
                self._address = address
                return address
            if self._process is None and (address is not None or lock_owner(_lock(self._paths)) is None):
                await asyncio.to_thread(stop_simulator, self._paths)
                self._start(0)
            if self._process is not None and self._process.poll() is not None:
                raise DeskUnavailable(self._last_words())
            await asyncio.sleep(POLL_S)
        raise DeskUnavailable(f"The simulated exchange did not come up in {START_TIMEOUT_S:g} s; see its log.")

    async def keep(self, on_restart: Callable[[], None]) -> None:
        """Start it again, at the same address, whenever it has ended; for ever."""
        while True:
            await asyncio.sleep(WATCH_S)
            if self._process is not None:
                self._process.poll()
            if self._address is not None and lock_owner(_lock(self._paths)) is None:
                on_restart()
                self._start(urlsplit(self._address.rest_url).port or 0)
                await self.ready()

    def abandon(self) -> None:
        """Let it go on by itself when the desk ends."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.returncode = 0  # not ours to wait for any more; without this its end is reported as a leak

    def _flags(self) -> list[str]:
        """Return the flags that make this profile's exchange, without port and paths."""
        chosen = self._settings
        flags = ["--seed", str(chosen.seed), "--latency", str(2 * chosen.latency_ms), "--linger", str(LINGER_S)]
        if chosen.symbols:
            flags += ["--symbols", ",".join(chosen.symbols)]
        if chosen.balances:
            flags += ["--balances", ",".join(f"{name}={amount:f}" for name, amount in chosen.balances.items())]
        for each in chosen.replay:
            flags += ["--replay", each]
        return [*flags, "--allow-repeated-ids"]

    def _start(self, port: int) -> None:
        paths = self._paths
        write_private_file(_started(paths), json.dumps({"flags": self._flags()}) + "\n")
        out, log = _private(_ready(paths)), _private(paths.sim_log)
        try:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "tui_trader.exchange.sim", "--port", str(port)),
                    *("--state", str(paths.sim), "--credentials", str(paths.sim_credentials)),
                    *self._flags(),
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
                env={name: value for name, value in os.environ.items() if not name.startswith(OURS)},
            )
        except OSError as error:
            raise UsageError(f"The simulated exchange cannot be started: {error.strerror}.") from None
        finally:
            os.close(out)
            os.close(log)

    def _last_words(self) -> str:
        lines = self._paths.sim_log.read_text("utf-8", "replace").strip().splitlines()
        said = lines[-1][:300] if lines else f"see {self._paths.sim_log}"
        return f"The simulated exchange did not start: {said}"


def stop_simulator(paths: Paths) -> bool:
    """End the simulator of a profile and wait for it; tells whether one ran.

    Raises:
        UsageError: it does not end.

    """
    pid = lock_owner(_lock(paths))
    if pid is None:
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + STOP_TIMEOUT_S
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        while time.monotonic() < deadline:
            if lock_owner(_lock(paths)) is None:
                return True
            time.sleep(POLL_S)
    raise UsageError(f"The simulated exchange (pid {pid}) does not end; stop it by hand.")


async def _answers(rest_url: str) -> bool:
    """Ask the venue for a ping, with nothing but the standard library."""
    parts = urlsplit(rest_url)
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                request = f"GET /api/v3/ping HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def _lock(paths: Paths) -> Path:
    return paths.sim / "venue.lock"


def _ready(paths: Paths) -> Path:
    return paths.sim / "ready.json"


def _started(paths: Paths) -> Path:
    return paths.sim / "started.json"


def _address(paths: Paths) -> SimAddress | None:
    """Read what a running simulator printed; ``None`` until it has, or when none runs."""
    said = _read(_ready(paths))
    if said is None or lock_owner(_lock(paths)) is None:
        return None
    try:
        return SimAddress(said["rest_url"], said["ws_url"], Credentials(said["key"], said["secret"]))
    except KeyError:
        return None


def _read(file: Path) -> dict[str, Any] | None:
    """Read a small JSON file of ours; ``None`` where it is missing or half written."""
    if not check_private_file(file):
        return None
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _private(file: Path) -> int:
    """Empty a 0600 file and open it for writing."""
    check_private_file(file)
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
