"""Exact decimals: parsing, canonical text, and fitting a value onto a step."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation

ZERO = Decimal(0)
MAX_DIGITS = 38
EXACT = Context(prec=60)
"""Wide enough that sums and products of two canonical values are exact."""


def parse(text: str | int | Decimal) -> Decimal:
    """Read an exact, finite decimal of at most 38 digits.

    Raises:
        ValueError: not a number, not finite, a float, or too long.

    """
    if isinstance(text, float):
        raise ValueError(f"{text!r} is a float; money is never a float")  # noqa: TRY004 - one error type for callers
    try:
        value = text if isinstance(text, Decimal) else Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{str(text)[:40]!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{str(text)[:40]!r} is not a finite number")
    if len(value.as_tuple().digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_DIGITS:
        raise ValueError(f"{str(text)[:40]!r} has more than {MAX_DIGITS} digits")
    return value


def canonical(value: Decimal) -> str:
    """Write a decimal without exponent, without trailing zeros, and without a negative zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of ``step`` not above ``value``, written with the digits of the step."""
    rest = EXACT.remainder(value, step)
    down = EXACT.subtract(value, rest)
    return (EXACT.subtract(down, step) if rest < 0 else down).quantize(step, context=EXACT)


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the smallest multiple of ``step`` not below ``value``, written with the digits of the step."""
    rest = EXACT.remainder(value, step)
    up = EXACT.subtract(value, rest)
    return (EXACT.add(up, step) if rest > 0 else up).quantize(step, context=EXACT)


def fits(value: Decimal, step: Decimal) -> bool:
    """Tell whether ``value`` is a whole multiple of ``step``."""
    return EXACT.remainder(value, step) == 0
