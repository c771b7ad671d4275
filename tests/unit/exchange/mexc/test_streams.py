import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from tui_trader.domain.market import Quote, Trade
from tui_trader.exchange.mexc import pushes
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.line import REFUSED_S, Environment
from tui_trader.exchange.mexc.session import refused_in
from tui_trader.exchange.mexc.streams import Streams
from tui_trader.exchange.mexc.waiting import backoff, end
from tui_trader.exchange.wire import channels, control
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper

LIFE_S = 600.0
Until = Callable[..., Awaitable[None]]
QUOTES = channels.book_ticker("BTCUSDT")


def quote_push(bid: str, symbol: str = "BTCUSDT", sent: int = 5) -> PushDataV3ApiWrapper:
    push = PushDataV3ApiWrapper(channel=channels.book_ticker(symbol).name, symbol=symbol, sendTime=sent)
    body = push.publicAggreBookTicker
    body.bidPrice, body.bidQuantity, body.askPrice, body.askQuantity = bid, "1", "101", "2"
    return push


def deals_push(price: str, sent: int) -> PushDataV3ApiWrapper:
    push = PushDataV3ApiWrapper(channel=channels.deals("BTCUSDT").name, symbol="BTCUSDT", sendTime=sent)
    push.publicAggreDeals.deals.add(price=price, quantity="1", tradeType=1, time=7, tradeId=f"T{price}")
    return push


@pytest.fixture
async def streams(pusher: Any, turned: Any) -> AsyncIterator[Streams]:
    streams = Streams(Environment(turned, None, LIFE_S), pusher.url)
    yield streams
    await streams.close()


async def turning(clock: Any, condition: Callable[[], object], step: float = 0.5) -> None:
    """Let the test's clock run until a condition holds."""
    async with asyncio.timeout(10):
        while not condition():
            await clock.turn(step)
            await asyncio.sleep(0.001)


async def let_live(clock: Any) -> None:
    """Let nearly the whole life of a connection pass, with its pings answered."""
    for _ in range(int(LIFE_S) // 5 - 1):
        await clock.turn(5.0)
        await asyncio.sleep(0.001)


async def test_listeners_share_a_subscription_and_the_last_one_ends_it(
    pusher: Any, streams: Streams, until: Until
) -> None:
    first: list[Quote] = []
    second: list[Quote] = []
    one = streams.listen(QUOTES, pushes.quote_of, first.append)
    two = streams.listen(QUOTES, pushes.quote_of, second.append)
    await until(lambda: pusher.subscribed(QUOTES.name))
    await pusher.push(quote_push("100"))
    await until(lambda: first and second)
    assert (first[0].bid, first[0].ask_quantity, first[0].at) == (Decimal(100), Decimal(2), 5)
    assert len(pusher.asked) == 1
    one.close()
    one.close()
    await pusher.push(quote_push("99"))
    await until(lambda: len(second) == 2)
    assert len(first) == 1
    two.close()
    await until(lambda: not pusher.open)
    assert streams.feeds() == []


async def test_a_channel_of_several_is_unsubscribed_alone(pusher: Any, streams: Streams, until: Until) -> None:
    other = channels.book_ticker("ETHUSDT")
    streams.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    watch = streams.listen(other, pushes.quote_of, lambda _quote: None)
    await until(lambda: pusher.subscribed(other.name) and pusher.subscribed(QUOTES.name))
    watch.close()
    await until(lambda: not pusher.subscribed(other.name))
    assert pusher.asked[-1]["method"] == control.UNSUBSCRIBE
    assert pusher.subscribed(QUOTES.name)


async def test_many_channels_are_spread_over_connections_in_small_requests(
    pusher: Any, streams: Streams, until: Until
) -> None:
    names = [channels.book_ticker(f"COIN{n}USDT") for n in range(70)]
    for channel in names:
        streams.listen(channel, pushes.quote_of, lambda _quote: None)
    await until(lambda: sum(map(len, pusher.channels.values())) == 70)
    assert sorted(len(taken) for taken in pusher.channels.values()) == [10, 30, 30]


async def test_a_cut_is_followed_by_a_new_connection_with_the_same_channels(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    got: list[Quote] = []
    streams.listen(QUOTES, pushes.quote_of, got.append)
    await until(lambda: pusher.subscribed(QUOTES.name))
    await pusher.drop()
    await until(lambda: not streams.feeds()[0].up)
    await turning(turned, lambda: pusher.accepted == 2 and pusher.subscribed(QUOTES.name))
    await pusher.push(quote_push("98"))
    await until(lambda: got)


async def test_pauses_between_attempts_grow_up_to_half_a_minute(turned: Any) -> None:
    pauses = backoff()
    taken = [next(pauses) for _ in range(12)]
    for pause, middle in zip(taken, [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30], strict=True):
        assert middle * 0.5 <= pause <= middle * 1.5


async def test_silence_is_pinged_and_a_dead_connection_is_replaced(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    streams.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    await until(lambda: pusher.subscribed(QUOTES.name))
    await turning(turned, lambda: any(frame["method"] == "PING" for frame in pusher.asked), 5.0)
    await turning(turned, lambda: sum(frame["method"] == "PING" for frame in pusher.asked) >= 4, 5.0)
    assert pusher.accepted == 1
    pusher.mute = True
    await turning(turned, lambda: pusher.accepted == 2, 5.0)


async def test_a_pong_is_no_payload(pusher: Any, streams: Streams, turned: Any, until: Until) -> None:
    streams.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    await until(lambda: pusher.subscribed(QUOTES.name))
    await turning(turned, lambda: any(frame["method"] == "PING" for frame in pusher.asked), 5.0)
    assert [feed.last_message for feed in streams.feeds()] == [None, None]
    await pusher.push(quote_push("100"))
    await until(lambda: streams.feeds()[1].last_message == turned.wall_ms())
    assert streams.feeds()[1].up


async def test_a_refused_channel_is_named_and_asked_for_again_later(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    bad = channels.book_ticker("NOPEUSDT")
    pusher.refused = {bad.name}
    streams.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    streams.listen(bad, pushes.quote_of, lambda _quote: None)
    await until(lambda: any("refused" in feed.detail for feed in streams.feeds()))
    by_name = {feed.name: feed for feed in streams.feeds()}
    assert by_name[QUOTES.name].up
    assert not by_name[bad.name].up
    asked = len(pusher.asked)
    pusher.refused = set()
    await turning(turned, lambda: pusher.subscribed(bad.name), REFUSED_S / 4)
    assert any(bad.name in frame.get("params", []) for frame in pusher.asked[asked:])


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ("a,b", set()),
        ("a", {"b"}),
        (control.refusal(["b"]), {"b"}),
        ("a" + control.refusal(["b"]), {"b"}),
        (control.REFUSED_PREFIX, {"a", "b"}),
        (control.INVALID_FORMAT, {"a", "b"}),
    ],
)
def test_the_text_of_an_answer_tells_what_was_refused(message: str, refused: set[str]) -> None:
    assert refused_in(message, ["a", "b"]) == refused


async def test_no_answer_to_a_subscription_means_a_new_connection(pusher: Any, streams: Streams, turned: Any) -> None:
    pusher.silent_acks = True
    streams.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    await turning(turned, lambda: pusher.accepted == 2, 2.0)
    pusher.silent_acks = False
    await turning(turned, lambda: streams.feeds()[0].up, 2.0)


async def test_unreadable_messages_are_counted_and_five_in_a_row_end_the_connection(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    got: list[Quote] = []
    streams.listen(QUOTES, pushes.quote_of, got.append)
    await until(lambda: pusher.subscribed(QUOTES.name))
    for _ in range(4):
        await pusher.push_raw(QUOTES.name, b"\xff\xff\xff")
    await pusher.push(quote_push("100"))
    await until(lambda: got)
    assert "4 dropped" in streams.feeds()[0].detail
    for _ in range(3):
        await pusher.push(quote_push("not a number"))
    for _ in range(2):
        await pusher.push_raw(QUOTES.name, PushDataV3ApiWrapper(channel=QUOTES.name).SerializeToString())
    await turning(turned, lambda: pusher.accepted == 2)


async def test_a_failing_listener_does_not_end_the_stream(
    pusher: Any, streams: Streams, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[Quote] = []

    def fail(quote: Quote) -> None:
        got.append(quote)
        raise ValueError("a listener's own trouble")

    streams.listen(QUOTES, pushes.quote_of, fail)
    await until(lambda: pusher.subscribed(QUOTES.name))
    for bid in ("1", "2"):
        await pusher.push(quote_push(bid))
    await until(lambda: len(got) == 2)
    assert pusher.accepted == 1


async def test_before_a_day_is_over_the_connection_is_replaced_without_a_gap_or_a_repetition(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    got: list[Trade] = []
    streams.listen(channels.deals("BTCUSDT"), pushes.trades_of, got.extend)
    name = channels.deals("BTCUSDT").name
    await until(lambda: pusher.subscribed(name))
    await pusher.push(deals_push("1", 1))
    await until(lambda: len(got) == 1)

    await let_live(turned)
    await turning(turned, lambda: pusher.subscribed(name) == 2, 0.2)
    for connection, sent in zip(list(pusher.open), (10, 11), strict=True):
        await connection.send(deals_push("2", sent).SerializeToString())
    await pusher.push(deals_push("3", 12))
    await until(lambda: len(got) >= 3)
    await turning(turned, lambda: len(pusher.open) == 1, 0.5)
    await pusher.push(deals_push("4", 13))
    await until(lambda: len(got) >= 4)
    assert [trade.price for trade in got] == [Decimal(n) for n in (1, 2, 3, 4)]
    assert pusher.accepted == 2


async def test_a_failed_replacement_keeps_the_old_connection(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    got: list[Trade] = []
    name = channels.deals("BTCUSDT").name
    streams.listen(channels.deals("BTCUSDT"), pushes.trades_of, got.extend)
    await until(lambda: pusher.subscribed(name))
    pusher.silent_acks = True
    await let_live(turned)
    await turning(turned, lambda: pusher.accepted == 2, 0.2)
    await turning(turned, lambda: len(pusher.open) == 1, 1.0)
    await pusher.push(deals_push("1", 1))
    await until(lambda: got)
    pusher.silent_acks = False
    await turning(turned, lambda: pusher.accepted >= 3 and len(pusher.open) == 1, 2.0)


async def test_after_a_sleep_of_the_machine_the_connection_is_replaced(
    pusher: Any, streams: Streams, turned: Any, until: Until
) -> None:
    streams.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    await until(lambda: pusher.subscribed(QUOTES.name))
    turned.step_wall(3_600_000)
    await turning(turned, lambda: pusher.accepted == 2, 5.0)


async def test_text_that_is_no_answer_is_passed_over(pusher: Any, streams: Streams, until: Until) -> None:
    got: list[Quote] = []
    streams.listen(QUOTES, pushes.quote_of, got.append)
    await until(lambda: pusher.subscribed(QUOTES.name))
    for text in ("null", "[1]", "not json", '{"id":1,"msg":7}', "[" * 100_000):
        await pusher.open[0].send(text)
    await pusher.push(quote_push("100"))
    await until(lambda: got)
    assert pusher.accepted == 1


async def test_a_handshake_is_never_redirected(pusher: Any, turned: Any, server: Any, answer: Any) -> None:
    async def redirect(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"", "302 Found", f"Location: {pusher.url}\r\n"))

    server.behaviours = [redirect]
    elsewhere = Streams(Environment(turned, None), server.url.replace("http", "ws") + "/ws")
    elsewhere.listen(QUOTES, pushes.quote_of, lambda _quote: None)
    await turning(turned, lambda: server.requests)
    await asyncio.sleep(0.02)
    assert pusher.accepted == 0
    await elsewhere.close()


async def test_ending_a_task_lets_the_callers_own_cancellation_through() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)

    inner = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    caller = asyncio.create_task(end(inner, None))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await end(inner)


@pytest.mark.parametrize(
    "bodies",
    [
        {"publicSpotKline": {"interval": "Hour8", "openingPrice": "1"}},
        {"publicSpotKline": {"interval": "Min1", "openingPrice": "x"}},
        {"publicAggreDeals": {"deals": [{"price": "1", "quantity": "1", "tradeType": 9}]}},
        {"publicMiniTickers": {"items": [{"price": "1"}]}},
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_unreadable(bodies: dict[str, Any]) -> None:
    push = ParseDict({"channel": "x", "symbol": "BTCUSDT", **bodies}, PushDataV3ApiWrapper())
    for read in (pushes.candle_of, pushes.trades_of, pushes.day_tickers_of, pushes.quote_of, pushes.order_of):
        with pytest.raises(Unreadable):
            read(push, 1)


def test_an_empty_side_gives_no_quote() -> None:
    assert pushes.quote_of(quote_push("0"), 1) is None
    assert pushes.quote_of(quote_push(""), 1) is None


def test_day_tickers_know_turnover_from_volume_and_find_the_open() -> None:
    item = {"symbol": "A", "price": "110.00", "rate": "0.1", "high": "120", "low": "90", "volume": "9", "quantity": "4"}
    push = ParseDict({"publicMiniTickers": {"items": [item, {"symbol": "B"}]}, "sendTime": "3"}, PushDataV3ApiWrapper())
    (ticker,) = pushes.day_tickers_of(push, 5)
    assert (ticker.open, ticker.quote_volume, ticker.volume, ticker.change) == (
        Decimal("100.00"),
        Decimal(9),
        Decimal(4),
        Decimal("0.1"),
    )
    assert (ticker.at, ticker.received) == (3, 5)


def test_a_pushed_candle_counts_in_seconds_and_runs_until_its_end() -> None:
    body = {"interval": "Min60", "windowStart": "3600", "windowEnd": "7200", "openingPrice": "1", "closingPrice": "2",
            "highestPrice": "3", "lowestPrice": "0.5", "volume": "10", "amount": "15"}  # fmt: skip
    push = ParseDict({"symbol": "A", "publicSpotKline": body}, PushDataV3ApiWrapper())
    running, done = pushes.candle_of(push, 7_199_999), pushes.candle_of(push, 7_200_000)
    assert (running.open_time, running.interval, running.closed, done.closed) == (3_600_000, "1h", False, True)
