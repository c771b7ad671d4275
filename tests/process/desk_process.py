"""A real desk process for tests: started in a home of its own, asked over its socket, killed and started again."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process.household import Household
from tui_trader.client.desk import DeskClient
from tui_trader.contract.status import Status
from tui_trader.errors import DeskUnavailable, TraderError

PATIENCE_S = 30.0


@dataclass
class DeskProcess:
    """One desk. ``process`` changes with every start."""

    household: Household
    mode: str = "paper"
    flags: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self, **env: str) -> DeskProcess:
        """Start it; returns at once."""
        self.process = subprocess.Popen(
            self.household.command("desk", "--mode", self.mode, *self.flags),
            env={**self.household.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def signal(self, number: int) -> None:
        """Send a signal."""
        assert self.process is not None
        os.kill(self.process.pid, number)

    def resident_mib(self) -> int:
        """Return how much memory it holds now, in MiB."""
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * resource.getpagesize() >> 20

    def open_files(self) -> int:
        """Count what it has open."""
        assert self.process is not None
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def ended(self, seconds: float = 10.0) -> tuple[int, str, float]:
        """Wait for the end; returns status, what it said on stderr, and how long it took."""
        assert self.process is not None
        begun = time.monotonic()
        _, said = self.process.communicate(timeout=seconds)
        return self.process.returncode, said.decode(), time.monotonic() - begun

    @asynccontextmanager
    async def client(self) -> AsyncIterator[DeskClient]:
        """Ask it; waits until it answers."""
        socket = self.household.paths(self.mode).socket
        client = DeskClient(socket)
        try:
            await eventually(client.health, "the desk to answer")
            yield client
        finally:
            await client.close()

    async def reaches(self, client: DeskClient, gate: str) -> Status:
        """Wait until the gate stands at a state."""

        async def there() -> Status | None:
            status = await client.status()
            return status if status.gate == gate else None

        found: Status = await eventually(there, f"the gate to be {gate}")
        return found


@contextmanager
def desk_process(household: Household, mode: str = "paper", *flags: str, **env: str) -> Iterator[DeskProcess]:
    """Run a desk, and end it whatever happened."""
    desk = DeskProcess(household, mode, flags).start(**env)
    try:
        yield desk
    finally:
        process = desk.process
        if process is not None and process.poll() is None:
            process.terminate()
            process.communicate(timeout=10)
        if process is not None and process.stderr is not None:
            process.stderr.close()


@contextmanager
def venue(household: Household, *flags: str) -> Iterator[dict[str, str]]:
    """Run a simulated exchange by itself and give what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_trader.exchange.sim", *flags], env=household.env, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


async def eventually(ask: Callable[[], Awaitable[Any]], what: str, seconds: float = PATIENCE_S) -> Any:
    """Ask again and again until something true comes; return it."""
    deadline = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < deadline:
        try:
            found = await ask()
        except (DeskUnavailable, TraderError) as error:
            found, last = None, error
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds:g} s ({last})")
