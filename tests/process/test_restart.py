"""The measure of restarts: the desk comes back, active, with the orders that rest."""

from __future__ import annotations

from random import Random

import pytest

from tests.process.restart.runs import Runs

pytestmark = pytest.mark.process


def test_a_killed_desk_comes_back_with_its_resting_orders() -> None:
    runs = Runs(Random(3), orders=6)
    try:
        runs.prepare()
        took = [runs.once() for _ in range(2)]
    finally:
        runs.close()
    print(f"\nactive after {took} s")
    assert all(seconds > 0 for seconds in took)
