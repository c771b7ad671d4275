"""APSW behind the few calls of ``sqlite3.Connection`` that the store makes, and Peewee's database on top of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw
from peewee import SqliteDatabase


class Rows:
    """What ``sqlite3`` calls a cursor: rows to fetch, and how many a statement changed."""

    def __init__(self, rows: Sequence[tuple[Any, ...]], rowcount: int = -1) -> None:
        self._rows = list(rows)
        self.rowcount = rowcount

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows left."""
        return self._rows


class Connection:
    """A connection to a file of a :class:`tests.property.power_cuts.disk.Disk`."""

    def __init__(self, name: str, vfs: str) -> None:
        self._plain = apsw.Connection(name, vfs=vfs)
        self.apart = False
        """Whether each statement is a commit of its own: a mistake to be found."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._plain.in_transaction

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Run a statement."""
        if self.apart and sql in {"BEGIN IMMEDIATE", "COMMIT"}:
            return Rows(())
        return Rows(self._plain.execute(sql, tuple(values)).fetchall())

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Rows:
        """Run a statement for each row and add up what it changed; triggers do not count, as in ``sqlite3``."""
        changed = 0
        for row in rows:
            self._plain.execute(sql, tuple(row))
            changed += self._plain.changes()
        return Rows((), changed)

    def close(self) -> None:
        """Close."""
        self._plain.close()


class ApswDatabase(SqliteDatabase):  # type: ignore[misc]  # Peewee has no types
    """Peewee's SQLite database over APSW and a VFS."""

    def __init__(self, name: str, vfs: str) -> None:
        self._vfs = vfs
        super().__init__(name, autoconnect=False)

    def _connect(self) -> Connection:
        return Connection(self.database, self._vfs)
