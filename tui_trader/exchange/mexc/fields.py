"""Fields of foreign rows: read strictly, or refused with the name of the field."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tui_trader.domain.money import MAX_DIGITS, ZERO, parse
from tui_trader.domain.text import clean
from tui_trader.exchange.mexc.answers import Unreadable

Row = Mapping[str, Any]
_MAX_MS = 10**14


def row_of(value: Any) -> Row:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise Unreadable("an object was expected")
    return value


def rows_of(value: Any) -> list[Any]:
    """Return a JSON list; a single object counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise Unreadable("a list was expected")
    return value


def wrapped(value: Any) -> Any:
    """Return ``data`` of a wrapped answer."""
    row = row_of(value)
    if "data" not in row:
        raise Unreadable("data is missing")
    return row["data"]


def amount(row: Row, *names: str) -> Decimal:
    """Return an exact number under the first of ``names`` that is there."""
    value = optional_amount(row, *names)
    if value is None:
        raise Unreadable(f"{names[0]} is missing")
    return value


def optional_amount(row: Row, *names: str) -> Decimal | None:
    """Return an exact number, or ``None`` where the field is absent, null or empty."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            return number(value, name)
    return None


def amount_or_zero(row: Row, *names: str) -> Decimal:
    """Return an exact number, or zero where the field is absent."""
    value = optional_amount(row, *names)
    return ZERO if value is None else value


def plain_number(text: str) -> Decimal | None:
    """Read digits with at most one point, at a fifth of the cost of the full check; ``None`` for anything else."""
    if len(text) <= MAX_DIGITS and text.isascii() and text.replace(".", "", 1).isdecimal():
        return Decimal(text)
    return None


def number(value: Any, name: str) -> Decimal:
    """Return a JSON text or number as an exact decimal."""
    if isinstance(value, str) and (plain := plain_number(value)) is not None:
        return plain
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unreadable(f"{name} is not a number")
    try:
        return parse(value)
    except ValueError:
        raise Unreadable(f"{name} is not a number") from None


def text(row: Row, name: str) -> str:
    """Return a non-empty text, cleaned; a number counts as its digits."""
    value = optional_text(row, name)
    if not value:
        raise Unreadable(f"{name} is missing")
    return value


def optional_text(row: Row, name: str) -> str:
    """Return a text, cleaned; empty where the field is absent or null."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(f"{name} is not a text")
    return clean(value)


def moment(row: Row, name: str) -> int:
    """Return UTC milliseconds."""
    value = optional_moment(row, name)
    if value is None:
        raise Unreadable(f"{name} is missing")
    return value


def optional_moment(row: Row, name: str) -> int | None:
    """Return UTC milliseconds, or ``None`` where the field is absent or null."""
    value = row.get(name)
    return None if value is None else milliseconds(value, name)


def milliseconds(value: Any, name: str) -> int:
    """Return a JSON value as UTC milliseconds."""
    number_ = int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value
    if isinstance(number_, bool) or not isinstance(number_, int) or not 0 <= number_ < _MAX_MS:
        raise Unreadable(f"{name} is not a time")
    return number_


def flag(row: Row, name: str) -> bool:
    """Return a JSON true or false; absent is false."""
    value = row.get(name, False)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Unreadable(f"{name} is not true or false")
    return value
