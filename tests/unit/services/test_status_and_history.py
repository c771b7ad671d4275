"""The desk as a whole, when it leaves, and the pages of the past."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.twins.profiles import WIDE
from tests.unit.services.desk_rig import desk, hearing, of
from tui_trader.domain.events import EventKind
from tui_trader.domain.risk import GateState
from tui_trader.errors import UsageError
from tui_trader.services.ports import HistoryFilter
from tui_trader.settings import Mode, Settings

D = Decimal
ANY = HistoryFilter()


async def test_the_status_tells_what_is_there() -> None:
    async with desk() as rig:
        await rig.bought()
        await rig.run("buy eth 1 @95")
        status = rig.services.desk.status()
        assert (status.gate, status.mode, status.working_orders, status.unknown_orders) == (
            GateState.ACTIVE,
            "paper",
            1,
            0,
        )
        assert status.open_positions == 2
        assert status.wealth is not None
        assert status.sequence == len(rig.store.lines)
        assert status.latency_ms == 40.0


async def test_the_status_is_told_each_second_while_a_console_looks() -> None:
    async with desk() as rig, hearing(rig) as heard:
        await rig.clock.advance(3)
        assert of(heard, EventKind.STATUS) == []
        with rig.services.desk.console_attached():
            await rig.clock.advance(3)
            assert [each.consoles for each in of(heard, EventKind.STATUS)] == [1, 1, 1]


async def test_an_idle_paper_desk_leaves_after_a_quarter_of_an_hour() -> None:
    async with desk() as rig:
        await rig.clock.advance(890)
        assert rig.reasons == []
        with rig.services.desk.console_attached():
            await rig.clock.advance(1800)
        await rig.clock.advance(890)
        assert rig.reasons == []
        await rig.clock.advance(20)
        assert len(rig.reasons) == 1


async def test_a_desk_with_a_working_order_stays() -> None:
    async with desk() as rig:
        await rig.run("buy btc 1 @95")
        await rig.clock.advance(1800)
        assert rig.reasons == []


async def test_a_live_desk_stays() -> None:
    async with desk(settings=Settings(mode=Mode.LIVE, risk=WIDE)) as rig:
        await rig.clock.advance(1800)
        assert rig.reasons == []


async def test_a_desk_stops_when_asked() -> None:
    async with desk() as rig:
        rig.services.desk.request_stop()
        assert rig.reasons == ["asked to stop"]


async def test_the_past_is_read_in_pages() -> None:
    async with desk() as rig:
        for price in (95, 96, 97):
            await rig.run(f"buy btc 1 @{price}")
        page = await rig.services.history.orders(ANY, 2, None, 0)
        assert ([order.price for order in page.items], page.total) == ([D(97), D(96)], 3)
        rest = await rig.services.history.orders(ANY, 2, page.cursor, 0)
        assert [order.price for order in rest.items] == [D(95)]
        await rig.bought()
        assert (await rig.services.history.fills(ANY, 10, None, 0)).total == 1
        assert (await rig.services.history.journal(limit=1))[0].sequence == 1


@pytest.mark.parametrize(
    ("where", "limit", "offset"),
    [(ANY, 0, 0), (ANY, 501, 0), (ANY, 10, -1), (HistoryFilter(start=5, end=4), 10, 0)],
)
async def test_a_page_that_makes_no_sense_is_refused(where: HistoryFilter, limit: int, offset: int) -> None:
    async with desk() as rig:
        with pytest.raises(UsageError):
            await rig.services.history.orders(where, limit, None, offset)
        with pytest.raises(UsageError):
            await rig.services.history.fills(where, limit, None, offset)
