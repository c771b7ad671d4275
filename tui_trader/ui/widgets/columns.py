"""Columns of a live table, worked out without a screen: which fit, where they stand, how a cell is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rich.cells import cell_len

from tui_trader.ui.numbers import fraction

MAX_GAP = 4
GAP = 1


class Cell(NamedTuple):
    """What stands in a cell: a text, its role of colour, and a figure to compare where a change is to be marked."""

    text: str
    role: str = "text"
    value: Decimal | None = None


class Row(NamedTuple):
    """One row; ``key`` stays while the row lives, so that the cursor keeps it.

    A row has cells for all columns, or none and a ``text`` over the whole width.
    """

    key: str
    cells: tuple[Cell, ...]
    text: Cell = Cell("")

    def words(self, columns: Iterable[int]) -> str:
        """Return what stands in some of the columns, or the text that stands in their place."""
        return " ".join(self.cells[index].text for index in columns) if self.cells else self.text.text


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``number`` aligns on the decimal point, ``marks`` keeps a cell for the mark of a change.

    ``rank`` says which columns go first where there is no room: the highest.
    """

    title: str
    number: bool = False
    marks: bool = False
    least: int = 0
    most: int = 200
    rank: int = 0
    flexible: bool = False
    """Shrinks to ``least`` before other columns are left out, and takes what room is left."""


class Place(NamedTuple):
    """Where a column stands: its place in the table's list, first cell and width (without the gap after it)."""

    column: int
    x: int
    width: int


class Widths:
    """How wide each column needs to be; grows with what is seen and never shrinks, so that nothing jumps."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.whole = [0] * len(columns)
        self.part = [0] * len(columns)
        self.text = [max(cell_len(column.title), column.least) for column in columns]

    def see(self, cells: Sequence[Cell]) -> bool:
        """Take a row into account; tell whether any column grew."""
        grew = False
        for index, (column, cell) in enumerate(zip(self.columns, cells, strict=True) if cells else ()):
            size, part = cell_len(cell.text), fraction(cell.text) if column.number else 0
            if column.number and (size - part > self.whole[index] or part > self.part[index]):
                self.whole[index] = max(self.whole[index], size - part)
                self.part[index] = max(self.part[index], part)
                grew = True
            elif not column.number and size > self.text[index]:
                self.text[index] = size
                grew = True
        return grew

    def of(self, index: int) -> int:
        """Return the width of a column, its mark included."""
        column = self.columns[index]
        if column.flexible:
            return max(column.least, cell_len(column.title))
        size = max(self.text[index], self.whole[index] + self.part[index])
        return min(size, column.most) + column.marks

    def wish(self, index: int) -> int:
        """Return how wide a flexible column would like to be."""
        return max(self.of(index), min(self.text[index], self.columns[index].most))


def fit(widths: Widths, room: int) -> list[Place]:
    """Place columns in ``room`` cells: the highest ranks are left out until the rest fits, spare room widens gaps."""
    chosen = list(range(len(widths.columns)))
    while len(chosen) > 1 and _needed(widths, chosen) > room:
        chosen.remove(max(chosen, key=lambda index: (widths.columns[index].rank, index)))
    spare = max(0, room - _needed(widths, chosen))
    grown = {
        index: min(spare, widths.wish(index) - widths.of(index)) for index in chosen if widths.columns[index].flexible
    }
    spare -= sum(grown.values())
    gap = GAP + min(MAX_GAP - GAP, spare // max(1, len(chosen) - 1))
    places, x = [], 0
    for index in chosen:
        width = min(widths.of(index) + grown.get(index, 0), max(0, room - x))
        places.append(Place(index, x, width))
        x += width + gap
    return [place for place in places if place.width > 0]


def _needed(widths: Widths, chosen: Sequence[int]) -> int:
    """Sum widths and gaps."""
    return sum(widths.of(index) for index in chosen) + GAP * (len(chosen) - 1)


def padded(cell: Cell, column: Column, widths: Widths, index: int) -> str:
    """Return a number's text padded so that its point stands under the others'; other texts as they are."""
    if not column.number:
        return cell.text
    return cell.text + " " * (widths.part[index] - fraction(cell.text))
