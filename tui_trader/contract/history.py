"""The past: transactions and the journal."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tui_trader.contract.base import Answer, Question, Time


class MakeBackup(Question):
    """``POST /history/backup``: make a copy of everything, and check it."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


class ChainView(Answer):
    """The journal, found whole: how many lines it has and the hash of the last one (64 hex digits)."""

    lines: int
    hash: str


class DifferenceView(Answer):
    """Where a table does not follow from the journal."""

    row: str
    column: str
    journal: str
    table: str


class RebuiltView(Answer):
    """The tables compared with the journal; ``differing`` counts all differences, the list holds the first."""

    orders: int
    fills: int
    older: int
    differing: int
    differences: list[DifferenceView]


class BackupView(Answer):
    """A backup, opened and found whole."""

    path: str
    bytes: int
    lines: int
    hash: str


class JournalView(Answer):
    """One line of the journal."""

    sequence: int
    kind: str
    at: Time
    order_id: str
    origin: str
    body: dict[str, Any]
