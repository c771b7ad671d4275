"""The chart of the focused pair: candles, volume, price axis, and marks of own fills, entries and working orders."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from textual.strip import Strip

from tui_trader.domain.order import Side
from tui_trader.ui.model import INTERVALS
from tui_trader.ui.numbers import percent, plain
from tui_trader.ui.widgets.candles import Scale, column, scale_of, ticks, volumes
from tui_trader.ui.widgets.lines import Run, line
from tui_trader.ui.widgets.panel import Face, Look, Panel

if TYPE_CHECKING:
    from tui_trader.contract.market import CandleView
    from tui_trader.ui.model import DeskModel

PAN = 10


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line with its label on the axis."""

    price: Decimal
    label: str
    role: str


class ChartPanel(Panel):
    """Candles of one interval. ``h`` and ``l`` go back and forth in time."""

    key = "chart"
    title = "Chart"
    digit = "2"
    leader = "c"
    empty_text = "No candles of this market yet."

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.back = 0
        self._drawn: list[tuple[Run, ...]] = []
        self._model: DeskModel | None = None
        self._name = ""

    def caption(self) -> str:
        """Name the market and the interval."""
        return f"{self.title} {self._name}".rstrip()

    def tell(self, model: DeskModel) -> None:
        """Show the newest candles; lines that did not change are left alone."""
        if self.frozen:
            return
        self._model, name = model, f"{model.focus} {model.interval}"
        if name != self._name:
            self._name, self.back = name, 0
            self.refresh_title()
        self.set_info(self._figures(model))
        if model.candles is None:
            return
        if not model.candles:
            self.set_face(Face.EMPTY)
            return
        self._draw()

    def forget(self) -> None:
        """Show another market or interval."""
        self._drawn = []
        self.set_face(Face.LOADING)
        self.refresh()

    def pan(self, bars: int) -> None:
        """Go back in time by so many bars; negative comes forth again."""
        count = len(self._model.candles or ()) if self._model else 0
        self.back = max(0, min(self.back + bars, count - 5))
        self._draw()

    def on_resize(self) -> None:
        """Draw for the room there is."""
        self._draw()

    def body(self, y: int) -> Strip:
        """Draw one line of the picture."""
        return line(self._drawn[y] if y < len(self._drawn) else (), self.size.width, self.style_of("text"))

    def _figures(self, model: DeskModel) -> str:
        """Say the day's figures for the title."""
        ticker = model.tickers.get(model.focus)
        if ticker is None:
            return ""
        price, _ = model.decimals(model.focus)
        wide = f"  H {plain(ticker.high, price)}  L {plain(ticker.low, price)}" if self.size.width >= 72 else ""
        return f"{plain(ticker.last, price)}  {percent(ticker.change)}{wide}"

    def _draw(self) -> None:
        """Compose the picture and draw the lines that differ."""
        if self._model is None or not self._model.candles or self.size.height < 5:
            return
        before = self._drawn
        self._drawn = self._compose_lines(self._model)
        if self.face is not Face.FULL or len(before) != len(self._drawn):
            self.face = Face.FULL
            self.refresh()
            return
        for index, (old, found) in enumerate(zip(before, self._drawn, strict=True)):
            if old != found:
                self.refresh(self._line_region(index + 1))

    def _compose_lines(self, model: DeskModel) -> list[tuple[Run, ...]]:
        """Compose candles, volume and the line of times."""
        height = self.size.height - 1
        volume_rows = 3 if height >= 14 else 1 if height >= 8 else 0
        rows = height - volume_rows - 1
        decimals, _ = model.decimals(model.focus)
        candles = model.candles or []
        axis = max(len(plain(candles[-1].high, decimals)), 8) + 3
        width = max(4, self.size.width - axis - 1)
        shown = candles[max(0, len(candles) - self.back - width) : len(candles) - self.back or None]
        scale = scale_of(shown, rows)
        grid = self._candle_grid(shown, scale)
        self._mark_fills(grid, shown, scale, model)
        levels = {row: level for level in self._levels(model, scale) if (row := scale.row(level.price)) is not None}
        labels = ticks(scale, 4)
        left = width - len(shown)
        lines = [self._price_line(grid[row], left, levels.get(row), labels.get(row), decimals) for row in range(rows)]
        lines += self._volume_lines(shown, volume_rows, left)
        return [*lines, self._time_line(shown, left)]

    def _candle_grid(self, shown: Sequence[CandleView], scale: Scale) -> list[list[tuple[str, str]]]:
        """Return (character, role) by row and bar."""
        glyphs = self.look.glyphs
        falling = glyphs.filled_candle if self.look.skin.palette.mono else glyphs.down_candle
        columns = []
        for candle in shown:
            up = candle.close >= candle.open
            chars = column(candle, scale, glyphs.up_candle if up else falling)
            columns.append([(char, "buy" if up else "sell") for char in chars])
        return [[each[row] for each in columns] for row in range(scale.rows)]

    def _mark_fills(
        self, grid: list[list[tuple[str, str]]], shown: Sequence[CandleView], scale: Scale, model: DeskModel
    ) -> None:
        """Put own executions where they happened."""
        for fill in model.fills:
            row = scale.row(fill.price)
            if fill.symbol != model.focus or row is None or fill.at < shown[0].open_time:
                continue
            bar = max(index for index, candle in enumerate(shown) if candle.open_time <= fill.at)
            glyph = self.look.glyphs.buy if fill.side is Side.BUY else self.look.glyphs.sell
            grid[row][bar] = (glyph, "accent")

    def _levels(self, model: DeskModel, scale: Scale) -> list[Level]:
        """List the horizontal lines, the most important last."""
        found = []
        for order in (model.orders or {}).values():
            if order.symbol == model.focus and order.price is not None:
                buys = order.side is Side.BUY
                found.append(Level(order.price, "B" if buys else "S", "buy" if buys else "sell"))
        for position in (model.positions or {}).values():
            if position.symbol == model.focus:
                marks = (
                    (position.entry_price, "E", "accent"),
                    (position.stop_loss, "x", "sell"),
                    (position.take_profit, "t", "buy"),
                )
                found += [Level(price, label, role) for price, label, role in marks if price is not None]
        if model.candles and not self.back:
            # bars come about once a second, prices faster: one screen should not say two last prices
            ticker, close = model.tickers.get(model.focus), model.candles[-1].close
            fresh = ticker is not None and scale.row(ticker.last) is not None
            found.append(Level(ticker.last if ticker and fresh else close, ">", "last"))
        return found

    def _price_line(
        self,
        cells: list[tuple[str, str]],
        left: int,
        level: Level | None,
        label: Decimal | None,
        decimals: int | None,
    ) -> tuple[Run, ...]:
        """Compose one line of candles with its part of the axis."""
        glyphs = self.look.glyphs
        blank, blank_role = (glyphs.level, level.role) if level and level.role != "last" else (" ", "text")
        runs: list[Run] = [(blank * left, self.style_of(blank_role))]
        for char, role in cells:
            drawn, style = (char, self.style_of(role)) if char != " " else (blank, self.style_of(blank_role))
            if runs[-1][1] is style:
                runs[-1] = (runs[-1][0] + drawn, style)
            else:
                runs.append((drawn, style))
        runs.append((f" {glyphs.bar}", self.style_of("faint")))
        if level is not None:
            role = "mark_last" if level.role == "last" else level.role
            runs.append((f"{level.label}{plain(level.price, decimals)} ", self.style_of(role)))
        elif label is not None:
            runs.append((f" {plain(label, decimals)}", self.style_of("dim")))
        return tuple(runs)

    def _volume_lines(self, shown: Sequence[CandleView], rows: int, left: int) -> list[tuple[Run, ...]]:
        """Compose the lines of volume."""
        if not rows:
            return []
        columns = volumes(shown, rows, self.look.glyphs.eighths)
        style, faint = self.style_of("volume"), self.style_of("faint")
        return [
            (
                ("".join((" " * left, *(each[row] for each in columns))), style),
                (f" {self.look.glyphs.bar}", faint),
                (" volume" if row == rows - 1 else "", self.style_of("dim")),
            )
            for row in range(rows)
        ]

    def _time_line(self, shown: Sequence[CandleView], left: int) -> tuple[Run, ...]:
        """Compose the line of times, one about every 12 bars."""
        form = "%m-%d" if (self._model and self._model.interval in {"4h", "1d"}) else "%H:%M"
        text = [" "] * (left + len(shown) + 8)
        for index in range(len(shown) % 14, len(shown), 14):
            stamp = time.strftime(form, time.localtime(shown[index].open_time / 1000))
            text[left + index : left + index + len(stamp)] = stamp
        note = f" {self.back} back" if self.back else ""
        return (("".join(text[: left + len(shown) + 1]), self.style_of("dim")), (note, self.style_of("warn")))


def neighbour(interval: str, step: int) -> str:
    """Return the next wider or narrower interval, stopping at the ends."""
    index = INTERVALS.index(interval) + step
    return INTERVALS[max(0, min(index, len(INTERVALS) - 1))]
