"""Background work: what dies comes back and says so."""

from __future__ import annotations

import asyncio

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import Ear
from tui_trader.services.tasks import TOO_OFTEN, Tasks


class Worker:
    """Fails a number of times, then works."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.starts = 0

    async def work(self) -> None:
        """Work."""
        self.starts += 1
        if self.starts <= self.failures:
            raise RuntimeError("secret text of a foreign system")
        await asyncio.Event().wait()


async def test_work_that_dies_is_started_again_with_growing_pauses_and_said_aloud() -> None:
    clock, ear = VirtualClock(), Ear()
    tasks, worker = Tasks(ear, clock), Worker(3)
    tasks.run("digging", worker.work)
    await settle()
    assert worker.starts == 1
    await clock.advance(0.6)
    await clock.advance(1.1)
    await clock.advance(2.1)
    assert worker.starts == 4
    assert tasks.running("digging")
    assert [text.split(" in ")[-1] for text in ear.texts()] == ["0.5 s.", "1 s.", "2 s."]
    assert all("digging" in text and "secret" not in text for text in ear.texts())
    await tasks.close()
    assert not tasks.running("digging")


async def test_vital_work_that_fails_again_and_again_is_told_to_whoever_can_act() -> None:
    clock, told = VirtualClock(), list[str]()
    tasks = Tasks(Ear(), clock)
    tasks.on_failing = told.append
    tasks.run("digging", Worker(TOO_OFTEN - 1).work, vital=True)
    tasks.run("dusting", Worker(TOO_OFTEN + 1).work)
    await clock.advance(100)
    assert told == []
    tasks.run("ringing", Worker(TOO_OFTEN).work, vital=True)
    await clock.advance(100)
    assert told == ["ringing"]
    await tasks.close()


async def test_a_name_runs_once() -> None:
    tasks, worker = Tasks(Ear(), VirtualClock()), Worker(0)
    tasks.run("digging", worker.work)
    tasks.run("digging", worker.work)
    await settle()
    assert worker.starts == 1
    await tasks.close()


async def test_a_failed_errand_is_said_aloud_and_a_cancelled_one_is_not() -> None:
    ear = Ear()
    tasks = Tasks(ear, VirtualClock())

    async def fail() -> None:
        raise RuntimeError("no")

    task = tasks.spawn("fetching", fail())
    with pytest.raises(RuntimeError):
        await task
    await settle()
    assert ear.texts() == ["“fetching” failed (RuntimeError)."]
    tasks.spawn("waiting", asyncio.Event().wait())
    await tasks.close()
    assert len(ear.texts()) == 1


async def test_work_that_is_for_ever_and_returns_is_started_again_and_said_aloud() -> None:
    ear, clock, starts = Ear(), VirtualClock(), []
    tasks = Tasks(ear, clock)

    async def once() -> None:
        starts.append(clock.monotonic())

    tasks.run("listening", once)
    await clock.advance(0.6)
    assert starts == [0.0, 0.5]
    assert ear.texts()[0] == "Background work “listening” failed (returned); it starts again in 0.5 s."
    await tasks.close()
