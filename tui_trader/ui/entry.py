"""The way in: ``run_console`` for the command line."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_trader.ui.options import ConsoleSettings
from tui_trader.ui.terminal import unsupported

if TYPE_CHECKING:
    from tui_trader.client.port import DeskPort

__all__ = ["ConsoleSettings", "run_console", "unsupported"]


def run_console(connect: Callable[[], Awaitable[DeskPort]], settings: ConsoleSettings) -> int:
    """Show the console until it is left; return the exit status.

    ``connect`` attaches to a desk or starts one; it runs in the console's event loop after the first paint, and again
    after each loss. Call :func:`unsupported` first and print what it says.

    Raises:
        SettingsError: keymap or theme cannot be used.

    """
    gc.disable()
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    from tui_trader.ui.app import ConsoleApp  # noqa: PLC0415 - Textual reads its environment when imported

    app = ConsoleApp(connect, settings, lambda: time.time_ns() // 1_000_000)
    status = app.run()
    return status if status is not None else app.return_code or 0
