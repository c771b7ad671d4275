"""The bus: nobody waits for a reader, durable events are never lost, old ones are repeated from the journal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import PricesTwin
from tests.twins.store import StoreTwin
from tests.unit.services.order_rig import running
from tui_trader.domain.events import Event, EventKind, Notice
from tui_trader.domain.market import DayTicker, Trade
from tui_trader.domain.order import OrderStatus, Side
from tui_trader.domain.risk import GateState
from tui_trader.services.bus import TRADES_KEPT, EventBus, ReaderLagged

D = Decimal
PRICES = PricesTwin(VirtualClock())


def notice(number: int) -> Event:
    return Event(EventKind.NOTICE, number, Notice("info", str(number)), number)


def quote(symbol: str, bid: str) -> Event:
    return Event(EventKind.QUOTE, 0, PRICES.make(symbol, bid))


def ticker(symbol: str, last: int) -> DayTicker:
    return DayTicker(symbol, D(last), D(1), D(1), D(1), D(1), D(1), D(0), 0, 0)


async def taken(reader: object, count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(reader), 1) for _ in range(count)]  # type: ignore[call-overload] # an iterator


async def test_a_reader_gets_what_is_published_while_it_listens() -> None:
    bus = EventBus(StoreTwin())
    bus.publish(notice(1))
    with bus.subscribe() as reader:
        bus.publish(notice(2))
        assert [event.sequence for event in await taken(reader, 1)] == [2]
    bus.publish(notice(3))
    assert bus.sequence == 3


async def test_a_reader_may_choose_kinds() -> None:
    bus = EventBus(StoreTwin())
    with bus.subscribe(frozenset({EventKind.QUOTE})) as reader:
        bus.publish(notice(1))
        bus.publish(quote("BTCUSDT", "100"))
        assert [event.kind for event in await taken(reader, 1)] == [EventKind.QUOTE]


async def test_a_slow_reader_gets_the_newest_of_each_market_value_and_every_durable_event() -> None:
    bus = EventBus(StoreTwin())
    with bus.subscribe() as reader:
        for step in range(100):
            bus.publish(quote("BTCUSDT", str(100 + step)))
            bus.publish(quote("ETHUSDT", str(10 + step)))
            bus.publish(notice(step + 1))
        events = await taken(reader, 102)
        quotes = {event.data.symbol: event.data.bid for event in events if event.kind is EventKind.QUOTE}
        assert quotes == {"BTCUSDT": D(199), "ETHUSDT": D(109)}
        assert [event.sequence for event in events if event.kind is EventKind.NOTICE] == list(range(1, 101))


async def test_trades_add_up_and_tickers_complete_each_other() -> None:
    bus = EventBus(StoreTwin())
    trade = Trade("BTCUSDT", D(100), D(1), Side.BUY, 0)
    with bus.subscribe() as reader:
        for number in range(TRADES_KEPT + 5):
            bus.publish(Event(EventKind.TRADES, number, [replace(trade, at=number)]))
        bus.publish(Event(EventKind.TICKER, 0, [ticker("BTCUSDT", 1), ticker("ETHUSDT", 2)]))
        bus.publish(Event(EventKind.TICKER, 1, [ticker("BTCUSDT", 3)]))
        trades, tickers = await taken(reader, 2)
        assert [each.at for each in trades.data][:2] == [5, 6]
        assert {each.symbol: each.last for each in tickers.data} == {"BTCUSDT": D(3), "ETHUSDT": D(2)}


async def test_a_reader_too_far_behind_is_ended_and_told_where_to_resume() -> None:
    bus = EventBus(StoreTwin(), limit=3)
    with bus.subscribe() as reader:
        bus.publish(notice(7))
        await taken(reader, 1)
        for number in range(8, 13):
            bus.publish(notice(number))
        with pytest.raises(ReaderLagged) as caught:
            await taken(reader, 1)
        assert caught.value.sequence == 7


async def test_a_waiting_reader_wakes() -> None:
    bus = EventBus(StoreTwin())
    with bus.subscribe() as reader:
        waiting = asyncio.create_task(taken(reader, 1))
        await settle()
        bus.publish(notice(1))
        assert len(await waiting) == 1


async def test_durable_events_are_repeated_from_the_journal_after_a_sequence() -> None:
    async with running() as rig:
        done = await rig.place()
        rig.exchange.fill(done.order.client_order_id, D("0.5"))
        await rig.becomes(done.order.id, OrderStatus.PART)
        await rig.gate.change(GateState.REDUCING, "enough")
        await settle()
        live = [event for event in rig.ear.events if event.sequence is not None]
        again = [event async for event in rig.bus.replay(0)]
        assert [event.sequence for event in again] == sorted(event.sequence or 0 for event in again)
        newest = live[-1]
        assert again[-1] == newest
        kinds = {EventKind.ORDER, EventKind.FILL, EventKind.GATE}
        assert {event.kind for event in again} >= kinds
        (order,) = [event for event in again if event.kind is EventKind.ORDER]
        assert order.data == rig.stored(done.order.id)
        fills = [event for event in live if event.kind is EventKind.FILL]
        assert [event for event in again if event.kind is EventKind.FILL] == fills
        assert [event async for event in rig.bus.replay(newest.sequence or 0)] == []


async def test_sequences_told_are_those_of_the_lines_and_never_repeat() -> None:
    async with running() as rig:
        for number in range(5):
            done = await rig.place(price=D(90) + number)
            rig.exchange.fill(done.order.client_order_id, D(1))
        await rig.becomes(done.order.id, OrderStatus.FILLED)
        await settle()
        told = [event.sequence for event in rig.ear.events if event.sequence is not None]
        assert told == sorted(set(told))
        for event in rig.ear.events:
            if event.sequence is not None:
                kind = rig.store.lines[event.sequence - 1].kind
                assert kind.split(".")[0] == event.kind.value
