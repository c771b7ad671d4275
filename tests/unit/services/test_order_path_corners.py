"""Rare turns of the order path, each with what must come of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import UNAVAILABLE, Trouble, instrument
from tests.unit.services.order_rig import LIMIT_BUY, Rig, running
from tui_trader.domain.events import EventKind
from tui_trader.domain.market import Book, DayTicker
from tui_trader.domain.order import CancelState, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import ConfirmationRequired, Denied, StoreError, UsageError
from tui_trader.services.bus import PAGE
from tui_trader.services.intake import ORDERS_KEPT
from tui_trader.services.model import Outcome
from tui_trader.services.ports import Change, JournalEntry

D = Decimal


def codes(denied: Denied) -> set[str]:
    """Return the codes of a refusal."""
    return {breach["code"] for breach in denied.details["breaches"]}


async def refusal(rig: Rig, request: OrderRequest) -> set[str]:
    """Place an order that must be denied and return why."""
    with pytest.raises(Denied) as caught:
        await rig.place(request)
    return codes(caught.value)


async def test_a_number_that_is_none_is_refused_before_anything_is_written() -> None:
    async with running() as rig:
        for value in (D("NaN"), D("Infinity"), D("1e50")):
            with pytest.raises(UsageError, match="plain number"):
                await rig.place(price=value)
        assert rig.store.order_rows == {}
        assert rig.gate.state is GateState.ACTIVE


async def test_an_unknown_pair_is_denied_and_stored() -> None:
    async with running() as rig:
        assert await refusal(rig, replace(LIMIT_BUY, symbol="NOPEUSDT")) == {"unknown_symbol"}
        assert [order.status for order in rig.store.order_rows.values()] == [OrderStatus.DENIED]


async def test_a_market_order_by_money_needs_a_price_and_enough_money() -> None:
    async with running() as rig:
        request = OrderRequest("BTCUSDT", Side.BUY, OrderType.MARKET, quote_quantity=D("0.01"))
        assert await refusal(rig, request) == {"below_minimum"}
        rig.prices.quotes["BTCUSDT"] = None
        assert await refusal(rig, replace(request, quote_quantity=D(100))) == {"no_quote"}


async def test_money_for_nothing_and_a_limit_without_a_price_are_denied() -> None:
    async with running() as rig:
        by_money = replace(LIMIT_BUY, quantity=None, quote_quantity=D(100))
        assert "no_price" in await refusal(rig, replace(by_money, price=None))
        assert "not_a_number" in await refusal(rig, replace(by_money, quote_quantity=D(0)))


async def test_a_market_order_takes_the_callers_cap_and_the_kept_book() -> None:
    async with running() as rig:
        now = rig.clock.wall_ms()
        rig.prices.books["BTCUSDT"] = Book("BTCUSDT", ((D(100), D(9)),), ((D("100.1"), D(9)),), 1, now, now)
        request = OrderRequest("BTCUSDT", Side.SELL, OrderType.MARKET, quote_quantity=D(50), price=D("99.5"))
        done = await rig.place(request)
        assert (done.order.price, done.order.quantity) == (D("99.5"), D("0.5"))


async def test_a_pair_in_another_money_is_converted_or_denied() -> None:
    async with running() as rig:
        rig.prices.pairs["ETHBTC"] = instrument("ETHBTC", base="ETH", quote="BTC", min_notional=D("0.0001"))
        rig.prices.quotes["ETHBTC"] = rig.prices.make("ETHBTC", "0.05", "0.051")
        rig.prices.tickers["ETHBTC"] = DayTicker("ETHBTC", D("0.05"), D(1), D(1), D(1), D(1), D(1), D(0), 0, 0)
        request = replace(LIMIT_BUY, symbol="ETHBTC", price=D("0.05"))
        assert "no_conversion" in await refusal(rig, request)
        rig.prices.rates["BTC", "USDT"] = D(100)
        assert (await rig.place(request)).outcome is Outcome.ACCEPTED


async def test_a_cancel_while_the_order_is_being_sent_goes_out_and_is_followed_up() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(wait=hold))
        placing = asyncio.create_task(rig.place())
        await until(lambda: bool(rig.exchange.book_of_orders))
        (order,) = rig.working.working()
        await rig.orders.cancel(order.id)
        await rig.orders.cancel(order.id)
        assert len(rig.exchange.requests("cancel")) == 1
        await rig.clock.advance(1)
        hold.set()
        await placing
        await rig.clock.advance(6)
        after = rig.stored(order.id)
        assert (after.status, after.cancel) == (OrderStatus.CANCELED, CancelState.DONE)


async def test_an_external_order_without_a_client_id_is_cancelled_by_the_venues_id() -> None:
    async with running() as rig:
        venue = rig.exchange.rest()
        rig.exchange.push(venue)
        await until(lambda: rig.working.find(venue.venue_order_id) is not None)
        await rig.orders.cancel(venue.venue_order_id)
        assert rig.exchange.requests("cancel") == [venue.venue_order_id]
        await rig.becomes(rig.order(venue.venue_order_id).id, OrderStatus.CANCELED)


async def test_an_order_that_ends_while_many_are_cancelled_is_a_sentence() -> None:
    async with running() as rig:
        orders = [await rig.place(price=D(80) + number) for number in range(6)]
        hold = asyncio.Event()
        rig.exchange.next("cancel", *[Trouble(wait=hold)] * 5)
        cancelling = asyncio.create_task(rig.orders.cancel_many())
        await until(lambda: len(rig.exchange.requests("cancel")) == 5)
        late = next(done for done in orders if done.order.client_order_id not in rig.exchange.requests("cancel"))
        rig.exchange.fill(late.order.client_order_id, D(1))
        await rig.becomes(late.order.id, OrderStatus.FILLED)
        hold.set()
        result = await cancelling
        assert len(result.orders) == 5
        assert any(late.order.id in text for text in result.failures)


async def test_a_stray_execution_whose_order_is_not_shown_is_found_later() -> None:
    async with running() as rig:
        venue = rig.exchange.rest()
        rig.exchange.hidden.add(venue.venue_order_id)
        rig.exchange.fill(venue.venue_order_id, D("0.5"), push_order=False)
        await rig.clock.advance(40)
        assert rig.store.fill_rows == {}
        rig.exchange.hidden.clear()
        await rig.clock.advance(61)
        assert rig.order(venue.venue_order_id).executed == D("0.5")


async def test_more_stray_executions_than_can_wait_are_read_again_and_none_is_lost() -> None:
    async with running() as rig:
        venues = [rig.exchange.rest(client_order_id=f"web{number}") for number in range(ORDERS_KEPT + 3)]
        rig.exchange.hidden.update(each.client_order_id for each in venues)
        for each in venues:
            rig.exchange.fill(each.client_order_id, D("0.5"), push_order=False)
        await until(lambda: rig.gate.state is GateState.RECONCILING)
        await rig.path.reconciler.clean()
        assert len(rig.path._intake.orphans) == ORDERS_KEPT
        rig.exchange.hidden.clear()
        await rig.clock.advance(61)
        assert {rig.order(each.client_order_id).executed for each in venues} == {D("0.5")}
        assert rig.path._intake.orphans == {}


async def test_after_more_than_a_month_away_the_person_hears_what_is_missing() -> None:
    rig = Rig()
    await rig.start()
    await rig.stop()
    rig.clock.jump(40 * 24 * 3600)
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    assert any("one month" in text for text in again.ear.texts())
    await again.stop()


async def test_a_repeated_intent_with_a_soft_limit_gets_its_first_answer_after_a_restart() -> None:
    rig = Rig()
    await rig.start()
    first = await rig.place(intent="intent-first")
    await rig.stop()
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    with pytest.raises(ConfirmationRequired):
        await again.place(intent="intent-far", price=D(60))
    again.prices.quotes["BTCUSDT"] = again.prices.make("BTCUSDT", "200", "201")
    repeated = await again.place(intent="intent-first")
    assert repeated.order.id == first.order.id
    again.prices.quotes["BTCUSDT"] = None
    assert (await again.place(intent="intent-first")).order.id == first.order.id
    await again.stop()


async def test_replay_goes_on_over_many_pages() -> None:
    async with running() as rig:
        body = {"level": "info", "text": "x", "code": ""}
        lines = [JournalEntry("notice", 0, body) for _ in range(PAGE + 20)]
        await rig.store.write(Change(journal=(*lines, JournalEntry("equity", 0, {}))))
        again = [event async for event in rig.bus.replay(0)]
        assert len([event for event in again if event.kind is EventKind.NOTICE]) == PAGE + 20


async def test_questions_wait_out_a_venue_that_is_away_for_an_hour() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D(1), push=False)
        for method in ("order", "open_orders", "fills", "balances"):
            rig.exchange.next(method, *[Trouble(UNAVAILABLE)] * 5000)
        await rig.clock.advance(3600)
        assert rig.stored(done.order.id).status is OrderStatus.LIVE
        rig.exchange.script.clear()
        await rig.clock.advance(61)
        assert rig.stored(done.order.id).status is OrderStatus.FILLED


async def test_a_failed_periodic_comparison_is_made_again() -> None:
    async with running() as rig:
        await rig.place()
        rig.exchange.next("open_orders", Trouble(UNAVAILABLE))
        before = len(rig.exchange.requests("open_orders"))
        await rig.clock.advance(21)
        assert len(rig.exchange.requests("open_orders")) == before + 2
        assert rig.gate.state is GateState.ACTIVE


async def test_stopping_waits_for_orders_under_way() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=hold))
        placing = asyncio.create_task(rig.place())
        await until(lambda: bool(rig.exchange.sent))
        stopping = asyncio.create_task(rig.path.stop())
        await settle()
        assert not stopping.done()
        hold.set()
        await stopping
        assert (await placing).outcome is Outcome.ACCEPTED


async def test_a_store_that_can_neither_be_written_nor_read_halts_the_desk() -> None:
    async with running() as rig:
        rig.store.failing = "The disk is gone."
        rig.store.closed = True
        with pytest.raises(StoreError, match="gone"):
            await rig.place()
        assert rig.gate.state is GateState.HALTED
        assert rig.exchange.sent == []
