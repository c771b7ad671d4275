import itertools
from decimal import Decimal

import pytest

from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.events import BestChanged, DepthChanged, TradePrinted
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.venue import open_venue
from tui_trader.exchange.wire.vocabulary import OrderStatus, Side

NOW = 1_763_850_000_123
HOUR = 3_600_000


def start(*symbols, seed=1, now=NOW, **settings):
    return open_venue(VenueConfig(seed=seed, symbols=symbols or ("BTCUSDT", "SOLUSDT"), **settings), now)


def run(venue, seconds, start_ms=NOW):
    events = []
    for at in range(start_ms, start_ms + seconds * 1000 + 1, 250):
        venue.advance(at)
        events += venue.drain()
    return events


def test_the_venue_lists_many_pairs_one_of_them_closed_to_keys():
    venue = open_venue(VenueConfig(), NOW)
    rules = venue.symbols()
    assert len(rules) >= 8
    assert [rule.symbol for rule in rules if not rule.open_to_api] == ["KASUSDT"]
    with pytest.raises(Refusal, match="symbol not support api"):
        venue.place("paper", OrderRequest("KASUSDT", "BUY", "LIMIT", quantity="100", price="0.1"), NOW)


def test_two_runs_with_one_seed_agree_and_another_seed_differs():
    first, second, other = (run(start(seed=seed), 20) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_the_size_of_the_steps_in_which_time_comes_does_not_matter():
    fine, coarse = start(), start()
    run(fine, 10)
    coarse.advance(NOW + 10_000)
    assert fine.depth("BTCUSDT") == coarse.depth("BTCUSDT")
    assert fine.trades("BTCUSDT", 20) == coarse.trades("BTCUSDT", 20)


def test_a_follower_of_the_changes_holds_the_same_book_as_the_snapshot():
    venue = start("BTCUSDT")
    snapshot = venue.depth("BTCUSDT", 5000)
    sides = dict(snapshot.bids), dict(snapshot.asks)
    version, changes = snapshot.version, 0
    for event in run(venue, 30):
        if isinstance(event, DepthChanged):
            assert event.version == version + 1
            version, changes = event.version, changes + 1
            for side, levels in zip(sides, (event.bids, event.asks), strict=True):
                side.update(levels)
                for price in [price for price, quantity in side.items() if not quantity]:
                    del side[price]
    after = venue.depth("BTCUSDT", 5000)
    assert changes > 100
    assert version == after.version < NOW // 100
    assert sides == (dict(after.bids), dict(after.asks))
    assert len(after.bids) >= 50
    assert len(after.asks) >= 50


def test_the_book_is_never_crossed_and_best_prices_match_it():
    venue = start("SOLUSDT")
    for event in run(venue, 30):
        if isinstance(event, BestChanged):
            assert 0 < event.best.bid < event.best.ask
    depth, best = venue.depth("SOLUSDT"), venue.best("SOLUSDT")
    assert depth.bids[0] == (best.bid, best.bid_quantity)
    assert depth.asks[0] == (best.ask, best.ask_quantity)


def test_prints_come_from_both_sides_in_time_order_with_ids_of_their_own():
    prints = [event.trade for event in run(start("BTCUSDT"), 60) if isinstance(event, TradePrinted)]
    assert {p.side for p in prints} == {Side.BUY, Side.SELL}
    assert [p.time_ms for p in prints] == sorted(p.time_ms for p in prints)
    assert len({p.trade_id for p in prints}) == len(prints) > 30


def test_the_running_candle_folds_the_prints_of_its_minute():
    venue = start("BTCUSDT")
    first_whole = NOW // 60_000 * 60_000 + 60_000
    prints = [event.trade for event in run(venue, 125) if isinstance(event, TradePrinted)]
    candle = next(c for c in venue.klines("BTCUSDT", "1m") if c.open_ms == first_whole)
    mine = [p for p in prints if candle.open_ms <= p.time_ms < candle.close_ms]
    assert candle.volume == sum(p.quantity for p in mine)
    assert candle.quote_volume == sum(p.price * p.quantity for p in mine)
    assert candle.close == mine[-1].price
    assert candle.high == max(*(p.price for p in mine), candle.open)


def test_longer_candles_are_made_of_the_shorter_ones():
    venue = start("SOLUSDT")
    run(venue, 90)
    minutes = {c.open_ms: c for c in venue.klines("SOLUSDT", "1m", NOW - 4 * HOUR, None, 500)}
    for interval in ("5m", "15m", "30m", "60m"):
        for candle in venue.klines("SOLUSDT", interval, NOW - 2 * HOUR):
            parts = [c for c in minutes.values() if candle.open_ms <= c.open_ms < candle.close_ms]
            assert candle.high == max(c.high for c in parts)
            assert candle.low == min(c.low for c in parts)
            assert candle.volume == sum(c.volume for c in parts)
            assert candle.quote_volume == sum(c.quote_volume for c in parts)


@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "30m", "60m", "4h", "8h", "1d", "1W", "1M"])
def test_candles_of_every_interval_follow_one_another_up_to_now(interval):
    candles = start("BTCUSDT").klines("BTCUSDT", interval)
    assert len(candles) >= 60
    assert all(a.close_ms == b.open_ms for a, b in itertools.pairwise(candles))
    assert candles[-1].open_ms <= NOW < candles[-1].close_ms


def test_candles_can_be_asked_for_by_range():
    venue = start("BTCUSDT")
    hours = venue.klines("BTCUSDT", "60m", NOW - 10 * HOUR, NOW - 5 * HOUR)
    assert len(hours) == 5
    assert len(venue.klines("BTCUSDT", "60m", NOW - 10 * HOUR, None, 3)) == 3
    assert venue.klines("BTCUSDT", "60m", None, NOW - 5 * HOUR, 5)[-1].open_ms == hours[-1].open_ms
    assert venue.klines("BTCUSDT", "1d", 0, 1000) == []
    with pytest.raises(Refusal, match="Invalid interval"):
        venue.klines("BTCUSDT", "1h")


def test_the_ticker_agrees_with_the_last_days_minutes():
    venue = start("BTCUSDT")
    run(venue, 10)
    ticker = venue.ticker("BTCUSDT")
    start_ms = ticker.open_ms
    minutes = []
    while start_ms < ticker.close_ms:
        page = venue.klines("BTCUSDT", "1m", start_ms)
        minutes += page
        start_ms = page[-1].close_ms
    assert ticker.high == max(c.high for c in minutes)
    assert ticker.low == min(c.low for c in minutes)
    assert ticker.volume == sum(c.volume for c in minutes)
    assert ticker.quote_volume == sum(c.quote_volume for c in minutes)
    assert ticker.open == minutes[0].open
    assert ticker.last == venue.last_price("BTCUSDT")
    assert ticker.change == ticker.last - ticker.open


def test_recent_prints_are_there_from_the_start():
    venue = start("BTCUSDT")
    trades = venue.trades("BTCUSDT", 100)
    assert len(trades) == 100
    assert trades[0].time_ms > trades[-1].time_ms
    page = venue.trades_between("BTCUSDT", trades[50].time_ms, trades[10].time_ms, 1000)
    assert [p.trade_id for p in page] == [p.trade_id for p in trades[10:51][::-1]]
    assert venue.average_price("BTCUSDT") > 0


def test_an_own_order_in_the_book_is_filled_when_the_market_comes_to_it():
    venue = start("SOLUSDT")
    bid = venue.best("SOLUSDT").bid
    order = venue.place("paper", OrderRequest("SOLUSDT", "BUY", "LIMIT", quantity="1", price=str(bid)), NOW)
    run(venue, 120)
    done = venue.order("paper", "SOLUSDT", order_id=order.order_id)
    assert done.status is OrderStatus.FILLED
    assert venue.my_trades("paper", "SOLUSDT", NOW + 120_000)[0].is_maker


def test_time_that_steps_back_stands_still():
    venue = start("SOLUSDT")
    venue.advance(NOW + 5000)
    venue.advance(NOW)
    assert venue.symbol_time("SOLUSDT") == NOW + 5000


def test_an_unknown_pair_is_refused_in_the_words_of_each_call():
    venue = start("SOLUSDT")
    with pytest.raises(Refusal, match="-1121: Invalid symbol"):
        venue.depth("NOPE")
    with pytest.raises(Refusal, match="10007: bad symbol"):
        venue.place("paper", OrderRequest("NOPE", "BUY", "LIMIT", quantity="1", price="1"), NOW)
    assert venue.replay_finished("SOLUSDT") is None


def test_rules_can_be_changed_but_not_the_decimals():
    venue = start("SOLUSDT")
    assert venue.change_rules("SOLUSDT", taker_fee=Decimal("0.002")).taker_fee == Decimal("0.002")
    with pytest.raises(Exception, match="decimals cannot be changed"):
        venue.change_rules("SOLUSDT", price_decimals=3)
    with pytest.raises(Exception, match="no such rule"):
        venue.change_rules("SOLUSDT", colour="red")
