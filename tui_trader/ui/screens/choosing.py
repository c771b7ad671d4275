"""A list over the desk: rows to choose from, and keys that say what is to be done with the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_trader.ui.glyphs import ASCII
from tui_trader.ui.panels.choice import Choice
from tui_trader.ui.screens.keys import key_name
from tui_trader.ui.widgets.lines import Run, fitted, line, plain_ascii, wrapped
from tui_trader.ui.widgets.panel import Look

if TYPE_CHECKING:
    from textual import events

WIDEST = 100
MOVES = {"j": 1, "down": 1, "k": -1, "up": -1, "g": -999, "home": -999, "G": 999, "end": 999}


class ChoiceScreen(ModalScreen[tuple[str, str] | None], inherit_bindings=False):
    """Ends with (key, the chosen row's key), or with ``None``. Texts of the choice must be clean."""

    def __init__(self, look: Look, choice: Choice) -> None:
        super().__init__()
        self.look, self.choice = look, choice
        keys = [row.key for row in choice.rows]
        self.cursor = keys.index(choice.selected) if choice.selected in keys else 0

    typing = False

    def on_key(self, event: events.Key) -> None:
        """Move, choose or leave."""
        event.stop()
        event.prevent_default()
        key = key_name(event.key, event.character)
        rows = self.choice.rows
        if key in MOVES:
            self.cursor = max(0, min(self.cursor + MOVES[key], len(rows) - 1))
        elif key in {"escape", "q"}:
            self.dismiss(None)
        elif key in self.choice.keys and (rows or key in self.choice.without_row):
            self.dismiss((key, rows[self.cursor].key if rows else ""))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the list, in the middle of the screen."""
        width = min(self.size.width, WIDEST)
        left = (self.size.width - width) // 2
        style = self.look.skin.style("text")
        inner = line(self._line(y, width), width, style)
        strip = line([(" " * left, style), *((text, each or style) for text, each, _ in inner)], self.size.width, style)
        return plain_ascii(strip) if self.look.glyphs is ASCII else strip

    def _line(self, y: int, width: int) -> list[Run]:
        """Compose one line: title, rows or what to do without any, keys."""
        style, height, rows = self.look.skin.style, self.size.height, self.choice.rows
        if y == 0:
            return [(fitted(f" {self.choice.title}", width, self.look.glyphs.cut), style("title_on"))]
        if y == height - 1:
            keys = [f"{key.capitalize() if len(key) > 1 else key} {word}" for key, word in self.choice.keys.items()]
            return [(fitted(f" {'   '.join(keys)}   Esc leaves", width, self.look.glyphs.cut), style("footer"))]
        if not rows:
            texts = wrapped(self.choice.empty, width - 4)
            return [("  ", style("text")), (texts[y - 2], style("dim"))] if 0 <= y - 2 < len(texts) else []
        top = max(0, min(self.cursor - (height - 3) // 2, len(rows) - (height - 2)))
        index = top + y - 1
        if index >= len(rows):
            return []
        here = index == self.cursor
        over = style("cursor") if here else Style()
        row = rows[index]
        return [
            (self.look.glyphs.cursor if here else " ", style("accent") + over),
            (fitted(f" {row.text}", width - 1, self.look.glyphs.cut), style(row.role) + over),
        ]
