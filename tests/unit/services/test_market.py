"""The market: who watches what, when streams begin and end, conversions, and prices that are waited for."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.twins.clock import VirtualClock, settle
from tests.twins.exchange import UNAVAILABLE, ExchangeTwin, Trouble
from tests.twins.store import StoreTwin
from tests.unit.services.desk_rig import bar, book, desk, hearing, of, quote, ticker, trade
from tui_trader.domain.events import EventKind
from tui_trader.domain.market import Interval
from tui_trader.errors import NotFound, VenueUnavailable
from tui_trader.services.bus import EventBus
from tui_trader.services.market import MarketService

D = Decimal


async def test_a_stream_is_started_once_for_two_watchers_and_ends_some_time_after_the_last() -> None:
    async with desk() as rig:
        first = rig.market.watch(tickers=["ETHUSDT"])
        second = rig.market.watch(tickers=["ETHUSDT"])
        assert rig.exchange.watched("quote", "ETHUSDT") == 1
        first.close()
        second.close()
        second.close()
        await rig.clock.advance(10)
        assert rig.exchange.watched("quote", "ETHUSDT") == 1
        await rig.clock.advance(10)
        assert rig.exchange.watched("quote", "ETHUSDT") == 0


async def test_looking_away_and_back_costs_no_new_subscription() -> None:
    async with desk() as rig:
        rig.market.watch(book="ETHUSDT").close()
        await rig.clock.advance(5)
        rig.market.watch(book="ETHUSDT")
        await rig.clock.advance(60)
        assert rig.exchange.requests("watch_book") == ["ETHUSDT"]


async def test_a_watch_begins_with_what_is_known() -> None:
    async with desk() as rig, hearing(rig) as heard:
        rig.market.watch(tickers=["BTCUSDT"])
        await settle()
        assert [each.symbol for each in of(heard, EventKind.TICKER)[0]] == ["BTCUSDT"]
        assert [each.symbol for each in of(heard, EventKind.QUOTE)] == ["BTCUSDT"]


async def test_nothing_is_published_that_nobody_watches() -> None:
    async with desk() as rig, hearing(rig) as heard:
        rig.market.want_quotes("ETHUSDT")
        rig.exchange.show("quote", "ETHUSDT", value=quote(rig.clock, "ETHUSDT"))
        rig.exchange.show("day_tickers", value=[ticker(rig.clock, "ETHUSDT")])
        await settle()
        assert of(heard, EventKind.QUOTE) == []
        assert of(heard, EventKind.TICKER) == []
        assert rig.market.quote("ETHUSDT") is not None


async def test_a_watch_before_the_venue_is_open_starts_with_it() -> None:
    clock = VirtualClock()
    exchange = ExchangeTwin(clock)
    market = MarketService(exchange, EventBus(StoreTwin()), clock)
    market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    assert exchange.watched("quote", "BTCUSDT") == 0
    market.begin()
    assert exchange.watched("quote", "BTCUSDT") == 1
    assert exchange.watched("book", "BTCUSDT") == 1
    await market.close()
    assert exchange.watched("book", "BTCUSDT") == 0


async def test_a_wrong_symbol_is_answered_with_the_nearest() -> None:
    async with desk() as rig:
        with pytest.raises(NotFound, match="BTCUSDT"):
            rig.market.instrument("BTCUSD")
        with pytest.raises(NotFound, match="ETHUSDT"):
            rig.market.watch(book="ETH")


async def test_before_the_pairs_are_loaded_a_symbol_is_not_called_wrong() -> None:
    market = MarketService(ExchangeTwin(), EventBus(StoreTwin()), VirtualClock())
    with pytest.raises(VenueUnavailable):
        market.instrument("BTCUSDT")


@pytest.mark.parametrize(
    ("asset", "currency", "worth"),
    [
        ("USDT", "USDT", "1"),
        ("BTC", "USDT", "100.05"),
        ("USDT", "BTC", str(Decimal(1) / Decimal("100.05"))),
        ("XYZ", "USDT", None),
    ],
)
async def test_an_asset_is_worth_its_price(asset: str, currency: str, worth: str | None) -> None:
    async with desk() as rig:
        assert rig.market.rate(asset, currency) == (None if worth is None else D(worth))


async def test_an_asset_without_a_direct_market_is_worth_something_through_another() -> None:
    async with desk() as rig:
        rig.exchange.show("day_tickers", value=[ticker(rig.clock, "ETHBTC", "0.05")])
        assert rig.market.rate("ETH", "BTC") == D("0.05")
        assert rig.market.rate("MX", "BTC") == D("100.05") * (1 / D("100.05"))


async def test_a_trade_moves_last_high_and_low_until_the_next_day_figures() -> None:
    async with desk() as rig:
        rig.market.watch(tickers=["BTCUSDT"])
        rig.exchange.show("trades", "BTCUSDT", value=[trade("130"), trade("60"), trade("96")])
        moved = rig.market.ticker("BTCUSDT")
        assert moved is not None
        assert (moved.last, moved.high, moved.low, moved.change) == (D(96), D(130), D(60), D("0.2"))


async def test_a_fresh_quote_is_answered_without_asking() -> None:
    async with desk() as rig:
        before = len(rig.exchange.requests("quotes"))
        found = await rig.market.ensure_quote("BTCUSDT", 5000)
        assert found is not None
        assert len(rig.exchange.requests("quotes")) == before


async def test_a_quiet_market_is_read_when_its_quote_is_too_old() -> None:
    async with desk() as rig:
        await rig.clock.advance(10)
        rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock, bid="101", ask="102")
        found = await asyncio.gather(*(rig.market.ensure_quote("BTCUSDT", 5000) for _ in range(3)))
        assert {each.bid for each in found if each} == {D(101)}
        assert len(rig.exchange.requests("quotes")) == 2


async def test_a_pushed_quote_ends_the_waiting() -> None:
    async with desk() as rig:
        await rig.clock.advance(10)
        waiting = asyncio.create_task(rig.market.ensure_quote("BTCUSDT", 5000))
        await settle()
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="103", ask="104"))
        found = await waiting
        assert found is not None
        assert found.bid == D(103)


async def test_the_old_quote_is_answered_when_the_venue_is_silent() -> None:
    async with desk() as rig:
        await rig.clock.advance(10)
        rig.exchange.next("quotes", Trouble(UNAVAILABLE))
        found = await rig.market.ensure_quote("BTCUSDT", 5000)
        assert found is not None
        assert rig.clock.wall_ms() - found.received > 5000


async def test_a_book_is_waited_for_and_cut() -> None:
    async with desk() as rig:
        rig.exchange.book_rows.clear()
        waiting = asyncio.create_task(rig.market.book("BTCUSDT", 2))
        await settle()
        rig.exchange.show("book", "BTCUSDT", value=book(rig.clock))
        found = await waiting
        assert (len(found.bids), len(found.asks)) == (2, 2)
        assert rig.market.book_now("BTCUSDT") is not None
        await rig.clock.advance(20)
        assert rig.market.book_now("BTCUSDT") is None


async def test_recent_trades_come_from_the_stream_where_it_has_enough() -> None:
    async with desk() as rig:
        rig.exchange.trade_rows["BTCUSDT"] = [trade("1", at) for at in range(5)]
        assert len(await rig.market.trades("BTCUSDT", 5)) == 5
        rig.market.watch(trades="BTCUSDT")
        rig.exchange.show("trades", "BTCUSDT", value=[trade("2", at) for at in range(5)])
        assert {each.price for each in await rig.market.trades("BTCUSDT", 5)} == {D(2)}


async def test_the_pairs_are_read_again_every_ten_minutes_and_sooner_after_a_failure() -> None:
    async with desk() as rig:
        rig.exchange.next("instruments", Trouble(UNAVAILABLE))
        await rig.clock.advance(601)
        assert len(rig.exchange.requests("instruments")) == 2
        await rig.clock.advance(31)
        assert len(rig.exchange.requests("instruments")) == 3


async def test_a_watched_candle_series_answers_from_memory_and_pages_back() -> None:
    async with desk() as rig:
        rig.exchange.candle_rows["BTCUSDT", Interval.M1] = [bar(60_000 * number) for number in range(1200)]
        rig.market.watch(candles=("BTCUSDT", Interval.M1))
        rig.exchange.show("candle", "BTCUSDT", Interval.M1, value=bar(60_000 * 1199, "101", "2", closed=False))
        newest = await rig.market.candles("BTCUSDT", Interval.M1, limit=300)
        assert (len(newest), newest[-1].close) == (300, D(101))
        asked = len(rig.exchange.requests("candles"))
        await rig.market.candles("BTCUSDT", Interval.M1, limit=500)
        assert len(rig.exchange.requests("candles")) == asked
        older = await rig.market.candles("BTCUSDT", Interval.M1, end=newest[0].open_time, limit=500)
        assert [each.open_time for each in older] == [60_000 * number for number in range(400, 900)]
        whole = await rig.market.candles("BTCUSDT", Interval.M1, limit=5000)
        assert [each.open_time for each in whole] == [60_000 * number for number in range(1200)]


async def test_a_series_that_nobody_watches_is_read_each_time() -> None:
    async with desk() as rig:
        rig.exchange.candle_rows["BTCUSDT", Interval.M1] = [bar(60_000 * number) for number in range(10)]
        read = len(rig.exchange.requests("candles"))
        for _ in range(2):
            assert len(await rig.market.candles("BTCUSDT", Interval.M1, limit=5)) == 5
        assert len(rig.exchange.requests("candles")) == read + 2
