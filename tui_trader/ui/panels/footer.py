"""The footer: keys of the focused panel."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from tui_trader.ui.glyphs import ASCII
from tui_trader.ui.widgets.lines import Run, line, plain_ascii, spread
from tui_trader.ui.widgets.panel import Look


class Footer(Widget):
    """Key and label of what can be done here, as many as fit; the mode of the keyboard at the right."""

    def __init__(self, look: Look) -> None:
        super().__init__(id="footer")
        self.look = look
        self._keys: Sequence[tuple[str, str]] = ()
        self._mode = ""

    def tell(self, keys: Sequence[tuple[str, str]], mode: str) -> None:
        """Show keys and mode."""
        if (list(keys), mode) != (list(self._keys), self._mode):
            self._keys, self._mode = list(keys), mode
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line, in ASCII where that is wanted."""
        strip = self._line(y)
        return plain_ascii(strip) if self.look.glyphs is ASCII else strip

    def _line(self, y: int) -> Strip:
        """Draw the line."""
        style = self.look.skin.style
        if y:
            return line((), self.size.width, style("footer"))
        runs: list[Run] = [(" ", style("footer"))]
        room = self.size.width - cell_len(self._mode) - 3
        for key, label in self._keys:
            room -= cell_len(key) + cell_len(label) + 3
            if room < 0:
                break
            runs += [(key, style("key")), (f" {label}  ", style("footer"))]
        return spread(runs, [(f" {self._mode} ", style("title_shown"))], self.size.width, style("footer"))
