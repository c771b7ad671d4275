import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.canned_venue import PAIR
from tui_trader.domain.market import Interval
from tui_trader.domain.order import OrderType, Side
from tui_trader.errors import VenueUnavailable
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.market_rows import candles_of, depth_of
from tui_trader.exchange.wire.endpoints import KLINES, UID

BAR = [1759999980000, "1", "3", "0.5", "2", "10", 1760000040000, "15"]


async def test_a_pairs_rules_are_read_by_their_meaning(rest: Any) -> None:
    rest.on("GET", "exchangeInfo", {"symbols": [PAIR]})
    rest.on("GET", "selfSymbols", {"data": [], "code": 200, "msg": None})
    (pair,) = await rest.exchange.instruments()
    assert (pair.tick, pair.lot) == (Decimal("0.01"), Decimal("0.000001"))
    assert (pair.min_quantity, pair.min_notional, pair.max_notional_market) == (
        Decimal("0.000001"),
        Decimal(1),
        Decimal(100000),
    )
    assert (pair.price_band_up, pair.price_band_down, pair.taker_fee) == (
        Decimal("0.1"),
        Decimal("0.1"),
        Decimal("0.0005"),
    )
    assert pair.order_types == frozenset(OrderType)
    assert pair.tradable


@pytest.mark.parametrize(
    ("change", "tradable", "sides"),
    [
        ({"isSpotTradingAllowed": False}, False, 2),
        ({"status": "2"}, False, 2),
        ({"status": "ENABLED", "tradeSideType": "2"}, True, 1),
        ({"tradeSideType": 4}, False, 0),
    ],
)
async def test_what_cannot_be_traded_is_said(rest: Any, change: dict[str, Any], tradable: bool, sides: int) -> None:
    rest.on("GET", "exchangeInfo", {"symbols": [PAIR | change]})
    rest.on("GET", "selfSymbols", (400, {"code": 700007, "msg": "no"}))
    (pair,) = await rest.exchange.instruments()
    assert (pair.tradable, len(pair.sides)) == (tradable, sides)


async def test_the_keys_own_list_closes_the_other_pairs(rest: Any) -> None:
    rest.on("GET", "exchangeInfo", {"symbols": [PAIR, PAIR | {"symbol": "MXUSDT"}]})
    rest.on("GET", "selfSymbols", {"data": ["MXUSDT"], "code": 0, "msg": "success", "timestamp": 1})
    assert [pair.api_tradable for pair in await rest.exchange.instruments()] == [False, True]


@pytest.mark.parametrize(
    "change",
    [
        {"quotePrecision": "2"},
        {"quotePrecision": 99},
        {"baseAssetPrecision": True},
        {"symbol": None},
        {"status": None},
        {"tradeSideType": "x"},
        {"isSpotTradingAllowed": "yes"},
        {"makerCommission": "free"},
        {"baseAsset": ["B"]},
    ],
)
async def test_an_unreadable_pair_is_left_out_and_the_others_stay(rest: Any, change: dict[str, Any]) -> None:
    rest.on("GET", "exchangeInfo", {"symbols": [PAIR | change, PAIR, 7]})
    rest.on("GET", "selfSymbols", {"data": [], "code": 0})
    assert [pair.symbol for pair in await rest.exchange.instruments()] == ["BTCUSDT"]


async def test_foreign_text_is_cleaned(rest: Any) -> None:
    rest.on("GET", "exchangeInfo", {"symbols": [PAIR | {"fullName": "Bit\x1b[31mcoin\u202e"}]})
    rest.on("GET", "selfSymbols", {"data": [], "code": 0})
    (pair,) = await rest.exchange.instruments()
    assert pair.name == "Bit\ufffd[31mcoin\ufffd"


async def test_candles_are_asked_in_the_venues_words_and_the_last_one_runs(rest: Any) -> None:
    later = [BAR[0] + 60_000, "2", "2", "2", "2", "0", BAR[6] + 60_000, "0"]
    rest.on("GET", "klines", [later, BAR])
    await rest.exchange.core.server_clock.ensure()
    candles = await rest.exchange.candles("BTCUSDT", Interval.H1, start=5, end=9, limit=9999)
    assert rest.query() == {
        "symbol": "BTCUSDT", "interval": "60m", "startTime": "5", "endTime": "9", "limit": "500",
    }  # fmt: skip
    assert [(bar.open_time, bar.closed) for bar in candles] == [(BAR[0], False), (BAR[0] + 60_000, False)]
    assert (candles[0].high, candles[0].low, candles[0].volume, candles[0].quote_volume) == (
        Decimal(3),
        Decimal("0.5"),
        Decimal(10),
        Decimal(15),
    )


@pytest.mark.parametrize("body", [{}, [{}], [[1, 2]], [["x", *BAR[1:]]], [[*BAR[:4], None, *BAR[5:]]], "text"])
async def test_unreadable_candles_are_an_error(rest: Any, body: Any) -> None:
    rest.on("GET", "klines", body)
    with pytest.raises(VenueUnavailable):
        await rest.exchange.core.reader.read(*_klines(), attempts=1)


def _klines() -> tuple[Any, ...]:
    return KLINES, {}, lambda data: candles_of(data, "BTCUSDT", Interval.M1, 0)


async def test_public_trades_come_oldest_first_with_the_takers_side(rest: Any) -> None:
    rows = [
        {"id": None, "price": "2", "qty": "1", "time": 20, "isBuyerMaker": True},
        {"id": None, "price": "1", "qty": "1", "time": 10, "isBuyerMaker": False},
    ]
    rest.on("GET", "trades", rows)
    trades = await rest.exchange.trades("BTCUSDT", 9999)
    assert [(trade.price, trade.side) for trade in trades] == [(Decimal(1), Side.BUY), (Decimal(2), Side.SELL)]
    assert rest.query()["limit"] == "1000"


async def test_quotes_leave_pairs_with_an_empty_side_out(rest: Any) -> None:
    rows = [
        {"symbol": "A", "bidPrice": "1", "bidQty": "2", "askPrice": "3", "askQty": "4"},
        {"symbol": "B", "bidPrice": "", "bidQty": "", "askPrice": None, "askQty": ""},
        {"symbol": "C", "bidPrice": "x", "askPrice": "1"},
    ]
    rest.on("GET", "ticker/bookTicker", rows)
    (quote,) = await rest.exchange.quotes()
    assert (quote.symbol, quote.mid) == ("A", Decimal(2))


async def test_day_tickers_keep_the_change_as_a_ratio(rest: Any) -> None:
    row = {"symbol": "A", "lastPrice": "102", "openPrice": "100", "priceChangePercent": "0.02", "volume": "7"}
    rest.on("GET", "ticker/24hr", row)
    (ticker,) = await rest.exchange.day_tickers()
    assert (ticker.change, ticker.open, ticker.high, ticker.volume) == (
        Decimal("0.02"),
        Decimal(100),
        Decimal(102),
        Decimal(7),
    )


async def test_account_reads(rest: Any) -> None:
    rest.on("GET", "uid", {"uid": 42})
    rest.on("GET", "account", {"balances": [{"asset": "USDT", "free": "10.50", "locked": "1", "available": "10.50"}]})
    rest.on("GET", "tradeFee", {"data": {"makerCommission": 0.0, "takerCommission": 0.0005}, "code": 0})
    assert await rest.exchange.uid() == "42"
    (balance,) = await rest.exchange.balances()
    assert (balance.free, balance.locked, str(balance.free)) == (Decimal("10.50"), Decimal(1), "10.50")
    assert await rest.exchange.fees("BTCUSDT") == (Decimal("0.0"), Decimal("0.0005"))


async def test_an_answer_larger_than_any_is_not_read_to_its_end(rest: Any) -> None:
    rest.on("GET", "uid", (200, b'{"uid":"' + b"1" * (5 * 1024 * 1024) + b'"}'))
    with pytest.raises(VenueUnavailable, match="larger"):
        await rest.exchange.core.reader.read(*_uid(), attempts=1)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"uid":true}', b"\xff", b'{"uid":{"a":1}}', b'{"uid":1.5}', b'{"u":1}']
)
async def test_odd_answers_are_unavailable_never_a_crash(rest: Any, body: bytes) -> None:
    rest.on("GET", "uid", (200, body))
    with pytest.raises(VenueUnavailable):
        await rest.exchange.core.reader.read(*_uid(), attempts=1)


def _uid() -> tuple[Any, ...]:
    return UID, {}, lambda data: fields.text(fields.row_of(data), "uid")


def test_depth_needs_its_version_and_whole_levels() -> None:

    good = {"lastUpdateId": 7, "bids": [["1.0", "2"]], "asks": []}
    assert depth_of(json.loads(json.dumps(good))).bids == ((Decimal("1.0"), Decimal(2)),)
    for change in (
        {"lastUpdateId": None},
        {"lastUpdateId": True},
        {"bids": None},
        {"asks": [["1"]]},
        {"asks": [[1.5, 2]]},
    ):
        with pytest.raises(Unreadable):
            depth_of(good | change)


@pytest.mark.parametrize("body", [{"data": 7}, {"code": 0}, {"data": [None]}, {"data": [True]}])
async def test_an_unreadable_list_of_own_pairs_limits_nothing(rest: Any, body: Any) -> None:
    rest.on("GET", "exchangeInfo", {"symbols": [PAIR]})
    rest.on("GET", "selfSymbols", body)
    task = asyncio.ensure_future(rest.exchange.instruments())
    while not task.done():
        await rest.clock.turn(1.0)
    assert [pair.api_tradable for pair in await task] == [True]


@pytest.mark.parametrize("balance", [{"asset": "USDT", "free": "1"}, {"asset": "USDT", "free": "1", "locked": ""}, {}])
async def test_a_balance_without_its_figures_is_an_error(rest: Any, balance: dict[str, Any]) -> None:
    rest.on("GET", "account", {"balances": [balance]})
    task = asyncio.ensure_future(rest.exchange.balances())
    while not task.done():
        await rest.clock.turn(1.0)
    with pytest.raises(VenueUnavailable, match="missing"):
        await task


def test_a_flag_that_is_null_is_false_and_a_time_that_is_missing_is_named() -> None:
    assert not fields.flag({"a": None}, "a")
    with pytest.raises(Unreadable, match="time is missing"):
        fields.moment({}, "time")
