"""The simulated exchange as a child: recognised when it runs, replaced when it should not go on, stopped when asked."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.process.household import Household, gone, until
from tui_trader.errors import DeskUnavailable
from tui_trader.settings import SimSettings
from tui_trader.simulator import Simulator, stop_simulator

pytestmark = pytest.mark.process
QUICK = SimSettings(symbols=("BTCUSDT",), latency_ms=0)


@asynccontextmanager
async def started(household: Household, settings: SimSettings = QUICK) -> AsyncIterator[Simulator]:
    """Start or find a simulator as a desk does."""
    household.paths().prepare()
    simulator = Simulator(household.paths(), settings)
    simulator.begin()
    await simulator.ready()
    try:
        yield simulator
    finally:
        simulator.abandon()


def command_line(pid: int) -> str:
    """Return what a process was started with."""
    return Path(f"/proc/{pid}/cmdline").read_text()


async def test_a_running_one_is_used_again_with_its_address_and_key(household: Household) -> None:
    async with started(household) as first:
        before, pid = await first.ready(), household.venue_pid()
    async with started(household) as second:
        assert await second.ready() == before
        assert household.venue_pid() == pid


async def test_one_that_was_started_otherwise_is_replaced_and_keeps_its_key(household: Household) -> None:
    async with started(household) as first:
        before, pid = await first.ready(), household.venue_pid()
    async with started(household, replace(QUICK, seed=2)) as second:
        assert household.venue_pid() not in {0, pid}
        assert (await second.ready()).credentials == before.credentials


async def test_one_that_does_not_answer_is_replaced(household: Household) -> None:
    async with started(household):
        pid = household.venue_pid()
    os.kill(pid, signal.SIGSTOP)
    async with started(household):
        assert household.venue_pid() not in {0, pid}


async def test_one_that_was_killed_is_started_anew_whatever_it_had_printed(household: Household) -> None:
    async with started(household) as first:
        before = await first.ready()
        os.kill(household.venue_pid(), signal.SIGKILL)
        until(lambda: not household.venue_pid(), "the exchange to be gone")
    async with started(household) as second:
        assert (await second.ready()).credentials == before.credentials


async def test_what_it_cannot_do_is_passed_on(household: Household) -> None:
    with pytest.raises(DeskUnavailable, match="nowhere"):
        async with started(household, replace(QUICK, replay=("BTCUSDT=nowhere.csv",))):
            pass


async def test_it_stops_when_asked_and_nothing_secret_is_on_its_command_line(household: Household) -> None:
    async with started(household) as simulator:
        secret = (await simulator.ready()).credentials.secret
        pid = household.venue_pid()
        assert secret not in command_line(pid)
        assert stop_simulator(household.paths())
        assert not stop_simulator(household.paths())
        simulator._process.wait(5)
        assert gone(pid)
        files = [file for file in household.paths().sim.iterdir() if file.is_file()]
        assert files
        assert all(file.stat().st_mode & 0o077 == 0 for file in files)
