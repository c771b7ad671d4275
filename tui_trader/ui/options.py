"""What the console is told at start: plain values, so that nothing heavy is imported to read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SMALLEST = (60, 16)
"""Columns and rows that the console needs at least."""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Everything the console can be told. ``mode`` is ``paper`` or ``live``; ``rate`` is market frames a second.

    ``theme`` is ``dark``, ``light``, ``mono``, ``basic`` (16 colours) or empty for what suits the terminal.
    ``keymap`` maps an action's id to the keys that replace its own. ``ascii`` draws with ASCII characters only.
    ``bell`` lets errors and grave risks be heard.
    ``confirm_always`` asks before every order, not only those that touch a soft limit.
    """

    mode: str = "paper"
    profile: str = "default"
    watchlist: tuple[str, ...] = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "MXUSDT")
    theme: str = ""
    keymap: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rate: float = 10
    ascii: bool = False
    bell: bool = True
    confirm_always: bool = True
