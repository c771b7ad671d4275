"""Start, restart and comparison: what happened while the desk was away is found, and orders wait for that."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import CUT, UNAVAILABLE, ExchangeTwin, Trouble
from tests.unit.services.order_rig import LIMIT_BUY, Rig, running
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import CancelState, OrderStatus, Origin
from tui_trader.domain.risk import GateState
from tui_trader.errors import Conflict, Denied
from tui_trader.exchange.port import BalanceChange
from tui_trader.services.model import Outcome
from tui_trader.services.reconcile import DAY_S, HISTORY_AGAIN_S
from tui_trader.services.resuming import PATIENCE_S

D = Decimal


async def restarted(rig: Rig, *, clean: bool = True, **given: object) -> Rig:
    """Kill a rig and start another one over what is left."""
    await rig.stop()
    again = Rig(store=rig.store, exchange=rig.exchange, **given)
    await again.start(clean=clean)
    return again


async def test_orders_are_accepted_only_after_the_first_clean_comparison() -> None:
    rig = Rig()
    rig.exchange.next("balances", Trouble(UNAVAILABLE))
    await rig.start(clean=False)
    await settle()
    assert rig.gate.state is GateState.RECONCILING
    with pytest.raises(Denied):
        await rig.place()
    await rig.clock.advance(2)
    assert rig.gate.state is GateState.ACTIVE
    assert (await rig.place(price=D(98))).outcome is Outcome.ACCEPTED
    await rig.stop()


async def test_a_kill_while_sending_leaves_an_unknown_order_that_is_found() -> None:
    rig = Rig()
    await rig.start()
    rig.exchange.quiet = True
    rig.exchange.next("place", Trouble(wait=asyncio.Event()))
    placing = asyncio.create_task(rig.place(intent="intent-killed"))
    await until(lambda: bool(rig.exchange.book_of_orders))
    (order_id,) = rig.store.order_rows
    assert rig.stored(order_id).status is OrderStatus.SENDING
    again = await restarted(rig)
    assert again.stored(order_id).status is OrderStatus.LIVE
    assert "order.restart" in again.store.kinds(order_id)
    repeated = await again.place(intent="intent-killed")
    assert (repeated.order.id, len(again.exchange.sent)) == (order_id, 1)
    placing.cancel()
    await again.stop()


async def test_a_kill_before_the_write_leaves_an_order_that_is_proved_absent() -> None:
    rig = Rig()
    await rig.start()
    rig.exchange.next("place", Trouble(reaches=False, wait=asyncio.Event()))
    placing = asyncio.create_task(rig.place())
    await until(lambda: bool(rig.exchange.sent))
    again = await restarted(rig, clean=False)
    await settle()
    (order_id,) = rig.store.order_rows
    assert again.stored(order_id).status is OrderStatus.UNKNOWN
    await again.clock.advance(100)
    assert again.gate.state is GateState.RECONCILING
    assert "outcome of 1 order is not known yet" in again.gate.reason
    await again.clock.advance(100)
    assert again.stored(order_id).status is OrderStatus.NOT_PLACED
    assert again.gate.state is GateState.ACTIVE
    placing.cancel()
    await again.stop()


async def test_a_cancel_under_way_is_sent_again_after_a_restart() -> None:
    rig = Rig()
    await rig.start()
    done = await rig.place()
    rig.exchange.next("cancel", Trouble(CUT, reaches=False))
    await rig.orders.cancel(done.order.id)
    again = await restarted(rig)
    assert again.stored(done.order.id).cancel is CancelState.UNKNOWN
    await again.clock.advance(5)
    assert again.stored(done.order.id).status is OrderStatus.CANCELED
    await again.stop()


async def test_the_same_intent_gets_its_answer_after_a_restart_and_a_denial_stays_one() -> None:
    rig = Rig()
    await rig.start()
    first = await rig.place(intent="intent-old")
    with pytest.raises(Denied) as before:
        await rig.place(intent="intent-denied", quantity=D(90))
    again = await restarted(rig)
    repeated = await again.place(intent="intent-old")
    assert (repeated.order.id, repeated.outcome) == (first.order.id, Outcome.ACCEPTED)
    with pytest.raises(Denied) as after:
        await again.place(intent="intent-denied", quantity=D(90))
    assert after.value.details == before.value.details
    with pytest.raises(Conflict):
        await again.place(intent="intent-old", quantity=D(3))
    assert len(again.exchange.sent) == 1
    await again.stop()


async def test_external_orders_and_fills_made_while_away_are_taken_in() -> None:
    rig = Rig()
    await rig.start()
    done = await rig.place()
    await rig.stop()
    rig.exchange.quiet = True
    rig.exchange.fill(done.order.client_order_id, D("0.5"), push=False)
    web = rig.exchange.rest(client_order_id="web_1", symbol="ETHUSDT")
    bought = rig.exchange.rest()
    rig.exchange.fill(bought.venue_order_id, D(1), push=False)
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    assert again.stored(done.order.id).executed == D("0.5")
    assert again.order(web.client_order_id).request.origin is Origin.EXTERNAL
    assert again.order(bought.venue_order_id).status is OrderStatus.FILLED
    assert len(again.store.fill_rows) == 2
    assert again.gate.state is GateState.ACTIVE
    await again.stop()


async def test_an_order_cancelled_while_away_is_cancelled_here() -> None:
    rig = Rig()
    await rig.start()
    done = await rig.place()
    await rig.stop()
    rig.exchange.end(done.order.client_order_id, push=False)
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start()
    assert again.stored(done.order.id).status is OrderStatus.CANCELED
    await again.stop()


async def test_trades_from_before_the_journal_began_are_not_the_desks() -> None:
    rig = Rig()
    old = rig.exchange.rest()
    rig.exchange.fill(old.venue_order_id, D(1), push=False)
    rig.clock.jump(3600)
    await rig.start()
    assert rig.store.fill_rows == {}
    await rig.stop()


async def test_the_cursor_advances_with_the_rows_and_reading_overlaps() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.5"), push=False)
        await rig.path.reconciler.now()
        (change,) = [each for each in rig.store.changes if each.fills]
        assert "fill_cursors" in change.settings


async def test_balances_are_taken_and_assets_that_are_gone_go() -> None:
    async with running() as rig:
        rig.balances.rows["OLD"] = Balance("OLD", D(1), D(0))
        await rig.path.reconciler.now()
        assert set(rig.balances.rows) == {"USDT", "BTC"}


async def test_another_account_halts_the_desk_with_one_sentence() -> None:
    rig = Rig()
    await rig.start()
    await rig.stop()
    rig.exchange.account = "2002"
    again = Rig(store=rig.store, exchange=rig.exchange)
    await again.start(clean=False)
    await until(lambda: again.gate.state is GateState.HALTED)
    assert "1001" in again.gate.reason
    assert "2002" in again.gate.reason
    with pytest.raises(Denied):
        await again.place()
    await again.stop()


async def test_a_persisted_state_of_the_gate_survives_a_restart() -> None:
    rig = Rig()
    await rig.start()
    await rig.gate.change(GateState.REDUCING, "enough for today")
    again = await restarted(rig)
    assert (again.gate.state, again.gate.reason) == (GateState.REDUCING, "enough for today")
    with pytest.raises(Denied):
        await again.place()
    await again.stop()


async def test_live_opens_locked_and_the_phrase_names_the_account() -> None:
    async with running(live=True) as rig:
        assert rig.gate.state is GateState.CANCEL_ONLY
        assert "REAL MONEY" in rig.gate.reason
        with pytest.raises(Denied):
            await rig.place()
        with pytest.raises(Conflict):
            await rig.gate.unlock("please")
        await rig.gate.unlock("1001 REAL MONEY")
        assert (await rig.place(price=D(98))).outcome is Outcome.ACCEPTED
        await rig.gate.lock()
        assert rig.gate.state is GateState.CANCEL_ONLY


async def test_requests_of_an_idle_desk_are_modest() -> None:
    async with running() as rig:
        before = len(rig.exchange.calls)
        await rig.clock.advance(300)
        assert len(rig.exchange.calls) - before < 60


async def test_a_stream_that_is_never_quiet_adds_facts_and_ends_the_comparison() -> None:
    rig = Rig()
    rig.exchange.wallet["USDT"] = Balance("USDT", D(500), D(0))
    calls = rig.exchange.balances

    async def restless() -> object:
        answer = await calls()
        rig.exchange.wallet["USDT"] = Balance("USDT", rig.exchange.wallet["USDT"].free + 1, D(0))
        return answer

    rig.exchange.balances = restless  # type: ignore[method-assign, assignment] # a twin may be bent
    await rig.start()
    assert rig.gate.state is GateState.ACTIVE
    assert rig.balances.rows["USDT"].free == D(507)
    await rig.stop()


async def test_a_balance_pushed_during_a_reading_is_newer_than_what_was_read() -> None:
    async with running() as rig:
        read = rig.exchange.balances

        async def overtaken() -> object:
            answer = await read()
            rig.exchange.push(BalanceChange(Balance("USDT", D(7), D(3), 5), "ENTRUST"), rig.exchange.rest())
            await settle()
            return answer

        rig.exchange.balances = overtaken  # type: ignore[method-assign, assignment] # a twin may be bent
        await rig.path.reconciler.now()
        assert rig.balances.rows["USDT"] == Balance("USDT", D(7), D(3), 5)


async def test_a_comparison_that_failed_in_an_unforeseen_way_is_made_again() -> None:
    rig = Rig()
    rig.exchange.next("uid", Trouble(RuntimeError("odd")))
    await rig.start(clean=False)
    await settle()
    assert rig.gate.state is GateState.RECONCILING
    await rig.clock.advance(1)
    assert rig.gate.state is GateState.ACTIVE
    await rig.stop()


async def test_a_whole_day_of_restarts_sends_each_order_once() -> None:
    rig = Rig()
    await rig.start()
    for number in range(5):
        rig.exchange.next("place", Trouble(CUT) if number % 2 else Trouble())
        await rig.orders.place(f"intent-day-{number}", LIMIT_BUY.__class__(**_fields(number)))
        rig = await restarted(rig)
        rig.clock.jump(5)
    assert len(rig.exchange.sent) == 5
    assert {order.status for order in rig.working.working()} == {OrderStatus.LIVE}
    await rig.stop()


def _fields(number: int) -> dict[str, object]:
    return {
        "symbol": "BTCUSDT",
        "side": LIMIT_BUY.side,
        "type": LIMIT_BUY.type,
        "quantity": D(1),
        "price": D(90) + number,
    }


async def test_trading_goes_on_after_a_reason_and_a_clean_comparison() -> None:
    async with running() as rig:
        await rig.gate.change(GateState.HALTED, "stop")
        rig.exchange.next("balances", Trouble(UNAVAILABLE))
        resuming = asyncio.create_task(rig.path.resumption.resume(" looked at it "))
        await settle()
        assert rig.gate.state is GateState.HALTED
        await rig.clock.advance(2)
        await resuming
        assert rig.gate.state is GateState.ACTIVE
        assert rig.ear.of(EventKind.GATE)[-1].data.by == "person"


async def test_trading_stays_closed_while_the_venue_cannot_be_compared_with() -> None:
    async with running() as rig:
        await rig.gate.change(GateState.CANCEL_ONLY, "an alarm")
        rig.exchange.next("balances", *[Trouble(UNAVAILABLE)] * 40)
        resuming = asyncio.create_task(rig.path.resumption.resume("looked at it"))
        await rig.clock.advance(PATIENCE_S + 1)
        with pytest.raises(Conflict, match="stays at CANCEL_ONLY"):
            await resuming
        assert rig.gate.latched is GateState.CANCEL_ONLY


async def test_seven_days_are_read_again_each_day_and_what_was_missed_is_taken_in() -> None:
    async with running() as rig:
        await rig.clock.advance(60)
        for name in ("phone-1", "phone-2"):
            rig.exchange.rest(client_order_id=name, price=D(90), quantity=D(1))
        rig.exchange.fill("phone-1", D("0.5"), D(90), push=False)
        for name in ("phone-1", "phone-2"):
            rig.exchange.end(name, push=False)
        rig.exchange.next("all_orders", Trouble(UNAVAILABLE))
        rig.clock.jump(DAY_S)
        await rig.clock.advance(1)
        assert rig.working.find("phone-2") is None
        await rig.clock.advance(HISTORY_AGAIN_S)
        part, nothing = rig.order("phone-1"), rig.order("phone-2")
        assert (part.status, part.executed) == (OrderStatus.PARTIALLY_CANCELED, D("0.5"))
        assert (nothing.status, nothing.request.origin) == (OrderStatus.CANCELED, Origin.EXTERNAL)
        assert rig.gate.state is GateState.ACTIVE


async def test_history_from_before_the_journal_is_none_of_the_desks() -> None:
    exchange = ExchangeTwin()
    exchange.rest(client_order_id="old-1", quantity=D(1))
    exchange.fill("old-1", D(1), D(90), push=False)
    exchange.clock.jump(3600)
    async with running(exchange=exchange) as rig:
        await rig.clock.advance(60)
        rig.clock.jump(DAY_S)
        await rig.clock.advance(1)
        assert rig.exchange.requests("all_orders")
        assert rig.working.find("old-1") is None
