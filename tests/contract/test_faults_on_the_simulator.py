"""What the client makes of a venue in trouble, on a venue that makes trouble to order."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.test_exchange_port import an_order
from tests.simulator import Simulator
from tui_trader.errors import VenueRejected, VenueUnknown
from tui_trader.exchange.mexc.client import MexcExchange


@pytest.fixture
async def faulty(simulator: Simulator) -> AsyncIterator[Any]:
    """Order a fault; all of them end with the test."""

    async def order(**rule: Any) -> None:
        await asyncio.to_thread(simulator.control, "POST", "/faults", rule)

    yield order
    await asyncio.to_thread(simulator.control, "DELETE", "/faults")
    await asyncio.to_thread(simulator.control, "POST", "/clock", {"offset_ms": 0})


@pytest.mark.parametrize(
    ("rule", "arrived"),
    [
        ({"action": "drop", "accepted": True}, True),
        ({"action": "drop", "accepted": False}, False),
        ({"action": "answer", "status": 503, "accepted": True}, True),
        ({"action": "answer", "status": 403, "body": "<HTML>Access Denied</HTML>", "content_type": "text/html"}, False),
        ({"action": "answer", "status": 200, "body": "{}", "accepted": True}, True),
        ({"action": "answer", "status": 504, "body": "", "content_type": "text/plain"}, False),
    ],
)
async def test_an_unproven_outcome_is_unknown_sent_once_and_settled_by_a_look_up(
    live: MexcExchange, simulator: Simulator, faulty: Any, rule: dict[str, Any], arrived: bool
) -> None:
    order = await an_order(live)
    await faulty(method="POST", path="/api/v3/order", count=1, **rule)
    with pytest.raises(VenueUnknown):
        await live.place(order)
    live.core.budget._paused_until = 0.0
    found = await live.order("BTCUSDT", client_order_id=order.client_order_id)
    assert (found is not None) is arrived
    truth = await asyncio.to_thread(simulator.control, "GET", "/orders")
    assert str(truth).count(order.client_order_id) == int(arrived)
    await live.cancel_all("BTCUSDT")


async def test_a_rate_limit_keeps_the_time_that_the_venue_named(live: MexcExchange, faulty: Any) -> None:
    body = '{"code":429,"msg":"Too Many Requests"}'
    order = await an_order(live)
    await faulty(action="answer", method="POST", path="/api/v3/order", status=429, body=body, retry_after=1, count=1)
    with pytest.raises(VenueUnknown) as caught:
        await live.place(order)
    assert caught.value.retry_after == 1.0


async def test_reads_survive_a_few_failures(live: MexcExchange, faulty: Any) -> None:
    await faulty(action="answer", method="GET", path="/api/v3/account", status=502, body="", count=1)
    await faulty(action="drop", method="GET", path="/api/v3/account", count=1, skip=0)
    assert await live.balances()


async def test_a_venue_whose_clock_jumps_refuses_once_and_is_followed(
    live: MexcExchange, simulator: Simulator, faulty: Any
) -> None:
    order = await an_order(live)
    await asyncio.to_thread(simulator.control, "POST", "/clock", {"offset_ms": 60_000})
    with pytest.raises(VenueRejected) as caught:
        await live.place(order)
    assert caught.value.code == 700003

    async def followed() -> bool:
        offset = live.clock_offset()
        return offset is not None and offset[0] > 50_000

    async with asyncio.timeout(10):
        while not await followed():
            await asyncio.sleep(0.01)
    ack = await live.place(await an_order(live))
    assert ack.venue_order_id
    await live.cancel_all("BTCUSDT")


async def test_a_lost_push_never_leaves_a_wrong_book(live: MexcExchange, faulty: Any) -> None:
    books: list[Any] = []
    live.watch_book("BTCUSDT", books.append, 10)
    async with asyncio.timeout(10):
        while not books:
            await asyncio.sleep(0.01)
    await faulty(action="lose", channel="spot@public.aggre.depth*BTCUSDT", count=1)
    feed = live.core.books["BTCUSDT"]
    async with asyncio.timeout(20):
        while not feed.gaps:
            await asyncio.sleep(0.01)
        before = books[-1].version
        while books[-1].version <= before:
            await asyncio.sleep(0.01)
    assert all(quantity > Decimal(0) for _, quantity in books[-1].bids)
