import asyncio
from typing import Any

import pytest

from tui_trader.errors import VenueUnavailable
from tui_trader.exchange.mexc.server_clock import RESYNC_S, ServerClock


class Venue:
    """Tells a time that is ahead of the test's clock, after round trips given in seconds."""

    def __init__(self, clock: Any, ahead: int, trips: list[float]) -> None:
        self.clock = clock
        self.ahead = ahead
        self.trips = trips
        self.asked = 0
        self.down = False

    async def read(self) -> int:
        self.asked += 1
        trip = self.trips[(self.asked - 1) % len(self.trips)]
        await self.clock.sleep(trip * 0.8)
        if self.down:
            raise VenueUnavailable("down")
        told: int = self.clock.wall_ms() + self.ahead
        await self.clock.sleep(trip * 0.2)
        return told


async def synced(clock: Any, venue: Venue) -> ServerClock:
    server = ServerClock(clock, venue.read)
    task = asyncio.create_task(server.ensure())
    await clock.turn(10.0)
    await task
    return server


async def test_the_shortest_of_five_round_trips_counts_and_bounds_the_error(turned: Any) -> None:
    venue = Venue(turned, 700, [0.5, 0.1, 0.9, 0.2, 0.4])
    server = await synced(turned, venue)
    assert venue.asked == 5
    offset, bound = server.offset() or (0.0, 0.0)
    assert abs(offset - 700) <= bound
    assert 50 <= bound <= 53


async def test_the_bound_grows_with_time(turned: Any) -> None:
    server = await synced(turned, Venue(turned, 0, [0.1]))
    before = (server.offset() or (0, 0))[1]
    await turned.turn(1000.0)
    assert (server.offset() or (0, 0))[1] == pytest.approx(before + 200, abs=0.1)


async def test_the_age_of_the_reading_is_told(turned: Any) -> None:
    assert ServerClock(turned, Venue(turned, 0, [0.02]).read).age_s() is None
    server = await synced(turned, Venue(turned, 0, [0.02]))
    before = server.age_s() or 0.0
    await turned.turn(100.0)
    assert (server.age_s() or 0.0) - before == pytest.approx(100.0)


async def test_a_step_of_the_wall_clock_does_not_move_the_estimate_and_asks_for_a_reading(turned: Any) -> None:
    server = await synced(turned, Venue(turned, 0, [0.02]))
    before = server.now_ms()
    turned.step_wall(3_600_000)
    assert server.now_ms() == before
    assert not server.synced
    assert server.age_s() is None
    offset, _ = server.offset() or (0.0, 0.0)
    assert offset == pytest.approx(-3_600_000, abs=20)


async def test_it_reads_again_every_five_minutes_when_asked_and_soon_after_a_failure(turned: Any) -> None:
    venue = Venue(turned, 0, [0.01])
    server = await synced(turned, venue)
    task = asyncio.create_task(server.run(VenueUnavailable))
    await turned.turn(RESYNC_S + 1)
    assert venue.asked == 10
    venue.down = True
    server.want_resync()
    await turned.turn(1.0)
    assert venue.asked == 11
    venue.down = False
    await turned.turn(6.0)
    assert venue.asked == 16
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_before_the_first_reading_the_local_clock_serves_and_no_offset_is_claimed(turned: Any) -> None:
    server = ServerClock(turned, Venue(turned, 0, [0.1]).read)
    assert server.offset() is None
    assert server.now_ms() == turned.wall_ms()
    assert server.monotonic_at(turned.wall_ms() + 1500) == pytest.approx(turned.monotonic() + 1.5)


async def test_a_clock_that_drifts_for_a_day_stays_within_its_bound(turned: Any) -> None:
    venue = Venue(turned, 0, [0.05])
    server = await synced(turned, venue)
    renewing = asyncio.create_task(server.run(VenueUnavailable))
    for _ in range(24 * 3600 // 60):
        venue.ahead += 12  # 200 millionths of a minute, in ms
        await turned.turn(60.0)
        offset, bound = server.offset() or (0.0, 0.0)
        assert abs(offset - venue.ahead) <= bound < 100
        assert (server.age_s() or 0.0) <= RESYNC_S + 15
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)
