"""The order path under a venue that does its worst, and the model's own proof: it finds eleven known mistakes."""

from __future__ import annotations

from random import randrange

import pytest

from tests.property.order_model.bugs import BUGS
from tests.property.order_model.campaign import explore, hunt
from tests.property.order_model.invariants import Broken
from tests.property.order_model.machine import OrderMachine
from tests.property.order_model.world import ACCEPT, World

STEPS = 20_000
CAUGHT_BY = {
    "send_before_journal": {"I2"},
    "open_absent_is_dead": {"I5", "I6"},
    "timeout_is_failed": {"I5"},
    "blind_retry": {"I1", "I5"},
    "no_horizon": {"I5"},
    "missing_is_cancel": {"I5", "I6"},
    "no_trade_dedup": {"I3"},
    "late_fill_ignored": {"I15"},
    "stale_snap_regress": {"I3", "I7"},
    "close_before_fills": {"I6"},
    "cancel_2011_is_dead": {"I5", "I6", "I15"},
}
"""Which invariants see through which mistake."""
HUNTS = 3
"""A hunt of one seed may end before it meets a rare mistake."""


def test_no_order_is_lost_or_doubled_whatever_the_network_does() -> None:
    done = explore(STEPS, randrange(1 << 32))
    assert done.steps >= STEPS
    assert done.examples > STEPS // 100


@pytest.mark.parametrize("bug", BUGS)
def test_the_model_finds_the_mistake(bug: str) -> None:
    hunts = (hunt(bug, randrange(1 << 32)).found for _ in range(HUNTS))
    found = next((each for each in hunts if each), "")
    assert found.partition(":")[0] in CAUGHT_BY[bug], f"{bug}: {found or 'not found'}"


def test_all_mistakes_are_hunted() -> None:
    assert set(BUGS) == set(CAUGHT_BY)
    assert len(BUGS) >= 11


def test_a_quiet_day_ends_with_a_filled_order() -> None:
    world = World()
    world.submit(1, at_once=True)
    world.arrive(0, ACCEPT)
    world.trade(0, 1)
    while world.down:
        world.hear(0)
    (order,) = world.orders
    assert (order.status, order.executed, len(world.venue.orders)) == ("FILLED", 1, 1)


def test_a_failure_names_its_invariant() -> None:
    machine = OrderMachine()
    machine.world.venue.doubled.append("o1")
    with pytest.raises(Broken, match="I1: one intent, two orders"):
        machine.auditor.check()
