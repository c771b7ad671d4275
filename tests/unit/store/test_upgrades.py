import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.store.samples import assessment, constraint, full_order, metrics, modes, order, placed
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change, Rebuilt
from tui_trader.store import SqliteStore
from tui_trader.store.backup import copy_database
from tui_trader.store.changes import prepare
from tui_trader.store.schema import SCHEMA_VERSION
from tui_trader.store.session import Session

NEXT = SCHEMA_VERSION + 1
FIRST = Path(__file__).parent / "data" / "schema1.sql"
"""A database as the first schema's desk left it."""


class FixedClock(SystemClock):
    """A clock that stands at 2023-11-14 22:13:20 UTC."""

    def wall_ms(self) -> int:
        """Return that moment."""
        return 1_700_000_000_000


def _second(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE alerts(id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO alerts VALUES ('1', 'kept')")


def _third(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE alerts ADD COLUMN level TEXT NOT NULL DEFAULT 'info'")


def _fails(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE alerts")
    connection.execute("DROP TABLE nowhere")


async def _older(path: Path) -> None:
    store = await SqliteStore.open(path, FixedClock())
    await store.write(placed(1))
    await store.close()


def _scalar(path: Path, statement: str) -> object:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchone()[0]
    finally:
        connection.close()


async def test_an_older_schema_is_upgraded_step_by_step_with_a_backup_before_each(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _older(path)
    store = await SqliteStore.open(path, FixedClock(), upgrades={NEXT: _second, NEXT + 1: _third}, version=NEXT + 1)
    assert await store.order(order(1).id) == order(1)
    assert await store.write(placed(2)) == 2
    assert await store.verify() == 2
    await store.close()
    assert _scalar(path, "SELECT text || level FROM alerts") == "keptinfo"
    assert _scalar(path, "PRAGMA user_version") == NEXT + 1
    names = [f"desk.db.v{version}-20231114T221320Z.backup" for version in (SCHEMA_VERSION, NEXT)]
    assert modes(tmp_path) == dict.fromkeys(["desk.db", "desk.db.head", *names], 0o600)
    backups = [tmp_path / name for name in names]
    assert [_scalar(each, "PRAGMA user_version") for each in backups] == [SCHEMA_VERSION, NEXT]
    assert [_scalar(each, "SELECT count(*) FROM journal") for each in backups] == [1, 1]


async def test_a_backup_opens_as_a_store(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _older(path)
    await (await SqliteStore.open(path, FixedClock(), upgrades={NEXT: _second}, version=NEXT)).close()
    kept = await SqliteStore.open(tmp_path / f"desk.db.v{SCHEMA_VERSION}-20231114T221320Z.backup", FixedClock())
    assert await kept.order(order(1).id) == order(1)
    await kept.close()


async def test_a_failing_step_leaves_the_step_before_it(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _older(path)
    with pytest.raises(StoreError, match="no such table"):
        await SqliteStore.open(path, FixedClock(), upgrades={NEXT: _second, NEXT + 1: _fails}, version=NEXT + 1)
    assert _scalar(path, "PRAGMA user_version") == NEXT
    assert _scalar(path, "SELECT text FROM alerts") == "kept"
    store = await SqliteStore.open(path, FixedClock(), upgrades={NEXT + 1: _third}, version=NEXT + 1)
    assert await store.verify() == 1
    await store.close()


async def test_a_missing_step_is_said(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _older(path)
    with pytest.raises(StoreError, match=f"schema {SCHEMA_VERSION}, which this version cannot upgrade to {NEXT}"):
        await SqliteStore.open(path, FixedClock(), upgrades={}, version=NEXT)
    assert _scalar(path, "PRAGMA user_version") == SCHEMA_VERSION


async def test_a_copy_is_whole_while_commits_go_on(store: SqliteStore, tmp_path: Path) -> None:
    await store.write(placed(1))
    target = tmp_path / "copy.db"
    target.write_text("old")
    await store.copy(target)
    assert await store.write(placed(2)) == 2
    copy = await SqliteStore.open(target, SystemClock())
    assert await copy.verify() == 1
    await copy.close()


async def test_a_commit_does_not_wait_for_a_whole_copy(store: SqliteStore, tmp_path: Path) -> None:
    await store.write(Change(settings={str(number): "x" * 100_000 for number in range(120)}))
    sequences: list[int] = []

    def copy(session: Session) -> None:
        def between() -> None:
            if not sequences:
                sequences.extend(each for each in session.commit([prepare(placed(1))]) if isinstance(each, int))

        copy_database(session, tmp_path / "copy.db", between)

    await store._writer.run(copy)
    assert sequences == [1]
    made = await SqliteStore.open(tmp_path / "copy.db", SystemClock())
    assert await made.verify() == 1
    await made.close()


async def test_a_copy_that_can_not_be_made_leaves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(StoreError, match="No backup could be made"):
        await store.copy(tmp_path / "there")
    with pytest.raises(StoreError, match="No backup could be made"):
        await store.copy(tmp_path / "missing" / "copy.db")
    assert not [name for name in modes(tmp_path) if name.endswith(".part")]
    assert await store.write(placed(1)) == 1


def _shape(path: Path) -> list[tuple[str, ...]]:
    """List what a database is made of."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()


async def test_a_database_of_the_first_schema_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    path, fresh = tmp_path / "desk.db", tmp_path / "fresh.db"
    path.touch(0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text())
    store = await SqliteStore.open(path, FixedClock())
    assert await store.order(full_order().id) == full_order()
    assert await store.rebuilt() == Rebuilt(1, 1)
    await store.write(Change(constraints=[constraint(1)], assessments=[assessment(1)], metrics=[metrics(1)]))
    assert await store.constraints() == [constraint(1)]
    await store.close()
    await (await SqliteStore.open(fresh, FixedClock())).close()
    assert _shape(path) == _shape(fresh)
    assert _scalar(path, "PRAGMA user_version") == SCHEMA_VERSION
    assert _scalar(tmp_path / "desk.db.v1-20231114T221320Z.backup", "PRAGMA user_version") == 1
