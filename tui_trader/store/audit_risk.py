"""The walk that compares constraints and assessments with the journal's lines, each of which carries them whole.

Figures over time are samples and follow from no line.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui_trader.services.risk_lines import AFTER, ASSESSMENT, BEFORE, CONSTRAINT, assessment_of, constraint_of
from tui_trader.store import schema
from tui_trader.store.risk_rows import assessment_row, constraint_row
from tui_trader.store.risk_schema import Assessments, Constraints
from tui_trader.store.rows import Row
from tui_trader.store.table import Table

LINES_PER_STEP = 500
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes of reading a line that is none of ours."""
_LINES = "SELECT sequence, body FROM journal WHERE sequence > ? AND sequence <= ? AND kind = ? ORDER BY sequence"

Differ = Callable[[str, str, str, str], None]
"""Takes a difference: which row, which column, and both values as text."""


@dataclass(slots=True)
class _Kind:
    """A kind of line and the table that follows from it.

    ``open`` holds, by id, what the newest line says where the table says otherwise: a line that a later one overtakes
    leaves it again, so that it stays small. ``rows`` counts the rows that there should be.
    """

    kind: str
    table: type[Table]
    row: Callable[[Mapping[str, Any]], Row]
    name: str
    rows: int = 0
    open: dict[str, Row | None] = field(default_factory=dict)

    def read(self, connection: sqlite3.Connection, body: Mapping[str, Any]) -> None:
        """Take a line in."""
        before, after = body[BEFORE], body[AFTER]
        row = None if after is None else self.row(after)
        id_ = str(before["id"] if row is None else row[0])
        self.rows += (before is None) - (after is None)
        if self.kept(connection, id_) == row:
            self.open.pop(id_, None)
        else:
            self.open[id_] = row

    def kept(self, connection: sqlite3.Connection, id_: str) -> Row | None:
        """Read what the table has of an id."""
        names = ", ".join(schema.columns(self.table))
        statement = f"SELECT {names} FROM {schema.table_name(self.table)} WHERE id = ?"  # noqa: S608 - our names
        found: Row | None = connection.execute(statement, (id_,)).fetchone()
        return found

    def report(self, connection: sqlite3.Connection, differ: Differ) -> None:
        """Tell what differs."""
        for id_, row in self.open.items():
            self._tell(f"{self.name} {id_}", row, self.kept(connection, id_), differ)
        (count,) = connection.execute(f"SELECT count(*) FROM {schema.table_name(self.table)}").fetchone()  # noqa: S608 - as above
        missing = sum(row is not None and self.kept(connection, id_) is None for id_, row in self.open.items())
        if count != self.rows - missing:
            differ(schema.table_name(self.table), "rows", str(self.rows - missing), str(count))

    def _tell(self, name: str, journal: Row | None, table: Row | None, differ: Differ) -> None:
        if journal is None or table is None:
            words = ("nothing", "a row") if journal is None else ("a line", "no row")
            differ(name, "", *words)
            return
        for column, ours, theirs in zip(schema.columns(self.table), journal, table, strict=True):
            if ours != theirs:
                differ(name, column, str(ours), str(theirs))


def risk_rows_of(connection: sqlite3.Connection, differ: Differ) -> Generator[None, None, None]:
    """Compare step by step; what was written meanwhile is read with the last step, so that it is no difference."""
    kinds: Sequence[_Kind] = (
        _Kind(CONSTRAINT, Constraints, lambda body: constraint_row(constraint_of(body)), "constraint"),
        _Kind(ASSESSMENT, Assessments, lambda body: assessment_row(assessment_of(body)), "assessment"),
    )
    low = 0
    while True:
        high = low + LINES_PER_STEP
        for each in kinds:
            for sequence, body in connection.execute(_LINES, (low, high, each.kind)).fetchall():
                try:
                    each.read(connection, json.loads(body))
                except UNREADABLE as error:
                    differ(f"line {sequence}", "", f"a {each.name} that cannot be read ({type(error).__name__})", "")
        (end,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM journal").fetchone()
        if high >= end:
            break
        low = high
        yield
    for each in kinds:
        each.report(connection, differ)
