import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.store.samples import fill, order
from tui_trader.clock import SystemClock
from tui_trader.services.ports import HistoryFilter
from tui_trader.store import SqliteStore

ROOT = Path(__file__).parents[3]
ROUNDS = 6


def _run_and_kill(path: Path, after: float) -> list[int]:
    """Let the writer run for a moment after it began, kill it, and return what it had acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.store.kill_writer", str(path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 60)[0]
        said = os.read(process.stdout.fileno(), 6)
        end = time.monotonic() + after
        while (left := end - time.monotonic()) > 0:
            if select.select([process.stdout], [], [], left)[0]:
                said += os.read(process.stdout.fileno(), 65536)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
    assert said.startswith(b"ready\n")
    return [int(each) for each in said.split(b"\n")[1:-1]]


@pytest.mark.process
async def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    acknowledged: list[int] = []
    for _ in range(ROUNDS):
        acknowledged += _run_and_kill(path, random.uniform(0.02, 0.2))
    store = await SqliteStore.open(path, SystemClock())
    lines = await store.verify()
    orders = await store.orders(HistoryFilter(), 1)
    fills = await store.fills(HistoryFilter(), 1)
    missing = [number for number in acknowledged if await store.order(order(number).id) != order(number)]
    unfilled = [number for number in acknowledged if not await store.fills_of(fill(number).venue_order_id)]
    await store.close()
    assert len(set(acknowledged)) == len(acknowledged) > 50
    assert (missing, unfilled) == ([], [])
    assert lines == orders.total == fills.total >= len(acknowledged)
