"""A terminal that stops reading: neither the desk nor the console is the worse for it."""

from __future__ import annotations

import pytest

from tests.process.household import Household
from tests.process.stalled.campaign import stall

pytestmark = pytest.mark.process


def test_a_desk_trades_on_while_nobody_reads_a_console_and_the_console_shows_the_truth_after(
    household: Household,
) -> None:
    found = stall(household, seconds=5)
    print(f"\n{found.line()}")
    assert len(found.during) > 20, "the desk did not answer"
    assert found.prices_while_stalled > 1, "the market stood still"
    assert found.cpu_s < found.seconds, "the console spun"
