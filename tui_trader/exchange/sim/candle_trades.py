"""Making trades out of a recorded candle, such that folding them gives the candle back to the last digit.

The trades run open, low, high, close (high first when the candle falls). For a volume in quote money the
quantities must satisfy ``sum(price * quantity) == volume`` in whole ticks and lots: most is shared out evenly, and
the rest is solved as ``a * p + b * q`` for two prices of the candle (extended Euclid).
"""

from __future__ import annotations

from itertools import combinations
from math import gcd


def trades_of(prices: tuple[int, int, int, int], volume: int, *, by_value: bool) -> list[tuple[int, int]]:
    """Return (ticks, lots) in order for a candle of open, high, low, close ticks.

    ``volume`` is in lots, or with ``by_value`` in ticks times lots. A candle without volume has no trades. A flat
    candle whose value its one price does not divide is rounded to the nearest lot: no trades can give it exactly.
    """
    if not volume:
        return []
    opened, high, low, close = prices
    route = [opened, *((low, high) if close >= opened else (high, low)), close]
    if not by_value:
        share = max(volume // 4, 1)
        return _merged(list(zip(route, [share, share, share, volume - 3 * share], strict=True)))
    if high == low:
        return [(opened, max(1, round_half(volume, opened)))]
    return _merged(_by_value(route, volume))


def round_half(value: int, by: int) -> int:
    """Divide to the nearest whole number."""
    return (2 * value + by) // (2 * by)


def _by_value(route: list[int], value: int) -> list[tuple[int, int]]:
    lots = [max(1, value // (8 * ticks)) for ticks in route]
    rest = value - sum(ticks * quantity for ticks, quantity in zip(route, lots, strict=True))
    high, low = max(route), min(route)
    candidates = [high, high - 1, low, route[-1]]
    for first, second in combinations(dict.fromkeys(candidates), 2):
        solved = _two(first, second, rest)
        if solved:
            extra = [(first, solved[0]), (second, solved[1])]
            return [*zip(route[:-1], lots[:-1], strict=True), *extra, (route[-1], lots[-1])]
    lots[-1] = max(1, lots[-1] + round_half(rest, route[-1]))
    return list(zip(route, lots, strict=True))


def _two(first: int, second: int, value: int) -> tuple[int, int] | None:
    """Solve ``a * first + b * second == value`` in whole numbers of at least 0, both about half."""
    common = gcd(first, second)
    if value < 0 or value % common:
        return None
    p, q, target = first // common, second // common, value // common
    least = target * pow(p, -1, q) % q if q > 1 else 0
    steps = (target // (2 * p) - least) // q
    a = least + max(steps, 0) * q
    b, over = divmod(target - a * p, q)
    return (a, b) if b >= 0 and not over else None


def _merged(trades: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join neighbours of one price, drop empty trades."""
    merged: list[tuple[int, int]] = []
    for ticks, lots in trades:
        if merged and merged[-1][0] == ticks:
            merged[-1] = (ticks, merged[-1][1] + lots)
        elif lots:
            merged.append((ticks, lots))
    return merged
