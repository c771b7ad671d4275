"""Recordings replayed through exchange, wire, desk and API, against an aggregator that shares nothing with them."""

from __future__ import annotations

import asyncio
import csv
import gzip
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.process.desk_process import desk_process, eventually
from tests.process.household import Household
from tui_trader.client.desk import DeskClient
from tui_trader.client.port import MarketInterest
from tui_trader.contract.market import CandleView, TickerView

pytestmark = [pytest.mark.process, pytest.mark.recordings]
WIDTHS = {"1m": 60_000, "1h": 3_600_000}
DAY = 86_400_000
PAGE = 500


@dataclass
class Bar:
    """One bar as the file gives it; ``volume`` is in what the file counts, base or quote."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


def rows_of(name: str) -> tuple[Path, list[dict[str, str]]]:
    """Read a recording."""
    folder = os.environ.get("TUI_TRADER_RECORDINGS")
    if not folder:
        pytest.skip("TUI_TRADER_RECORDINGS is not set")
    file = Path(folder) / name
    with gzip.open(file, "rt") as stream:
        return file, list(csv.DictReader(stream))


def bars_of(rows: Sequence[dict[str, str]], width: int) -> dict[int, Bar]:
    """Aggregate trades or candles."""
    found: dict[int, Bar] = {}
    for row in rows:
        at = int(row.get("time_ms") or row["open_time_ms"]) // width * width
        first, high, low, last = (Decimal(row.get("price") or row[name]) for name in ("open", "high", "low", "close"))
        volume = Decimal(row.get("quantity") or row["volume_quote"])
        bar = found.get(at)
        if bar is None:
            found[at] = Bar(first, high, low, last, volume)
        else:
            found[at] = Bar(bar.open, max(bar.high, high), min(bar.low, low), last, bar.volume + volume)
    return found


async def everything(client: DeskClient, symbol: str, interval: str) -> list[CandleView]:
    """Page back through all bars."""
    found: list[CandleView] = []
    while True:
        end = found[0].open_time if found else None
        page = list(await client.candles(symbol, interval, end=end, limit=PAGE))
        if not page:
            return found
        found = [*page, *found]


def shown(bars: Sequence[CandleView], *, in_quote: bool) -> dict[int, Bar]:
    """Write bars as the aggregator does; bars without a trade are not in the file."""
    return {
        bar.open_time: Bar(bar.open, bar.high, bar.low, bar.close, bar.quote_volume if in_quote else bar.volume)
        for bar in bars
        if bar.volume
    }


def same_day(ticker: TickerView, rows: Sequence[dict[str, str]]) -> bool:
    """Compare last price, high, low and volume with a recording of trades that is shorter than a day.

    The opening price is left out: MEXC's stream has none, only the change, rounded.
    """
    (day,) = bars_of(rows, 10 * DAY).values()
    return (ticker.high, ticker.low, ticker.last, ticker.volume) == (day.high, day.low, day.close, day.volume)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("name", "symbol", "speed", "interval"),
    [
        ("ETHUSDT-trades-2023-02-02.csv.gz", "ETHUSDT", "60", "1m"),
        ("XRPETH-trades-2019-10.csv.gz", "XRPETH", "max", "1m"),
        ("BTCUSDT-1m-2022-01.csv.gz", "BTCUSDT", "max", "1h"),
    ],
)
async def test_the_desk_ends_with_what_the_file_says(
    household: Household, name: str, symbol: str, speed: str, interval: str
) -> None:
    file, rows = rows_of(name)
    in_quote = "volume_quote" in rows[0]
    expected = bars_of(rows, WIDTHS[interval])
    total = sum(bar.volume for bar in expected.values())
    replayed = {"TUI_TRADER_SIM_SYMBOLS": symbol, "TUI_TRADER_SIM_REPLAY": f"{symbol}={file}@{speed}"}
    with desk_process(household, **replayed) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            watching = asyncio.create_task(watch(client, symbol, interval))

            async def finished() -> list[CandleView]:
                last = await client.candles(symbol, interval, limit=1)
                if not last or last[-1].open_time < max(expected) or last[-1].close != expected[max(expected)].close:
                    return []
                bars = await everything(client, symbol, interval)
                return bars if sum(bar.volume for bar in shown(bars, in_quote=in_quote).values()) == total else []

            bars = await eventually(finished, "the replay to end as the file does", 120)
            assert shown(bars, in_quote=in_quote) == expected

            async def told() -> bool:
                (ticker,) = await client.tickers([symbol])
                short = max(expected) - min(expected) < DAY
                return same_day(ticker, rows) if short else ticker.last == expected[max(expected)].close

            await eventually(told, "the day figures to be the file's")
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def watch(client: DeskClient, symbol: str, interval: str) -> None:
    """Look as a console does."""
    interest = MarketInterest(tickers=(symbol,), trades=symbol, book=symbol, candles=(symbol, interval))
    async for _ in client.events(interest=interest):
        pass
