from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.order import Order
from tui_trader.rules import horizon
from tui_trader.rules.horizon import ENDPOINTS, Absence, proved_absent

ZERO = Decimal(0)


def test_the_horizon_adds_window_clock_error_and_lag(make_order: Callable[..., Order]) -> None:
    order = make_order(not_after=horizon.not_after(10_000), recv_window=3000)
    assert horizon.deadline(order) == 15_000
    assert horizon.horizon(order, 1100, 30_000) == 46_100
    assert horizon.horizon(order, 0) == 135_000


def test_error_and_lag_bounds() -> None:
    assert horizon.clock_error(101, 7) == 1058
    assert horizon.lag(500) == 120_000
    assert horizon.lag(500, 3000) == 5000


def test_rounds_too_close_together_count_once() -> None:
    absence = Absence().miss(0, frozenset({"order"}), 10_000).miss(4999, frozenset({"fills"}), 10_000)
    assert (absence.rounds, absence.after_deadline) == (1, frozenset())
    absence = absence.miss(11_000, frozenset({"order"}), 10_000)
    assert (absence.rounds, absence.span_ms, absence.after_deadline) == (2, 11_000, {"order"})


PROVED = Absence(3, 0, 20_000, ENDPOINTS)


@pytest.mark.parametrize(
    ("absence", "now", "residual"),
    [
        (PROVED, 100, ZERO),
        (replace(PROVED, rounds=2), 101, ZERO),
        (replace(PROVED, after_deadline=ENDPOINTS - {"fills"}), 101, ZERO),
        (PROVED, 101, Decimal(1)),
        (PROVED, 101, Decimal("NaN")),
    ],
)
def test_absence_is_not_proved_while_anything_is_open(absence: Absence, now: int, residual: Decimal) -> None:
    assert not proved_absent(absence, now, 100, residual)


def test_absence_is_proved_when_everything_says_so() -> None:
    assert proved_absent(PROVED, 101, 100, ZERO)


def test_a_person_is_asked_ten_minutes_past_the_horizon() -> None:
    asked = horizon.Absence(horizon.ROUNDS, 0, 600_000)
    assert not horizon.overdue(asked, 600_100, 100)
    assert horizon.overdue(asked, 600_101, 100)


def test_a_late_start_is_no_mixed_evidence() -> None:
    first = horizon.Absence().miss(9_000_000, frozenset({"order"}), 100)
    assert not horizon.overdue(first, 9_000_000, 100)


def test_look_ups_slow_down() -> None:
    assert [horizon.backoff_ms(n) for n in (-1, 0, 1, 2, 3, 4, 99)] == [2000, 2000, 2000, 5000, 5000, 10_000, 10_000]
