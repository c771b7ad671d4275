"""The daily backup, what it leaves behind, and little space on the disk."""

from __future__ import annotations

import json

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import Ear
from tests.twins.store import StoreTwin
from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.services.ports import CHECKPOINT, StoreHealth
from tui_trader.services.tasks import Tasks
from tui_trader.services.upkeep import MEBI, Upkeep

DAY = 24 * 60 * 60


class PathTwin:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.troubles: list[StoreError] = []
        self.caught_up = 0

    def distrust(self, error: StoreError) -> None:
        """Remember."""
        self.troubles.append(error)

    async def catch_up(self) -> None:
        """Count."""
        self.caught_up += 1


class Bench:
    """The upkeep over a store, running."""

    def __init__(self, store: StoreTwin | None = None, clock: VirtualClock | None = None) -> None:
        self.store, self.ear, self.clock = store or StoreTwin(), Ear(), clock or VirtualClock()
        self.tasks = Tasks(self.ear, self.clock)
        self.path = PathTwin()
        self.upkeep = Upkeep(self.store, self.ear, self.clock, self.path)
        self.tasks.run("upkeep", self.upkeep.keep)


async def test_a_backup_is_made_each_day_and_the_checkpoint_written_down() -> None:
    bench = Bench()
    await bench.clock.advance(30)
    assert bench.store.backups == []
    await bench.clock.advance(60)
    assert bench.store.backups == ["daily"]
    line = bench.store.lines[-1]
    kept = json.loads(bench.store.settings[CHECKPOINT])
    assert (line.kind, line.body["sequence"], line.body["backup"]) == ("audit", 0, "/backups/1.db")
    assert (kept["sequence"], kept["hash"]) == (line.body["sequence"], line.body["hash"])
    await bench.clock.advance(DAY - 120)
    assert bench.store.backups == ["daily"]
    await bench.clock.advance(120)
    assert bench.store.backups == ["daily"] * 2
    await bench.tasks.close()


async def test_a_restart_within_the_day_makes_no_other_and_a_later_one_does() -> None:
    first = Bench()
    await first.clock.advance(90)
    await first.upkeep.backup()
    await first.tasks.close()
    second = Bench(first.store, first.clock)
    await second.clock.advance(600)
    assert second.store.backups == ["daily", "by hand"]
    await second.tasks.close()
    second.clock.jump(DAY)
    third = Bench(first.store, first.clock)
    await third.clock.advance(90)
    assert third.store.backups == ["daily", "by hand", "daily"]
    await third.tasks.close()


async def test_a_backup_that_fails_is_said_and_tried_again_after_an_hour() -> None:
    bench = Bench()
    bench.store.failing = "The disk is full."
    await bench.clock.advance(120)
    assert [text for text in bench.ear.texts() if "daily backup failed: The disk is full." in text]
    bench.store.failing = None
    await bench.clock.advance(3000)
    assert bench.store.backups == []
    await bench.clock.advance(700)
    assert bench.store.backups == ["daily"]
    await bench.tasks.close()


@pytest.mark.parametrize("free", [0, 499 * MEBI])
async def test_little_space_is_said_once_and_so_is_its_end(free: int) -> None:
    bench = Bench()
    await bench.clock.advance(120)
    assert bench.ear.texts() == []
    bench.store.free = free
    await bench.clock.advance(300)
    assert len(bench.ear.texts()) == 1
    assert f"Only {free // MEBI} MiB" in bench.ear.texts()[0]
    bench.store.free = 600 * MEBI
    await bench.clock.advance(300)
    assert len(bench.ear.texts()) == 2
    await settle()
    await bench.tasks.close()


async def test_a_disk_that_failed_is_said_and_closes_the_gate() -> None:
    bench = Bench()
    bench.store.healthy = StoreHealth(reopened=1)
    await bench.clock.advance(30)
    assert [error.trouble for error in bench.path.troubles] == [StoreTrouble.DISK]
    assert len([text for text in bench.ear.texts() if "opened again and is whole" in text]) == 1
    assert bench.path.caught_up == 3
    await bench.tasks.close()
