"""Typing: the line under edit is read at once, previewed by the desk a moment later, and carried out on Enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_trader.domain.text import clean
from tui_trader.errors import TraderError
from tui_trader.ui.flows import leave
from tui_trader.ui.flows.place import notes_of, run_line, told
from tui_trader.ui.panels.dialogue import Hints, Note, Phase
from tui_trader.ui.typed import Reading, context_of, read, with_price_sign

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

    from tui_trader.ui.screens.desk import DeskScreen
    from tui_trader.ui.widgets.table import TablePanel

PREVIEW_SECONDS = 0.12
AGAIN_SECONDS = 1.0
"""After so long a line that stands unchanged is previewed again: prices, limits and the gate move meanwhile."""


class Typist:
    """Works for the desk screen on everything that is typed."""

    def __init__(self, screen: DeskScreen) -> None:
        self.screen = screen
        self._timers: dict[str, Timer] = {}
        self._round = 0
        self._under_way: set[int] = set()

    def later(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        """Call in a while; a call of the same name that still waits is dropped."""
        if name in self._timers:
            self._timers[name].stop()
        self._timers[name] = self.screen.set_timer(seconds, call)

    def edited(self, text: str, cursor: int) -> None:
        """Show what is known here, and ask the desk when the line is complete."""
        self._round += 1
        reading, completed = self._read(text, cursor), self._completed(text)
        if completed != text:
            reading = self._read(completed, len(completed))
            reading = replace(reading, hints=replace(reading.hints, spans=()))
        self.screen.stage.ticket.hint(reading.hints)
        asked = self._round
        if reading.complete and not reading.help and self.screen.session.port is not None:
            self.later("preview", PREVIEW_SECONDS, lambda: self.screen.flow(self._preview(text, reading.hints, asked)))

    async def submitted(self, text: str, kind: str) -> None:
        """Carry a line out; what cannot be read stays to be edited."""
        screen, ticket, word = self.screen, self.screen.stage.ticket, text.strip().lstrip(":").strip()
        if not word:
            screen.rest()
            return
        self._round += 1
        completed = self._completed(text)
        ticket.editor.remember(completed.strip())
        if word in leave.LEAVE or word == leave.SHUTDOWN:
            screen.rest()
            await (leave.shut_down(screen.session) if word == leave.SHUTDOWN else leave.leave(screen.session))
            return
        if completed != text:
            text = word = self._completed(word)
            ticket.editor.set(text)
        reading = self._read(text, len(text))
        if reading.help:
            screen.rest()
            screen.say(reading.help)
        elif not reading.complete:
            self._go_on(text, reading)
        else:
            await self._run(word, kind)

    def filter_key(self, table: TablePanel, event: events.Key) -> None:
        """Take a key of a filter."""
        text, typing = table.filter, True
        if event.key == "escape":
            text, typing = "", False
        elif event.key == "enter":
            typing = False
        elif event.key == "backspace":
            text = text[:-1]
        elif event.character and event.character.isprintable():
            text += event.character
        table.set_filter(text, typing=typing)
        self.screen.filtered(table)
        self.screen.tell_footer()

    async def _run(self, line: str, kind: str) -> None:
        """Hand a line to the desk; an Enter that bounces on a line that is under way does nothing (R21)."""
        opened = self.screen.stage.ticket.opened
        if opened in self._under_way:
            return
        self._under_way.add(opened)
        try:
            await self._carry_out(line, kind, opened)
        finally:
            self._under_way.discard(opened)

    async def _carry_out(self, line: str, kind: str, opened: int) -> None:
        """Run a line; one that did not go through stays to be edited, unless another one was begun meanwhile."""
        screen, ticket = self.screen, self.screen.stage.ticket
        screen.session.lines.append(line)
        ask_always = kind == "ticket" or screen.session.settings.confirm_always
        done = await run_line(screen.session, line, ask_always=ask_always)
        if ticket.opened != opened:
            return
        if done:
            screen.rest()
            return
        said = ticket.said
        ticket.edit_again([said] if said else [])
        screen.set_focus(ticket)
        screen.tell_footer()

    def _go_on(self, text: str, reading: Reading) -> None:
        """Leave an unfinished line under edit; where only something is missing, a space makes room for it."""
        ticket = self.screen.stage.ticket
        if reading.missing and not text.endswith(" "):
            ticket.editor.set(text + " ")
        notes: list[Note] = [*reading.hints.notes[:-1], ((reading.error, "error"),)]
        ticket.hint(replace(reading.hints, ghost="", notes=notes))

    async def _preview(self, text: str, hints: Hints, asked: int) -> None:
        """Show what the line would do, and again after a while, until it is changed or sent."""
        ticket, session = self.screen.stage.ticket, self.screen.session
        notes: list[Note] = []
        try:
            result = await session.desk().preview_line(self._completed(text).strip().lstrip(":"), session.context())
            for step in result.steps:
                if step.refused and not (step.preview and any(each.level == "HARD" for each in step.preview.breaches)):
                    notes.append(((clean(step.refused, 300), "error"),))
                notes += notes_of(step) or [((clean(step.sentence, 300), "dim"),)]
        except TraderError as error:
            notes.append(((told(error), "error"),))
        if ticket.phase is Phase.EDIT and self._round == asked:
            ticket.hint(replace(hints, notes=[*hints.notes[:1], *notes]))
            self.later("preview", AGAIN_SECONDS, lambda: self.screen.flow(self._preview(text, hints, asked)))

    def _completed(self, text: str) -> str:
        """Return a ticket's text with the sign that its price lacks; a typed line is left as it is."""
        if self.screen.stage.ticket.kind != "ticket":
            return text
        rows, selected = self.screen.context()
        return with_price_sign(text, context_of(self.screen.model, rows, selected))

    def _read(self, text: str, cursor: int) -> Reading:
        """Read a line in the light of what is on the screen."""
        rows, selected = self.screen.context()
        return read(text.lstrip(":"), cursor, context_of(self.screen.model, rows, selected))
