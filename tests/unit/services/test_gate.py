"""The gate's state: stricter by itself, looser by a person, remembered."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import Ear
from tests.twins.profiles import WIDE
from tests.twins.store import StoreTwin
from tui_trader.domain.events import EventKind, GateChange
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, StoreError
from tui_trader.services.gate import SETTING, Gate
from tui_trader.services.journal_lines import gate_of
from tui_trader.services.tasks import Tasks


class Bench:
    """A gate and what it stands on."""

    def __init__(self, store: StoreTwin | None = None, *, live: bool = False) -> None:
        self.store, self.ear, self.clock = store or StoreTwin(), Ear(), VirtualClock()
        self.gate = Gate(self.store, self.ear, self.clock, WIDE, live=live)
        self.gate.spawn = Tasks(self.ear, self.clock).spawn

    def told(self) -> list[str]:
        """List the states told."""
        return [event.data.state for event in self.ear.of(EventKind.GATE)]


async def test_a_gate_opens_only_after_a_comparison() -> None:
    bench = Bench()
    await bench.gate.load()
    assert bench.gate.state is GateState.RECONCILING
    await bench.gate.clean()
    assert (bench.gate.state, bench.gate.reason) == (GateState.ACTIVE, "")


async def test_a_latch_only_becomes_stricter_and_is_written_and_told() -> None:
    bench = Bench()
    await bench.gate.clean()
    bench.gate.latch(GateState.CANCEL_ONLY, "an alarm")
    bench.gate.latch(GateState.REDUCING, "something milder")
    await settle()
    assert (bench.gate.state, bench.gate.reason) == (GateState.CANCEL_ONLY, "an alarm")
    assert json.loads(bench.store.settings["gate"])["state"] == "CANCEL_ONLY"
    assert bench.told() == ["ACTIVE", "CANCEL_ONLY"]


async def test_a_person_loosens_it_and_the_journal_knows_who() -> None:
    bench = Bench()
    await bench.gate.clean()
    bench.gate.latch(GateState.HALTED, "kill switch")
    await settle()
    await bench.gate.change(GateState.ACTIVE, "all is well", by="person")
    assert bench.gate.state is GateState.ACTIVE
    body = dict(bench.store.lines[-1].body)
    assert body.pop("kept") == json.loads(bench.store.settings[SETTING])
    assert body == {"state": "ACTIVE", "reason": "", "by": "person"}
    assert gate_of(bench.store.lines[-1]) == GateChange("ACTIVE", "", "person")


async def test_what_is_persisted_is_there_after_a_restart() -> None:
    bench = Bench()
    bench.gate.latch(GateState.HALTED, "kill switch")
    await settle()
    again = Bench(bench.store)
    await again.gate.load()
    assert (again.gate.state, again.gate.latched) == (GateState.HALTED, GateState.HALTED)
    assert again.gate.reason == "kill switch"
    await again.gate.clean()
    assert again.gate.state is GateState.HALTED


async def test_a_looser_state_that_cannot_be_written_does_not_apply_and_a_stricter_one_does() -> None:
    bench = Bench()
    await bench.gate.clean()
    await bench.gate.change(GateState.REDUCING, "careful")
    bench.store.failing = "The disk is full."
    with pytest.raises(StoreError):
        await bench.gate.change(GateState.ACTIVE, "")
    assert bench.gate.state is GateState.REDUCING
    with pytest.raises(StoreError):
        await bench.gate.change(GateState.HALTED, "kill switch")
    assert bench.gate.state is GateState.HALTED


async def test_nobody_sets_reconciling() -> None:
    with pytest.raises(Conflict):
        await Bench().gate.change(GateState.RECONCILING, "")


async def test_a_comparison_stands_on_top_of_the_lock_and_of_what_is_latched() -> None:
    bench = Bench(live=True)
    await bench.gate.clean()
    assert bench.gate.state is GateState.CANCEL_ONLY
    bench.gate.account = "77"
    await bench.gate.unlock(" 77 REAL MONEY ")
    assert bench.gate.state is GateState.ACTIVE
    bench.gate.begin("a gap")
    assert bench.gate.state is GateState.RECONCILING
    await bench.gate.clean()
    assert bench.gate.state is GateState.ACTIVE


async def test_old_refusals_do_not_count() -> None:
    bench = Bench()
    await bench.gate.clean()
    for _ in range(4):
        bench.gate.count_reject()
    bench.clock.jump(61)
    bench.gate.count_reject()
    assert bench.gate.state is GateState.ACTIVE


async def test_the_same_state_is_told_once() -> None:
    bench = Bench()
    await bench.gate.clean()
    await bench.gate.clean()
    assert bench.told() == ["ACTIVE"]


async def test_what_closes_it_stays_when_the_looser_state_before_it_cannot_be_written() -> None:
    bench = Bench()
    await bench.gate.clean()
    await bench.gate.change(GateState.REDUCING, "careful")
    bench.store.hold()
    opening = asyncio.create_task(bench.gate.change(GateState.ACTIVE, "all is well"))
    await settle()
    bench.gate.shut("kill switch")
    bench.store.failing = "The disk is full."
    bench.store.release()
    with pytest.raises(StoreError):
        await opening
    assert (bench.gate.state, bench.gate.reason) == (GateState.HALTED, "kill switch")
