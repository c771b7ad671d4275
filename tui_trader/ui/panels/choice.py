"""A list to choose from, without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class ChoiceRow(NamedTuple):
    """One row; ``role`` is its colour."""

    key: str
    text: str
    role: str = "text"


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows, and what each key does with the row under the cursor. ``empty`` stands there without any rows.

    Keys of ``without_row`` work without a row too; ``selected`` is the row to begin with.
    """

    title: str
    rows: Sequence[ChoiceRow]
    keys: Mapping[str, str]
    empty: str = ""
    without_row: frozenset[str] = frozenset()
    selected: str = ""
