"""The lag between the venue's parts is measured on every order and widens the horizon."""

from __future__ import annotations

from decimal import Decimal as D

from tests.twins.clock import settle
from tests.twins.exchange import UNAVAILABLE, Trouble
from tests.unit.services.order_rig import Rig, running
from tui_trader.domain.timing import NORMAL
from tui_trader.services.lag import DAY_MS, KEPT_DAYS, PAUSES

DAY_S = DAY_MS / 1000


async def lagging(rig: Rig, misses: int) -> None:
    """Place an order that so many look-ups do not show."""
    rig.exchange.next("order", *[Trouble(ack=lambda _: None)] * misses)
    await rig.place(price=D(98) - misses)
    await rig.clock.advance(60)


async def test_an_order_that_is_shown_at_once_lags_nothing() -> None:
    async with running() as rig:
        placed = await rig.place()
        await settle()
        assert placed.order.client_order_id in rig.exchange.requests("order")
        assert (rig.path.lag.worst_ms, rig.path.outcomes.lag_ms) == (0, NORMAL.lag_ms)


async def test_the_horizon_allows_for_ten_times_the_worst_lag_and_remembers_it() -> None:
    async with running() as rig:
        await lagging(rig, 8)
        worst = rig.path.lag.worst_ms
        assert worst == round(sum(PAUSES[:8]) * 1000)
        assert rig.path.outcomes.lag_ms == 10 * worst
        await lagging(rig, 2)
        assert rig.path.lag.worst_ms == worst
        await rig.stop()
        again = Rig(store=rig.store, exchange=rig.exchange)
        await again.start()
        assert again.path.outcomes.lag_ms == 10 * worst
        await again.stop()
        rig.clock.jump(KEPT_DAYS * DAY_S)
        later = Rig(store=rig.store, exchange=rig.exchange)
        await later.start()
        assert later.path.outcomes.lag_ms == NORMAL.lag_ms
        await later.stop()


async def test_a_venue_that_does_not_answer_tells_nothing_of_its_lag() -> None:
    async with running() as rig:
        rig.exchange.next("order", Trouble(UNAVAILABLE))
        await rig.place()
        await rig.clock.advance(60)
        assert rig.path.lag.worst_ms == 0


async def test_orders_come_before_measuring() -> None:
    async with running() as rig:
        rig.exchange.budget = 0.6
        await rig.place()
        await settle()
        assert rig.exchange.requests("order") == []
