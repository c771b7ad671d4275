from collections.abc import Iterable
from decimal import Decimal
from typing import cast

import pytest

from tests.twins.clock import VirtualClock
from tests.unit.exchange.sim_server.venue_twin import BEST, TwinVenue
from tui_trader.exchange.sim.events import BestChanged, DepthChanged, Event, OrderChanged, OwnFill, TradePrinted
from tui_trader.exchange.sim.model import Candle, Fill, OrderRequest, PriceLevel, PublicTrade
from tui_trader.exchange.sim.server import faults, topics
from tui_trader.exchange.sim.server.faults import Faults
from tui_trader.exchange.sim.server.hub import Hub
from tui_trader.exchange.sim.venue import Venue
from tui_trader.exchange.wire import channels
from tui_trader.exchange.wire.mexcwire_pb2 import PushDataV3ApiWrapper
from tui_trader.exchange.wire.vocabulary import Side

DEPTH = channels.depth("BTCUSDT")
ONE = Decimal(1)


class Reader:
    """A watcher that keeps what it is offered."""

    def __init__(self, account: str | None = None) -> None:
        self.account = account
        self.frames: list[bytes] = []

    def offer(self, frame: bytes) -> None:
        self.frames.append(frame)

    @property
    def messages(self) -> list[PushDataV3ApiWrapper]:
        return [PushDataV3ApiWrapper.FromString(frame) for frame in self.frames]


class Feeds:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.venue = TwinVenue()
        self.faults = Faults()
        self.hub = Hub(cast("Venue", self.venue), self.faults, self.clock.monotonic, self.clock.wall_ms)

    def watch(self, channel: channels.Channel, reader: Reader | None = None, name: str = "") -> Reader:
        reader = reader or Reader()
        self.hub.watch(reader, name or channel.name, channel)
        return reader

    def happen(self, *events: Event, seconds: float = 0.1) -> None:
        self.hub.take(list(events))
        self.hub.flush()
        self.clock.jump(seconds)


@pytest.fixture
def feeds() -> Feeds:
    return Feeds()


def change(version: int, *bids: PriceLevel, asks: Iterable[PriceLevel] = ()) -> DepthChanged:
    return DepthChanged("BTCUSDT", version, tuple(bids), tuple(asks), 1)


def trade(number: int, side: Side = Side.BUY) -> TradePrinted:
    return TradePrinted(PublicTrade("BTCUSDT", f"T{number}", Decimal("100.50"), ONE, side, number))


def test_depth_changes_of_an_interval_are_one_push_with_their_version_range(feeds: Feeds) -> None:
    reader = feeds.watch(DEPTH)
    feeds.happen(change(11, (Decimal(99), ONE)), change(12, (Decimal(99), Decimal(0))), change(13, asks=[(ONE, ONE)]))
    (message,) = reader.messages
    body = message.publicAggreDepths
    assert (message.channel, message.symbol, body.eventType) == (DEPTH.name, "BTCUSDT", DEPTH.event_type)
    assert (body.fromVersion, body.toVersion) == ("11", "13")
    assert [(level.price, level.quantity) for level in body.bids] == [("99", "0")]
    assert message.sendTime == feeds.clock.wall_ms() - 100


def test_nothing_is_sent_before_the_interval_is_over_or_when_nothing_happened(feeds: Feeds) -> None:
    reader = feeds.watch(DEPTH)
    feeds.happen(change(1), seconds=0.04)
    feeds.happen(change(2), seconds=0.04)
    feeds.happen(change(3), seconds=0.04)
    assert len(reader.frames) == 1
    feeds.happen()
    assert reader.messages[1].publicAggreDepths.fromVersion == "2"
    feeds.happen()
    assert len(reader.frames) == 2


def test_a_frame_is_encoded_once_for_all_watchers(feeds: Feeds) -> None:
    first, second = feeds.watch(DEPTH), feeds.watch(DEPTH)
    feeds.happen(change(1))
    assert first.frames[0] is second.frames[0]


def test_who_left_gets_nothing_and_an_empty_topic_collects_nothing(feeds: Feeds) -> None:
    reader = feeds.watch(DEPTH)
    feeds.hub.unwatch(reader, [DEPTH.name, "never watched"])
    feeds.happen(change(1))
    again = feeds.watch(DEPTH)
    feeds.happen(change(2))
    assert reader.frames == []
    assert again.messages[0].publicAggreDepths.fromVersion == "2"


def test_a_lost_push_leaves_a_gap_in_versions(feeds: Feeds) -> None:
    reader = feeds.watch(DEPTH)
    feeds.faults.add(faults.lose("*depth*", skip=1))
    for version in (1, 2, 3):
        feeds.happen(change(version))
    assert [message.publicAggreDepths.fromVersion for message in reader.messages] == ["1", "3"]


def test_trades_are_batched_with_the_takers_side(feeds: Feeds) -> None:
    odd = "spot@public.aggre.deals.v3.api.pb@BTCUSDT"
    channel = channels.parse(odd)
    assert channel is not None
    reader = feeds.watch(channel, name=odd)
    feeds.happen(trade(1), trade(2, Side.SELL))
    (message,) = reader.messages
    assert message.channel == odd
    assert [(deal.tradeId, deal.price, deal.tradeType) for deal in message.publicAggreDeals.deals] == [
        ("T1", "100.5", 1),
        ("T2", "100.5", 2),
    ]


def test_only_the_last_best_prices_of_an_interval_count(feeds: Feeds) -> None:
    batch = channels.Channel(channels.Kind.BOOK_TICKER_BATCH, "BTCUSDT")
    single, listed = feeds.watch(channels.book_ticker("BTCUSDT")), feeds.watch(batch)
    feeds.happen(BestChanged(BEST), BestChanged(BEST))
    (message,) = single.messages
    assert (message.publicAggreBookTicker.bidPrice, message.publicAggreBookTicker.version) == ("99.5", "42")
    assert [item.askQuantity for item in listed.messages[0].publicBookTickerBatch.items] == ["2"]


def test_limit_depth_shows_as_many_levels_as_asked(feeds: Feeds) -> None:
    reader = feeds.watch(channels.limit_depth("BTCUSDT", 5))
    feeds.happen(change(9))
    body = reader.messages[0].publicLimitDepths
    assert (len(body.asks), len(body.bids), body.version) == (5, 5, "42")


def candle(open_ms: int) -> Candle:
    return Candle(open_ms, open_ms + 60_000, ONE, ONE, ONE, ONE, ONE, ONE)


def test_a_candle_goes_out_each_second_and_once_more_after_it_closed(feeds: Feeds) -> None:
    reader = feeds.watch(channels.kline("BTCUSDT", "Min1"))
    feeds.happen(trade(1), seconds=1)
    assert reader.frames == []
    feeds.venue.candles = [candle(0)]
    feeds.happen(trade(1), seconds=1)
    feeds.venue.candles = [candle(0), candle(60_000), candle(120_000)]
    feeds.happen(trade(2), seconds=1)
    windows = [(m.publicSpotKline.windowStart, m.publicSpotKline.windowEnd) for m in reader.messages]
    assert windows == [(0, 60), (0, 60), (60, 120), (120, 180)]
    assert reader.messages[0].publicSpotKline.interval == "Min1"


def test_a_print_that_closes_a_candle_is_told_before_the_second_is_over(feeds: Feeds) -> None:
    reader = feeds.watch(channels.kline("BTCUSDT", "Min1"))
    feeds.venue.candles = [candle(0)]
    feeds.happen(trade(1))
    feeds.happen(trade(2))
    assert len(reader.frames) == 1
    feeds.venue.candles.append(candle(60_000))
    feeds.happen(trade(60_000))
    assert [m.publicSpotKline.windowStart for m in reader.messages] == [0, 0, 60]


def test_mini_tickers_go_out_every_three_seconds_without_an_event(feeds: Feeds) -> None:
    feeds.venue.candles = [candle(0)]
    one = feeds.watch(channels.mini_ticker("BTCUSDT", "24H"))
    every = feeds.watch(channels.mini_tickers("UTC+0"))
    for _ in range(7):
        feeds.happen(seconds=0.5)
    assert len(one.frames) == 2
    ticker = one.messages[0].publicMiniTicker
    assert (ticker.price, ticker.rate, ticker.zonedRate, ticker.quantity, ticker.volume) == (
        "102",
        "0.02",
        "0.02",
        "7",
        "700",
    )
    assert [item.symbol for item in every.messages[0].publicMiniTickers.items] == ["BTCUSDT", "ETHUSDT"]
    assert every.messages[0].publicMiniTickers.items[0].zonedRate == "101"


@pytest.mark.parametrize(("hours", "midnight"), [(0, 86_400_000), (8, 57_600_000), (-10, 36_000_000)])
def test_midnight_depends_on_the_time_zone(hours: int, midnight: int) -> None:
    assert topics.zone_midnight(100_000_000, hours) == midnight


def test_private_pushes_go_at_once_to_the_accounts_own_sockets(feeds: Feeds) -> None:
    kinds = (channels.Kind.OWN_ORDERS, channels.Kind.OWN_DEALS, channels.Kind.ACCOUNT)
    mine, other = Reader("paper"), Reader("other")
    for kind in kinds:
        feeds.watch(channels.Channel(kind), mine)
        feeds.watch(channels.Channel(kind), other)
    order = feeds.venue.place(
        "paper", OrderRequest("BTCUSDT", "BUY", "LIMIT", "2", price="100", client_order_id="a"), 7
    )
    fill = Fill("paper", "BTCUSDT", "T1", order.order_id, "a", Side.BUY, ONE, ONE, ONE, Decimal("0.1"), "USDT", 8, True)
    feeds.venue.deposit("paper", "USDT", Decimal(5), 9)
    feeds.hub.take([*feeds.venue.drain(), OwnFill(fill)])
    assert other.frames == []
    placed, deposited, dealt = mine.messages
    body = placed.privateOrders
    assert (placed.channel, placed.symbol, body.id, body.clientId) == (str(kinds[0]), "BTCUSDT", "C02__1", "a")
    assert (body.status, body.orderType, body.tradeType, body.remainQuantity, body.amount) == (1, 1, 1, "2", "200")
    assert not body.HasField("lastDealQuantity")
    assert (deposited.privateAccount.type, deposited.privateAccount.balanceAmountChange) == ("DEPOSIT", "5")
    assert not deposited.HasField("symbol")
    assert (dealt.privateDeals.tradeId, dealt.privateDeals.feeAmount, dealt.privateDeals.isMaker) == ("T1", "0.1", True)


def test_a_private_push_can_be_lost(feeds: Feeds) -> None:
    reader = feeds.watch(channels.Channel(channels.Kind.OWN_ORDERS), Reader("paper"))
    feeds.faults.add(faults.lose("*private.orders*"))
    order = feeds.venue.place("paper", OrderRequest("BTCUSDT", "BUY", "LIMIT", "2", price="100"), 7)
    feeds.hub.take([OrderChanged(order)])
    feeds.hub.take([OrderChanged(order)])
    assert len(reader.frames) == 1
