"""The live table: a Line-API panel whose cells change without the rest being drawn again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui_trader.ui.widgets.columns import Column, Place, Row, Widths, fit, padded
from tui_trader.ui.widgets.lines import Run, fitted, line, wrapped
from tui_trader.ui.widgets.panel import Face, Look, Panel

HEAD = 2
"""Lines above the first row: title and column names."""
MARK_SECONDS = 0.9


class TablePanel(Panel):
    """A panel of rows. Rows keep their place, the cursor keeps its row, a changed figure marks itself shortly."""

    columns: ClassVar[Sequence[Column]] = ()
    counts: ClassVar[bool] = True
    """Whether the title says how many rows there are."""
    rests: ClassVar[bool] = True
    """Whether the cursor is shown while the keys go elsewhere."""

    class CursorMoved(Message):
        """The cursor went to another row."""

        def __init__(self, panel: str, key: str | None) -> None:
            super().__init__()
            self.panel = panel
            self.row_key = key

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.all_rows: list[Row] = []
        self.rows: list[Row] = []
        self.selected: str | None = None
        self.top = 0
        self.filter = ""
        self.filtering = False
        self.foot: Sequence[tuple[str, str]] = ()
        self._widths = Widths(self.columns)
        self._places: list[Place] = []
        self._marks: dict[tuple[str, int], tuple[str, float]] = {}

    @property
    def height(self) -> int:
        """Rows that fit."""
        return max(0, self.size.height - HEAD - len(self._foot()))

    @property
    def cursor(self) -> int:
        """Index of the selected row; 0 when none is."""
        return next((index for index, row in enumerate(self.rows) if row.key == self.selected), 0)

    def caption(self) -> str:
        """Name the panel, with its number of rows and the filter."""
        count = f" {len(self.rows)}" if self.rows and self.counts else ""
        filtered = f" /{self.filter}{'_' if self.filtering else ''}" if self.filter or self.filtering else ""
        return f"{self.title}{count}{filtered}"

    def show(self, rows: Iterable[Row], now: float = 0.0) -> None:
        """Take all rows; only cells that changed are drawn again. ``now`` is monotonic seconds, for marks."""
        if self.frozen:
            return
        self.all_rows = list(rows)
        self._apply(self._filtered(), now)

    def show_foot(self, lines: Sequence[tuple[str, str]]) -> None:
        """Put lines of text, each with its role, under the rows; they are wrapped and leave room for two rows."""
        if list(lines) != list(self.foot):
            self.foot = list(lines)
            self._bring(self.cursor)
            self.refresh()

    def set_filter(self, text: str, *, typing: bool) -> None:
        """Narrow to rows in which ``text`` occurs."""
        self.filter, self.filtering = text, typing
        self._apply(self._filtered(), 0.0)
        self.refresh()

    def expire(self, now: float) -> None:
        """Take back marks that are over."""
        over = [spot for spot, (_, end) in self._marks.items() if end <= now]
        for key, index in over:
            del self._marks[(key, index)]
            self._refresh_cell(key, index)

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self.go_to(self.cursor + rows)

    def go_to(self, index: int) -> None:
        """Put the cursor on a row and bring it into view."""
        if not self.rows:
            return
        index = max(0, min(index, len(self.rows) - 1))
        before = self.cursor
        self.selected = self.rows[index].key
        if self._bring(index):
            self.refresh()
        else:
            self._refresh_rows(before, index)
        self.post_message(self.CursorMoved(self.key, self.selected))

    def select_at(self, y: int) -> None:
        """Put the cursor where somebody clicked."""
        if y >= 1 and self.top + y - 1 < len(self.rows):
            self.go_to(self.top + y - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by the wheel."""
        self.move(3)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by the wheel."""
        self.move(-3)
        event.stop()

    def on_resize(self) -> None:
        """Place the columns anew."""
        self._places = fit(self._widths, self.size.width - 2)
        self._bring(self.cursor)
        self.refresh()

    def body(self, y: int) -> Strip:
        """Draw the heads, a row, or nothing."""
        if y == 0:
            return self._heads()
        foot = self._foot()
        below = y - (self.size.height - 1 - len(foot))
        if 0 <= below < len(foot):
            return line(foot[below], self.size.width, self.style_of("text"))
        index = self.top + y - 1
        return self._row(index) if index < len(self.rows) else self.blank()

    def _foot(self) -> list[list[Run]]:
        """Wrap the lines under the rows, as far as there is room for them."""
        room = max(0, self.size.height - HEAD - 2)
        width = max(10, self.size.width - 2)
        lines = [[(f" {part}", self.style_of(role))] for text, role in self.foot for part in wrapped(text, width)]
        return lines[:room]

    def _filtered(self) -> list[Row]:
        """Return the rows that the filter leaves: all its words occur in what is shown of the row."""
        if not self.filter:
            return self.all_rows
        words = self.filter.casefold().split()
        shown = [place.column for place in self._places] or range(len(self.columns))
        return [row for row in self.all_rows if _holds(row.words(shown), words)]

    def _apply(self, rows: list[Row], now: float) -> None:
        """Put rows in place of the old ones and draw what differs."""
        old, self.rows = self.rows, rows
        grew = [self._widths.see(row.cells) for row in (rows if len(rows) < 1000 else rows[self.top : self.top + 200])]
        if rows and self.selected not in {row.key for row in rows}:
            self.selected = rows[min(self._index_of(old), len(rows) - 1)].key
        shifted = self._keep_view(old)
        face = Face.FULL if rows else Face.EMPTY
        if face is not self.face or any(grew) or shifted or len(old) != len(rows):
            self._mark(old, now)
            self._places = fit(self._widths, self.size.width - 2)
            self.face, self.message = face, "No row has that; Esc shows all." if self.filter and self.all_rows else ""
            self.refresh()
        elif rows:
            self._mark(old, now)
            self._refresh_changed(old)

    def _index_of(self, rows: Sequence[Row]) -> int:
        """Return where the selected row stands in a list; 0 when it does not."""
        return next((index for index, row in enumerate(rows) if row.key == self.selected), 0)

    def _keep_view(self, old: Sequence[Row]) -> bool:
        """Keep the cursor's line on the screen where it was while the keys go here; tell whether the view moved."""
        before = self.top
        if self.has_focus and old and self.top:
            self.top += self._index_of(self.rows) - self._index_of(old)
        self.top = max(0, min(self.top, len(self.rows) - self.height))
        if self.has_focus:
            self._bring(self._index_of(self.rows))
        return self.top != before

    def _mark(self, old: Sequence[Row], now: float) -> None:
        """Remember which figures went up or down."""
        if not now:
            return
        known = {row.key: row for row in old}
        for row in self.rows[self.top : self.top + self.height]:
            before = known.get(row.key)
            for index, column in enumerate(self.columns):
                if before is None or not column.marks or not before.cells or not row.cells:
                    continue
                was, value = before.cells[index].value, row.cells[index].value
                if was is not None and value is not None and was != value:
                    self._marks[(row.key, index)] = ("up" if value > was else "down", now + MARK_SECONDS)

    def _refresh_changed(self, old: Sequence[Row]) -> None:
        """Draw again the visible cells that differ."""
        for index in range(self.top, min(len(self.rows), self.top + self.height)):
            before, row = old[index], self.rows[index]
            if before is row:
                continue
            if before.key != row.key or before.text != row.text:
                self._refresh_rows(index)
                continue
            for place in self._places if row.cells else ():
                if before.cells[place.column] != row.cells[place.column]:
                    self._refresh_place(index, place)

    def _refresh_cell(self, key: str, column: int) -> None:
        """Draw one cell again, if it is on the screen."""
        index = next((each for each, row in enumerate(self.rows) if row.key == key), -1)
        place = next((each for each in self._places if each.column == column), None)
        if index >= 0 and place is not None:
            self._refresh_place(index, place)

    def _refresh_place(self, index: int, place: Place) -> None:
        """Ask for one cell to be drawn."""
        if self.top <= index < self.top + self.height:
            self.refresh(self._line_region(HEAD + index - self.top, place.x + 1, place.width + 1))

    def _refresh_rows(self, *indexes: int) -> None:
        """Ask for whole rows to be drawn."""
        for index in indexes:
            if self.top <= index < self.top + self.height:
                self.refresh(self._line_region(HEAD + index - self.top))

    def _bring(self, index: int) -> bool:
        """Bring a row into view; tell whether the view moved."""
        before = self.top
        if index < self.top:
            self.top = index
        elif self.height and index >= self.top + self.height:
            self.top = index - self.height + 1
        return self.top != before

    def _heads(self) -> Strip:
        """Draw the column names."""
        style, glyphs = self.style_of("head"), self.look.glyphs
        runs: list[Run] = [(" ", style)]
        end = 0
        for place in self._places:
            column = self.columns[place.column]
            name = (
                fitted(column.title, place.width - column.marks, glyphs.cut, right=column.number) + " " * column.marks
            )
            runs.append((" " * (place.x - end) + name, style))
            end = place.x + place.width
        return line(runs, self.size.width, style)

    def _row(self, index: int) -> Strip:
        """Draw a row; the cursor's row has its own ground and a glyph at its edge."""
        row = self.rows[index]
        selected = row.key == self.selected
        selected = selected and (self.has_focus or self.rests)
        ground = self.style_of(("cursor" if self.has_focus else "cursor_off") if selected else "text")
        over = ground if selected else Style()
        edge = self.look.glyphs.cursor if selected and self.has_focus else " "
        runs: list[Run] = [(edge, self.style_of("accent") + over)]
        if not row.cells:
            shown = fitted(row.text.text, self.size.width - 2, self.look.glyphs.cut)
            runs.append((shown, self.style_of(row.text.role) + over))
        end = 0
        for place in self._places if row.cells else ():
            runs.append((" " * (place.x - end), self.style_of("text") + over))
            runs += self._cell(row, place, over)
            end = place.x + place.width
        return line(runs, self.size.width, self.style_of("text") + over)

    def _cell(self, row: Row, place: Place, over: Style) -> list[Run]:
        """Draw one cell and the mark of its change."""
        column, cell = self.columns[place.column], row.cells[place.column]
        style = self.style_of(cell.role) + over
        text = padded(cell, column, self._widths, place.column)
        shown = fitted(text, place.width - column.marks, self.look.glyphs.cut, right=column.number)
        if not column.marks:
            return [(shown, style)]
        direction, _ = self._marks.get((row.key, place.column), ("", 0.0))
        if not direction:
            return [(shown + " ", style)]
        lead = len(shown) - len(shown.lstrip(" "))
        tail = len(shown.rstrip(" "))
        marked = self.style_of(f"mark_{direction}") + over
        glyph = self.look.glyphs.up if direction == "up" else self.look.glyphs.down
        body = marked if cell.role == "text" else style + Style(bold=True)
        return [(shown[:lead], style), (shown[lead:tail], body), (shown[tail:], style), (glyph, marked)]


def _holds(text: str, words: Sequence[str]) -> bool:
    """Tell whether all words occur in a text, whatever their case."""
    folded = text.casefold()
    return all(word in folded for word in words)
