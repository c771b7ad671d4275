"""A sheet over the desk: labelled lines to read, for help and details."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_trader.ui.glyphs import ASCII
from tui_trader.ui.widgets.lines import Run, line, plain_ascii, wrapped
from tui_trader.ui.widgets.panel import Look

CLOSING = frozenset({"escape", "q", "enter", "question_mark"})


class SheetScreen(ModalScreen[None], inherit_bindings=False):
    """Lines of (label, text); j and k scroll, Esc closes. Texts must be clean."""

    def __init__(self, look: Look, title: str, lines: Sequence[tuple[str, str]], *, grave: bool = False) -> None:
        super().__init__()
        self._grave, self._hint, self._dismissed = grave, "", False
        self.look, self.sheet_title, self.lines = look, title, lines
        self.top = 0
        self._wide = 0
        self._rows: list[tuple[str, str]] = []

    def tell(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        """Show other lines in place of these."""
        self.sheet_title, self.lines, self._wide = title, lines, 0
        self.refresh()

    def hint(self, text: str) -> None:
        """Show a word about the next key in place of the usual ones; empty ends it."""
        self._hint = text
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Scroll or close; keys that follow a closing one at once find the sheet still there and do nothing."""
        event.stop()
        if self._dismissed:
            return
        if event.key in CLOSING:
            self._dismissed = True
            self.dismiss(None)
            return
        step = {"j": 1, "down": 1, "k": -1, "up": -1, "ctrl+d": 10, "ctrl+u": -10, "pagedown": 10, "pageup": -10}.get(
            event.key, 0
        )
        self.top = max(0, min(self.top + step, max(0, len(self._rows) - self._height() + 2)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the sheet, or of nothing beside it."""
        width, height = self._width(), self._height()
        start = Offset((self.size.width - width) // 2, (self.size.height - height) // 2)
        style = self.look.skin.style
        if not start.y <= y < start.y + height:
            return line((), self.size.width, style("text"))
        inner = self._line(y - start.y, width, height)
        strip = line([(" " * start.x, style("text")), *inner], self.size.width, style("text"))
        return plain_ascii(strip) if self.look.glyphs is ASCII else strip

    def _line(self, y: int, width: int, height: int) -> list[Run]:
        """Compose one line of the sheet."""
        style = self.look.skin.style
        if y == 0:
            return [(f" {self.sheet_title}".ljust(width), style("halt_bar" if self._grave else "title_on"))]
        if y == height - 1:
            keys = f" {self._hint}" if self._hint else " j k scroll   Esc closes"
            return [(keys.ljust(width), style("halt_bar" if self._hint else "footer"))]
        self._lay_out(width)
        index = self.top + y - 1
        label, text = self._rows[index] if index < len(self._rows) else ("", "")
        left = max((cell_len(label) for label, _ in self.lines), default=0)
        return [
            (f" {label:<{left}}  ", style("accent")),
            (text, style("text")),
            (" " * max(0, width - left - 3 - cell_len(text)), style("text")),
        ]

    def _lay_out(self, width: int) -> None:
        """Break the texts for a width."""
        if width == self._wide:
            return
        self._wide, self._rows = width, []
        left = max((cell_len(label) for label, _ in self.lines), default=0)
        for label, text in self.lines:
            for index, part in enumerate(wrapped(text, max(10, width - left - 4))):
                self._rows.append((label if index == 0 else "", part))

    def _width(self) -> int:
        """Return the sheet's width."""
        return min(self.size.width, 96)

    def _height(self) -> int:
        """Return the sheet's height."""
        self._lay_out(self._width())
        return min(self.size.height, len(self._rows) + 2)
