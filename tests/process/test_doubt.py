"""An answer that never comes, on a real desk and console: UNKNOWN with its countdown, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.process.household import Household
from tests.process.live import live_household, unlocked
from tests.process.screen import NO_ORDERS, RESTING, confirm, opened, submit
from tests.process.terminal import Terminal
from tests.simulator import Simulator, running

pytestmark = pytest.mark.process
PLACING = {"method": "POST", "path": "/api/v3/order"}
COUNTING = re.compile(r"UNKNOWN · may be known in 0:\d\d · [\d.]+ USDT locked as if live")


@pytest.fixture
def venue() -> Iterator[Simulator]:
    with running("--control") as found:
        yield found


def unanswered(household: Household, venue: Simulator, *, accepted: bool) -> Terminal:
    """Open a live console, place an order whose answer never comes, and let the venue speak again after a while."""
    live = live_household(household, venue, timing="proof")
    unlocked(household, live)
    console = opened(household, *live)
    venue.control("POST", "/faults", {"action": "lose", "channel": "*private*", "count": None})
    venue.control("POST", "/faults", {"action": "drop", **PLACING, "accepted": accepted, "count": 1})
    venue.control("POST", "/faults", {"action": "answer", "method": "GET", "path": "/api/v3/*"})
    submit(console, "$50 @-1%", key="b")
    confirm(console, "Buy 0.0")
    console.wait(COUNTING.search, "the countdown and what is locked")
    console.shows("UNKNOWN, do not send it again. Buy 0.0")
    assert "CONFIRM" not in console.text
    assert "COMMAND" not in console.text
    assert "▲ 1 UNKNOWN " in console.lines[0]
    console.shows("UNKNOWN · still asking")
    venue.control("DELETE", "/faults")
    return console


def test_an_order_that_was_taken_without_an_answer_is_counted_down_and_then_adopted(
    household: Household, venue: Simulator
) -> None:
    console = unanswered(household, venue, accepted=True)
    console.wait(RESTING.search, "the order, found")
    console.shows("was found: it stands in the book")
    console.wait(lambda _: "UNKNOWN" not in console.lines[0], "the top line to be calm")
    assert [row["type"] for row in venue.control("GET", "/orders")] == ["LIMIT"]


def test_an_order_that_never_arrived_is_counted_down_and_then_proved_not_placed(
    household: Household, venue: Simulator
) -> None:
    console = unanswered(household, venue, accepted=False)
    console.shows("was NOT PLACED, that is proved.")
    console.shows("It may be sent again.")
    console.shows(NO_ORDERS)
    assert venue.control("GET", "/orders") == []
