"""The one connection: opened, used and closed on the writer thread, and the end of the chain that it keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.store.anchor import Anchor
from tui_trader.store.ballast import Ballast
from tui_trader.store.changes import START, Batch, Head, apply
from tui_trader.store.failures import DATABASE_ERRORS, primary_code, store_error
from tui_trader.store.rows import Row

T = TypeVar("T")
WAL_LIMIT_PAGES = 1024
"""4 MiB of write-ahead log; above it a checkpoint does not wait for a quiet moment."""
FIRST_CHECKPOINT_ROWS = 64


class Session:
    """Statements on the one connection. Not thread-safe: it belongs to the thread that opened it."""

    def __init__(
        self,
        database: Any,
        path: Path,
        head: Head = START,
        ballast: Ballast | None = None,
        anchor: Anchor | None = None,
    ) -> None:
        self.database = database  # a SqliteDatabase; its stubs leave half of the methods untyped
        self.path = path
        self.head = head
        self.version = 0
        """Grows with each commit that may change a history's rows or total."""
        self._connection: sqlite3.Connection = self.database.connection()
        self._ballast = ballast
        self._anchor = anchor
        self._broken: StoreError | None = None
        self._rows = 0
        self._row_limit = FIRST_CHECKPOINT_ROWS

    @property
    def connection(self) -> sqlite3.Connection:
        """The plain connection under Peewee's."""
        return self._connection

    def fetch(self, query: Any) -> list[Row]:
        """Run a Peewee query and return plain rows."""
        sql, values = self.database.get_sql_context().sql(query).query()
        return self._connection.execute(sql, values).fetchall()

    def scalar(self, query: Any) -> Any:
        """Run a Peewee query and return the first column of its first row, ``None`` where there is none."""
        rows = self.fetch(query)
        return rows[0][0] if rows else None

    def transact(self, work: Callable[[], T]) -> T:
        """Run ``work`` in one transaction: all of it or none.

        Raises:
            StoreError: nothing of it was kept.

        """
        if self._broken:
            raise self._broken
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            result = work()
            self._connection.execute("COMMIT")
        except DATABASE_ERRORS as error:
            raise self.fail(error) from None
        finally:
            self._roll_back()
        return result

    def commit(self, batches: Sequence[Batch]) -> list[int | StoreError]:
        """Commit a group at once; where that fails, each alone, so that a bad one harms no other.

        A full disk refuses all of it: what an order waits for must not pass on space in reserve.
        Returns the journal's last sequence after each batch, or why the batch was not written.
        """
        try:
            heads = self.transact(lambda: self._apply_all(batches))
        except StoreError as error:
            if len(batches) == 1 or self._broken or error.trouble is StoreTrouble.FULL:
                return [error] * len(batches)
            return [result for batch in batches for result in self.commit([batch])]
        if self._anchor is not None and heads[-1] != self.head:
            self._anchor.write(heads[-1])
        self.head = heads[-1]
        self._rows += sum(len(batch.lines) + sum(len(rows) for _, rows in batch.tables) for batch in batches)
        if any(batch.histories for batch in batches):
            self.version += 1
        return [head.sequence for head in heads]

    def _apply_all(self, batches: Sequence[Batch]) -> list[Head]:
        """Apply batches in their order; returns the chain's end after each."""
        heads: list[Head] = []
        head = self.head
        for batch in batches:
            head = apply(self._connection, batch, head)
            heads.append(head)
        return heads

    def _roll_back(self) -> None:
        """Leave no transaction open, whatever ended it."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            self._broken = store_error(error, self.path)

    def fail(self, error: BaseException) -> StoreError:
        """Remember a failed disk or a damaged file: after it no commit of this connection can be trusted.

        Where the disk is full, the space in reserve is given up.
        """
        said = store_error(error, self.path)
        if primary_code(error) in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT}:
            self._broken = said
        elif said.trouble is StoreTrouble.FULL and self._ballast is not None:
            self._ballast.drop()
        return said

    @property
    def broken(self) -> bool:
        """Whether nothing can be written any more over this connection."""
        return self._broken is not None

    @property
    def loss(self) -> str:
        """Say, after opening, that the journal ends before a line that was acknowledged; empty when nothing is lost."""
        known = None if self._anchor is None else self._anchor.read()
        if known is None or self.has(known):
            return ""
        return (
            f"The journal ends at line {self.head.sequence}, although line {known.sequence} was written: its log is "
            "damaged, or an older copy was put in its place."
        )

    def has(self, head: Head) -> bool:
        """Tell whether the journal has the line that another connection saw last."""
        if head == START:
            return True
        row = self._connection.execute("SELECT hash FROM journal WHERE sequence = ?", (head.sequence,)).fetchone()
        return bool(row == (head.hash,))

    @property
    def checkpoint_due(self) -> bool:
        """Whether the write-ahead log is about 4 MiB."""
        return self._rows >= self._row_limit

    @property
    def dirty(self) -> bool:
        """Whether anything was written since the last checkpoint."""
        return self._rows > 0

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the database and learn how many rows make 4 MiB of log.

        SQLite tells the length of the log only here, so the limit follows from the pages per row seen last.
        """
        try:
            _, pages, _ = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            self.fail(error)
            return
        self._row_limit = max(FIRST_CHECKPOINT_ROWS, WAL_LIMIT_PAGES * self._rows // max(pages, 1))
        self._rows = 0

    def close(self) -> None:
        """Empty the write-ahead log and close; what is committed stays committed even when this fails."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            self.fail(error)
        with suppress(*DATABASE_ERRORS):
            self.database.close()
        if self._anchor is not None:
            self._anchor.close()
