from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.market import Candle, Interval
from tui_trader.rules.risk.average_range import average_range

D = Decimal


def bar(high: str, low: str, close: str, *, closed: bool = True) -> Candle:
    return Candle("BTCUSDT", Interval.D1, 0, D(low), D(high), D(low), D(close), D(1), D(100), closed=closed)


QUIET = [bar("105", "95", "100")] * 15


def test_fourteen_equal_days_average_to_their_range() -> None:
    assert average_range(QUIET) == 10
    assert average_range([*QUIET, bar("900", "1", "500", closed=False)]) == 10


def test_a_later_day_weighs_a_fourteenth() -> None:
    assert average_range([*QUIET, bar("124", "100", "124")]) == 11
    assert average_range([*QUIET, bar("124", "100", "124"), bar("124", "124", "124")]) == D("10.214285714285714286")


@pytest.mark.parametrize(("gap", "expected"), [(bar("130", "120", "125"), "30"), (bar("80", "70", "75"), "30")])
def test_a_gap_after_the_close_before_counts(gap: Candle, expected: str) -> None:
    assert average_range([*QUIET, gap]) == ((10 * 13 + D(expected)) / 14).quantize(D("1e-18"))


def test_too_few_days_say_nothing() -> None:
    assert average_range(QUIET[1:]) is None
    assert average_range([*QUIET[1:], bar("105", "95", "100", closed=False)]) is None
    assert average_range([]) is None


@pytest.mark.parametrize("field", ["high", "low", "close"])
@pytest.mark.parametrize("value", ["NaN", "0", "-1", "Infinity"])
def test_a_figure_that_is_no_price_makes_no_average(field: str, value: str) -> None:
    found = average_range([*QUIET, replace(QUIET[0], **{field: D(value)})])
    assert found is not None
    assert found.is_nan()
