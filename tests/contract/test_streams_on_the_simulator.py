"""The port's streams on a venue that really pushes."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.contract.test_exchange_port import an_order
from tests.simulator import Simulator
from tui_trader.domain.fill import Fill
from tui_trader.domain.market import Interval
from tui_trader.domain.order import OrderType, TimeInForce
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.port import BalanceChange, StreamGap, UserEvent, VenueOrder, VenueStatus


async def eventually(condition: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_every_public_stream_delivers(live: MexcExchange) -> None:
    got: dict[str, list[Any]] = {name: [] for name in ("quote", "book", "trades", "candle", "tickers")}
    watches = [
        live.watch_quote("BTCUSDT", got["quote"].append),
        live.watch_book("BTCUSDT", got["book"].append, 20),
        live.watch_trades("BTCUSDT", got["trades"].extend),
        live.watch_candle("BTCUSDT", Interval.M1, got["candle"].append),
        live.watch_day_tickers(got["tickers"].extend),
    ]
    await eventually(lambda: all(got.values()))
    book = got["book"][-1]
    assert 0 < len(book.bids) <= 20
    assert book.bids[0][0] < book.asks[0][0]
    assert [price for price, _ in book.bids] == sorted((price for price, _ in book.bids), reverse=True)
    assert got["quote"][-1].bid < got["quote"][-1].ask
    assert "BTCUSDT" in {ticker.symbol for ticker in got["tickers"]}
    for watch in watches:
        watch.close()
    await eventually(lambda: not [feed for feed in live.feeds() if feed.name.startswith("market")])


async def test_the_kept_book_agrees_with_the_venues_own(live: MexcExchange) -> None:
    books: list[Any] = []
    live.watch_book("ETHUSDT", books.append, 10)
    await eventually(lambda: books)

    async def same() -> bool:
        snapshot = await live._snapshot("ETHUSDT", 10)
        match = [book for book in books if book.version == snapshot.version]
        return bool(match) and (match[-1].bids, match[-1].asks) == (snapshot.bids[:10], snapshot.asks[:10])

    async with asyncio.timeout(20):
        while not await same():
            await asyncio.sleep(0.1)


async def test_the_life_of_an_order_is_pushed(live: MexcExchange) -> None:
    events: list[UserEvent] = []

    async def take() -> None:
        async for event in live.user_events():
            events.append(event)  # noqa: PERF401 - they are looked at while they come

    task = asyncio.create_task(take())
    resting = await an_order(live)
    ack = await live.place(resting)
    await live.cancel("BTCUSDT", client_order_id=resting.client_order_id)
    taking = await an_order(
        live, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, price=None, quantity=Decimal("0.01")
    )
    await live.place(taking)

    def statuses(name: str) -> list[VenueStatus]:
        orders = [event for event in events if isinstance(event, VenueOrder)]
        return [order.status for order in orders if order.client_order_id == name]

    await eventually(lambda: VenueStatus.FILLED in statuses(taking.client_order_id))
    assert statuses(resting.client_order_id) == [VenueStatus.NEW, VenueStatus.CANCELED]
    await eventually(lambda: any(isinstance(event, Fill) for event in events))
    fills = [event for event in events if isinstance(event, Fill)]
    assert sum(fill.quantity for fill in fills) == Decimal("0.01")
    listed = await live.fills("BTCUSDT", fills[0].at - 1000, fills[0].at + 1000)
    assert {fill.key for fill in fills} <= {fill.key for fill in listed}
    assert {"ENTRUST_PLACE", "ENTRUST"} <= {event.cause for event in events if isinstance(event, BalanceChange)}
    assert not any(isinstance(event, StreamGap) for event in events)
    assert ack.venue_order_id
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_disconnect_by_the_venue_is_told_as_a_gap(live: MexcExchange, simulator: Simulator) -> None:
    events: list[UserEvent] = []

    async def take() -> None:
        async for event in live.user_events():
            events.append(event)  # noqa: PERF401 - they are looked at while they come

    task = asyncio.create_task(take())
    await asyncio.to_thread(simulator.control, "POST", "/disconnect", {"private": True})
    await eventually(lambda: any(isinstance(event, StreamGap) for event in events))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
