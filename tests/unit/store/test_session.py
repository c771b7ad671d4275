"""What the session does when SQLite fails under it: a connection that fails on chosen statements."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.store.samples import placed
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.store.changes import prepare
from tui_trader.store.opening import open_session
from tui_trader.store.session import Session


class FailingConnection:
    """A true connection, but for the statements that are to fail."""

    def __init__(self, true: sqlite3.Connection) -> None:
        self.true = true
        self.failures: dict[str, BaseException] = {}

    def execute(self, statement: str, values: Any = ()) -> Any:
        """Run a statement, or fail."""
        for start, error in self.failures.items():
            if statement.startswith(start):
                raise error
        return self.true.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.true, name)


class FailingDatabase:
    """The part of Peewee's database that a session uses."""

    def __init__(self, true: Any) -> None:
        self.true = true
        self.failing = FailingConnection(true.connection())

    def connection(self) -> FailingConnection:
        """Return the connection that fails."""
        return self.failing

    def close(self) -> None:
        """Close the true one."""
        self.true.close()


def _error(code: int, text: str = "disk I/O error") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.fixture
def database(tmp_path: Path) -> Iterator[FailingDatabase]:
    opened = open_session(tmp_path / "desk.db", SystemClock(), {}, 1)
    made = FailingDatabase(opened.database)
    yield made
    made.failing.failures.clear()
    made.close()


@pytest.fixture
def session(database: FailingDatabase, tmp_path: Path) -> Session:
    return Session(database, tmp_path / "desk.db")


def _written(session: Session) -> int:
    return int(session.connection.execute("SELECT count(*) FROM journal").fetchone()[0])


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_CORRUPT])
def test_a_disk_that_failed_is_not_trusted_again(database: FailingDatabase, session: Session, code: int) -> None:
    database.failing.failures["COMMIT"] = _error(code)
    first = session.commit([prepare(placed(1)), prepare(placed(2))])
    assert [type(each) for each in first] == [StoreError, StoreError]
    database.failing.failures.clear()
    assert [str(each) for each in session.commit([prepare(placed(1))])] == [str(first[0])]
    assert _written(session) == 0


def test_a_full_disk_is_tried_again(database: FailingDatabase, session: Session) -> None:
    database.failing.failures["COMMIT"] = _error(sqlite3.SQLITE_FULL)
    (said,) = session.commit([prepare(placed(1))])
    assert "disk is full" in str(said)
    database.failing.failures.clear()
    assert session.commit([prepare(placed(1))]) == [1]


def test_a_transaction_that_can_not_be_rolled_back_ends_all_writing(
    database: FailingDatabase, session: Session
) -> None:
    database.failing.failures = {"COMMIT": _error(sqlite3.SQLITE_FULL), "ROLLBACK": _error(1, "cannot roll back")}
    session.commit([prepare(placed(1))])
    database.failing.failures.clear()
    database.failing.true.execute("ROLLBACK")
    (said,) = session.commit([prepare(placed(1))])
    assert "cannot roll back" in str(said)


def test_an_error_of_our_own_leaves_no_transaction_open(session: Session) -> None:
    with pytest.raises(KeyError):
        session.transact(lambda: {}["missing"])
    assert session.commit([prepare(placed(1))]) == [1]


def test_a_failed_checkpoint_or_close_keeps_what_was_committed(
    database: FailingDatabase, session: Session, tmp_path: Path
) -> None:
    session.commit([prepare(placed(1))])
    database.failing.failures["PRAGMA"] = _error(sqlite3.SQLITE_BUSY, "database is locked")
    session.checkpoint()
    assert session.dirty
    assert session.commit([prepare(placed(2))]) == [2]
    session.close()
    again = open_session(tmp_path / "desk.db", SystemClock(), {}, 1)
    assert again.head.sequence == 2
    again.close()
