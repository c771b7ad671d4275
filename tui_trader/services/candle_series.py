"""The bars of one pair and width in memory: pages of history on the left, the running bar on the right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from tui_trader.domain.market import Candle, Interval

MINUTE = 60_000
WIDTHS: dict[Interval, int] = {
    Interval.M1: MINUTE,
    Interval.M5: 5 * MINUTE,
    Interval.M15: 15 * MINUTE,
    Interval.M30: 30 * MINUTE,
    Interval.H1: 60 * MINUTE,
    Interval.H4: 240 * MINUTE,
    Interval.D1: 1440 * MINUTE,
    Interval.W1: 7 * 1440 * MINUTE,
    Interval.MO1: 31 * 1440 * MINUTE,
}
"""Widths in ms; a month counts as its longest."""

LIMIT = 20_000
"""Bars kept of a series; the oldest go first."""

_opened = attrgetter("open_time")


class CandleSeries:
    """Bars in order of time, none twice. ``complete_left`` once the venue has nothing older."""

    def __init__(self) -> None:
        self.bars: list[Candle] = []
        self.history_read = False
        self.complete_left = False

    @property
    def last(self) -> Candle | None:
        """The newest bar."""
        return self.bars[-1] if self.bars else None

    def put(self, bars: Sequence[Candle]) -> list[Candle]:
        """Take bars in, oldest first, and return those that changed something.

        Volume only grows while a bar runs: of two reports of one bar the fuller is the later one, whatever way
        it came.
        """
        if not bars:
            return []
        start = bisect_left(self.bars, bars[0].open_time, key=_opened)
        end = bisect_left(self.bars, bars[-1].open_time + 1, key=_opened)
        merged = {bar.open_time: bar for bar in self.bars[start:end]}
        changed = []
        for bar in bars:
            known = merged.get(bar.open_time)
            if known is None or (bar != known and bar.volume >= known.volume):
                merged[bar.open_time] = bar
                changed.append(bar)
        self.bars[start:end] = [merged[at] for at in sorted(merged)]
        del self.bars[:-LIMIT]
        return changed

    def push(self, bar: Candle) -> Candle | None:
        """Take a streamed bar in; returns the bar that it ended, which may lack its last trades."""
        last = self.last
        if last is not None and bar.open_time > last.open_time:
            ended = replace(last, closed=True)
            self.bars[-1] = ended
            self.bars.append(bar)
            return ended
        self.put([bar])
        return None

    def between(self, start: int | None, end: int | None, limit: int) -> Sequence[Candle]:
        """Return the last ``limit`` bars that open in [start, end)."""
        left = bisect_left(self.bars, start, key=_opened) if start is not None else 0
        right = bisect_left(self.bars, end, key=_opened) if end is not None else len(self.bars)
        return self.bars[max(left, right - limit) : right]

    def missing_left(self, start: int | None, end: int | None, limit: int) -> bool:
        """Tell whether older bars have to be read to answer :meth:`between`."""
        if not self.history_read:
            return True
        if self.complete_left:
            return False
        if not self.bars or (end is not None and end <= self.bars[0].open_time):
            return True
        if start is not None and self.bars[0].open_time <= start:
            return False
        return len(self.between(start, end, limit)) < limit
