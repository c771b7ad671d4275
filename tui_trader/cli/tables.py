"""Plain text tables of JSON rows: aligned, grouped, and safe to print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_trader.domain.text import clean


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, what it shows of a row, and whether it aligns right."""

    title: str
    show: Callable[[Mapping[str, Any]], str]
    right: bool = False


def field(title: str, name: str) -> Column:
    """Show a text field."""
    return Column(title, lambda row: words(row.get(name)))


def figure(title: str, name: str, *, signed: bool = False) -> Column:
    """Show a number, thousands grouped; ``signed`` always shows its sign."""
    return Column(title, lambda row: number(row.get(name), signed=signed), right=True)


def moment(title: str, name: str) -> Column:
    """Show a time to the second, UTC."""
    return Column(title, lambda row: words(row.get(name))[:19].replace("T", " "))


def words(value: Any) -> str:
    """Show text, lists and nothing."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return clean(" ".join(str(each) for each in value))
    return clean(value)


def number(value: Any, *, signed: bool = False) -> str:
    """Group an exact decimal; ``-`` for nothing."""
    if value is None:
        return "-"
    return format(Decimal(str(value)), "+,f" if signed else ",f")


def write_table(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], empty: str) -> None:
    """Print rows under their headings, or the sentence for none."""
    if not rows:
        sys.stdout.write(f"{empty}\n")
        return
    cells = [[column.title for column in columns], *([column.show(row) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        padded = (
            text.rjust(width) if column.right else text.ljust(width)
            for text, width, column in zip(line, widths, columns, strict=True)
        )
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def write_json(value: Any) -> None:
    """Print JSON for a program, escaped outside ASCII: what is no text for a terminal never reaches one this way."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
