"""The private stream: each execution once, orders of others, one commit for what belongs together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle, until
from tests.unit.services.order_rig import PREFIX, running
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import OrderStatus, Origin
from tui_trader.domain.risk import GateState
from tui_trader.errors import StoreError
from tui_trader.exchange.port import BalanceChange, StreamGap, VenueStatus
from tui_trader.rules.reservation import available
from tui_trader.services.ports import Change

D = Decimal
PATIENT = 1_000_000
"""Rounds of the loop that surely outlast the moment for which balances wait for company."""


async def test_balances_of_an_order_wait_for_it_and_need_no_commit_of_their_own() -> None:
    async with running() as rig:
        done = await rig.place()
        before = len(rig.store.changes)
        rig.exchange.push(BalanceChange(Balance("USDT", D(9), D(1), 5), "ENTRUST"))
        await settle()
        assert len(rig.store.changes) == before
        rig.exchange.fill(done.order.client_order_id, D("0.25"))
        await until(lambda: bool(rig.store.fill_rows))
        (change,) = rig.store.changes[before:]
        assert (len(change.fills), [each.asset for each in change.balances]) == (1, ["USDT"])


async def test_balances_that_a_reading_has_overtaken_are_not_written() -> None:
    async with running() as rig:
        await rig.place()
        rig.exchange.push(BalanceChange(Balance("USDT", D(9), D(1), 5), "ENTRUST"))
        await settle()
        await rig.path.reconciler.now()
        assert rig.balances.rows["USDT"].free != D(9)


async def test_a_fill_is_written_with_order_state_and_position_in_one_commit_and_told_after_it() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.25"))
        await until(lambda: bool(rig.store.fill_rows))
        (change,) = [each for each in rig.store.changes if each.fills]
        assert [order.id for order in change.orders] == [done.order.id]
        assert [position.symbol for position in change.positions] == ["BTCUSDT"]
        await until(lambda: bool(rig.ear.of(EventKind.FILL)))
        (told,) = rig.ear.of(EventKind.FILL)
        assert rig.store.lines[(told.sequence or 0) - 1].kind == "fill"
        assert told.data.order_id == done.order.id
        assert [position.symbol for position in rig.positions.announced] == ["BTCUSDT"]


async def test_what_an_execution_paid_counts_until_its_balance_arrives() -> None:
    async with running() as rig:
        done = await rig.place()
        known = rig.balances.rows["USDT"]
        rig.clock.jump(1)
        rig.balances.rows["USDT"] = replace(known, at=rig.clock.wall_ms() - 1000)
        rig.exchange.fill(done.order.client_order_id, D(1), fee=D("0.5"))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        free = available("USDT", rig.balances.rows["USDT"], rig.working.reservations("USDT"))
        assert (free, rig.balances.rows["USDT"].free) == (known.free - D("99.5"), known.free)
        after = Balance("USDT", known.free - D("99.5"), D(0), rig.clock.wall_ms())
        rig.exchange.push(BalanceChange(after, "ENTRUST"))
        await until(lambda: rig.balances.rows["USDT"] == after, PATIENT)
        assert rig.working.reservations("USDT") == []


async def test_an_execution_that_its_balance_overtook_is_not_taken_off_twice() -> None:
    async with running() as rig:
        done = await rig.place()
        after = Balance("USDT", D(9), D(0), rig.clock.wall_ms())
        rig.exchange.push(BalanceChange(after, "ENTRUST"))
        await until(lambda: rig.balances.rows["USDT"] == after, PATIENT)
        rig.exchange.fill(done.order.client_order_id, D(1))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        assert rig.working.reservations("USDT") == []


async def test_a_payment_whose_balance_never_comes_counts_for_a_short_while_only() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.balances.rows["USDT"] = replace(rig.balances.rows["USDT"], at=rig.clock.wall_ms() - 1000)
        rig.exchange.fill(done.order.client_order_id, D(1))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        assert [each.amount for each in rig.working.reservations("USDT")] == [D(99)]
        rig.clock.jump(5)
        assert rig.working.reservations("USDT") == []


async def test_what_the_venue_reports_as_executed_stays_locked_until_the_executions_come() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.5"), push=False)
        rig.exchange.push(rig.exchange.find(done.order.client_order_id))
        await until(lambda: rig.order(done.order.id).venue_executed == D("0.5"))
        assert [each.amount for each in rig.working.reservations("USDT")] == [D("99.0495")]


async def test_nothing_is_told_of_what_is_not_on_the_disk() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.store.hold()
        rig.exchange.fill(done.order.client_order_id, D("0.25"))
        await settle()
        assert rig.ear.of(EventKind.FILL) == []
        rig.store.release()
        await until(lambda: bool(rig.ear.of(EventKind.FILL)))


async def test_the_same_execution_from_both_channels_counts_once() -> None:
    async with running() as rig:
        done = await rig.place()
        fill = rig.exchange.fill(done.order.client_order_id, D("0.25"))
        rig.exchange.push(fill, replace(fill, source="push"))
        await until(lambda: rig.order(done.order.id).executed > 0)
        await rig.path.reconciler.now()
        assert rig.order(done.order.id).executed == D("0.25")
        assert len(rig.positions.folded) == 1


async def test_what_waits_is_committed_together() -> None:
    async with running() as rig:
        done = await rig.place()
        before = len(rig.store.changes)
        for _ in range(4):
            rig.exchange.fill(done.order.client_order_id, D("0.25"))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        assert len(rig.store.changes) - before <= 2


async def test_an_order_closed_by_the_venue_waits_for_its_executions() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.4"), push=False)
        rig.exchange.end(done.order.client_order_id)
        after = await rig.becomes(done.order.id, OrderStatus.CLOSING)
        assert after.executed == D(0)
        await rig.clock.advance(1)
        after = rig.stored(done.order.id)
        assert (after.status, after.executed) == (OrderStatus.PARTIALLY_CANCELED, D("0.4"))


async def test_executions_that_come_after_the_end_are_not_fetched_when_the_stream_brings_them() -> None:
    async with running() as rig:
        done = await rig.place()
        asked = len(rig.exchange.requests("fills"))
        rig.exchange.fill(done.order.client_order_id, D(1))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        await rig.clock.advance(3)
        assert len(rig.exchange.requests("fills")) == asked


async def test_balances_are_written_and_handed_on() -> None:
    async with running() as rig:
        rig.exchange.push(BalanceChange(Balance("USDT", D(9), D(1), 5), "ENTRUST_PLACE"))
        await until(lambda: "USDT" in rig.balances.rows and rig.balances.rows["USDT"].free == D(9), PATIENT)
        assert rig.store.balance_rows["USDT"].locked == D(1)


async def test_an_order_placed_elsewhere_is_adopted_as_external() -> None:
    async with running() as rig:
        venue = rig.exchange.rest(client_order_id="web_123")
        rig.exchange.push(venue)
        await until(lambda: rig.working.find("web_123") is not None)
        order = rig.order("web_123")
        assert (order.request.origin, order.status, order.intent_id) == (Origin.EXTERNAL, OrderStatus.LIVE, "")
        rig.exchange.fill("web_123", D("0.5"))
        await until(lambda: rig.order("web_123").executed == D("0.5"))
        assert rig.gate.state is GateState.ACTIVE


async def test_an_execution_of_an_unknown_order_waits_for_the_order() -> None:
    async with running() as rig:
        venue = rig.exchange.rest()
        rig.exchange.fill(venue.venue_order_id, D("0.5"), push_order=False)
        await settle()
        assert rig.store.fill_rows == {}
        await rig.clock.advance(1)
        order = rig.order(venue.venue_order_id)
        assert (order.request.origin, order.executed) == (Origin.EXTERNAL, D("0.5"))
        assert next(iter(rig.store.fill_rows.values())).order_id == order.id


async def test_an_unknown_order_with_our_prefix_halts_the_desk_and_says_so() -> None:
    async with running() as rig:
        rig.exchange.push(rig.exchange.rest(client_order_id=PREFIX + "0" * 26))
        await until(lambda: rig.gate.state is GateState.HALTED)
        await until(lambda: any("journal does not know" in text for text in rig.ear.texts()))


@pytest.mark.parametrize("rest", ["acker_42", "0" * 25, "0" * 27, "U" * 26, "0" * 25 + "a"])
async def test_a_foreign_client_id_that_merely_begins_like_ours_halts_nothing(rest: str) -> None:
    async with running() as rig:
        rig.exchange.push(rig.exchange.rest(client_order_id=PREFIX + rest))
        await until(lambda: rig.working.find(PREFIX + rest) is not None)
        await settle()
        assert rig.gate.state is GateState.ACTIVE


async def test_late_news_of_an_order_long_ended_find_it_in_the_store() -> None:
    async with running() as rig:
        done = await rig.place()
        await rig.orders.cancel(done.order.id)
        await rig.becomes(done.order.id, OrderStatus.CANCELED)
        rig.working.remove(rig.order(done.order.id))
        rig.exchange.push(replace(rig.exchange.find(done.order.client_order_id), status=VenueStatus.CANCELED))
        await until(lambda: rig.working.find(done.order.id) is not None)
        assert rig.order(done.order.id).status is OrderStatus.CANCELED
        assert rig.gate.state is GateState.ACTIVE


async def test_a_gap_closes_the_gate_until_the_books_are_compared() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1), push=False)
        rig.exchange.push(StreamGap("reconnected"))
        await until(lambda: rig.gate.state is GateState.RECONCILING)
        await until(lambda: rig.gate.state is GateState.ACTIVE)
        assert rig.stored(done.order.id).status is OrderStatus.FILLED


async def test_a_broken_stream_is_started_again_and_counts_as_a_gap() -> None:
    async with running() as rig:
        rig.exchange.break_stream(RuntimeError("a bug"))
        await settle()
        assert any("failed" in text for text in rig.ear.texts())
        await rig.clock.advance(1)
        states = [event.data.state for event in rig.ear.of(EventKind.GATE)]
        assert states[-2:] == ["RECONCILING", "ACTIVE"]


async def test_an_order_that_the_exchange_ends_is_said() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.end(done.order.client_order_id)
        await rig.becomes(done.order.id, OrderStatus.CANCELED)
        await until(lambda: any("ended by the exchange" in text for text in rig.ear.texts()))


async def test_a_journal_that_cannot_be_written_halts_and_the_execution_is_told_without_a_sequence() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.store.failing = "The disk is full."
        rig.exchange.fill(done.order.client_order_id, D(1))
        await until(lambda: bool(rig.ear.of(EventKind.FILL)))
        assert rig.ear.of(EventKind.FILL)[0].sequence is None
        assert rig.gate.state is GateState.HALTED


async def test_news_that_could_not_be_worked_on_count_as_a_gap() -> None:
    async with running() as rig:
        look = rig.store.order

        async def unreadable(_: str) -> object:
            rig.store.order = look  # type: ignore[method-assign] # a twin may be bent
            raise StoreError("The disk hiccupped.")

        rig.store.order = unreadable  # type: ignore[method-assign, assignment] # as above
        stray = rig.exchange.rest()
        rig.exchange.push(stray)
        await rig.clock.advance(1)
        assert rig.working.find(stray.venue_order_id) is not None


async def test_what_could_not_be_written_is_written_with_what_comes_next() -> None:
    async with running() as rig:
        first, other = await rig.place(), await rig.place(price=D(98))
        rig.store.failing = "The disk is full."
        rig.exchange.fill(first.order.client_order_id, D("0.4"))
        rig.exchange.fill(other.order.client_order_id, D(1))
        await settle()
        rig.store.failing = None
        rig.exchange.fill(first.order.client_order_id, D("0.6"))
        await rig.becomes(first.order.id, OrderStatus.FILLED)
        assert sorted(fill.quantity for fill in rig.store.fill_rows.values()) == [D("0.4"), D("0.6"), D(1)]
        assert rig.stored(other.order.id).status is OrderStatus.FILLED
        assert rig.store.kinds().count("fill") == 3


async def test_what_can_never_be_written_does_not_bar_what_comes_next() -> None:
    async with running() as rig:
        done, write = await rig.place(), rig.store.write

        async def picky(change: Change) -> int:
            if any(fill.price == D(77) for fill in change.fills):
                raise StoreError("This cannot be kept.")
            return await write(change)

        rig.store.write = picky  # type: ignore[method-assign] # a twin may be bent
        rig.exchange.fill(done.order.client_order_id, D("0.4"), D(77))
        await settle()
        rig.exchange.fill(done.order.client_order_id, D("0.6"))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        assert [fill.quantity for fill in rig.store.fill_rows.values()] == [D("0.6")]


@pytest.mark.parametrize("missed", ["a fill", "an end", "an order from elsewhere"])
async def test_a_stream_that_misses_news_is_connected_again_within_half_a_minute(missed: str) -> None:
    async with running() as rig:
        placed = (await rig.place()).order
        await rig.clock.advance(60)
        assert rig.exchange.requests("renew_user_stream") == []
        if missed == "a fill":
            rig.exchange.fill(placed.client_order_id, D("0.5"), push=False)
        elif missed == "an end":
            rig.exchange.end(placed.client_order_id, push=False)
        else:
            rig.exchange.rest(client_order_id="phone-1")
        await rig.clock.advance(30)
        assert rig.exchange.requests("renew_user_stream") == ["it missed news"]
        assert "stream_deaf" in [event.data.code for event in rig.ear.of(EventKind.NOTICE)]
        await rig.clock.advance(300)
        assert len(rig.exchange.requests("renew_user_stream")) == 1
        assert rig.gate.state is GateState.ACTIVE


async def test_news_that_were_missed_before_a_comparison_say_nothing_of_the_stream() -> None:
    async with running() as rig:
        placed = (await rig.place()).order
        await rig.clock.advance(60)
        rig.exchange.fill(placed.client_order_id, D("0.5"), push=False)
        rig.exchange.push(StreamGap("cut"))
        await rig.clock.advance(60)
        assert rig.exchange.requests("renew_user_stream") == []


class Startling:
    """Something that a stream should never bring, and that no code is ready for."""

    balance = None


async def test_news_that_cannot_be_worked_on_are_read_over_rest_and_the_rest_goes_on() -> None:
    async with running() as rig:
        placed = (await rig.place()).order
        await rig.clock.advance(1)
        rig.exchange.fill(placed.client_order_id, D("0.5"), push=False)
        poison = replace(rig.exchange.find(placed.client_order_id), executed=Startling())
        rig.exchange.push(poison)
        await rig.clock.advance(5)
        assert rig.order(placed.id).executed == D("0.5")
        assert rig.gate.state is GateState.ACTIVE
        rig.exchange.fill(placed.client_order_id, D("0.5"))
        await rig.becomes(placed.id, OrderStatus.FILLED)


async def test_a_stream_whose_work_fails_again_and_again_closes_the_gate() -> None:
    async with running() as rig:
        placed = (await rig.place()).order
        for _ in range(6):
            rig.exchange.push(replace(rig.exchange.find(placed.client_order_id), executed=Startling()))
            await rig.clock.advance(8)
        assert rig.gate.state is GateState.CANCEL_ONLY
        assert "commits" in rig.gate.reason
