"""Public topics: what is collected for a subscribed channel, and the frames that go out once per interval."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from tui_trader.exchange.sim.events import BestChanged, DepthChanged, Event, TradePrinted
from tui_trader.exchange.sim.server import frames
from tui_trader.exchange.sim.venue import Venue
from tui_trader.exchange.wire import mexcwire_pb2 as pb
from tui_trader.exchange.wire.channels import Channel, Kind
from tui_trader.exchange.wire.vocabulary import INTERVAL_BY_WS

Wrapper = pb.PushDataV3ApiWrapper
PERIODS: Final[Mapping[str, float]] = {"100ms": 0.1, "10ms": 0.01}
_HOUR_MS: Final = int(timedelta(hours=1) / timedelta(milliseconds=1))
_DAY_MS: Final = 24 * _HOUR_MS
_RATIO_STEP: Final = Decimal("0.0001")


@dataclass(slots=True)
class Topic:
    """One subscribed name. ``pending`` holds the events since the last frame; ``due`` is monotonic seconds.

    ``cursor_ms`` and ``closes_ms`` are the window of the candle pushed last, in the pair's own time.
    """

    name: str
    channel: Channel
    period: float
    due: float = 0.0
    cursor_ms: int | None = None
    closes_ms: int | None = None
    pending: list[Event] = field(default_factory=list)


class Feed(NamedTuple):
    """How a kind of channel works: what feeds it, whether only the last event counts, its period, its frames."""

    source: type[TradePrinted | DepthChanged | BestChanged] | None
    last_only: bool
    period: float
    build: Callable[[Topic, Venue, int], Iterable[Wrapper]]


def open_topic(name: str, channel: Channel) -> Topic:
    """Make a topic for a name as it was subscribed."""
    return Topic(name, channel, PERIODS.get(channel.option, FEEDS[channel.kind].period))


def collect(topic: Topic, event: Event) -> None:
    """Keep an event for the next frame; one that closes a candle makes the frame due at once."""
    if FEEDS[topic.channel.kind].last_only:
        topic.pending.clear()
    topic.pending.append(event)
    closes = topic.closes_ms
    if closes is not None and isinstance(event, TradePrinted) and event.trade.time_ms >= closes:
        topic.due = 0.0


def flush(topic: Topic, venue: Venue, now: float, server_ms: int) -> list[bytes]:
    """Build the frames that are due at a monotonic moment; nothing when nothing happened."""
    feed = FEEDS[topic.channel.kind]
    if now < topic.due or (feed.source is not None and not topic.pending):
        return []
    topic.due = now + topic.period
    built = [wrapper.SerializeToString() for wrapper in feed.build(topic, venue, server_ms)]
    topic.pending.clear()
    return built


def wrapper(name: str, symbol: str, server_ms: int) -> Wrapper:
    """Start a push: the channel as it was subscribed, its symbol (if any) and the send time."""
    message = Wrapper(channel=name, sendTime=server_ms)
    if symbol:
        message.symbol = symbol
    return message


def _start(topic: Topic, server_ms: int) -> Wrapper:
    return wrapper(topic.name, topic.channel.symbol, server_ms)


def _deals(topic: Topic, _venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    message = _start(topic, server_ms)
    trades = [event.trade for event in topic.pending if isinstance(event, TradePrinted)]
    message.publicAggreDeals.CopyFrom(frames.deals(topic.channel.event_type, trades))
    yield message


def _depth(topic: Topic, _venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    message = _start(topic, server_ms)
    changes = [event for event in topic.pending if isinstance(event, DepthChanged)]
    message.publicAggreDepths.CopyFrom(frames.depth(topic.channel.event_type, changes))
    yield message


def _book_ticker(topic: Topic, _venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    for event in topic.pending:
        if isinstance(event, BestChanged):
            message = _start(topic, server_ms)
            message.publicAggreBookTicker.CopyFrom(frames.book_ticker(event.best))
            yield message


def _book_ticker_batch(topic: Topic, _venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    for event in topic.pending:
        if isinstance(event, BestChanged):
            message = _start(topic, server_ms)
            message.publicBookTickerBatch.CopyFrom(frames.book_ticker_batch(event.best))
            yield message


def _limit_depth(topic: Topic, venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    message = _start(topic, server_ms)
    book = venue.depth(topic.channel.symbol, int(topic.channel.option))
    message.publicLimitDepths.CopyFrom(frames.limit_depth(topic.channel.event_type, book))
    yield message


def _kline(topic: Topic, venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    """Push the running candle, after the last state of every candle that closed since the frame before."""
    code = topic.channel.option
    interval = INTERVAL_BY_WS[code].rest if code in INTERVAL_BY_WS else "8h"
    current = venue.current_candle(topic.channel.symbol, interval)
    if current is None:
        return
    candles = [current]
    if topic.cursor_ms is not None and topic.cursor_ms < current.open_ms:
        candles = venue.klines(topic.channel.symbol, interval, topic.cursor_ms, current.close_ms)
    topic.cursor_ms, topic.closes_ms = current.open_ms, current.close_ms
    for candle in candles:
        message = wrapper(topic.name, topic.channel.symbol, server_ms)
        message.createTime = server_ms
        message.publicSpotKline.CopyFrom(frames.kline(code, candle))
        yield message


def _mini_ticker(topic: Topic, venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    message = _start(topic, server_ms)
    message.publicMiniTicker.CopyFrom(_mini(venue, topic.channel.symbol, topic.channel.option))
    yield message


def _mini_tickers(topic: Topic, venue: Venue, server_ms: int) -> Iterable[Wrapper]:
    message = _start(topic, server_ms)
    for rules in venue.symbols():
        message.publicMiniTickers.items.append(_mini(venue, rules.symbol, topic.channel.option))
    yield message


def _mini(venue: Venue, symbol: str, zone: str) -> pb.PublicMiniTickerV3Api:
    ticker = venue.ticker(symbol)
    if zone == "24H":
        return frames.mini_ticker(ticker, ticker.change_ratio)
    midnight = zone_midnight(venue.symbol_time(symbol), int(zone.removeprefix("UTC")))
    hours = venue.klines(symbol, "60m", midnight, midnight + _HOUR_MS, 1)
    opened = hours[0].open if hours else ticker.open
    zoned = (ticker.last / opened - 1).quantize(_RATIO_STEP) if opened else Decimal(0)
    return frames.mini_ticker(ticker, zoned)


def zone_midnight(time_ms: int, hours_east: int) -> int:
    """Return the last midnight of a time zone, UTC ms."""
    shift = hours_east * _HOUR_MS
    return (time_ms + shift) // _DAY_MS * _DAY_MS - shift


FEEDS: Final[Mapping[Kind, Feed]] = {
    Kind.DEALS: Feed(TradePrinted, False, 0.1, _deals),
    Kind.DEPTH: Feed(DepthChanged, False, 0.1, _depth),
    Kind.BOOK_TICKER: Feed(BestChanged, True, 0.1, _book_ticker),
    Kind.BOOK_TICKER_BATCH: Feed(BestChanged, True, 0.1, _book_ticker_batch),
    Kind.LIMIT_DEPTH: Feed(DepthChanged, True, 0.1, _limit_depth),
    Kind.KLINE: Feed(TradePrinted, True, 1.0, _kline),
    Kind.MINI_TICKER: Feed(None, True, 3.0, _mini_ticker),
    Kind.MINI_TICKERS: Feed(None, True, 3.0, _mini_tickers),
}
"""How each public kind works; periods in seconds, as MEXC documents them."""
