"""What the console asks of its terminal. Imports no Textual: a refusal has to be quick."""

from __future__ import annotations

import os
import select
import shutil
import sys
from collections.abc import Mapping

from tui_trader.ui.options import SMALLEST


def unsupported(env: Mapping[str, str] | None = None) -> str:
    """Return one sentence on why this terminal cannot show the console; empty when it can."""
    env = os.environ if env is None else env
    if not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        return "The console needs a terminal; use the commands with --json for programs (tui-trader --help lists them)."
    if env.get("TERM", "") in {"", "dumb", "unknown"}:
        said = env.get("TERM", "") or "(nothing)"
        return f"TERM={said} cannot show the console; set TERM, for example to xterm-256color."
    width, height = shutil.get_terminal_size()
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return f"The terminal has {width}x{height} cells; the console needs at least {SMALLEST[0]}x{SMALLEST[1]}."
    return ""


def speaks_unicode() -> bool:
    """Tell whether the pictures' characters can be written to this terminal, as its locale says."""
    try:
        "▌".encode(getattr(sys.__stderr__, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def colours(env: Mapping[str, str]) -> int:
    """Return how many colours a terminal shows: 0 where ``NO_COLOR`` is set, 16, 256 or 2**24; as Rich tells them."""
    if env.get("NO_COLOR"):
        return 0
    forced = {"standard": 16, "256": 256, "truecolor": 1 << 24}.get(env.get("TEXTUAL_COLOR_SYSTEM", ""))
    if forced is not None:
        return forced
    if env.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return 1 << 24
    return 256 if env.get("TERM", "").rpartition("-")[2] in {"256color", "kitty"} else 16


def hung_up() -> bool:
    """Tell whether the terminal is gone: a reader of standard input would spin on it."""
    try:
        poller = select.poll()
        poller.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, select.POLLIN)
        return any(flags & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, flags in poller.poll(0))
    except (OSError, ValueError):
        return True
