from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal as D

import pytest

from tests.twins.services import NOW, ServicesTwin, a_book, a_candle, a_fill, a_trade, an_order
from tui_trader import errors
from tui_trader.api.server import ApiServer
from tui_trader.client.desk import DeskClient
from tui_trader.client.port import MarketInterest
from tui_trader.client.wire import EventParser
from tui_trader.contract.events import EventView
from tui_trader.domain.events import Event, EventKind, GateChange, Notice
from tui_trader.domain.market import Interval


@asynccontextmanager
async def reading(
    desk: DeskClient,
    services: ServicesTwin,
    after: int | None = None,
    interest: MarketInterest | None = None,
    **more: bool,
) -> AsyncIterator[AsyncIterator[EventView]]:
    """Open a stream and wait until the bus has a reader for it."""
    stream = desk.events(after, interest, **more)
    before = len(services.bus.readers)
    first = asyncio.ensure_future(anext(stream))
    while len(services.bus.readers) == before:
        await asyncio.sleep(0.001)

    async def all_events() -> AsyncIterator[EventView]:
        yield await first
        async for event in stream:
            yield event

    try:
        yield all_events()
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await stream.aclose()  # type: ignore[attr-defined] # an async generator


async def wanted(events: AsyncIterator[EventView], *kinds: EventKind) -> list[EventView]:
    """Read until each of the kinds has come once."""
    missing, found = list(kinds), []
    async for event in events:
        if event.kind in missing:
            missing.remove(event.kind)
            found.append(event)
        if not missing:
            return found
    return found


async def test_durable_events_come_with_their_sequence(desk: DeskClient, services: ServicesTwin) -> None:
    async with reading(desk, services) as events:
        services.bus.publish(
            Event(EventKind.ORDER, NOW, an_order(), 5),
            Event(EventKind.FILL, NOW, a_fill(), 6),
            Event(EventKind.GATE, NOW, GateChange("ACTIVE", "", "desk"), 7),
            Event(EventKind.NOTICE, NOW, Notice("info", "hello"), 8),
        )
        found = await wanted(events, EventKind.ORDER, EventKind.FILL, EventKind.GATE, EventKind.NOTICE)
    assert [event.sequence for event in found] == [5, 6, 7, 8]
    assert found[0].data.status == "LIVE"
    assert found[1].data.quantity == D("0.00000001")


async def test_a_reader_resumes_after_a_sequence_and_hears_nothing_twice(
    desk: DeskClient, services: ServicesTwin
) -> None:
    services.bus.past = [Event(EventKind.NOTICE, NOW, Notice("info", str(n)), n) for n in range(1, 5)]
    async with reading(desk, services, after=2) as events:
        services.bus.publish(*services.bus.past[2:], Event(EventKind.NOTICE, NOW, Notice("info", "5"), 5))
        found = await wanted(events, EventKind.NOTICE, EventKind.NOTICE, EventKind.NOTICE)
    assert [event.data.text for event in found] == ["3", "4", "5"]


async def test_market_frames_begin_with_a_snapshot_and_only_what_is_wanted(
    desk: DeskClient, services: ServicesTwin
) -> None:
    interest = MarketInterest(("BTCUSDT",), "BTCUSDT", 5, "BTCUSDT", ("BTCUSDT", "1m"), rate=50)
    async with reading(desk, services, None, interest, durable=False) as events:
        (snapshot,) = await wanted(events, EventKind.TICKER)
        assert snapshot.data[0].bid == 99
        services.bus.publish(
            Event(EventKind.BOOK, NOW, a_book("ETHUSDT")),
            Event(EventKind.BOOK, NOW, a_book()),
            Event(EventKind.TRADES, NOW, [a_trade(price="1")]),
            Event(EventKind.TRADES, NOW, [a_trade(price="2")]),
            Event(EventKind.CANDLE, NOW, a_candle(interval=Interval.H1)),
            Event(EventKind.CANDLE, NOW, a_candle()),
            Event(EventKind.TICKER, NOW, [services.market.ticker("ETHUSDT")]),
        )
        book, trades, candle = await wanted(events, EventKind.BOOK, EventKind.TRADES, EventKind.CANDLE)
    assert (book.data.symbol, len(book.data.bids)) == ("BTCUSDT", 5)
    assert [trade.price for trade in trades.data] == [1, 2]
    assert candle.data.interval is Interval.M1
    assert services.asked.last[0] == "watch"


async def test_a_thousand_quotes_become_few_frames(desk: DeskClient, services: ServicesTwin) -> None:
    async with reading(desk, services, None, MarketInterest(("BTCUSDT",), rate=5), durable=False) as events:
        await wanted(events, EventKind.TICKER)
        for price in range(1, 1001):
            services.market.last = D(price)
            services.bus.publish(Event(EventKind.QUOTE, NOW, services.market.quote("BTCUSDT")))
        (frame,) = await wanted(events, EventKind.TICKER)
    assert frame.data[0].last == 1000


async def test_status_comes_by_itself_and_counts_the_console(desk: DeskClient, services: ServicesTwin) -> None:
    async with reading(desk, services) as events:
        (status,) = await wanted(events, EventKind.STATUS)
        assert status.data.feeds[0].age_ms == 500
        assert services.desk.consoles == 1


async def test_what_was_watched_ends_with_the_reader(desk: DeskClient, services: ServicesTwin) -> None:
    async with reading(desk, services, None, MarketInterest(("BTCUSDT",))):
        assert services.market.watching == 1
    async with asyncio.timeout(5):
        while services.market.watching or services.bus.readers or services.desk.consoles:
            await asyncio.sleep(0.005)


async def test_an_unknown_pair_is_refused_before_anything_is_streamed(desk: DeskClient) -> None:
    with pytest.raises(errors.NotFound, match="NOPE"):
        await anext(desk.events(None, MarketInterest(("NOPE",))))


@pytest.mark.parametrize("query", ["rate=0", "rate=x", "kinds=all", "after=-1", "depth=0", "candles=BTCUSDT:7m", "x=1"])
async def test_a_wrong_wish_is_refused(desk: DeskClient, query: str) -> None:
    assert (await desk._link.http.get(f"/events?{query}")).status_code == 400


async def test_the_reader_is_told_when_the_desk_goes(
    desk: DeskClient, services: ServicesTwin, server: ApiServer
) -> None:
    async with reading(desk, services) as events:
        await wanted(events, EventKind.STATUS)
        services.bus.end()
        with pytest.raises(errors.DeskUnavailable):
            async for _ in events:
                pass


def test_events_survive_any_cut() -> None:
    raw = (
        b': open\n\nid: 4\nevent: notice\ndata: {"at":1,"data":{"level":"info","text":"a"}}\n\nevent: new\ndata: {}\n\n'
    )
    for step in (1, 3, 7, len(raw)):
        parser = EventParser()
        events = [event for i in range(0, len(raw), step) for event in parser.feed(raw[i : i + step])]
        assert [(event.sequence, event.data.text) for event in events] == [(4, "a")]


async def test_a_reader_from_before_a_reset_of_the_journal_hears_what_happens(
    desk: DeskClient, services: ServicesTwin
) -> None:
    async with reading(desk, services, after=5000) as events:
        services.bus.publish(Event(EventKind.NOTICE, NOW, Notice("info", "hello"), 1))
        found = await asyncio.wait_for(wanted(events, EventKind.NOTICE), 3)
    assert [event.sequence for event in found] == [1]


async def test_an_event_that_cannot_be_written_ends_the_stream_aloud(desk: DeskClient, services: ServicesTwin) -> None:
    async with reading(desk, services) as events:
        services.bus.publish(Event(EventKind.ORDER, NOW, "no order", 5))
        with pytest.raises(errors.DeskUnavailable):
            await asyncio.wait_for(wanted(events, EventKind.ORDER), 3)
