"""Unknown outcomes: found, or proved absent after the horizon, and nothing in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle
from tests.twins.exchange import CUT, UNAVAILABLE, Trouble
from tests.unit.services.order_rig import LIMIT_BUY, Rig, running
from tui_trader.domain.balance import Balance
from tui_trader.domain.order import OrderStatus
from tui_trader.domain.risk import GateState
from tui_trader.errors import ConfirmationRequired, Denied
from tui_trader.services.model import Outcome

D = Decimal


async def lost(rig: Rig) -> str:
    """Place an order that never reaches the venue, without anybody knowing."""
    rig.exchange.next("place", Trouble(CUT, reaches=False))
    return (await rig.place()).order.id


async def test_an_order_that_never_arrived_is_not_placed_only_after_the_horizon() -> None:
    async with running() as rig:
        order_id = await lost(rig)
        until_ms = rig.orders.unknown_until(rig.order(order_id))
        assert until_ms is not None
        await rig.clock.advance((until_ms - rig.clock.wall_ms()) / 1000 - 1)
        assert rig.stored(order_id).status is OrderStatus.UNKNOWN
        assert rig.working.reservations("USDT") != []
        await rig.clock.advance(30)
        assert rig.stored(order_id).status is OrderStatus.NOT_PLACED
        assert rig.working.reservations("USDT") == []
        assert rig.orders.unknown_until(rig.order(order_id)) is None


async def test_the_horizon_is_deadline_window_error_and_lag() -> None:
    async with running() as rig:
        rig.exchange.offset = (500.0, 20.0)
        order = rig.order(await lost(rig))
        assert rig.orders.unknown_until(order) == rig.clock.wall_ms() + 2000 + 3000 + 1020 + 120_000


@pytest.mark.parametrize("endpoint", ["order", "open_orders", "all_orders", "fills"])
async def test_an_endpoint_that_never_answers_proves_nothing(endpoint: str) -> None:
    async with running() as rig:
        order_id = await lost(rig)
        rig.exchange.next(endpoint, *[Trouble(UNAVAILABLE)] * 500)
        await rig.clock.advance(200)
        assert rig.stored(order_id).status is OrderStatus.UNKNOWN


async def test_locked_coins_that_no_order_explains_speak_against_absence() -> None:
    async with running() as rig:
        order_id = await lost(rig)
        rig.exchange.wallet["USDT"] = Balance("USDT", D(9901), D(99))
        await rig.clock.advance(300)
        assert rig.stored(order_id).status is OrderStatus.UNKNOWN
        await rig.clock.advance(600)
        assert rig.stored(order_id).status is OrderStatus.QUARANTINED
        assert rig.gate.state is GateState.CANCEL_ONLY


async def test_an_answer_that_comes_after_the_horizon_to_a_question_before_it_proves_nothing() -> None:
    async with running() as rig:
        order_id = await lost(rig)
        until_ms = rig.orders.unknown_until(rig.order(order_id))
        assert until_ms is not None
        await rig.clock.advance((until_ms - rig.clock.wall_ms()) / 1000 - 12)
        held = asyncio.Event()
        rig.exchange.next("order", Trouble(wait=held))
        await rig.clock.advance(16)
        held.set()
        await settle()
        assert rig.stored(order_id).status is OrderStatus.UNKNOWN
        await rig.clock.advance(30)
        assert rig.stored(order_id).status is OrderStatus.NOT_PLACED


async def test_an_order_that_reads_show_late_is_found() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        done = await rig.place()
        rig.exchange.hidden.add(done.order.client_order_id)
        await rig.clock.advance(60)
        assert rig.stored(done.order.id).status is OrderStatus.UNKNOWN
        rig.exchange.hidden.clear()
        await rig.clock.advance(11)
        assert rig.stored(done.order.id).status is OrderStatus.LIVE


async def test_an_order_thought_absent_that_appears_is_live_again_and_alarms() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        done = await rig.place()
        rig.exchange.hidden.add(done.order.client_order_id)
        await rig.clock.advance(180)
        assert rig.stored(done.order.id).status is OrderStatus.NOT_PLACED
        rig.exchange.push(rig.exchange.find(done.order.client_order_id))
        await settle()
        assert rig.stored(done.order.id).status is OrderStatus.LIVE
        assert rig.gate.state is GateState.CANCEL_ONLY
        assert rig.working.reservations("USDT") != []


async def test_another_order_on_the_pair_asks_while_one_is_unknown_and_the_same_one_is_refused() -> None:
    async with running() as rig:
        await lost(rig)
        with pytest.raises(ConfirmationRequired) as asked:
            await rig.place(price=D(98))
        assert "unknown_order" in {breach["code"] for breach in asked.value.details["breaches"]}
        with pytest.raises(Denied) as denied:
            await rig.orders.place("again-00001", LIMIT_BUY)
        assert "duplicate_unsettled" in {breach["code"] for breach in denied.value.details["breaches"]}


async def test_a_live_order_that_the_venue_stops_showing_becomes_unknown_never_cancelled() -> None:
    async with running() as rig:
        done = await rig.place()
        assert done.outcome is Outcome.ACCEPTED
        rig.exchange.hidden.add(done.order.client_order_id)
        await rig.clock.advance(90)
        assert rig.stored(done.order.id).status is OrderStatus.UNKNOWN


async def test_an_order_that_ended_unheard_is_found_by_the_periodic_comparison() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1), push=False)
        await rig.clock.advance(25)
        assert rig.stored(done.order.id).status is OrderStatus.FILLED


async def test_lookups_end_once_the_answer_is_known() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        await rig.place()
        await rig.clock.advance(3)
        asked = len(rig.exchange.requests("order"))
        await rig.clock.advance(60)
        assert len(rig.exchange.requests("order")) == asked


async def test_a_fill_found_by_lookup_settles_an_unknown_order() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1), push=False)
        await rig.clock.advance(3)
        after = rig.stored(done.order.id)
        assert (after.status, after.executed) == (OrderStatus.FILLED, D(1))
        assert replace(after).average_price == D(99)


async def test_a_look_up_that_fails_in_an_unforeseen_way_does_not_end_the_question() -> None:
    async with running() as rig:
        order_id = await lost(rig)
        rig.exchange.next("order", Trouble(RuntimeError("odd")))
        await rig.clock.advance(200)
        assert rig.stored(order_id).status is OrderStatus.NOT_PLACED
