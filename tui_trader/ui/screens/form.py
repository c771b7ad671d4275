"""A form over the desk: every field with its unit and what is allowed; what is wrong is said while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from rich.style import Style
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_trader.domain.text import clean
from tui_trader.ui.glyphs import ASCII
from tui_trader.ui.numbers import countdown
from tui_trader.ui.panels.form import Field, Form, FormEnd, FormPhase, FormState
from tui_trader.ui.screens.sheet import SheetScreen
from tui_trader.ui.widgets.lines import Run, fitted, line, plain_ascii, wrapped
from tui_trader.ui.widgets.panel import Look

if TYPE_CHECKING:
    from textual import events

WIDEST = 100
TICK_SECONDS = 0.5
UNIT = 8
FOOT = 3
"""Lines under the fields: two about the field, one with the keys."""
KEYS = {
    FormPhase.BROWSE: " j k move   Enter edits   s saves   ? what this is   Esc leaves",
    FormPhase.EDIT: " Enter keeps it   Esc gives it back as it was",
    FormPhase.CONFIRM: " Enter saves   Esc goes back",
}


class FormScreen(ModalScreen[Mapping[str, str] | None], inherit_bindings=False):
    """Ends with the values to save, or with ``None``. Texts of the form must be clean."""

    def __init__(self, look: Look, form: Form, wall_ms: Callable[[], int]) -> None:
        super().__init__()
        self.look, self.state, self._wall_ms = look, FormState(form), wall_ms
        self.top = 0

    def on_mount(self) -> None:
        """Count down what changes by itself."""
        if any(each.due for each in self.state.form.fields):
            self.set_interval(TICK_SECONDS, self.refresh)

    @property
    def typing(self) -> bool:
        """Whether letters are text now."""
        return self.state.phase is FormPhase.EDIT

    def on_key(self, event: events.Key) -> None:
        """Work on the form."""
        event.stop()
        event.prevent_default()
        if event.character == "?" and self.state.phase is FormPhase.BROWSE:
            self.app.push_screen(SheetScreen(self.look, self.state.at.label, list(_help(self.state.at))))
            return
        end = self.state.key(event.key, event.character)
        if end is not None:
            self.dismiss(dict(self.state.values) if end is FormEnd.SAVE else None)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the form, in the middle of the screen."""
        width = min(self.size.width, WIDEST)
        left = (self.size.width - width) // 2
        style = self.look.skin.style("text")
        strip = line(self._line(y, width), width, style)
        strip = line([(" " * left, style), *((text, each or style) for text, each, _ in strip)], self.size.width, style)
        return plain_ascii(strip) if self.look.glyphs is ASCII else strip

    def _line(self, y: int, width: int) -> list[Run]:
        """Compose one line: title, fields, what there is to say, keys."""
        style, height = self.look.skin.style, self.size.height
        if y == 0:
            note = "changed" if self.state.changed else ""
            title = fitted(f" {self.state.form.title}", width - len(note) - 1, self.look.glyphs.cut)
            return [(f"{title}{note} ", style("title_on"))]
        if y == height - 1:
            return [(KEYS[self.state.phase].ljust(width), style("footer"))]
        foot = self._foot(width)
        if y >= height - 1 - len(foot):
            return foot[y - (height - 1 - len(foot))]
        rows = self._rows(width)
        self._bring(rows, height - 2 - len(foot))
        index = self.top + y - 1
        return rows[index][1] if index < len(rows) else []

    def _rows(self, width: int) -> list[tuple[int, list[Run]]]:
        """Compose all lines of fields, each with the number of its field; groups have a line of their own."""
        rows: list[tuple[int, list[Run]]] = []
        group = ""
        for index, each in enumerate(self.state.form.fields):
            if each.group != group:
                group = each.group
                rows.append((-1, [(f" {group}", self.look.skin.style("head"))]))
            rows.append((index, self._field(each, width, here=index == self.state.cursor)))
        return rows

    def _field(self, each: Field, width: int, *, here: bool) -> list[Run]:
        """Compose a field's line: mark, label, value, unit, allowed."""
        style, glyphs, state = self.look.skin.style, self.look.glyphs, self.state
        over = style("cursor") if here else Style()
        flaw = each.key in state.flaws
        changed = state.shown(each) != each.value
        label = max(18, min(30, max(len(field.label) for field in state.form.fields)))
        room = max(12, min(26, max(field.widest for field in state.form.fields)))
        mark = glyphs.warn if flaw else glyphs.dot if changed else " "
        role = "error" if flaw else "warn" if changed else "text"
        return [
            (glyphs.cursor if here else " ", style("accent") + over),
            (f"{mark} ", style(role) + over),
            (fitted(each.label, label, glyphs.cut) + " ", style("text") + over),
            *self._value(each, room, role, over),
            (" ", style("text") + over),
            *self._beside(each, max(0, width - label - room - 5), over),
        ]

    def _beside(self, each: Field, room: int, over: Style) -> list[Run]:
        """Compose what stands beside a value: what is wrong with it, else its unit and what it will be or may be."""
        style, glyphs = self.look.skin.style, self.look.glyphs
        flaw = self.state.flaws.get(each.key, "")
        if flaw:
            return [(fitted(clean(flaw, 200), room, glyphs.cut), style("error") + over)]
        text, role = each.allowed, "dim"
        if each.due is not None:
            value, left = each.due[0], each.due[1] - self._wall_ms()
            text, role = f"{value} in {countdown(left)}" if left > 0 else f"{value} by now", "warn"
        unit = UNIT if any(field.unit for field in self.state.form.fields) else 0
        return [
            (fitted(each.unit, unit, glyphs.cut) + " " * bool(unit), style("dim") + over),
            (fitted(text, max(0, room - unit - bool(unit)), glyphs.cut), style(role) + over),
        ]

    def _value(self, each: Field, room: int, role: str, over: Style) -> list[Run]:
        """Compose a value at the right end of its room, with the cursor where it is being typed."""
        style, text = self.look.skin.style, clean(self.state.shown(each), 200)
        if self.state.editing(each):
            at, ground = self.state.editor.cursor, style("bold") + over
            first = max(0, at - room + 1)
            before, here, after = text[first:at], text[at : at + 1] or " ", text[at + 1 :]
            pad = " " * max(0, room - len(before) - len(here) - len(after))
            return [
                (pad + before, ground),
                (here, ground + Style(reverse=True)),
                (after[: room - len(before) - 1], ground),
            ]
        if each.choices:
            text = f"< {text} >"
        shown, colour = (text, role) if text else (each.hint, "dim")
        return [(fitted(shown, room, self.look.glyphs.cut, right=True), style(colour) + over)]

    def _foot(self, width: int) -> list[list[Run]]:
        """Compose what there is to say: effects before saving, else the flaw or the meaning of the field."""
        style, state = self.look.skin.style, self.state
        if state.phase is FormPhase.CONFIRM:
            head: list[Run] = [(" Save this?".ljust(width), style("ask_bar"))]
            effects = [part for text in state.form.effects(state.values) for part in wrapped(text, width - 4)]
            room = max(1, self.size.height - 8)
            more = [f"{self.look.glyphs.cut} and {len(effects) - room + 1} more"] if len(effects) > room else []
            return [
                head,
                *([("   ", style("text")), (text, style("bold"))] for text in [*effects[: room - len(more)], *more]),
            ]
        flaw = state.flaws.get(state.at.key, "")
        text, role = (f"{state.at.label} {flaw}.", "error") if flaw else (state.at.about, "dim")
        if state.said:
            unsaid = text if flaw and flaw not in state.said else ""
            text, role = f"{state.said} {unsaid}", "error" if state.form.said else "warn"
        lines = wrapped(clean(text, 400), width - 4)[: FOOT - 1]
        return [[("  ", style("text")), (each, style(role))] for each in [*lines, *[""] * (FOOT - 1 - len(lines))]]

    def _bring(self, rows: list[tuple[int, list[Run]]], height: int) -> None:
        """Keep the cursor's line in view, and its group's name where there is room."""
        index = next(at for at, (number, _) in enumerate(rows) if number == self.state.cursor)
        self.top = max(min(self.top, max(0, index - 1)), index - height + 1)
        self.top = max(0, min(self.top, len(rows) - height))


def _help(each: Field) -> Iterator[tuple[str, str]]:
    """Say everything known of a field."""
    yield "", each.about
    yield "", ""
    for label, text in (("now", f"{each.value} {each.unit}".strip()), ("allowed", each.allowed)):
        if text:
            yield label, text
    if each.choices:
        yield "choices", ", ".join(each.choices) + "; the space bar goes through them"
