"""Column types and text forms that keep every digit.

Decimals are canonical TEXT. Peewee's own ``DecimalField`` goes through REAL on SQLite, and its ``TDecimalField``
takes floats silently. TEXT compares as text, so nothing here is ever compared or summed in SQL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from peewee import TextField

from tui_trader.domain.money import canonical

SEPARATOR = "\n"
"""Between tags. Foreign text is one printable line, so no tag can hold it."""


def money(value: Decimal) -> str:
    """Write a decimal as canonical text.

    Raises:
        ValueError: not a ``Decimal`` (a float is never money), or not finite.

    """
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError(f"{value!r} is not an exact finite decimal")
    return canonical(value)


def money_or_none(value: Decimal | None) -> str | None:
    """Write a decimal that may be missing."""
    return None if value is None else money(value)


def decimal_or_none(text: str | None) -> Decimal | None:
    """Read a decimal that may be missing."""
    return None if text is None else Decimal(text)


def amounts(pairs: Sequence[tuple[str, Decimal]]) -> str:
    """Write amounts by asset as JSON; empty text for none."""
    return json.dumps([[asset, money(value)] for asset, value in pairs]) if pairs else ""


def amounts_from(text: str) -> tuple[tuple[str, Decimal], ...]:
    """Read amounts by asset."""
    return tuple((asset, Decimal(value)) for asset, value in json.loads(text)) if text else ()


def words(items: Sequence[str]) -> str:
    """Write a list of short texts with a separator before, between and after them; empty text for none.

    Raises:
        ValueError: an item holds the separator.

    """
    if any(SEPARATOR in item for item in items):
        raise ValueError("a tag or id holds a line break")
    return SEPARATOR.join(("", *items, "")) if items else ""


def words_from(text: str) -> tuple[str, ...]:
    """Read a list of short texts."""
    return tuple(text[1:-1].split(SEPARATOR)) if text else ()


class MoneyField(TextField):
    """An exact decimal in a TEXT column."""

    def db_value(self, value: Any) -> str | None:
        """Write canonical text; a float is refused."""
        return money_or_none(value)

    def python_value(self, value: str | None) -> Decimal | None:
        """Read the decimal back."""
        return decimal_or_none(value)
