"""Typed lines: resolved, previewed and run by the desk, so that console and programs mean the same by them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from tui_trader.contract.base import Answer, Question
from tui_trader.contract.orders import CancelResult, OrderView, Placement, Preview


class LineContext(Question):
    """What ``.``, ``:3`` and a missing symbol refer to. ``rows`` are ids in the order the caller shows them."""

    focus: str | None = None
    rows: list[str] = Field(default_factory=list, max_length=1000)
    selected: str | None = None


class RunLine(Question):
    """``POST /commands``; with ``?dry_run=true`` nothing is sent.

    Statement *n* of a line has the intent id ``{intent_id}-n``.
    """

    intent_id: str = Field(min_length=8, max_length=60, pattern=r"^[A-Za-z0-9_-]+$")
    line: str = Field(min_length=1, max_length=2000)
    context: LineContext = LineContext()
    confirmation: str | None = None


class Confirm(StrEnum):
    """What a person has to do before a step runs."""

    NONE = "none"
    ENTER = "enter"
    YES = "yes"
    WORD = "word"


class Step(Answer):
    """One statement: its English sentence, and what it would do or did.

    ``preview`` and ``orders`` say what it would do, ``placement`` and ``cancelled`` what it did.

    ``confirm`` is what the policy asks for; ``word`` what is to be typed for ``word``.
    ``look`` names a panel for lines that only look; ``focus`` a symbol to show.
    """

    sentence: str
    line: str
    confirm: Confirm = Confirm.NONE
    word: str | None = None
    preview: Preview | None = None
    orders: list[OrderView] = Field(default_factory=list)
    placement: Placement | None = None
    cancelled: CancelResult | None = None
    look: str | None = None
    focus: str | None = None
    refused: str | None = None
    """Why this step cannot run, in a sentence; the preview then shows what is known."""


class LineResult(Answer):
    """A line, step by step. ``ok`` is false when any step was refused, rejected, denied or unknown.

    ``line`` of a preview is the line with its prices and sizes as shown: running it does what was confirmed, where
    the line as typed would be worked out again against a market that has moved.
    """

    ok: bool
    steps: list[Step]
    line: str = ""
