"""What the ticket and a person say to each other: phases, questions, hints, and how a key answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

Note = tuple[tuple[str, str], ...]
"""A line under the typed one: (text, role) runs."""


class Phase(Enum):
    """What the ticket is doing."""

    IDLE = "idle"
    EDIT = "edit"
    ASK = "ask"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be confirmed. ``answer`` is ``enter``, ``y``, or a word to be typed."""

    sentence: str
    notes: Sequence[Note] = ()
    answer: str = "enter"
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of the text under edit: ``spans`` (start, end, role), a ``ghost`` to replace it from ``start``."""

    spans: Sequence[tuple[int, int, str]] = ()
    ghost: str = ""
    start: int = 0
    notes: Sequence[Note] = field(default_factory=tuple)


def heard(question: Question, typed: str, key: str, character: str | None) -> tuple[bool | None, str]:
    """Return the answer that a key gives (``None``: none yet) and the word typed so far."""
    if key in {"escape", "ctrl+c"}:
        return False, typed
    if question.answer == "enter":
        return (True if key == "enter" else None), typed
    if question.answer == "y":
        return {"y": True, "n": False}.get((character or "").lower()), typed
    if key == "enter":
        return (True if typed == question.answer else None), typed
    if key == "backspace":
        return None, typed[:-1]
    return None, typed + (character if character and character.isprintable() else "")
