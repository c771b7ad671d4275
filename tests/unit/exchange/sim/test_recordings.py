"""The recordings against an aggregator of their own: plain dictionaries over the CSV, no code of the venue."""

import csv
import gzip
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tui_trader.exchange.sim.config import ReplaySource, VenueConfig
from tui_trader.exchange.sim.events import TradePrinted
from tui_trader.exchange.sim.venue import open_venue

pytestmark = pytest.mark.recordings
NOW = 1_763_850_000_123
MINUTE = 60_000


@pytest.fixture
def folder():
    name = os.environ.get("TUI_TRADER_RECORDINGS")
    if not name:
        pytest.skip("TUI_TRADER_RECORDINGS is not set")
    return Path(name)


def rows_of(file):
    with gzip.open(file, "rt") as lines:
        return list(csv.DictReader(lines))


def replay(file, symbol):
    config = VenueConfig(symbols=(symbol,), replays=(ReplaySource(symbol, file, None),), replay_chunk=20_000)
    venue = open_venue(config, NOW)
    prints, now = [], NOW
    while not venue.replay_finished(symbol):
        now += 1
        venue.advance(now)
        prints += [event.trade for event in venue.drain() if isinstance(event, TradePrinted)]
    return venue, prints


def all_klines(venue, symbol, interval, start_ms):
    found = []
    while page := venue.klines(symbol, interval, start_ms):
        found += page
        start_ms = page[-1].close_ms
    return found


def folded(rows, length):
    candles = {}
    for row in rows:
        price, quantity = Decimal(row["price"]), Decimal(row["quantity"])
        open_ms = int(row["time_ms"]) // length * length
        o, h, low, _, v, q = candles.get(open_ms, (price, price, price, price, Decimal(0), Decimal(0)))
        candles[open_ms] = (o, max(h, price), min(low, price), price, v + quantity, q + price * quantity)
    return candles


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("ETHUSDT-trades-2023-02-02.csv.gz", "ETHUSDT"), ("XRPETH-trades-2019-10.csv.gz", "XRPETH")],
)
def test_recorded_trades_come_out_one_for_one_with_the_candles_they_make(folder, name, symbol):
    rows = rows_of(folder / name)
    venue, prints = replay(folder / name, symbol)
    assert [(str(p.time_ms), p.trade_id, p.side.lower(), p.price, p.quantity) for p in prints] == [
        (r["time_ms"], r["trade_id"], r["side"], Decimal(r["price"]), Decimal(r["quantity"])) for r in rows
    ]
    for interval, length in (("1m", MINUTE), ("5m", 5 * MINUTE), ("60m", 60 * MINUTE), ("1d", 1440 * MINUTE)):
        got = {
            c.open_ms: (c.open, c.high, c.low, c.close, c.volume, c.quote_volume)
            for c in all_klines(venue, symbol, interval, int(rows[0]["time_ms"]) // length * length)
        }
        assert got == folded(rows, length)
    assert venue.last_price(symbol) == Decimal(rows[-1]["price"])


def test_recorded_candles_come_out_to_the_last_digit(folder):
    name, symbol = "BTCUSDT-1m-2022-01.csv.gz", "BTCUSDT"
    rows = rows_of(folder / name)
    venue, prints = replay(folder / name, symbol)
    got = [
        (c.open_ms, c.open, c.high, c.low, c.close, c.quote_volume)
        for c in all_klines(venue, symbol, "1m", int(rows[0]["open_time_ms"]))
    ]
    keys = ("open", "high", "low", "close", "volume_quote")
    assert got == [(int(r["open_time_ms"]), *(Decimal(r[key]) for key in keys)) for r in rows]
    assert sum(p.price * p.quantity for p in prints) == sum(Decimal(r["volume_quote"]) for r in rows)
    assert venue.last_price(symbol) == Decimal(rows[-1]["close"])
