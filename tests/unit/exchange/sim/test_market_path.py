import itertools
import math

import pytest

from tui_trader.exchange.sim.candles import DAY, HOUR, MINUTE, Bar, closing, merge, opening
from tui_trader.exchange.sim.noise import stream
from tui_trader.exchange.sim.path import PricePath
from tui_trader.exchange.sim.profiles import PROFILE_OF, PROFILES
from tui_trader.exchange.sim.refine import split

NOW = 1_763_850_000_123


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.rules.symbol)
def test_every_finer_candle_adds_up_to_the_coarser_one(profile):
    path = PricePath(5, profile)
    day = NOW // DAY
    assert merge(path.hours(day)) == path.day(day)
    for hour in range(3):
        assert merge(path.minutes(day * 24 + hour)) == path.hour(day * 24 + hour)
        minute = (day * 24 + hour) * 60 + 17
        assert merge(path.seconds(minute)) == path.minute(minute)


def test_days_join_and_prices_stay_positive_and_near_their_anchor():
    path = PricePath(1, PROFILE_OF["BTCUSDT"])
    days = [path.day(index) for index in range(NOW // DAY - 700, NOW // DAY)]
    assert all(before.close == after.open for before, after in itertools.pairwise(days))
    assert all(0 < bar.low <= min(bar.open, bar.close) and bar.high >= max(bar.open, bar.close) for bar in days)
    assert all(20_000 < bar.close / 100 < 400_000 for bar in days)
    returns = [math.log(bar.close / bar.open) for bar in days]
    assert 0.01 < math.sqrt(sum(r * r for r in returns) / len(returns)) < 0.05


def test_the_path_depends_on_seed_pair_and_time_alone():
    first, again = PricePath(3, PROFILE_OF["ETHUSDT"]), PricePath(3, PROFILE_OF["ETHUSDT"])
    again.day(1)
    times = range(NOW, NOW + 5 * MINUTE, 777)
    assert [first.ticks_at(t) for t in times] == [again.ticks_at(t) for t in reversed(times)][::-1]
    other = PricePath(4, PROFILE_OF["ETHUSDT"])
    assert [first.ticks_at(t) for t in times] != [other.ticks_at(t) for t in times]


def test_the_path_stays_within_its_minutes_and_visits_their_extremes():
    path = PricePath(3, PROFILE_OF["SOLUSDT"])
    minute = NOW // MINUTE
    bar = path.minute(minute)
    visited = [path.ticks_at(minute * MINUTE + at) for at in range(0, MINUTE, 250)]
    assert (min(visited), max(visited)) == (bar.low, bar.high)


def test_the_running_minute_knows_nothing_of_what_is_to_come():
    path = PricePath(3, PROFILE_OF["SOLUSDT"])
    start = NOW // MINUTE * MINUTE
    early = path.running_minute(start + 10_000)
    assert early == merge(path.seconds(start // MINUTE)[:10])


@pytest.mark.parametrize("bar", [Bar(100, 100, 100, 100, 7, 700), Bar(1, 2, 1, 2, 0, 0), Bar(5, 9, 1, 3, 2, 8)])
def test_flat_empty_and_tiny_bars_can_be_split(bar):
    parts = split(bar, 60, stream(1))
    assert merge(parts) == bar


def test_regimes_change_the_activity_within_bounds():
    path = PricePath(1, PROFILE_OF["BTCUSDT"])
    regimes = [path.regime(NOW + hour * HOUR) for hour in range(0, 24 * 60, 6)]
    assert 0.25 < min(regimes) < 0.8
    assert 1.25 < max(regimes) < 4


def test_weeks_open_on_monday_and_months_on_the_first():
    sunday = 1_763_855_999_999
    assert opening("1W", sunday) == 1_763_337_600_000
    assert closing("1W", 1_763_337_600_000) == 1_763_942_400_000
    assert opening("1M", sunday) == 1_761_955_200_000
    assert closing("1M", 1_761_955_200_000) == 1_764_547_200_000
    assert opening("8h", sunday) == 1_763_827_200_000
