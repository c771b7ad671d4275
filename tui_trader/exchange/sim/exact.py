"""Exact money: integer ticks and lots inside the engine, ``Decimal`` at its edges.

The default decimal context rounds at 28 digits; the one here has room for any product the venue can make and
raises ``decimal.Inexact`` instead of rounding.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final

EXACT: Final = Context(prec=80, traps=[Inexact, InvalidOperation])
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

add = EXACT.add
subtract = EXACT.subtract
multiply = EXACT.multiply


def to_units(amount: Decimal, decimals: int) -> int | None:
    """Return ``amount`` as a whole number of ``10^-decimals`` steps, or None when it is not one."""
    scaled = amount.scaleb(decimals, EXACT)
    whole = int(scaled)
    return whole if whole == scaled else None


class Scale:
    """Conversions of one pair: ticks to prices, lots to quantities, ticks times lots to values."""

    __slots__ = ("price_decimals", "quantity_decimals", "value_decimals")

    def __init__(self, price_decimals: int, quantity_decimals: int) -> None:
        self.price_decimals = price_decimals
        self.quantity_decimals = quantity_decimals
        self.value_decimals = price_decimals + quantity_decimals

    def price(self, ticks: int) -> Decimal:
        """Return the price of so many ticks."""
        return Decimal(ticks).scaleb(-self.price_decimals, EXACT)

    def quantity(self, lots: int) -> Decimal:
        """Return the quantity of so many lots."""
        return Decimal(lots).scaleb(-self.quantity_decimals, EXACT)

    def value(self, units: int) -> Decimal:
        """Return the quote value of ``ticks * lots`` units."""
        return Decimal(units).scaleb(-self.value_decimals, EXACT)
