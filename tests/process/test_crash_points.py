"""The desk is killed at chosen moments of its code, under chosen outcomes on the wire."""

from __future__ import annotations

import os
from random import randrange

import pytest

from tests.process.crash_points.campaign import campaign
from tests.process.crash_points.cases import TABLE, every, some
from tests.process.crash_points.points import SAID, SPOTS

pytestmark = pytest.mark.process
WHOLE = "CRASH_POINTS_WHOLE"
"""Where this variable is set, every case is played."""


def test_every_point_is_a_function_of_the_desk() -> None:
    for name, spot in SPOTS.items():
        assert spot.code.co_qualname == spot.function, name
    assert {spot for spot, _, _ in TABLE} == {*SPOTS, "CP6"}


def test_every_point_is_in_the_selection() -> None:
    points = [f"CP{number}" for number in range(1, 19) if number != 12]
    assert [*SAID] == points
    assert {case.point for case in some()} == {case.point for case in every()} == set(points)


@pytest.mark.timeout(1800)
def test_a_kill_at_any_point_leaves_books_that_agree() -> None:
    found = campaign(every() if WHOLE in os.environ else some(), randrange(1 << 30))
    stories = [f"{verdict.case}: {story}" for verdict in found for story in verdict.harm.stories]
    print(f"\ncases={len(found)} green={sum(verdict.green for verdict in found)}")
    assert stories == []
