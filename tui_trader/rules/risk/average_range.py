"""How far a pair goes in a day: Wilder's average true range over daily candles, in quote money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from tui_trader.domain.market import Candle
from tui_trader.domain.money import EXACT, ZERO

RANGES = 14
LEAST = RANGES + 1
"""So many closed candles are needed: the range of each counts from the close before it."""
_STEP = Decimal("1e-18")


def average_range(candles: Sequence[Candle]) -> Decimal | None:
    """Return the average true range after the last closed candle; ``None`` with too few.

    ``candles`` are daily ones, oldest first; the running one does not count. The first fourteen ranges are averaged,
    each later one weighs a fourteenth. A figure that is no price makes it a NaN.
    """
    closed = [each for each in candles if each.closed]
    if len(closed) < LEAST:
        return None
    if not all(each.is_finite() and each > 0 for bar in closed for each in (bar.high, bar.low, bar.close)):
        return Decimal("NaN")
    ranges = [_true_range(before, bar) for before, bar in pairwise(closed)]
    average = EXACT.divide(sum(ranges[:RANGES], ZERO), Decimal(RANGES))
    for each in ranges[RANGES:]:
        average = EXACT.divide(EXACT.add(EXACT.multiply(average, Decimal(RANGES - 1)), each), Decimal(RANGES))
    return average.quantize(_STEP, context=EXACT)


def _true_range(before: Candle, bar: Candle) -> Decimal:
    """Return how far a day went, the gap after the close before it included."""
    return EXACT.subtract(max(bar.high, before.close), min(bar.low, before.close))
