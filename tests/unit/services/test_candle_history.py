"""Candles: pushes and history become one series that equals the venue's, whatever was missed."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.twins.clock import until
from tests.twins.exchange import UNAVAILABLE, ExchangeTwin, Trouble
from tests.unit.services.desk_rig import bar
from tui_trader.domain.market import Candle, Interval
from tui_trader.services.candle_history import CandleHistory
from tui_trader.services.candle_series import CandleSeries

KEY = ("BTCUSDT", Interval.M1)
MINUTE = 60_000


async def test_the_last_trades_of_a_bar_that_were_never_pushed_are_read_when_the_next_begins() -> None:
    venue, told = ExchangeTwin(), list[Candle]()
    history = CandleHistory(venue, told.append)
    venue.candle_rows[KEY] = [bar(0, "100", "5"), bar(MINUTE, "101", "1", closed=False)]
    history.push(bar(0, "99", "4", closed=False))
    history.push(bar(MINUTE, "101", "1", closed=False))
    await until(lambda: bar(0, "100", "5") in told)
    assert await history.read(KEY, None, None, 10, live=True) == venue.candle_rows[KEY]
    await history.close()


async def test_bars_missed_in_an_interruption_are_read() -> None:
    venue, told = ExchangeTwin(), list[Candle]()
    history = CandleHistory(venue, told.append)
    venue.candle_rows[KEY] = [bar(MINUTE * number) for number in range(20)]
    history.push(bar(0))
    history.push(bar(MINUTE * 19, closed=True))
    await until(lambda: len({each.open_time for each in told}) == 20)
    await history.close()


async def test_a_read_that_failed_is_repeated() -> None:
    venue, told = ExchangeTwin(), list[Candle]()
    history = CandleHistory(venue, told.append)
    venue.candle_rows[KEY] = [bar(0, "100", "9"), bar(MINUTE)]
    venue.next("candles", Trouble(UNAVAILABLE))
    history.push(bar(0, "100", "8"))
    history.push(bar(MINUTE))
    async with asyncio.timeout(5):
        while bar(0, "100", "9") not in told:
            await asyncio.sleep(0.01)
    await history.close()


async def test_a_forgotten_series_is_read_anew() -> None:
    venue = ExchangeTwin()
    history = CandleHistory(venue, lambda _: None)
    venue.candle_rows[KEY] = [bar(0), bar(MINUTE)]
    assert len(await history.read(KEY, None, None, 10, live=True)) == 2
    history.push(bar(2 * MINUTE))
    history.forget(*KEY)
    assert history.running(*KEY) is None
    venue.candle_rows[KEY] = [bar(0), bar(MINUTE), bar(2 * MINUTE), bar(3 * MINUTE)]
    assert len(await history.read(KEY, None, None, 10, live=True)) == 4
    await history.close()


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, unique=True).map(sorted), max_size=8))
def test_bars_stand_in_order_and_none_twice_whatever_comes_in(pages: list[list[int]]) -> None:
    series = CandleSeries()
    for page in pages:
        series.put([bar(MINUTE * number, volume=str(number + 1)) for number in page])
    wanted = sorted({number for page in pages for number in page})
    assert [each.open_time // MINUTE for each in series.bars] == wanted


def test_of_two_reports_of_a_bar_the_fuller_one_stays() -> None:
    series = CandleSeries()
    series.put([bar(0, "100", "5")])
    assert series.put([bar(0, "90", "4")]) == []
    assert series.put([bar(0, "110", "6")]) == [bar(0, "110", "6")]
    assert series.push(bar(0, "1", "1")) is None
    assert series.bars == [bar(0, "110", "6")]
