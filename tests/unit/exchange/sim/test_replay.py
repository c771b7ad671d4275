import csv
import gzip
from decimal import Decimal

import pytest

from tui_trader.errors import SettingsError
from tui_trader.exchange.sim.candle_trades import trades_of
from tui_trader.exchange.sim.config import ReplaySource, VenueConfig
from tui_trader.exchange.sim.events import OwnFill, ReplayFinished, TradePrinted
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.venue import open_venue
from tui_trader.exchange.wire.vocabulary import OrderStatus, Side

NOW = 1_763_850_000_123
TRADES = ["time_ms,trade_id,side,price,quantity"]
CANDLES = ["open_time_ms,open,high,low,close,volume_quote"]


def write(folder, lines, name="data.csv"):
    file = folder / name
    text = "\n".join(lines) + "\n"
    if name.endswith(".gz"):
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text)
    return file


def start(file, symbol="ABCUSDT", speed=None, **settings):
    config = VenueConfig(symbols=(symbol,), replays=(ReplaySource(symbol, file, speed),), **settings)
    return open_venue(config, NOW)


def prints_of(events):
    return [event.trade for event in events if isinstance(event, TradePrinted)]


def test_trades_are_printed_as_recorded_at_the_files_own_times(tmp_path):
    file = write(tmp_path, [*TRADES, "1000,a,buy,10.5,2", "61000,b,sell,10.25,0.125"], "data.csv.gz")
    venue = start(file)
    assert (venue.rules("ABCUSDT").price_decimals, venue.rules("ABCUSDT").quantity_decimals) == (2, 3)
    assert (venue.rules("ABCUSDT").base, venue.rules("ABCUSDT").quote) == ("ABC", "USDT")
    assert venue.current_candle("ABCUSDT", "1m") is None
    venue.advance(NOW + 1)
    events = venue.drain()
    assert [(p.time_ms, p.trade_id, p.side, p.price, p.quantity) for p in prints_of(events)] == [
        (1000, "a", Side.BUY, Decimal("10.5"), Decimal(2)),
        (61000, "b", Side.SELL, Decimal("10.25"), Decimal("0.125")),
    ]
    assert isinstance(events[-1], ReplayFinished)
    assert venue.replay_finished("ABCUSDT") is True
    assert venue.symbol_time("ABCUSDT") == 61000
    assert [c.volume for c in venue.klines("ABCUSDT", "1m")] == [Decimal(2), Decimal("0.125")]


def test_the_speed_multiplies_the_files_time(tmp_path):
    rows = [f"{1000 * second},{second},buy,10,1" for second in range(1, 101)]
    venue = start(write(tmp_path, [*TRADES, *rows]), speed=Decimal(10))
    venue.advance(NOW + 2000)
    assert len(prints_of(venue.drain())) == 21
    assert venue.symbol_time("ABCUSDT") == 21_000
    venue.advance(NOW + 9000)
    assert len(prints_of(venue.drain())) == 70
    assert venue.replay_finished("ABCUSDT") is False


def test_full_speed_prints_a_chunk_per_call(tmp_path):
    rows = [f"{second},{second},,10,1" for second in range(1, 101)]
    venue = start(write(tmp_path, [*TRADES, *rows]), replay_chunk=30)
    venue.advance(NOW + 1)
    assert len(prints_of(venue.drain())) == 30


def test_a_listed_pair_keeps_its_name_and_gets_decimals_that_fit_the_data(tmp_path):
    venue = start(write(tmp_path, [*TRADES, "1,1,buy,60000.1234,0.12345678"]), symbol="BTCUSDT")
    rules = venue.rules("BTCUSDT")
    assert (rules.full_name, rules.price_decimals, rules.quantity_decimals) == ("Bitcoin", 4, 8)


def test_candles_come_out_exactly_as_recorded(tmp_path):
    rows = [
        "60000,100.5,103.25,99,101,12345.6789",
        "120000,101,101,101,101,505",
        "180000,101,101.25,101,101,0.0001",
        "240000,101,101,90,95,777.7777",
        "300000,95,95,95,95,0",
    ]
    venue = start(write(tmp_path, [*CANDLES, *rows]))
    while not venue.replay_finished("ABCUSDT"):
        venue.advance(venue.symbol_time("ABCUSDT") + NOW)
        venue.advance(NOW * 2)
    got = {c.open_ms: c for c in venue.klines("ABCUSDT", "1m")}
    for row in rows[:-1]:
        open_ms, *figures = row.split(",")
        candle = got[int(open_ms)]
        found = (candle.open, candle.high, candle.low, candle.close, candle.quote_volume)
        assert found == tuple(map(Decimal, figures))
    assert 300_000 not in got


def test_candles_with_base_volume_come_out_exactly_too(tmp_path):
    header = ["open_time_ms,open,high,low,close,volume"]
    venue = start(write(tmp_path, [*header, "60000,10,12,9,11,7.001", "120000,11,12,9,10,0.001"]))
    venue.advance(NOW + 1)
    candles = venue.klines("ABCUSDT", "1m")
    assert [(c.open, c.high, c.low, c.close, c.volume) for c in candles] == [
        (10, 12, 9, 11, Decimal("7.001")),
        (11, 12, 9, 10, Decimal("0.001")),
    ]


def test_a_flat_candle_whose_value_its_price_does_not_divide_is_rounded_to_a_lot():
    assert trades_of((3, 3, 3, 3), 100, by_value=True) == [(3, 33)]
    assert trades_of((5, 5, 5, 5), 1, by_value=True) == [(5, 1)]


def test_a_value_too_small_for_its_prices_is_approached():
    trades = trades_of((100, 101, 99, 100), 55, by_value=True)
    assert [ticks for ticks, _ in trades] == [100, 99, 101, 100]


def test_own_orders_trade_against_the_recording_and_leave_the_public_figures_alone(tmp_path):
    rows = [
        "1000,1,buy,100,5",
        "2000,2,sell,99.9,1000000",
        "3000,3,sell,98,1",
        "4000,4,buy,103,1",
    ]
    venue = start(write(tmp_path, [*TRADES, *rows]), speed=Decimal(1))
    venue.advance(NOW + 500)
    at = venue.place("paper", OrderRequest("ABCUSDT", "BUY", "LIMIT", quantity="1", price="99.9"), NOW + 500)
    under = venue.place("paper", OrderRequest("ABCUSDT", "BUY", "LIMIT", quantity="2", price="99"), NOW + 500)
    bought = venue.place("paper", OrderRequest("ABCUSDT", "BUY", "MARKET", quantity="1"), NOW + 500)
    assert bought.status is OrderStatus.FILLED
    venue.advance(NOW + 1500)
    assert venue.order("paper", "ABCUSDT", order_id=at.order_id).status is OrderStatus.FILLED
    assert venue.order("paper", "ABCUSDT", order_id=under.order_id).status is OrderStatus.NEW
    venue.advance(NOW + 2500)
    assert venue.order("paper", "ABCUSDT", order_id=under.order_id).executed_quote == 198
    sold = venue.place("paper", OrderRequest("ABCUSDT", "SELL", "LIMIT", quantity="1", price="102"), NOW + 2600)
    venue.advance(NOW + 5000)
    assert venue.order("paper", "ABCUSDT", order_id=sold.order_id).status is OrderStatus.FILLED
    events = venue.drain()
    assert [p.trade_id for p in prints_of(events)] == ["1", "2", "3", "4"]
    fills = [event.fill for event in events if isinstance(event, OwnFill)]
    assert all(NOW <= fill.time_ms <= NOW + 5000 for fill in fills)
    ticker = venue.ticker("ABCUSDT")
    assert (ticker.volume, ticker.high, ticker.low, ticker.last) == (1_000_007, 103, 98, 103)


def test_the_queue_ahead_holds_an_own_order_back(tmp_path):
    rows = [f"{1000 + at},{at},sell,100,1" for at in range(3)]
    venue = start(write(tmp_path, [*TRADES, "1,0,sell,100,500", *rows]), speed=Decimal(1))
    venue.advance(NOW + 10)
    order = venue.place("paper", OrderRequest("ABCUSDT", "BUY", "LIMIT", quantity="1", price="100"), NOW + 10)
    venue.advance(NOW + 2000)
    assert venue.order("paper", "ABCUSDT", order_id=order.order_id).executed_quantity == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,2"], "no usable header in line 1"),
        (TRADES, "holds no rows"),
        ([*TRADES, "1,1,buy,10,1", "2,2,buy,ten,1"], "line 3: price is not a plain decimal number"),
        ([*TRADES, "1,1,buy,10"], "line 2: there are 4 cells where the header has 5"),
        ([*TRADES, "5,1,buy,10,1", "4,2,buy,10,1"], "line 3: the time goes back"),
        ([*TRADES, "x,1,buy,10,1"], "line 2: the time must be whole milliseconds"),
        ([*TRADES, "1,1,long,10,1"], "line 2: side must be buy or sell"),
        ([*TRADES, "1,1,buy,0.0,1"], "line 2: price and quantity must be above zero"),
        ([*TRADES, "1,1,buy,1e5,1"], "line 2: price is not a plain decimal number"),
        ([*TRADES, f"1,1,buy,{'9' * 30},1"], "line 2: price has too many digits"),
        ([*CANDLES, "1,10,9,8,10,1"], "line 2: low, open, close and high"),
        ([*CANDLES, "1,10,11,8,10,1", "1,10,11,8,10,1"], "line 3: the time goes back"),
    ],
)
def test_a_bad_file_is_one_sentence_with_its_line(tmp_path, lines, said):
    with pytest.raises(SettingsError) as refused:
        start(write(tmp_path, lines))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_or_unreadable_file_is_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match="No such file"):
        start(tmp_path / "none.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"no gzip at all")
    with pytest.raises(SettingsError, match="cannot be read"):
        start(broken)
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(b"time_ms,price,quantity\n1,2,3\n" * 1000)[:-20])
    with pytest.raises(SettingsError, match="The recording"):
        start(torn)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ([("btcusdt", Decimal(1))], "SYMBOL=FILE"),
        ([("BTCUSDT", Decimal(0))], "above zero"),
        ([("BTCUSDT", None), ("BTCUSDT", None)], "two replays"),
    ],
)
def test_a_bad_replay_setting_is_one_sentence(tmp_path, sources, said):
    file = write(tmp_path, [*TRADES, "1,1,buy,10,1"])
    replays = tuple(ReplaySource(symbol, file, speed) for symbol, speed in sources)
    with pytest.raises(SettingsError, match=said):
        open_venue(VenueConfig(replays=replays), NOW)


def test_the_csv_module_reads_quoted_cells(tmp_path):
    file = tmp_path / "quoted.csv"
    with file.open("w", newline="") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["time_ms", "price", "quantity"], ["1", "2.5", "3"]])
    venue = start(file)
    venue.advance(NOW + 1)
    assert venue.last_price("ABCUSDT") == Decimal("2.5")
