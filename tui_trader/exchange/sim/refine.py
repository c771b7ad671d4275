"""Splitting a candle into shorter ones that add up to it exactly: open, high, low, close, volume and value.

The closes are a Brownian bridge from open to close, stretched so that it uses the range without leaving it;
volumes lean (exponential tilting) so that their average price comes out as the whole's.
"""

from __future__ import annotations

import math
from itertools import accumulate
from random import Random

from tui_trader.exchange.sim.candles import Bar


def split(bar: Bar, parts: int, rng: Random) -> tuple[Bar, ...]:
    """Return ``parts`` consecutive bars that merge into ``bar``."""
    closes = _closes(bar, parts, rng)
    opens = [bar.open, *closes[:-1]]
    highs, lows = _wicks(bar, opens, closes, rng)
    typical = [(o + h + low + c) / 4 for o, h, low, c in zip(opens, highs, lows, closes, strict=True)]
    volumes = _volumes(bar, typical, [1.5 * abs(c - o) for o, c in zip(opens, closes, strict=True)], rng)
    values = _values(bar.value, volumes, highs, lows, typical)
    return tuple(map(Bar, opens, highs, lows, closes, volumes, values))


def _closes(bar: Bar, parts: int, rng: Random) -> list[int]:
    spread = bar.high - bar.low
    if spread == 0:
        return [bar.close] * parts
    walk = list(accumulate(rng.gauss(0.0, 1.0) for _ in range(parts)))
    drift = walk[-1] / parts
    slope = (bar.close - bar.open) / parts
    line = [bar.open + slope * (i + 1) for i in range(parts)]
    step = 0.5 * spread / math.sqrt(parts)
    swing = [(w - drift * (i + 1)) * step for i, w in enumerate(walk)]
    up = _stretch([(bar.high - at, s) for at, s in zip(line, swing, strict=True) if s > 0])
    down = _stretch([(at - bar.low, -s) for at, s in zip(line, swing, strict=True) if s < 0])
    closes = [round(at + s * (up if s > 0 else down)) for at, s in zip(line, swing, strict=True)]
    closes[-1] = bar.close
    return [min(max(close, bar.low), bar.high) for close in closes]


def _stretch(room: list[tuple[float, float]]) -> float:
    """How far swings may be scaled until the first one touches its bound."""
    return min((space / swing for space, swing in room), default=1.0) if room else 1.0


def _wicks(bar: Bar, opens: list[int], closes: list[int], rng: Random) -> tuple[list[int], list[int]]:
    scale = 0.25 * (bar.high - bar.low) / math.sqrt(len(opens))
    tops, bottoms = list(map(max, opens, closes)), list(map(min, opens, closes))
    highs = [top + int(rng.random() * min(scale, bar.high - top)) for top in tops]
    lows = [bottom - int(rng.random() * min(scale, bottom - bar.low)) for bottom in bottoms]
    highs[highs.index(max(highs))] = bar.high
    lows[lows.index(min(lows))] = bar.low
    return highs, lows


def _volumes(bar: Bar, typical: list[float], moves: list[int | float], rng: Random) -> list[int]:
    """Share the volume out: more where the price moved, leaning towards the whole's average price."""
    if not bar.volume:
        return [0] * len(typical)
    spread = (bar.high - bar.low) or 1
    weights = [0.2 + rng.random() + 4 * move / spread for move in moves]
    target = bar.value / bar.volume
    places = [(price - target) / spread for price in typical]
    lean = _lean(weights, places)
    edges = list(accumulate(w * math.exp(lean * x) for w, x in zip(weights, places, strict=True)))
    marks = [int(bar.volume * (edge / edges[-1])) for edge in edges[:-1]] + [bar.volume]
    return [mark - before for mark, before in zip(marks, [0, *marks[:-1]], strict=True)]


def _lean(weights: list[float], places: list[float]) -> float:
    """Solve for the tilt at which the weighted mean place is 0 (two Newton steps, bounded)."""
    lean = 0.0
    for _ in range(3):
        tilted = [w * math.exp(lean * x) for w, x in zip(weights, places, strict=True)]
        total = sum(tilted)
        mean = sum(w * x for w, x in zip(tilted, places, strict=True)) / total
        spread = sum(w * x * x for w, x in zip(tilted, places, strict=True)) / total - mean * mean
        if spread <= 1e-9:
            break
        lean = min(max(lean - mean / spread, -30.0), 30.0)
    return lean


def _values(value: int, volumes: list[int], highs: list[int], lows: list[int], typical: list[float]) -> list[int]:
    """Values near volume times typical price, within low and high as far as possible, that sum to ``value``."""
    values = [int(volume * price) for volume, price in zip(volumes, typical, strict=True)]
    missing = value - sum(values)
    bounds = highs if missing > 0 else lows
    rooms = [abs(volume * bound - have) for volume, bound, have in zip(volumes, bounds, values, strict=True)]
    room = sum(rooms)
    sign = 1 if missing > 0 else -1
    if room:
        share = min(abs(missing), room)
        values = [have + sign * (share * space // room) for have, space in zip(values, rooms, strict=True)]
    largest = volumes.index(max(volumes))
    values[largest] += value - sum(values)
    return values
