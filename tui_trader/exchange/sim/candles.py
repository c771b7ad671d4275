"""Candles: prints folded into minutes, minutes into every longer interval MEXC knows.

Minutes without a fold come from a *past* (the generated price path); a replayed pair has none, and a minute
without prints has no candle there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

MINUTE: Final = 60_000
HOUR: Final = 3_600_000
DAY: Final = 86_400_000
KEPT_MINUTES: Final = 3 * 1440
"""Folded minutes that are kept where a past can answer for older ones."""

FIXED: Final = {
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "60m": HOUR,
    "4h": 4 * HOUR,
    "8h": 8 * HOUR,
    "1d": DAY,
    "1W": 7 * DAY,
}
"""Interval by its REST name (``8h`` exists on the WebSocket only), in ms; the month is not of fixed length."""
LISTED_MS: Final = 1_577_836_800_000
"""Every generated pair was listed on 2020-01-01; there are no candles before."""
INTERVALS: Final = (*FIXED, "1M")

_MONDAY: Final = 4 * DAY
"""The first Monday after the epoch; weeks open on Mondays."""


class Bar(NamedTuple):
    """Open, high, low, close in ticks; volume in lots; value in ticks times lots."""

    open: int
    high: int
    low: int
    close: int
    volume: int
    value: int


class Past(Protocol):
    """Bars of times that were not lived through."""

    def minute(self, index: int) -> Bar:
        """Return minute number ``index`` since the epoch."""
        ...

    def hour(self, index: int) -> Bar:
        """Return hour number ``index`` since the epoch."""
        ...

    def day(self, index: int) -> Bar:
        """Return day number ``index`` since the epoch."""
        ...


def merge(bars: Iterable[Bar | None]) -> Bar | None:
    """Fold consecutive bars into one, None when there is none."""
    there = [bar for bar in bars if bar]
    if not there:
        return None
    opens, highs, lows, closes, volumes, values = zip(*there, strict=True)
    return Bar(opens[0], max(highs), min(lows), closes[-1], sum(volumes), sum(values))


def opening(interval: str, time_ms: int) -> int:
    """Return when the candle that holds ``time_ms`` opened."""
    if interval == "1M":
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
        return round(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp() * 1000)
    shift = _MONDAY if interval == "1W" else 0
    return time_ms - (time_ms - shift) % FIXED[interval]


def closing(interval: str, open_ms: int) -> int:
    """Return when the candle that opened at ``open_ms`` closes (the next one's opening)."""
    return opening("1M", open_ms + 32 * DAY) if interval == "1M" else open_ms + FIXED[interval]


class Candles:
    """The candles of one pair, up to its clock (``now_ms``)."""

    def __init__(self, past: Past | None, now_ms: int) -> None:
        self.now_ms = now_ms
        self.first_ms: int | None = None
        """Opening of the first minute folded, where there is no past."""
        self._past = past
        self._live_hours: set[int] = set()
        self._live_days: set[int] = set()
        self._minutes: dict[int, Bar] = {}
        self._hours: dict[int, Bar | None] = {}
        self._days: dict[int, Bar | None] = {}

    def add(self, time_ms: int, ticks: int, lots: int) -> None:
        """Fold one print in."""
        index = time_ms // MINUTE
        have = self._minutes.get(index)
        if have is None:
            self._begin(index, Bar(ticks, ticks, ticks, ticks, lots, ticks * lots))
            return
        opened, high, low, _, volume, value = have
        self._minutes[index] = Bar(
            opened,
            max(high, ticks),
            min(low, ticks),
            ticks,
            volume + lots,
            value + ticks * lots,
        )

    def open_minute(self, time_ms: int, ticks: int) -> None:
        """Start the minute of ``time_ms`` flat at ``ticks`` unless it has begun."""
        if time_ms // MINUTE not in self._minutes:
            self._begin(time_ms // MINUTE, Bar(ticks, ticks, ticks, ticks, 0, 0))

    def skip_to(self, now_ms: int, running: Bar) -> None:
        """Jump over time not lived through: the minute left behind goes to the past, ``running`` starts this one."""
        self._minutes.pop(self.now_ms // MINUTE, None)
        self._hours.pop(self.now_ms // HOUR, None)
        self._days.pop(self.now_ms // DAY, None)
        self._begin(now_ms // MINUTE, running)
        self.now_ms = now_ms

    def bar(self, interval: str, open_ms: int) -> Bar | None:
        """Return the candle that opened then, as far as it has gone; None without prints."""
        end = min(closing(interval, open_ms), self.now_ms + 1)
        if interval in {"1d", "1W", "1M"}:
            return merge(self._day(index) for index in range(open_ms // DAY, -(-end // DAY)))
        if interval in {"60m", "4h", "8h"}:
            return merge(self._hour(index) for index in range(open_ms // HOUR, -(-end // HOUR)))
        return merge(self._minute(index) for index in range(open_ms // MINUTE, -(-end // MINUTE)))

    def between(self, start_ms: int, end_ms: int) -> Bar | None:
        """Return one bar over all minutes that open in [start, end), built from the longest pieces that fit."""
        return merge(self._pieces(-(-start_ms // MINUTE) * MINUTE, min(end_ms, self.now_ms + 1)))

    def rows(self, interval: str, start_ms: int | None, end_ms: int, limit: int) -> Iterator[tuple[int, Bar]]:
        """Yield (opening, bar): the last ``limit`` before ``end_ms``, or the first ``limit`` from ``start_ms``."""
        end = min(end_ms, self.now_ms + 1)
        opens: Iterable[int]
        if start_ms is None:
            opens = self._last_openings(interval, end, limit)
        else:
            opens = self._first_openings(interval, start_ms, end)
        found = 0
        for open_ms in opens:
            bar = self.bar(interval, open_ms)
            if bar:
                yield open_ms, bar
                found += 1
            if found == limit:
                return

    def _first_openings(self, interval: str, start_ms: int, end: int) -> Iterator[int]:
        start = max(start_ms, self._earliest())
        open_ms = opening(interval, start)
        if open_ms < start_ms:
            open_ms = closing(interval, open_ms)
        while open_ms < end:
            yield open_ms
            open_ms = closing(interval, open_ms)

    def _last_openings(self, interval: str, end: int, limit: int) -> list[int]:
        """Return the last openings, oldest first, until ``limit`` candles exist; empty minutes do not count."""
        opens: list[int] = []
        open_ms = opening(interval, end - 1)
        earliest = opening(interval, self._earliest())
        while open_ms >= earliest and len(opens) < limit:
            if self._past or self.bar(interval, open_ms):
                opens.append(open_ms)
            open_ms = opening(interval, open_ms - 1)
        return opens[::-1]

    def _earliest(self) -> int:
        if self._past is None:
            return self.now_ms if self.first_ms is None else self.first_ms
        return LISTED_MS

    def _pieces(self, start: int, end: int) -> Iterator[Bar | None]:
        while start < end:
            if start % DAY == 0 and start + DAY <= end:
                yield self._day(start // DAY)
                start += DAY
            elif start % HOUR == 0 and start + HOUR <= end:
                yield self._hour(start // HOUR)
                start += HOUR
            else:
                yield self._minute(start // MINUTE)
                start += MINUTE

    def _minute(self, index: int) -> Bar | None:
        bar = self._minutes.get(index)
        return bar if bar or self._past is None else self._past.minute(index)

    def _hour(self, index: int) -> Bar | None:
        closed = index < self.now_ms // HOUR
        if self._past and closed and index not in self._live_hours:
            return self._past.hour(index)
        if index in self._hours:
            return self._hours[index]
        last = min(index * 60 + 59, self.now_ms // MINUTE)
        bar = merge(self._minute(minute) for minute in range(index * 60, last + 1))
        if closed:
            self._hours[index] = bar
        return bar

    def _day(self, index: int) -> Bar | None:
        closed = index < self.now_ms // DAY
        if self._past and closed and index not in self._live_days:
            return self._past.day(index)
        if index in self._days:
            return self._days[index]
        last = min(index * 24 + 23, self.now_ms // HOUR)
        bar = merge(self._hour(hour) for hour in range(index * 24, last + 1))
        if closed:
            self._days[index] = bar
        return bar

    def _begin(self, index: int, bar: Bar) -> None:
        """Put the first bar of a minute that is lived through."""
        if self.first_ms is None:
            self.first_ms = index * MINUTE
        self._minutes[index] = bar
        self._live_hours.add(index // 60)
        self._live_days.add(index // 1440)
        self._prune()

    def _prune(self) -> None:
        if self._past and len(self._minutes) > KEPT_MINUTES:
            oldest = next(iter(self._minutes))
            self._hour(oldest // 60)
            del self._minutes[oldest]
