"""Rounding: a step is met exactly, from the right side, for any size of number."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tui_trader.domain import money
from tui_trader.domain.money import EXACT, canonical, ceil_to, fits, floor_to, parse

steps = st.builds(
    lambda digit, place: Decimal(digit).scaleb(-place), st.sampled_from([1, 2, 5, 25]), st.integers(-2, 12)
)
values = st.decimals(min_value=-(10**15), max_value=10**15, places=12, allow_nan=False, allow_infinity=False)


@given(values, steps)
def test_floor_and_ceiling_enclose_the_value(value: Decimal, step: Decimal) -> None:
    low, high = floor_to(value, step), ceil_to(value, step)
    assert fits(low, step)
    assert fits(high, step)
    assert low <= value <= high
    assert EXACT.subtract(value, low) < step
    assert EXACT.subtract(high, value) < step
    assert (low == high) is fits(value, step)


@given(values)
def test_canonical_text_is_read_back_as_the_same_number(value: Decimal) -> None:
    text = canonical(value)
    assert parse(text) == value
    assert "E" not in text.upper()
    assert canonical(parse(text)) == text
    assert len(text) <= money.MAX_DIGITS + 2
