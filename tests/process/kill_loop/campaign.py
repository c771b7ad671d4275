"""Several loops side by side: while one desk waits for proof, another one works."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.process.kill_loop.lane import Figures, run

LANES = 10


def campaign(kills: int, seed: int, lanes: int = LANES) -> Figures:
    """Kill so many times in so many lanes, each a process of its own with its own desk and venue."""
    lanes = max(1, min(lanes, kills))
    shares = [kills // lanes + (number < kills % lanes) for number in range(lanes)]
    total = Figures()
    with ProcessPoolExecutor(lanes, get_context("spawn")) as pool:
        for figures in pool.map(run, shares, range(seed, seed + lanes)):
            total.add(figures)
    return total
