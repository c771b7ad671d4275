"""Deterministic randomness: a hash of whole numbers, so that any moment's noise can be had without its past."""

from __future__ import annotations

import math
import zlib
from random import Random
from typing import Final

_MASK: Final = (1 << 64) - 1


def mix(*parts: int) -> int:
    """Hash whole numbers to 64 bits (the finaliser of splitmix64, chained)."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ (part & _MASK)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def name_key(name: str) -> int:
    """Turn a name into a number for :func:`mix`, the same in every process."""
    return zlib.crc32(name.encode())


def uniform(*parts: int) -> float:
    """Return noise in [0, 1)."""
    return (mix(*parts) >> 11) * 2.0**-53


def centred(*parts: int) -> float:
    """Return noise of mean 0 and variance 1 (uniform)."""
    return (uniform(*parts) - 0.5) * math.sqrt(12)


def smooth(time: float, *parts: int) -> float:
    """Value noise: centred noise at whole times, straight lines between."""
    left = math.floor(time)
    part = time - left
    return centred(*parts, left) * (1 - part) + centred(*parts, left + 1) * part


def stream(*parts: int) -> Random:
    """Return a random number generator for one purpose."""
    return Random(mix(*parts))  # noqa: S311 - a market, not a secret
