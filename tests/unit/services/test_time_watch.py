"""Time that does not pass as it should closes the gate until everything was compared."""

from __future__ import annotations

import asyncio

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.unit.services.order_rig import running
from tui_trader.domain.risk import GateState
from tui_trader.services.time_watch import TimeWatch


class TwoClocks(VirtualClock):
    """A clock whose wall time can be set."""

    def __init__(self) -> None:
        super().__init__()
        self.set_by_s = 0.0

    def wall_ms(self) -> int:
        """Return virtual UTC ms, as it was set."""
        return super().wall_ms() + round(self.set_by_s * 1000)


@pytest.mark.parametrize(
    ("stopped", "set_by", "said"),
    [
        (0, 0, ""),
        (4, 0.9, ""),
        (7, 0, "the desk stood still for 6 s"),
        (0, 28_800, "the machine slept, or its clock was set forward, by 28800 s"),
        (28_801, 0, "the desk stood still for 28800 s"),
        (0, -3600, "the machine's clock was set back by 3600 s"),
    ],
)
async def test_a_gap_is_said_in_words(stopped: float, set_by: float, said: str) -> None:
    clock, heard = TwoClocks(), list[str]()
    watching = asyncio.create_task(TimeWatch(clock, heard.append).keep())
    await clock.advance(3)
    clock.jump(stopped)
    clock.set_by_s += set_by
    await clock.advance(3)
    assert heard == ([said] if said else [])
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_gap_has_everything_compared() -> None:
    async with running() as rig:
        before = len(rig.exchange.requests("balances"))
        rig.clock.jump(60)
        await rig.clock.advance(1)
        await settle()
        assert len(rig.exchange.requests("balances")) > before
        assert rig.gate.state is GateState.ACTIVE
