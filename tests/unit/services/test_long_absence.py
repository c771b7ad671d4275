"""Long absences and many executions, where days and a thousand parts cost nothing: the clock is a test's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.twins.clock import settle
from tests.unit.services.order_rig import Rig, running
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import OrderStatus

D = Decimal
DAY_S = 86_400


@pytest.mark.parametrize(("days", "honest"), [(6, False), (8, True)])
@pytest.mark.parametrize("killed", [True, False], ids=["with a kill", "without a kill"])
async def test_after_a_week_away_the_desk_says_what_it_cannot_know(days: int, honest: bool, killed: bool) -> None:
    """The network, or the desk, is gone for days; what rested was filled meanwhile."""
    async with running() as first:
        order = (await first.place()).order
        await first.path.reconciler.now()
        rig = first
        if killed:
            await first.stop()
        first.exchange.clock.jump(days * DAY_S)
        first.exchange.fill(order.client_order_id, D(1), push=False)
        if killed:
            rig = Rig(store=first.store, exchange=first.exchange)
            await rig.start()
        else:
            await rig.path.reconciler.now("the network is back")
        await settle()
        said = {event.data.code for event in rig.ear.of(EventKind.NOTICE)}
        assert ("history_incomplete" in said) is honest
        assert rig.stored(order.id).status is OrderStatus.FILLED
        await rig.stop()


async def test_a_thousand_small_executions_are_each_one_row_and_exact() -> None:
    async with running() as rig:
        order = (await rig.place(quantity=D("0.1"))).order
        for _ in range(1000):
            rig.exchange.fill(order.client_order_id, D("0.0001"))
        done = await rig.becomes(order.id, OrderStatus.FILLED)
        assert done.executed == D("0.1") == sum(fill.quantity for fill in rig.store.fill_rows.values())
        assert len(rig.store.fill_rows) == 1000
        assert len({fill.key for fill in rig.store.fill_rows.values()}) == 1000
