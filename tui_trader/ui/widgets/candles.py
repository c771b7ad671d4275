"""A picture of candles in characters, worked out without a screen.

Each bar is one cell wide; a cell's upper and lower half are told apart by box characters, so a row of text holds two
steps of price. Rows are counted from the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

EMPTY, LOWER_WICK, LOWER_BODY, UPPER_WICK = 0, 1, 2, 3
SHAPES = {
    ("", ""): 0,
    ("", "w"): 1,
    ("", "b"): 2,
    ("w", ""): 3,
    ("w", "w"): 4,
    ("w", "b"): 5,
    ("b", ""): 6,
    ("b", "w"): 7,
    ("b", "b"): 8,
}
"""From what the upper and the lower half of a cell hold (nothing, wick, body) to the place in a set of glyphs."""


class Bar(Protocol):
    """What is drawn: a candle."""

    @property
    def open(self) -> Decimal: ...  # noqa: D102 - a field
    @property
    def high(self) -> Decimal: ...  # noqa: D102 - a field
    @property
    def low(self) -> Decimal: ...  # noqa: D102 - a field
    @property
    def close(self) -> Decimal: ...  # noqa: D102 - a field
    @property
    def volume(self) -> Decimal: ...  # noqa: D102 - a field


@dataclass(frozen=True, slots=True)
class Scale:
    """From prices to half rows: ``rows`` text rows between ``low`` (bottom) and ``high`` (top)."""

    low: Decimal
    high: Decimal
    rows: int

    def half(self, price: Decimal) -> int:
        """Return the half row of a price, 0 at the top; may lie outside the picture."""
        span = self.high - self.low
        return int((self.high - price) * (self.rows * 2 - 1) / span + Decimal("0.5")) if span else self.rows

    def row(self, price: Decimal) -> int | None:
        """Return the text row of a price; ``None`` outside the picture."""
        return self.half(price) // 2 if self.low <= price <= self.high else None

    def price(self, row: int) -> Decimal:
        """Return the price in the middle of a row."""
        return self.high - (self.high - self.low) * (2 * row + 1) / (self.rows * 2)


def scale_of(bars: Sequence[Bar], rows: int) -> Scale:
    """Return the scale that shows all bars, with a little air."""
    low, high = min(bar.low for bar in bars), max(bar.high for bar in bars)
    air = (high - low) / 20 or abs(high) / 1000 or Decimal(1)
    return Scale(low - air, high + air, rows)


def column(bar: Bar, scale: Scale, glyphs: Sequence[str]) -> list[str]:
    """Return the characters of one bar from top to bottom."""
    top, bottom = scale.half(bar.high), scale.half(bar.low)
    upper, lower = scale.half(max(bar.open, bar.close)), scale.half(min(bar.open, bar.close))

    def held(half: int) -> str:
        if upper <= half <= lower:
            return "b"
        return "w" if top <= half <= bottom else ""

    return [glyphs[SHAPES[(held(2 * row), held(2 * row + 1))]] for row in range(scale.rows)]


def volumes(bars: Sequence[Bar], rows: int, eighths: str) -> list[list[str]]:
    """Return the columns of a volume picture ``rows`` high, each from top to bottom."""
    most = max((bar.volume for bar in bars), default=Decimal(0)) or Decimal(1)
    columns = []
    for bar in bars:
        level = int(bar.volume * rows * 8 / most)
        columns.append([eighths[max(0, min(8, level - 8 * (rows - 1 - row)))] for row in range(rows)])
    return columns


def ticks(scale: Scale, step_rows: int) -> dict[int, Decimal]:
    """Return round prices for the axis by row, about ``step_rows`` rows apart."""
    raw = (scale.high - scale.low) * step_rows / scale.rows
    if raw <= 0:
        return {}
    unit = Decimal(1).scaleb(raw.adjusted())
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= raw)
    price = (scale.low // step + 1) * step
    found: dict[int, Decimal] = {}
    while price < scale.high:
        row = scale.row(price)
        if row is not None:
            found.setdefault(row, price)
        price += step
    return found
