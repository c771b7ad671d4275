"""Recordings replayed by a stand-alone simulator, the live venue of a desk: all bars that it knows are the file's.

The aggregator here is dictionaries over the CSV; it shares no code with the exchange or the desk.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.process.household import Household
from tests.simulator import running
from tui_trader.client.desk import DeskClient
from tui_trader.client.port import MarketInterest
from tui_trader.domain.events import EventKind

pytestmark = [pytest.mark.process, pytest.mark.recordings]
WIDTHS = {"1m": 60_000, "1h": 3_600_000, "1d": 86_400_000}
MINUTE, DAY = WIDTHS["1m"], WIDTHS["1d"]
PAGE = 2000
PATIENCE_S = 60.0


class Bar(NamedTuple):
    """Open, high, low, close and volume; the volume in the money that the file counts."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Recording:
    """One file: bars (minutes or single trades) by their time in it."""

    def __init__(self, file: Path) -> None:
        with gzip.open(file, "rt") as lines:
            rows = list(csv.DictReader(lines))
        self.counts_quote = "volume_quote" in rows[0]
        self.bars = [(int(r.get("time_ms") or r["open_time_ms"]), self._bar(r)) for r in rows]

    @staticmethod
    def _bar(row: dict[str, str]) -> Bar:
        if "price" in row:
            price = Decimal(row["price"])
            return Bar(price, price, price, price, Decimal(row["quantity"]))
        return Bar(*(Decimal(row[name]) for name in ("open", "high", "low", "close", "volume_quote")))

    def wider(self, width: int) -> dict[int, Bar]:
        """Aggregate to bars of ``width`` milliseconds."""
        groups: dict[int, list[Bar]] = {}
        for at, bar in self.bars:
            groups.setdefault(at // width * width, []).append(bar)
        return {at: joined(group) for at, group in groups.items()}


def joined(bars: Iterable[Bar]) -> Bar:
    """Put bars together that follow each other."""
    opens, highs, lows, closes, volumes = zip(*bars, strict=True)
    return Bar(opens[0], max(highs), min(lows), closes[-1], sum(volumes, Decimal(0)))


async def known(client: DeskClient, symbol: str, interval: str, *, counts_quote: bool) -> dict[int, Bar]:
    """Page back through every bar that the desk knows; bars in which nothing was traded are no bars of the file."""
    found: dict[int, Bar] = {}
    end: int | None = None
    while page := await client.candles(symbol, interval, limit=PAGE, end=end):
        for each in page:
            assert each.open_time not in found
            volume = each.quote_volume if counts_quote else each.volume
            if volume:
                found[each.open_time] = Bar(each.open, each.high, each.low, each.close, volume)
        end = page[0].open_time
    return dict(sorted(found.items()))


async def replayed(client: DeskClient, symbol: str, last: Sequence[tuple[int, Bar]]) -> None:
    """Wait until the desk knows the last bar of a file as it stands there."""
    deadline = time.monotonic() + PATIENCE_S
    wanted = joined(bar for _, bar in last)
    while time.monotonic() < deadline:
        for bar in await client.candles(symbol, "1m", limit=1):
            known_so_far = (bar.open_time, bar.open, bar.high, bar.low, bar.close)
            if known_so_far == (last[0][0] // MINUTE * MINUTE, *wanted[:4]) and wanted.volume in {
                bar.volume,
                bar.quote_volume,
            }:
                return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{symbol} was not replayed within {PATIENCE_S:g} s")


async def day_figures(client: DeskClient, symbol: str, wanted: Bar, *, counts_quote: bool) -> None:
    """Watch the pair as a console does until its day figures are the wanted ones; the opening price is not pushed."""
    seen: list[tuple[Decimal, ...]] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            async for event in client.events(interest=MarketInterest(tickers=(symbol,)), durable=False):
                for each in event.data if event.kind is EventKind.TICKER else ():
                    volume = each.quote_volume if counts_quote else each.volume
                    seen.append((each.high, each.low, each.last, volume))
                    if seen[-1] == wanted[1:]:
                        return
    raise AssertionError(f"The day figures of {symbol} ended as {seen[-1:]}, not as {wanted[1:]}")


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("ETHUSDT-trades-2023-02-02.csv.gz", "ETHUSDT"),
        ("XRPETH-trades-2019-10.csv.gz", "XRPETH"),
        ("BTCUSDT-1m-2022-01.csv.gz", "BTCUSDT"),
    ],
)
async def test_every_bar_that_the_desk_knows_is_the_files(household: Household, name: str, symbol: str) -> None:
    folder = os.environ.get("TUI_TRADER_RECORDINGS")
    if not folder:
        pytest.skip("TUI_TRADER_RECORDINGS is not set")
    recording = Recording(Path(folder) / name)
    minute = recording.bars[-1][0] // MINUTE
    with running("--symbols", symbol, "--replay", f"{symbol}={Path(folder) / name}@max") as venue:
        household.env |= {"TUI_TRADER_API_KEY": venue.key, "TUI_TRADER_API_SECRET": venue.secret}
        live = ("--mode", "live", "--rest-url", venue.rest_url, "--ws-url", venue.ws_url)
        household.told("do", "lock", *live)
        client = DeskClient(household.paths("live").socket)
        try:
            began = time.monotonic()
            await replayed(client, symbol, [each for each in recording.bars if each[0] // MINUTE == minute])
            print(f"\n{symbol}: the end is known {time.monotonic() - began:.1f} s after the desk came up")
            for interval, width in WIDTHS.items():
                began = time.monotonic()
                found = await known(client, symbol, interval, counts_quote=recording.counts_quote)
                print(f"{symbol} {interval}: {len(found)} bars read in {time.monotonic() - began:.1f} s")
                assert found == recording.wider(width)
            assert joined(found.values()) == joined(bar for _, bar in recording.bars)
            day = joined(bar for at, bar in recording.bars if at // MINUTE > (recording.bars[-1][0] - DAY) // MINUTE)
            await day_figures(client, symbol, day, counts_quote=recording.counts_quote)
        finally:
            await client.close()
