from __future__ import annotations

from decimal import Decimal

import pytest

from tui_trader.domain.money import canonical, ceil_to, fits, floor_to, parse

D = Decimal


@pytest.mark.parametrize(
    ("text", "value"), [("1.50", "1.5"), (" 7 ", "7"), (3, "3"), (D("0.1"), "0.1"), ("1e-8", "0.00000001")]
)
def test_exact_numbers_are_read(text: str | int | Decimal, value: str) -> None:
    assert parse(text) == D(value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("abc", "is not a number"),
        ("", "is not a number"),
        ("NaN", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("1" * 39, "more than 38 digits"),
        ("1e39", "more than 38 digits"),
        ("1e-39", "more than 38 digits"),
        (0.1, "is a float"),
    ],
)
def test_anything_else_is_refused(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        parse(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.500", "1.5"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1e-8", "0.00000001"),
        ("-0", "0"),
        ("0.000", "0"),
        ("-2.0", "-2"),
    ],
)
def test_one_text_for_one_number(value: str, text: str) -> None:
    assert canonical(D(value)) == text


@pytest.mark.parametrize(
    ("value", "step", "low", "high"),
    [
        ("1.23", "0.1", "1.2", "1.3"),
        ("-1.23", "0.1", "-1.3", "-1.2"),
        ("1.2", "0.1", "1.2", "1.2"),
        ("7", "5", "5", "10"),
        ("0", "5", "0", "0"),
    ],
)
def test_values_are_fitted_to_a_step(value: str, step: str, low: str, high: str) -> None:
    assert (floor_to(D(value), D(step)), ceil_to(D(value), D(step))) == (D(low), D(high))
    assert fits(D(value), D(step)) is (low == high)


def test_numbers_beyond_the_default_precision_are_fitted_exactly() -> None:
    long = D("12345678901234567890123456789.123456789")
    assert floor_to(long, D("1e-8")) == D("12345678901234567890123456789.12345678")
    assert not fits(long, D("1e-8"))
    assert fits(D("1e30"), D("1e-8"))
