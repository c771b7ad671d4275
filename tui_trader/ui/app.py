"""The console's Textual app: theme, frame dropping, the end of the terminal; everything else is the desk's screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events

from tui_trader.ui.flows.connect import Connect
from tui_trader.ui.frames import FrameDroppingApp
from tui_trader.ui.glyphs import ASCII, UNICODE
from tui_trader.ui.keymap import Keymap
from tui_trader.ui.options import ConsoleSettings
from tui_trader.ui.screens.desk import DeskScreen
from tui_trader.ui.terminal import colours, hung_up
from tui_trader.ui.theme import PALETTES, Skin, themes
from tui_trader.ui.widgets.panel import Look

if TYPE_CHECKING:
    from textual.screen import Screen

HANGUP_SECONDS = 0.25
HANGUP_STATUS = 129


def _actions() -> Any:
    """Return the palette's provider, imported when the palette opens."""
    from tui_trader.ui.screens.palette import ActionProvider  # noqa: PLC0415 - not before the first paint

    return ActionProvider


def stylesheet() -> Path:
    """Return the TCSS file: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "styles" / "console.tcss"
    return inside if inside.exists() else package.parent / "styles" / "console.tcss"


class ConsoleApp(FrameDroppingApp, inherit_bindings=False):
    """The console. ``connect`` is called after the first paint and again whenever the desk went away.

    Raises:
        SettingsError: the keymap of the settings names an unknown action or uses a key twice; or no such theme.

    """

    CSS_PATH = stylesheet()
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = frozenset({_actions})  # type: ignore[assignment] # Textual only iterates over it
    TITLE = "tui-trader"

    def __init__(self, connect: Connect, settings: ConsoleSettings, wall_ms: Callable[[], int]) -> None:
        self._keymap_of_settings = Keymap(settings.keymap)
        self._palette_name = theme_name(settings.theme)
        super().__init__()
        self._connect, self._settings, self._wall_ms = connect, settings, wall_ms
        for theme in themes():
            self.register_theme(theme)
        self.theme = f"desk-{self._palette_name}"

    def get_default_screen(self) -> Screen[Any]:
        """Make the desk's screen."""
        look = Look(Skin(self._palette_name, self._settings.mode), ASCII if self._settings.ascii else UNICODE)
        return DeskScreen(self._settings, self._keymap_of_settings, look, self._connect, self._wall_ms)

    async def on_event(self, event: events.Event) -> None:
        """Let the kill switch hear a key first, whatever stands on the screen."""
        if not (isinstance(event, events.Key) and not event.is_forwarded and self._halts(event)):
            await super().on_event(event)

    def _halts(self, event: events.Key) -> bool:
        """Tell whether a key went to the kill switch."""
        desk = self.screen_stack[0] if self.screen_stack else None
        return isinstance(desk, DeskScreen) and desk.is_mounted and desk.actions.halting.takes(event, self.screen)

    def on_mount(self) -> None:
        """Watch for the end of the terminal."""
        if not self.is_headless:
            self.set_interval(HANGUP_SECONDS, self._watch_terminal)

    def _watch_terminal(self) -> None:
        """End at once when the terminal is gone: nothing of the console is worth waiting for."""
        if hung_up():
            os._exit(HANGUP_STATUS)


def theme_name(wanted: str) -> str:
    """Return the palette to use; without a wish, one that suits the terminal.

    Raises:
        SettingsError: there is no such theme.

    """
    from tui_trader.errors import SettingsError  # noqa: PLC0415 - only named here

    name = wanted or {0: "mono", 16: "basic"}.get(colours(os.environ), "dark")
    if name not in PALETTES:
        raise SettingsError(f'theme: there is no "{name}"; there are {", ".join(PALETTES)}.')
    return name
