"""Asking the person: a question in the ticket, a form, a list; one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_trader.ui.panels.dialogue import Question
from tui_trader.ui.screens.choosing import ChoiceScreen
from tui_trader.ui.screens.form import FormScreen

if TYPE_CHECKING:
    from tui_trader.ui.panels.choice import Choice
    from tui_trader.ui.panels.form import Form
    from tui_trader.ui.screens.desk import DeskScreen


class Asking:
    """Works for the desk screen on everything that waits for an answer."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._one = asyncio.Lock()
        self._answer: asyncio.Future[bool] | None = None

    async def ask(self, question: Question) -> bool:
        """Ask in the ticket and wait; one question at a time."""
        async with self._one:
            return await self._ask(question)

    async def fill_in(self, form: Form) -> Mapping[str, str] | None:
        """Show a form until it is saved or left."""
        return await self._screen.app.push_screen_wait(
            FormScreen(self._screen.look, form, self._screen.session.wall_ms)
        )

    async def choose(self, choice: Choice) -> tuple[str, str] | None:
        """Show a list until something is done with one of its rows, or it is left."""
        return await self._screen.app.push_screen_wait(ChoiceScreen(self._screen.look, choice))

    def answered(self, *, yes: bool) -> None:
        """Pass an answer on to whoever asked."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(yes)

    async def _ask(self, question: Question) -> bool:
        """Put one question."""
        screen = self._screen
        self._answer = asyncio.get_running_loop().create_future()
        screen.stage.ticket.ask(question)
        screen.place_anew()
        screen.set_focus(screen.stage.ticket)
        screen.tell_footer()
        try:
            return await self._answer
        finally:
            self._answer = None
            screen.rest()
