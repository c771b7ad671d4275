"""What every flow needs: the desk, what is known, the settings, and a way to speak with the person."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tui_trader.errors import DeskUnavailable
from tui_trader.ui.model import DeskModel
from tui_trader.ui.options import ConsoleSettings
from tui_trader.ui.panels.dialogue import Question

if TYPE_CHECKING:
    from tui_trader.client.port import DeskPort
    from tui_trader.contract.commands import LineContext
    from tui_trader.contract.orders import FillView, OrderView
    from tui_trader.ui.panels.choice import Choice
    from tui_trader.ui.panels.form import Form


class View(Protocol):
    """What a flow may do to the screen."""

    def changed(self, topics: Iterable[str]) -> None:
        """Have panels drawn from the model."""

    def say(self, text: str, role: str = "text") -> None:
        """Tell the person what happened."""

    async def ask(self, question: Question) -> bool:
        """Ask, and wait for the answer; only a clear yes is one."""

    async def fill_in(self, form: Form) -> Mapping[str, str] | None:
        """Show a form; return what was filled in, ``None`` when it was left."""

    async def choose(self, choice: Choice) -> tuple[str, str] | None:
        """Show a list; return the key pressed and its row, ``None`` when it was left."""

    def busy(self, text: str) -> None:
        """Say that an answer is awaited."""

    def go_to(self, panel: str) -> None:
        """Show a panel and give it the keys."""

    def reveal(self, panel: str) -> None:
        """Show a panel without giving it the keys."""

    def look_at(self, symbol: str) -> None:
        """Show another market."""

    def context(self) -> tuple[Sequence[str], str | None]:
        """Return the ids of the rows of the focused table, and the selected one."""

    def fail(self, panel: str, reason: str) -> None:
        """Show the error face of a panel."""

    def history_page(self, view: str, total: int, items: Sequence[OrderView | FillView], *, first: bool) -> None:
        """Show a page of history."""

    def leave(self, status: int) -> None:
        """End the console."""


@dataclass
class Session:
    """One console at work. ``port`` is ``None`` while no desk answers."""

    model: DeskModel
    settings: ConsoleSettings
    view: View
    wall_ms: Callable[[], int]
    port: DeskPort | None = None
    lines: list[str] = field(default_factory=list)
    unanswered: list[tuple[str, str]] = field(default_factory=list)
    """Intent id and pair of each order whose answer was lost with the desk."""

    def desk(self) -> DeskPort:
        """Return the desk.

        Raises:
            DeskUnavailable: none answers.

        """
        if self.port is None:
            raise DeskUnavailable(f"No desk answers: {self.model.link_reason or 'still connecting'}.")
        return self.port

    def context(self) -> LineContext:
        """Return what ``.``, ``:3`` and a missing symbol mean just now."""
        from tui_trader.contract.commands import LineContext  # noqa: PLC0415 - pydantic stays out of the first paint

        rows, selected = self.view.context()
        return LineContext(focus=self.model.focus, rows=list(rows)[:1000], selected=selected)

    def log(self, level: str, text: str) -> None:
        """Write a line into the log."""
        self.view.changed(self.model.write(self.wall_ms(), level, text))


def new_intent() -> str:
    """Make the id of one intention; made once per dialog, so that asking twice does nothing twice."""
    return secrets.token_hex(16)
