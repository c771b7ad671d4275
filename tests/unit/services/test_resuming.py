"""What comes between a person's word to trade again and the change of the gate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.twins.clock import settle
from tests.twins.exchange import UNAVAILABLE, Trouble
from tests.twins.store import StoreTwin
from tests.unit.services.order_rig import Rig, running
from tests.unit.services.test_kill_switch import MarkTwin
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict
from tui_trader.services.risk import ABANDONED

CLOSED = GateState.CANCEL_ONLY


class BusyMark(MarkTwin):
    """A mark; something happens while it is removed."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self.text = "a program's"
        self._happens = happens

    async def remove(self) -> bool:
        removed = await super().remove()
        self._happens()
        return removed


def kill(rig: Rig) -> None:
    rig.gate.shut("the kill switch")


def alarm(rig: Rig) -> None:
    rig.gate.latch(CLOSED, "another alarm")


def lock(rig: Rig) -> None:
    rig.path.resumption.bar = lambda: "The loss lock is on: a loss."


CASES = [
    (kill, "this came meanwhile: the kill switch", GateState.HALTED),
    (alarm, "this came meanwhile: another alarm", CLOSED),
    (lock, "The loss lock is on", CLOSED),
]


@pytest.mark.parametrize(("comes", "said", "stands"), CASES)
async def test_what_comes_while_books_are_compared_keeps_the_gate_closed(
    comes: Callable[[Rig], None], said: str, stands: GateState
) -> None:
    async with running() as rig:
        await rig.gate.change(CLOSED, "an alarm")
        rig.exchange.next("balances", Trouble(UNAVAILABLE))
        resuming = asyncio.create_task(rig.path.resumption.resume("looked at it"))
        await settle()
        comes(rig)
        await rig.clock.advance(2)
        with pytest.raises(Conflict, match=said):
            await resuming
        assert rig.gate.latched is stands


@pytest.mark.parametrize(("comes", "said", "stands"), CASES)
async def test_what_comes_while_the_mark_is_removed_keeps_the_gate_closed_and_the_mark(
    comes: Callable[[Rig], None], said: str, stands: GateState
) -> None:
    mark = BusyMark(lambda: comes(rig))
    async with running(mark=mark) as rig:
        await rig.gate.change(CLOSED, "an alarm")
        with pytest.raises(Conflict, match=said):
            await rig.path.resumption.resume("looked at it")
        assert (rig.gate.latched, mark.text) == (stands, "a program's")


async def test_a_mark_made_while_books_are_compared_stays() -> None:
    mark = MarkTwin()
    async with running(mark=mark) as rig:
        await rig.gate.change(CLOSED, "an alarm")
        rig.exchange.next("balances", Trouble(UNAVAILABLE))
        resuming = asyncio.create_task(rig.path.resumption.resume("looked at it"))
        await settle()
        await mark.make("a program's")
        await rig.clock.advance(2)
        with pytest.raises(Conflict, match="meanwhile memory was made"):
            await resuming
        assert (rig.gate.latched, mark.text) == (CLOSED, "a program's")


async def test_a_press_while_the_open_gate_is_written_is_pursued() -> None:
    store = StoreTwin()
    async with running(store=store, mark=BusyMark(store.hold)) as rig:
        await rig.gate.change(CLOSED, "an alarm")
        resuming = asyncio.create_task(rig.path.risk.resume("looked at it", intent_id="resume-0001"))
        await settle()
        assert rig.gate.latched is GateState.ACTIVE
        press = asyncio.create_task(rig.path.kill.halt("enough"))
        await settle()
        rig.store.release()
        await rig.clock.advance(5)
        await asyncio.gather(resuming, press)
        certificate = rig.path.kill.certificate
        assert certificate is not None
        assert rig.gate.state is GateState.HALTED
        assert certificate.reason == "enough"
        assert certificate.trouble != ABANDONED
