import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from tui_trader.domain.market import Book
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.book_feed import MAX_BUFFER
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.wire import channels
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

Until = Callable[..., Awaitable[None]]
NAME = channels.depth("BTCUSDT").name


def change(first: int, last: int, bid: str = "100", quantity: str = "1") -> PushDataV3ApiWrapper:
    push = PushDataV3ApiWrapper(channel=NAME, symbol="BTCUSDT", sendTime=77)
    push.publicAggreDepths.bids.add(price=bid, quantity=quantity)
    push.publicAggreDepths.fromVersion, push.publicAggreDepths.toVersion = str(first), str(last)
    return push


class Venue:
    """Depth snapshots as a test sets them, over respx, beside the stream server."""

    def __init__(self) -> None:
        self.version = 10
        self.asked: list[str] = []
        self.held: asyncio.Event | None = None
        self.broken = 0

    async def depth(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.query.decode())
        if self.held is not None:
            await self.held.wait()
        if self.broken:
            self.broken -= 1
            return httpx.Response(200, json={"bids": []})
        body = {"lastUpdateId": self.version, "bids": [["99", "1"], ["98.5", "2"]], "asks": [["101.0", "3"]]}
        return httpx.Response(200, json=body)


@pytest.fixture
async def venue(pusher: Any, turned: Any) -> AsyncIterator[tuple[MexcExchange, Venue]]:
    with respx.mock(assert_all_called=False) as router:
        venue = Venue()
        router.get(path="/api/v3/depth").mock(side_effect=venue.depth)
        exchange = MexcExchange(
            MexcEndpoints("https://venue.test", pusher.url), None, turned, transport=httpx.AsyncHTTPTransport()
        )
        yield exchange, venue
        await exchange.close()


async def turning(clock: Any, condition: Callable[[], object], step: float = 0.5) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await clock.turn(step)
            await asyncio.sleep(0.001)


async def test_changes_that_came_before_the_snapshot_are_applied_to_it(
    pusher: Any, venue: tuple[MexcExchange, Venue], until: Until
) -> None:
    exchange, rest = venue
    rest.held = asyncio.Event()
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append, 5)
    await until(lambda: rest.asked)
    for first, last, bid in ((8, 9, "1"), (10, 11, "99.5"), (12, 12, "99.70")):
        await pusher.push(change(first, last, bid))
    await asyncio.sleep(0.02)
    rest.held.set()
    await until(lambda: books)
    assert books[-1].bids == (
        (Decimal("99.70"), Decimal(1)),
        (Decimal("99.5"), Decimal(1)),
        (Decimal(99), Decimal(1)),
        (Decimal("98.5"), Decimal(2)),
    )
    assert (books[-1].version, books[-1].at, books[-1].asks) == (12, 77, ((Decimal("101.0"), Decimal(3)),))
    assert rest.asked == ["symbol=BTCUSDT&limit=100"]


async def test_a_gap_builds_the_book_anew_before_the_next_call(
    pusher: Any, venue: tuple[MexcExchange, Venue], turned: Any, until: Until
) -> None:
    exchange, rest = venue
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: books)
    await pusher.push(change(11, 11))
    await until(lambda: books[-1].version == 11)
    shown = len(books)
    rest.held = asyncio.Event()
    await pusher.push(change(13, 13))
    await until(lambda: exchange.core.books["BTCUSDT"].gaps == 1)
    assert len(rest.asked) == 1
    await turning(turned, lambda: len(rest.asked) == 2, 0.25)
    assert turned.monotonic() >= 1001.0
    assert len(books) == shown
    rest.version = 12
    rest.held.set()
    await turning(turned, lambda: books[-1].version == 13)


async def test_a_snapshot_older_than_the_stream_is_read_again(
    pusher: Any, venue: tuple[MexcExchange, Venue], turned: Any, until: Until
) -> None:
    exchange, rest = venue
    rest.held = asyncio.Event()
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: rest.asked)
    await pusher.push(change(20, 20))
    await asyncio.sleep(0.02)
    rest.held.set()
    await turning(turned, lambda: len(rest.asked) >= 2)
    assert books == []
    rest.version = 19
    await turning(turned, lambda: books)
    assert books[-1].version == 20


async def test_an_unreadable_snapshot_is_read_again(venue: tuple[MexcExchange, Venue], turned: Any) -> None:
    exchange, rest = venue
    rest.broken = 2
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append)
    await turning(turned, lambda: books)


async def test_after_a_cut_the_book_starts_from_a_new_snapshot(
    pusher: Any, venue: tuple[MexcExchange, Venue], turned: Any, until: Until
) -> None:
    exchange, rest = venue
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: books)
    await pusher.drop()
    await until(lambda: not pusher.open)
    rest.version = 500
    await turning(turned, lambda: books[-1].version == 500)


async def test_each_listener_gets_its_own_depth_and_calls_are_coalesced(
    pusher: Any, venue: tuple[MexcExchange, Venue], until: Until
) -> None:
    exchange, _ = venue
    shallow: list[Book] = []
    deep: list[Book] = []
    exchange.watch_book("BTCUSDT", shallow.append, 1)
    watch = exchange.watch_book("BTCUSDT", deep.append, 5)
    await until(lambda: shallow and deep)
    for number in range(11, 311):
        await pusher.push(change(number, number, "99.9", str(number)))
    await until(lambda: deep[-1].version == 310)
    assert len(deep) < 100
    assert len(shallow[-1].bids) == 1
    assert len(deep[-1].bids) == 3
    watch.close()
    before = len(deep)
    await pusher.push(change(311, 311))
    await until(lambda: shallow[-1].version == 311)
    assert len(deep) == before


async def test_who_wants_more_levels_makes_the_book_start_anew(venue: tuple[MexcExchange, Venue], until: Until) -> None:
    exchange, rest = venue
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append, 5)
    await until(lambda: books)
    exchange.watch_book("BTCUSDT", books.append, 500)
    await until(lambda: len(rest.asked) == 2)
    assert rest.asked[1] == "symbol=BTCUSDT&limit=4000"


async def test_the_last_to_leave_ends_the_subscription(
    pusher: Any, venue: tuple[MexcExchange, Venue], until: Until
) -> None:
    exchange, _ = venue
    books: list[Book] = []
    watch = exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: books)
    watch.close()
    await until(lambda: not pusher.open)
    assert exchange.core.books == {}


async def test_an_unreadable_change_makes_the_book_start_anew(
    pusher: Any, venue: tuple[MexcExchange, Venue], turned: Any, until: Until
) -> None:
    exchange, rest = venue
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: books)
    await pusher.push(change(11, 11, "1e5"))
    await pusher.push_raw(NAME, PushDataV3ApiWrapper(channel=NAME).SerializeToString())
    rest.version = 11
    await turning(turned, lambda: books[-1].version == 11)
    assert "2 dropped" in exchange.feeds()[1].detail


async def test_a_snapshot_that_cannot_be_had_is_asked_for_until_it_comes(
    pusher: Any, venue: tuple[MexcExchange, Venue], turned: Any, until: Until
) -> None:
    exchange, rest = venue
    rest.held = asyncio.Event()
    books: list[Book] = []
    exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: rest.asked)
    await pusher.push(change(11, 11, "bad"))
    await pusher.push(change(12, 12))
    await asyncio.sleep(0.02)
    rest.held.set()
    rest.version = 12
    await turning(turned, lambda: books)
    assert books[-1].version == 12


async def test_a_failing_listener_of_a_book_does_not_hold_the_others_up(
    venue: tuple[MexcExchange, Venue], until: Until
) -> None:
    exchange, _ = venue
    books: list[Book] = []

    def fail(book: Book) -> None:
        raise ValueError("a listener's own trouble")

    exchange.watch_book("BTCUSDT", fail)
    exchange.watch_book("BTCUSDT", books.append)
    await until(lambda: books)


async def test_a_buffer_that_no_snapshot_empties_is_bounded(
    pusher: Any, venue: tuple[MexcExchange, Venue], turned: Any, until: Until
) -> None:
    exchange, rest = venue
    rest.held = asyncio.Event()
    exchange.watch_book("BTCUSDT", lambda _book: None)
    await until(lambda: rest.asked)
    feed = exchange.core.books["BTCUSDT"]
    for number in range(11, 12 + MAX_BUFFER):
        feed.push(change(number, number), 1)
    assert len(feed._buffer) <= MAX_BUFFER
    rest.held.set()
