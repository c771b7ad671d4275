"""The generated price path of one pair: a pure function of seed, pair and wall time, at any depth of detail.

Days come from value noise over many periods (a random walk that stays near its anchor); every day is split into
hours, an hour into minutes, a minute into seconds, each time exactly, so that candles of all intervals agree and
any moment can be had without what came before. Floats live in here only; what leaves is whole ticks and lots.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from tui_trader.exchange.sim.candles import DAY, HOUR, MINUTE, Bar, merge
from tui_trader.exchange.sim.noise import mix, name_key, smooth, stream
from tui_trader.exchange.sim.profiles import Profile
from tui_trader.exchange.sim.refine import split

SECOND: Final = 1000
_OCTAVES: Final = 10
_GROWING: Final = 6
"""Octaves beyond this one do not grow, so that the price stays near its anchor."""
_QUARTER: Final = 250


class PricePath:
    """Bars of one pair for any time since its listing."""

    def __init__(self, seed: int, profile: Profile) -> None:
        self._key = mix(seed, name_key(profile.rules.symbol))
        self._profile = profile
        rules = profile.rules
        self._anchor = math.log(profile.price * 10**rules.price_decimals)
        self._lots_a_day = profile.turnover / profile.price * 10**rules.quantity_decimals
        self.day = lru_cache(maxsize=4096)(self._day)
        self.hours = lru_cache(maxsize=128)(self._hours)
        self.minutes = lru_cache(maxsize=96)(self._minutes)
        self.seconds = lru_cache(maxsize=32)(self._seconds)

    def hour(self, index: int) -> Bar:
        """Return hour number ``index`` since the epoch."""
        return self.hours(index // 24)[index % 24]

    def minute(self, index: int) -> Bar:
        """Return minute number ``index`` since the epoch."""
        return self.minutes(index // 60)[index % 60]

    def regime(self, time_ms: int) -> float:
        """Volatility and activity against normal, about 0.4 to 2.5: calm and hectic days and hours alternate."""
        days, hours = time_ms / DAY / 4, time_ms / HOUR / 3
        return math.exp(0.45 * smooth(days, self._key, 101) + 0.15 * smooth(hours, self._key, 102))

    def ticks_at(self, time_ms: int) -> int:
        """Return the middle price at a moment; each second visits its open, extremes and close at quarters."""
        bar = self.seconds(time_ms // MINUTE)[time_ms % MINUTE // SECOND]
        rising = bar.close >= bar.open
        first, second = (bar.low, bar.high) if rising else (bar.high, bar.low)
        return (bar.open, first, second, (second + bar.close) // 2)[time_ms % SECOND // _QUARTER]

    def running_minute(self, time_ms: int) -> Bar:
        """Return the minute around ``time_ms`` as far as it has gone."""
        gone = max(1, time_ms % MINUTE // SECOND)
        bar = merge(self.seconds(time_ms // MINUTE)[:gone])
        return bar or self.minute(time_ms // MINUTE)

    def _boundary(self, day: int) -> int:
        """Return the price at midnight: octaves of value noise, amplitude growing with the root of the period."""
        sigma = self._profile.volatility
        log = sum(
            0.5 * sigma * math.sqrt(1 << min(octave, _GROWING)) * smooth(day / (1 << octave), self._key, octave)
            for octave in range(_OCTAVES)
        )
        return max(2, round(math.exp(self._anchor + log)))

    def _day(self, index: int) -> Bar:
        opened, closed = self._boundary(index), self._boundary(index + 1)
        rng = stream(self._key, 1, index)
        regime = self.regime(index * DAY + DAY // 2)
        wick = 0.45 * self._profile.volatility * regime
        high = max(opened, closed, round(max(opened, closed) * math.exp(rng.expovariate(1.0) * wick)))
        low = max(1, min(opened, closed, round(min(opened, closed) * math.exp(-rng.expovariate(1.0) * wick))))
        volume = max(1000, int(self._lots_a_day * regime * rng.lognormvariate(-0.05, 0.3)))
        return Bar(opened, high, low, closed, volume, volume * (opened + high + low + closed) // 4)

    def _hours(self, day: int) -> tuple[Bar, ...]:
        return split(self.day(day), 24, stream(self._key, 2, day))

    def _minutes(self, hour: int) -> tuple[Bar, ...]:
        return split(self.hour(hour), 60, stream(self._key, 3, hour))

    def _seconds(self, minute: int) -> tuple[Bar, ...]:
        return split(self.minute(minute), 60, stream(self._key, 4, minute))
