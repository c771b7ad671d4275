"""The kill switch on the desk screen: its key in every mode but typing, and its certificate over everything."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from textual import events

from tui_trader.ui.flows import halt
from tui_trader.ui.panels.dialogue import Phase
from tui_trader.ui.screens.choosing import ChoiceScreen
from tui_trader.ui.screens.form import FormScreen
from tui_trader.ui.screens.keys import key_name
from tui_trader.ui.screens.sheet import SheetScreen
from tui_trader.ui.widgets.halt_key import AGAIN_WITHIN_S, HaltKey, Heard

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui_trader.ui.screens.desk import DeskScreen


class Halting:
    """Hears the key before anything else does, and shows what came of it."""

    def __init__(self, screen: DeskScreen) -> None:
        self.screen = screen
        self._key = HaltKey(screen.keymap.keys["halt"], time.monotonic)
        self._sheet: SheetScreen | None = None
        self._shown = ""

    @property
    def warns(self) -> bool:
        """Whether the footer says what the next key would do."""
        return bool(self._key.second)

    def takes(self, event: events.Key, front: Screen[Any]) -> bool:
        """Take a key that comes to the screen in front; tell whether it went to the switch."""
        key = key_name(event.key, event.character)
        if self._is_text(key, front):
            self._key.forget()
            return False
        heard = self._key.hear(key)
        if heard is Heard.HALT:
            self.press()
        elif heard is Heard.FIRST:
            self._warn(front)
        return heard is not Heard.NOTHING

    def press(self) -> None:
        """Halt."""
        self.screen.flow(self._halt())

    def recall(self) -> None:
        """Show the newest certificate again."""
        self.screen.flow(self._recall())

    def show(self) -> None:
        """Show a certificate that is new, and bring one on the screen up to date; one that was closed stays closed."""
        certificate = self.screen.model.certificate
        if certificate is None:
            return
        title = "HALTED" if certificate.done else "HALTED: still being pursued"
        lines = halt.certificate_lines(certificate)
        if self._sheet is not None and self._sheet.is_attached:
            self._sheet.tell(title, lines)
        elif certificate.id != self._shown:
            self._shown = certificate.id
            self._open(title, lines)

    def _open(self, title: str, lines: list[tuple[str, str]]) -> None:
        self._sheet = SheetScreen(self.screen.look, title, lines, grave=True)
        self.screen.app.push_screen(self._sheet)

    async def _halt(self) -> None:
        trouble = await halt.halt(self.screen.session)
        if trouble:
            self._open("NOT HALTED", [("", trouble)])

    async def _recall(self) -> None:
        trouble = await halt.recall(self.screen.session)
        if trouble:
            self.screen.say(trouble, "warn")
        else:
            self._shown = ""
            self.show()

    def _is_text(self, key: str, front: Screen[Any]) -> bool:
        """Tell whether a key is a letter of something that is being typed."""
        if isinstance(front, SheetScreen):
            return False
        if isinstance(front, FormScreen | ChoiceScreen):
            return front.typing
        if front is not self.screen:
            return True  # the palette searches by what is typed
        stage = self.screen.stage
        if stage.ticket.phase is Phase.EDIT:
            return True
        if stage.ticket.phase is Phase.ASK:
            question = stage.ticket.question
            return question is not None and question.answer.startswith(stage.ticket.typed + key)
        return stage.ticket.phase is Phase.IDLE and stage.table is not None and stage.table.filtering

    def _warn(self, front: Screen[Any]) -> None:
        """Say what the next key would do, for as long as it would."""
        second = self._key.second
        if isinstance(front, SheetScreen):
            front.hint(f"{second} again within 1 s halts")
            front.set_timer(AGAIN_WITHIN_S, lambda: front.hint(""))
        self.screen.stage.footer.tell([(second, "again within 1 s halts")], "HALT?")
        self.screen.set_timer(AGAIN_WITHIN_S, self.screen.tell_footer)
