"""The frame of every panel: a title line that is also the tab strip, and five faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_trader.domain.text import clean
from tui_trader.ui.glyphs import ASCII, Glyphs
from tui_trader.ui.theme import Skin
from tui_trader.ui.widgets.lines import Run, line, plain_ascii, restyled, spread, wrapped


class Face(Enum):
    """What a panel has to say; staleness lies over any of them."""

    LOADING = "loading"
    EMPTY = "empty"
    ERROR = "error"
    FULL = "full"


class Tab(NamedTuple):
    """One title in the strip: the panel's id, its key and name."""

    panel: str
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Look:
    """How to draw: styles by role, and the set of characters."""

    skin: Skin
    glyphs: Glyphs


class Panel(Widget, can_focus=True):
    """A panel. The first line is its title; the rest is :meth:`body` when the face is full, a sentence otherwise."""

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    digit: ClassVar[str] = ""
    leader: ClassVar[str] = ""
    empty_text: ClassVar[str] = ""

    class TabClicked(Message):
        """Somebody clicked a title of the strip."""

        def __init__(self, panel: str) -> None:
            super().__init__()
            self.panel = panel

    def __init__(self, look: Look) -> None:
        super().__init__(id=self.key)
        self.look = look
        self.face = Face.LOADING
        self.message = ""
        self.stale = ""
        self.info = ""
        self.frozen = False
        self.tabs: Sequence[Tab] = ()

    def style_of(self, role: str) -> Style:
        """Return the style of a role."""
        return self.look.skin.style(role)

    def set_face(self, face: Face, message: str = "") -> None:
        """Change the face; a full one shows the body. The message may be foreign text."""
        message = clean(message, 400)
        if (face, message) != (self.face, self.message):
            self.face, self.message = face, message
            self.refresh()

    def set_stale(self, reason: str) -> None:
        """Dim everything and say why in the title; empty means fresh."""
        if reason != self.stale:
            redraw = bool(reason) != bool(self.stale)
            self.stale = reason
            self.refresh() if redraw else self.refresh_title()

    def set_info(self, info: str) -> None:
        """Set what stands at the right end of the title."""
        if info != self.info:
            self.info = info
            self.refresh_title()

    def set_tabs(self, tabs: Sequence[Tab]) -> None:
        """Say which panels share this place."""
        if list(tabs) != list(self.tabs):
            self.tabs = list(tabs)
            self.refresh_title()

    def refresh_title(self) -> None:
        """Draw the title line again."""
        self.refresh(self._line_region(0))

    def body(self, y: int) -> Strip:
        """Return line ``y`` of the content; the line under the title is 0."""
        return self._sentence(y)

    def blank(self) -> Strip:
        """Return an empty line."""
        return line((), self.size.width, self.style_of("text"))

    def select_at(self, y: int) -> None:
        """Take a click on a line of the body."""

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        strip = self._line(y)
        return plain_ascii(strip) if self.look.glyphs is ASCII else strip

    def _line(self, y: int) -> Strip:
        """Compose one line."""
        if y == 0:
            return self._title()
        if self.face is Face.FULL:
            strip = self.body(y - 1)
            return restyled(strip, self._stale_style()) if self.stale else strip
        return self._sentence(y - 1)

    def on_focus(self) -> None:
        """Show that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that keys go elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose a tab or a row."""
        if event.y > 0:
            self.select_at(event.y - 1)
            return
        x = 1
        for tab in self.tabs:
            x += sum(cell_len(text) for text, _ in self._tab(tab))
            if event.x < x:
                self.post_message(self.TabClicked(tab.panel))
                return

    def _stale_style(self) -> Style:
        """Return what lies over a stale body."""
        stale = self.style_of("stale")
        return Style(color=stale.color, dim=stale.dim, italic=stale.italic)

    def _title(self) -> Strip:
        """Draw the title line: the tabs that share the place, then what is to be said."""
        base = self.style_of("title")
        runs: list[Run] = [(" ", base)]
        for tab in self.tabs or (Tab(self.key, self.digit, self.title),):
            runs += self._tab(tab)
        room = self.size.width - sum(cell_len(text) for text, _ in runs) - len(self.stale) - 2
        info = self.info if cell_len(self.info) + 2 <= room else ""
        notes = [note for note in (self.stale, "frozen" if self.frozen else "", info) if note]
        role = "title" if not self.stale else "title_dim"
        tail = f" {'  '.join(notes)} " if notes else ""
        return spread(runs, [(tail, self.style_of(role))], self.size.width, base)

    def _tab(self, tab: Tab) -> list[Run]:
        """Draw one title; the shown one stands out, more so with the keys going to it."""
        if tab.panel == self.key:
            role = "title_on" if self.has_focus else "title_shown"
            return [(f" {tab.key} {self.caption()} ", self.style_of(role))]
        title = f" {tab.title}" if tab.panel in self._written() else ""
        return [(f" {tab.key}", self.style_of("title_key")), (f"{title} ", self.style_of("title"))]

    def _written(self) -> set[str]:
        """Return whose titles are written out: its own, and the others from the first on until only keys fit."""
        bare = sum(cell_len(tab.key) + 2 for tab in self.tabs)
        room = self.size.width - 1 - bare - cell_len(self.caption()) - 1
        found = {self.key}
        for tab in self.tabs:
            room -= cell_len(tab.title) + 1 if tab.panel != self.key else 0
            if room < 0:
                break
            found.add(tab.panel)
        return found

    def caption(self) -> str:
        """Return the panel's own name as it is to stand in the title."""
        return self.title

    def _sentence(self, y: int) -> Strip:
        """Draw the line of a face that is not full: a few centred lines of text."""
        width = self.size.width
        text = self.message or {Face.LOADING: "Loading" + self.look.glyphs.cut, Face.EMPTY: self.empty_text}.get(
            self.face, ""
        )
        lines = wrapped(text, max(1, width - 4))
        top = max(0, (self.size.height - 1 - len(lines)) // 2)
        role = "error" if self.face is Face.ERROR else "dim"
        if not 0 <= y - top < len(lines):
            return self.blank()
        found = lines[y - top]
        return line(
            [(" " * max(0, (width - cell_len(found)) // 2), self.style_of("text")), (found, self.style_of(role))],
            width,
            self.style_of("text"),
        )

    def _line_region(self, y: int, x: int = 0, width: int | None = None) -> Region:
        """Return the region of a line, or of a part of it, kept inside the widget."""
        return Region(x, y, self.size.width - x if width is None else width, 1).intersection(self.size.region)
