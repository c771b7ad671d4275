"""Cancels: the wish first, races with fills, answers that prove nothing, repetition until closed."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import CUT, Trouble
from tests.unit.services.order_rig import running
from tui_trader.domain.order import CancelState, OrderStatus, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, NotFound, VenueRejected, VenueUnknown

D = Decimal


async def test_a_cancel_is_written_before_it_is_sent_and_ends_the_order_by_the_stream() -> None:
    async with running() as rig:
        done = await rig.place()
        result = await rig.orders.cancel(done.order.id)
        assert result.failures == []
        assert "order.cancel" in rig.store.kinds(done.order.id)
        after = await rig.becomes(done.order.id, OrderStatus.CANCELED)
        assert after.cancel is CancelState.DONE
        assert rig.working.reservations("USDT") == []


async def test_a_cancel_waits_for_its_commit() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.store.hold()
        cancelling = asyncio.create_task(rig.orders.cancel(done.order.id))
        await settle()
        assert rig.exchange.requests("cancel") == []
        rig.store.release()
        await cancelling
        assert rig.exchange.requests("cancel") == [done.order.client_order_id]


async def test_a_cancel_goes_out_even_when_the_journal_cannot_be_written() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.store.failing = "The disk is full."
        await rig.orders.cancel(done.order.id)
        assert rig.exchange.requests("cancel") == [done.order.client_order_id]
        await settle()
        assert rig.gate.state is GateState.HALTED


@pytest.mark.parametrize("name", ["id", "client_order_id", "venue_order_id", "intent_id"])
async def test_an_order_is_found_by_each_of_its_names(name: str) -> None:
    async with running() as rig:
        done = await rig.place()
        result = await rig.orders.cancel(str(getattr(rig.order(done.order.id), name)), "BTCUSDT")
        assert [order.id for order in result.orders] == [done.order.id]


async def test_cancelling_what_is_not_there_or_has_ended_is_refused() -> None:
    async with running() as rig:
        with pytest.raises(NotFound):
            await rig.orders.cancel("nothing")
        done = await rig.place()
        with pytest.raises(NotFound):
            await rig.orders.cancel(done.order.id, "ETHUSDT")
        await rig.orders.cancel(done.order.id)
        await rig.becomes(done.order.id, OrderStatus.CANCELED)
        with pytest.raises(Conflict, match="cancelled"):
            await rig.orders.cancel(done.order.id)


async def test_a_fill_that_overtakes_the_cancel_counts() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1))
        rig.exchange.next("cancel", Trouble(VenueRejected("Unknown order sent.", code=-2011), reaches=False))
        result = await rig.orders.cancel(done.order.id)
        after = await rig.becomes(done.order.id, OrderStatus.FILLED)
        assert after.executed == D(1)
        assert result.orders[0].status in {OrderStatus.FILLED, OrderStatus.LIVE}


async def test_a_partial_fill_and_a_cancel_end_as_partially_cancelled() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.3"))
        await rig.becomes(done.order.id, OrderStatus.PART)
        await rig.orders.cancel(done.order.id)
        after = await rig.becomes(done.order.id, OrderStatus.PARTIALLY_CANCELED)
        assert after.executed == D("0.3")


async def test_minus_2011_ends_nothing_and_the_order_and_its_fills_are_looked_up() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1), push=False)
        result = await rig.orders.cancel(done.order.id)
        assert result.orders[0].status is OrderStatus.LIVE
        assert "no telling" in result.failures[0]
        await rig.clock.advance(1)
        assert rig.stored(done.order.id).status is OrderStatus.FILLED
        assert len(rig.store.fill_rows) == 1


async def test_an_ambiguous_cancel_is_repeated_until_the_order_is_closed() -> None:
    async with running() as rig:
        done = await rig.place()
        lost = Trouble(CUT, reaches=False)
        rig.exchange.next("cancel", lost, lost, lost)
        result = await rig.orders.cancel(done.order.id)
        assert result.orders[0].cancel is CancelState.UNKNOWN
        await rig.clock.advance(30)
        assert rig.stored(done.order.id).status is OrderStatus.CANCELED
        assert rig.stored(done.order.id).cancel is CancelState.DONE
        assert len(rig.exchange.requests("cancel")) == 4


async def test_repeated_cancels_keep_a_pace_from_two_to_thirty_seconds() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.next("cancel", *[Trouble(CUT, reaches=False)] * 50)
        await rig.orders.cancel(done.order.id)
        await rig.clock.advance(120)
        assert 4 <= len(rig.exchange.requests("cancel")) <= 10


async def test_an_unknown_order_can_be_cancelled_by_its_client_id() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        done = await rig.place()
        await rig.orders.cancel(done.order.id)
        assert rig.exchange.requests("cancel") == [done.order.client_order_id]
        await rig.clock.advance(5)
        assert rig.stored(done.order.id).status is OrderStatus.CANCELED


async def test_a_cancel_passes_in_every_state_of_the_gate() -> None:
    async with running() as rig:
        for number, state in enumerate((GateState.REDUCING, GateState.CANCEL_ONLY, GateState.HALTED)):
            await rig.gate.change(GateState.ACTIVE, "")
            done = await rig.place(price=D(90) + number)
            await rig.gate.change(state, "test")
            await rig.orders.cancel(done.order.id)
            await rig.becomes(done.order.id, OrderStatus.CANCELED)


async def test_many_are_cancelled_by_filter() -> None:
    async with running() as rig:
        buys = [await rig.place(price=D(90) + number) for number in range(3)]
        other = await rig.place(symbol="ETHUSDT")
        sell = await rig.place(side=Side.SELL, price=D(101), quantity=D("0.5"))
        result = await rig.orders.cancel_many(symbol="BTCUSDT", side=Side.BUY)
        assert {order.id for order in result.orders} == {done.order.id for done in buys}
        await settle()
        assert {order.id for order in rig.orders.working()} == {other.order.id, sell.order.id}


async def test_many_are_cancelled_by_name_and_each_failure_is_a_sentence() -> None:
    async with running() as rig:
        done = await rig.place()
        ended = await rig.place(price=D(98))
        await rig.orders.cancel(ended.order.id)
        await rig.becomes(ended.order.id, OrderStatus.CANCELED)
        result = await rig.orders.cancel_many(ids=[done.order.id, ended.order.id, "nothing"])
        assert [order.id for order in result.orders] == [done.order.id]
        assert len(result.failures) == 2


async def test_at_most_five_cancels_are_under_way_at_once() -> None:
    async with running() as rig:
        for number in range(8):
            await rig.place(price=D(80) + number)
        hold = asyncio.Event()
        rig.exchange.next("cancel", *[Trouble(wait=hold)] * 8)
        cancelling = asyncio.create_task(rig.orders.cancel_many())
        await until(lambda: len(rig.exchange.requests("cancel")) == 5)
        await settle()
        assert len(rig.exchange.requests("cancel")) == 5
        hold.set()
        assert len((await cancelling).orders) == 8


async def test_a_refused_cancel_is_said_and_the_order_stands() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.next("cancel", Trouble(VenueRejected("no permission", code=700007), reaches=False))
        result = await rig.orders.cancel(done.order.id)
        assert "refused" in result.failures[0]
        assert rig.order(done.order.id).status is OrderStatus.LIVE


async def test_a_cancel_survives_its_caller() -> None:
    async with running() as rig:
        done = await rig.place()
        hold = asyncio.Event()
        rig.exchange.next("cancel", Trouble(VenueUnknown("slow"), wait=hold))
        cancelling = asyncio.create_task(rig.orders.cancel(done.order.id))
        await until(lambda: bool(rig.exchange.requests("cancel")))
        cancelling.cancel()
        hold.set()
        await until(lambda: rig.order(done.order.id).final)


async def test_an_order_cancelled_while_it_waits_for_its_commit_is_never_sent() -> None:
    async with running() as rig:
        rig.store.hold()
        placing = asyncio.create_task(rig.place())
        await settle()
        (waiting,) = rig.orders.working()
        cancelling = asyncio.create_task(rig.orders.cancel(waiting.id))
        await settle()
        rig.store.release()
        done, cancelled = await placing, await cancelling
        assert rig.exchange.sent == []
        assert (done.order.status, done.order.cancel) == (OrderStatus.NOT_SENT, CancelState.DONE)
        assert cancelled.failures == []
        assert rig.working.reservations("USDT") == []


async def test_a_cancel_that_fails_in_an_unforeseen_way_can_be_repeated() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.next("cancel", Trouble(RuntimeError("odd"), reaches=False))
        result = await rig.orders.cancel(done.order.id)
        assert "no telling yet" in result.failures[0]
        await rig.clock.advance(5)
        assert (await rig.becomes(done.order.id, OrderStatus.CANCELED)).cancel is CancelState.DONE
