from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tests.twins.clock import VirtualClock, settle
from tests.unit.services.desk_rig import DAY_MS, days
from tui_trader.domain.market import Candle
from tui_trader.errors import VenueUnavailable
from tui_trader.services.risk_daily import GOOD_FOR_S, KEEP_EVERY_S, READ_AGAIN_S, RETRY_S, DailyFigures


class Source:
    """Daily candles as a test sets them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.rows: list[Candle] = days(self.clock, "BTCUSDT")
        self.down = False
        self.asked: list[int] = []
        self.figures = DailyFigures(self.read, self.clock)

    async def read(self, symbol: str, count: int) -> Sequence[Candle]:
        self.asked.append(count)
        if self.down:
            raise VenueUnavailable("down")
        return self.rows[-count:]


async def test_figures_are_read_once_an_hour_and_told_from_memory() -> None:
    source = Source()
    assert source.figures.get("BTCUSDT") is None
    await source.figures.ensure("BTCUSDT")
    await source.figures.ensure("BTCUSDT")
    found = source.figures.get("BTCUSDT")
    assert found is not None
    assert (found.volatility, found.since, source.asked) == (0, None, [15])
    source.clock.jump(READ_AGAIN_S)
    await source.figures.ensure("BTCUSDT")
    assert len(source.asked) == 2


async def test_a_young_pair_shows_its_age_and_no_volatility() -> None:
    source = Source()
    source.rows = source.rows[-3:]
    await source.figures.ensure("BTCUSDT")
    found = source.figures.get("BTCUSDT")
    assert found is not None
    assert found.volatility is None
    assert found.since == source.clock.wall_ms() // DAY_MS * DAY_MS - 2 * DAY_MS


async def test_a_failed_read_keeps_what_is_known_for_a_day_and_is_tried_again_later() -> None:
    source = Source()
    await source.figures.ensure("BTCUSDT")
    source.down = True
    source.clock.jump(READ_AGAIN_S)
    for _ in range(3):
        await source.figures.ensure("BTCUSDT")
    assert len(source.asked) == 2
    assert source.figures.get("BTCUSDT") is not None
    source.clock.jump(RETRY_S)
    await source.figures.ensure("BTCUSDT")
    assert len(source.asked) == 3
    source.clock.jump(GOOD_FOR_S)
    assert source.figures.get("BTCUSDT") is None


async def test_a_venue_that_does_not_answer_holds_nobody_up() -> None:
    source = Source()
    never = asyncio.Event()

    async def read(_symbol: str, _count: int) -> Sequence[Candle]:
        await never.wait()
        return [replace(source.rows[0])]

    figures = DailyFigures(read, source.clock, wait_s=0.01)
    await figures.ensure("BTCUSDT")
    assert figures.get("BTCUSDT") is None


async def test_pairs_that_are_wanted_are_kept_at_hand() -> None:
    source = Source()
    task = asyncio.create_task(source.figures.keep(lambda: ["BTCUSDT"]))
    await source.clock.advance(KEEP_EVERY_S)
    assert source.figures.get("BTCUSDT") is not None
    await source.clock.advance(READ_AGAIN_S)
    assert len(source.asked) == 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_whoever_asks_while_they_are_read_waits_for_them() -> None:
    source, answer = Source(), asyncio.Event()
    read = source.read

    async def slowly(symbol: str, count: int) -> Sequence[Candle]:
        await answer.wait()
        return await read(symbol, count)

    figures = DailyFigures(slowly, source.clock)
    asking = [asyncio.create_task(figures.ensure("BTCUSDT")) for _ in range(3)]
    await settle()
    assert not any(each.done() for each in asking)
    answer.set()
    await asyncio.gather(*asking)
    assert figures.get("BTCUSDT") is not None
    assert source.asked == [15]


async def test_prices_too_far_apart_to_work_with_leave_the_volatility_unknown() -> None:
    source = Source()
    source.rows = [
        replace(each, close=Decimal(close)) for each, close in zip(source.rows, ["1e-20", "1e20"] * 10, strict=True)
    ]
    await source.figures.ensure("BTCUSDT")
    found = source.figures.get("BTCUSDT")
    assert found is not None
    assert found.volatility is None
