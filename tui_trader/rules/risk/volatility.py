"""How much a pair moves: the sample deviation of daily returns (features.md §4)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from tui_trader.domain.market import Candle
from tui_trader.domain.money import EXACT, ZERO

CANDLES = 14
LEAST = 7
_STEP = Decimal("1e-8")


def daily_volatility(candles: Sequence[Candle]) -> Decimal | None:
    """Return the deviation of daily returns over the last closed candles in percent; ``None`` with too few.

    ``candles`` are daily ones, oldest first; the running one does not count. A close that is no price makes it a NaN.
    """
    closes = [each.close for each in candles if each.closed][-CANDLES:]
    if len(closes) < LEAST:
        return None
    if not all(each.is_finite() and each > 0 for each in closes):
        return Decimal("NaN")
    returns = [EXACT.divide(after, before) - 1 for before, after in pairwise(closes)]
    mean = EXACT.divide(sum(returns, ZERO), Decimal(len(returns)))
    squares = sum((EXACT.multiply(each - mean, each - mean) for each in returns), ZERO)
    deviation = EXACT.sqrt(EXACT.divide(squares, Decimal(len(returns) - 1)))
    return EXACT.multiply(deviation, Decimal(100)).quantize(_STEP)
