"""The command palette: every action of the focused panel, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_trader.ui.keymap import ACTIONS

if TYPE_CHECKING:
    from tui_trader.ui.screens.desk import DeskScreen


class ActionProvider(Provider):
    """Offers the keymap's actions; one that cannot be used says why."""

    async def discover(self) -> Hits:
        """Offer everything."""
        for name, text, call in self._offers():
            yield DiscoveryHit(name, call, text=name, help=text)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for name, text, call in self._offers():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), call, text=name, help=text)

    def _offers(self) -> list[tuple[str, str, Callable[[], None]]]:
        """List (name, help or reason, what to do)."""
        screen = cast("DeskScreen", self.screen)
        situation = screen.keys.situation()
        found: list[tuple[str, str, Callable[[], None]]] = []
        here = screen.keymap.of(screen.stage.focused)
        for action in (*here, *(each for each in ACTIONS if each.anywhere and each not in here)):
            reason = action.reason(situation)
            call = partial(screen.say, reason, "warn") if reason else partial(screen.do, action.id)
            name = f"{action.help.split(';')[0].split(':')[0].rstrip('.')}  {screen.keymap.shown(action)}"
            found.append((name, reason or action.id, call))
        return found
