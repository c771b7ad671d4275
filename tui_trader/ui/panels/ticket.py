"""The order ticket and the typed line: what is being typed, what it would do, and the question before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui_trader.domain.text import clean
from tui_trader.ui.layout import ASKING
from tui_trader.ui.panels.dialogue import Hints, Note, Phase, Question, heard
from tui_trader.ui.widgets.editor import LineEditor
from tui_trader.ui.widgets.guard import Guard
from tui_trader.ui.widgets.lines import Run, line, spread, wrapped
from tui_trader.ui.widgets.panel import Face, Look, Panel

if TYPE_CHECKING:
    from tui_trader.ui.model import DeskModel


ANSWERS = {"enter": ("Enter", "sends it", "goes back"), "y": ("y", "does it", "leaves it")}
"""Answers of one key: the key, what it does, what Esc does."""


class TicketPanel(Panel):
    """The panel at the bottom. Its keys are its own while it edits or asks."""

    key = "ticket"
    title = "Ticket"

    class Submitted(Message):
        """Enter was pressed on a line."""

        def __init__(self, text: str, kind: str) -> None:
            super().__init__()
            self.text, self.kind = text, kind

    class Edited(Message):
        """The text changed."""

        def __init__(self, text: str, cursor: int) -> None:
            super().__init__()
            self.text, self.cursor = text, cursor

    class Grew(Message):
        """There is more to be said of the text than there is room for."""

    class Dismissed(Message):
        """Escape was pressed."""

    class Answered(Message):
        """A question was answered."""

        def __init__(self, *, yes: bool) -> None:
            super().__init__()
            self.yes = yes

    def __init__(self, look: Look, mode: str, monotonic: Callable[[], float]) -> None:
        super().__init__(look)
        self.mode = mode
        self.editor = LineEditor()
        self.phase = Phase.IDLE
        self.kind = "line"
        self.hints = Hints()
        self.question: Question | None = None
        self.typed = ""
        self.opened = 0
        self.said: Note = ()
        self.face = Face.FULL
        self._lines = 0
        self._guard = Guard(monotonic)

    def open(self, text: str, kind: str) -> None:
        """Begin to edit."""
        self.opened += 1
        self._lines = 0
        self.editor.set(text)
        self.phase, self.kind, self.hints, self.said = Phase.EDIT, kind, Hints(), ()
        self.refresh()
        self.post_message(self.Edited(self.editor.text, self.editor.cursor))

    def edit_again(self, notes: Sequence[Note] = ()) -> None:
        """Go back to the text, saying why."""
        self.phase, self.question = Phase.EDIT, None
        self.hint(Hints(self.hints.spans, "", 0, notes))

    def ask(self, question: Question) -> None:
        """Put a question; keys count only after a moment, but for Escape, which costs nothing."""
        self.phase, self.question, self.typed = Phase.ASK, question, ""
        self._guard.arm()
        self.refresh()

    def busy(self, text: str) -> None:
        """Say that an answer is awaited."""
        self.phase, self.said = Phase.BUSY, ((text, "dim"),)
        self.refresh()

    def idle(self) -> None:
        """Be calm."""
        self.phase, self.question = Phase.IDLE, None
        self.refresh()

    def say(self, text: str, role: str) -> None:
        """Show what happened until something else is to be shown."""
        if self.phase is Phase.BUSY:
            self.phase = Phase.IDLE
        self.said = ((clean(text, 600), role),)
        self.refresh()

    def tell(self, model: DeskModel) -> None:
        """Say what became of an order in doubt; nothing under edit or asked is disturbed by it."""
        news, model.news = model.news, None
        if news is not None and self.phase is Phase.IDLE:
            self.say(*news)

    def hint(self, hints: Hints) -> None:
        """Show what is known of the text under edit; the room that this takes is kept until the text has gone."""
        self.hints = hints
        self.refresh()
        lines = len(self._typed()) + 1
        if lines > self._lines:
            self._lines = lines
            self.post_message(self.Grew())

    def wanted(self, width: int) -> int:
        """Return how many lines would hold everything that is to be said in ``width`` cells; 0 without a wish."""
        if self.phase is Phase.ASK:
            return max(ASKING, len(self._question(width)) + 3)
        return self._lines if self.phase is Phase.EDIT else 0

    def take(self, event: events.Key) -> None:
        """Take a key while something is edited or asked; the screen passes them on, in the order of typing."""
        if self.phase is Phase.EDIT:
            self._edit(event)
        elif self.phase is Phase.ASK and (event.key == "escape" or self._guard.hears()):
            self._answer(event)

    def on_paste(self, event: events.Paste) -> None:
        """Put pasted text into the line, where it waits for Enter; a question never hears it."""
        event.stop()
        if self.phase is Phase.EDIT:
            self.editor.insert(event.text.strip("\r\n"))
            self._changed()
        elif self.phase is Phase.ASK:
            self._guard.arm()

    def _edit(self, event: events.Key) -> None:
        """Edit, submit, complete or give up."""
        if event.key == "enter":
            self.post_message(self.Submitted(self.editor.text, self.kind))
        elif event.key in {"escape", "ctrl+c"}:
            self.post_message(self.Dismissed())
        elif event.key == "tab":
            self._complete()
        elif self.editor.key(event.key, event.character):
            self._changed()

    def _complete(self) -> None:
        """Take the ghost; without one a space goes on to the next part."""
        if self.hints.ghost:
            self.editor.replace(self.hints.start, self.editor.cursor, self.hints.ghost)
        elif self.editor.text and not self.editor.text.endswith(" "):
            self.editor.insert(" ")
        self._changed()

    def _changed(self) -> None:
        """Tell that the text changed; old hints no longer hold."""
        self.hints = Hints((), "", 0, self.hints.notes)
        self.refresh()
        self.post_message(self.Edited(self.editor.text, self.editor.cursor))

    def _answer(self, event: events.Key) -> None:
        """Take a key of an answer."""
        if self.question is None:
            return
        before = self.typed
        yes, self.typed = heard(self.question, self.typed, event.key, event.character)
        if yes is not None:
            self.post_message(self.Answered(yes=yes))
        elif self.typed != before:
            self.refresh()

    def _title(self) -> Strip:
        """Say what this is: a line, a ticket, a question; in live mode that it is real money."""
        base = self.style_of("title")
        if self.phase is Phase.ASK:
            money = (
                f"{self.mode.upper()} {self.look.glyphs.sep} REAL MONEY" if self.mode == "live" else self.mode.upper()
            )
            style = self.style_of("ask_live" if self.mode == "live" else "ask_bar")
            return line([(f"  CONFIRM {self.look.glyphs.sep} {money} ", style)], self.size.width, style)
        name = "Order ticket" if self.kind == "ticket" or self.phase is Phase.IDLE else "Line"
        role = "title_on" if self.has_focus and self.phase is not Phase.IDLE else "title_shown"
        note = {Phase.EDIT: "Enter previews  Tab completes  Esc leaves", Phase.BUSY: "waiting for the desk"}.get(
            self.phase, ""
        )
        return spread([(" ", base), (f" {name} ", self.style_of(role))], [(f" {note} ", base)], self.size.width, base)

    def body(self, y: int) -> Strip:
        """Draw a line of what is typed, asked or said."""
        room = self.size.height - 1
        lines = self._asked(room) if self.phase is Phase.ASK else self._within(self._typed(), room)
        runs = lines[y] if y < len(lines) else []
        return line(runs, self.size.width, self.style_of("text"))

    def _asked(self, room: int) -> list[list[Run]]:
        """Compose the question and how to answer it."""
        return [*self._within(self._question(self.size.width), max(1, room - 2)), self._how()] if self.question else []

    def _question(self, width: int) -> list[list[Run]]:
        """Compose what is asked."""
        if self.question is None:
            return []
        text, bold = self.style_of("text"), self.style_of("bold")
        sentences = [[("  ", text), (each, bold)] for each in wrapped(self.question.sentence, max(10, width - 4))]
        return [*sentences, *(each for note in self.question.notes for each in self._note(note))]

    def _within(self, lines: list[list[Run]], room: int) -> list[list[Run]]:
        """Cut lines to a room, and say so."""
        if len(lines) <= room or room < 2:
            return lines[:room]
        more = f"  {self.look.glyphs.cut} and {len(lines) - room + 1} more lines than fit here"
        return [*lines[: room - 1], [(more, self.style_of("warn"))]]

    def _how(self) -> list[Run]:
        """Say how to answer."""
        style, wanted = self.style_of, self.question.answer if self.question else "enter"
        if wanted in ANSWERS:
            key, does, back = ANSWERS[wanted]
            parts = ((key, "accent"), (f" {does}   ", "dim"), ("Esc", "accent"), (f" {back}", "dim"))
        else:
            parts = (("type ", "dim"), (wanted, "accent"), (" and Enter: ", "dim"), (self.typed, "bold"))
        runs = [("  ", style("text")), *((text, style(role)) for text, role in parts)]
        return runs if wanted in ANSWERS else [*runs, (" ", Style(reverse=True))]

    def _typed(self) -> list[list[Run]]:
        """Compose the line under edit, or what was said last."""
        if self.phase is Phase.EDIT:
            return [self._prompt(), *(each for note in self.hints.notes for each in self._note(note))]
        if self.said:
            width = max(10, self.size.width - 4)
            role = self.said[0][1]
            return [
                [("  ", self.style_of("text")), (text, self.style_of(role))] for text in wrapped(self.said[0][0], width)
            ]
        text, dim = self.style_of("text"), self.style_of("dim")
        return [
            [
                ("  ", text),
                ("b", self.style_of("accent")),
                (" buy  ", dim),
                ("s", self.style_of("accent")),
                (" sell  ", dim),
                (":", self.style_of("accent")),
                (" typed line, as in  ", dim),
                (": buy btc 0.01 @-0.2%", text),
            ]
        ]

    def _note(self, note: Note) -> list[list[Run]]:
        """Compose the lines of a note: a sentence wraps, figures break before a part that begins with three spaces."""
        indent: Run = ("  ", self.style_of("text"))
        if len(note) == 1:
            text, role = note[0]
            return [[indent, (part, self.style_of(role))] for part in wrapped(text, max(10, self.size.width - 4))]
        lines: list[list[Run]] = [[indent]]
        used = 2
        for index, (text, role) in enumerate(note):
            following = note[index + 1][0] if text.startswith("   ") and index + 1 < len(note) else ""
            if text.startswith("   ") and used + cell_len(text + following) > self.size.width:
                lines.append([indent])
                text, used = text[3:], 2  # noqa: PLW2901 - the gap goes with the break
            lines[-1].append((text, self.style_of(role)))
            used += cell_len(text)
        return lines

    def _prompt(self) -> list[Run]:
        """Compose the typed text with its colours, the cursor, and the ghost of its completion."""
        text, cursor = self.editor.text, self.editor.cursor
        first = max(0, cursor - max(10, self.size.width - 14))
        roles = [""] * len(text)
        for start, end, role in self.hints.spans:
            roles[start:end] = [role] * (min(end, len(text)) - start)
        name = f" {self.mode.upper()} "
        runs: list[Run] = [
            (name, self.style_of("live_bar" if self.mode == "live" else "paper_bar")),
            (" : ", self.style_of("accent")),
        ]
        for index in range(first, len(text)):
            style = self.style_of(roles[index] or "bold")
            runs.append((text[index], style + Style(reverse=True) if index == cursor else style))
        ghost = self.hints.ghost[cursor - self.hints.start :] if cursor == len(text) else ""
        if cursor == len(text):
            runs.append((ghost[:1] or " ", self.style_of("dim") + Style(reverse=True)))
        return [*runs, (ghost[1:], self.style_of("faint"))]
