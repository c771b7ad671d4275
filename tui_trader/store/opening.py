"""Opening the database: whose file it is, how SQLite is set, which schema it has."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from peewee import SchemaManager, SqliteDatabase

from tui_trader.clock import Clock
from tui_trader.errors import StoreError, StoreTrouble, UsageError
from tui_trader.paths import check_private_file
from tui_trader.services.ports import CHECKPOINT
from tui_trader.store import schema
from tui_trader.store.anchor import Anchor
from tui_trader.store.audit import chain_after
from tui_trader.store.ballast import Ballast
from tui_trader.store.changes import START, Head
from tui_trader.store.failures import DATABASE_ERRORS, store_error
from tui_trader.store.session import Session
from tui_trader.store.table import Table
from tui_trader.store.upgrades import Upgrade, upgrade
from tui_trader.store.walks import at_once

PRAGMAS = (
    ("locking_mode", "EXCLUSIVE"),  # before WAL: no shared memory file, and a second opener is refused
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),  # every commit survives a power cut
    ("fullfsync", 1),  # macOS: fsync alone does not reach the platter there
    ("checkpoint_fullfsync", 1),
    ("foreign_keys", "ON"),
    ("trusted_schema", "OFF"),
    ("cell_size_check", "ON"),
    ("mmap_size", 0),
    ("temp_store", "MEMORY"),
    ("wal_autocheckpoint", 0),  # checkpoints wait for a quiet moment
    ("cache_size", -16_000),  # 16 MB, so that scans of a long history stay in memory
)
LOCK_WAIT_SECONDS = 0.3
PAGES_LOOKED_THROUGH = 4096
"""16 MiB: so much is looked through at a start within a few hundredths of a second."""


def open_session(
    path: Path, clock: Clock, upgrades: Mapping[int, Upgrade], version: int, ballast: Ballast | None = None
) -> Session:
    """Open or create the database on the calling thread, which owns the connection from then on.

    Raises:
        StoreError: one sentence: not ours, too new, damaged, in use, open to others.

    """
    try:
        _own_file(path)
        database = SqliteDatabase(str(path), autoconnect=False, timeout=LOCK_WAIT_SECONDS)
        database.connect()
    except (*DATABASE_ERRORS, UsageError) as error:
        raise store_error(error, path) from None
    try:
        session = Session(database, path, ballast=ballast, anchor=Anchor(path))
        session.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        fresh = is_new(session.connection, path, version)
        configure(session.connection, path)
        if fresh:
            session.transact(lambda: _create(session, version))
        else:
            _look_through(session.connection, path)
            upgrade(session, clock, upgrades, version)
            _complete(session)
        session.head = _head(session)
    except (*DATABASE_ERRORS, StoreError) as error:
        with suppress(*DATABASE_ERRORS):
            database.close()
        raise store_error(error, path) from None
    return session


def _own_file(path: Path) -> None:
    """Create the file with mode 0600 before SQLite sees it, or check the one that is there without opening it.

    SQLite gives its log beside it the same mode. Opening a database file a second time in one process would drop
    SQLite's locks on closing; an existing file is therefore only looked at.
    """
    for beside in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-journal")):
        check_private_file(beside)
    if not check_private_file(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))


def is_new(connection: sqlite3.Connection, path: Path, version: int) -> bool:
    """Tell whether the database is empty, and refuse another program's and a newer one before touching it.

    Raises:
        StoreError: it is not ours, or of a newer schema.

    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not application and not found and not tables:
        return True
    if application != schema.APPLICATION_ID:
        raise StoreError(f"{path} belongs to another program; move it away or choose another profile.")
    if found > version:
        raise StoreError(
            f"{path} was written by a newer tui-trader (schema {found}, this one knows {version}); "
            "install that version or choose another profile."
        )
    return False


def configure(connection: sqlite3.Connection, path: Path) -> None:
    """Set SQLite and check the two settings that a file system may refuse."""
    for name, value in PRAGMAS:
        connection.execute(f"PRAGMA {name} = {value}")
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    if mode != "wal" or synchronous != 2:
        raise StoreError(f"{path} lies on a file system without a safe write-ahead log; choose a local folder.")


def _create(session: Session, version: int) -> None:
    """Create all tables, and sign the file as ours."""
    _create_tables(session, schema.TABLES)
    for statement in schema.TRIGGERS:
        session.connection.execute(statement)
    session.connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    session.connection.execute(f"PRAGMA user_version = {version}")


def _look_through(connection: sqlite3.Connection, path: Path) -> None:
    """Have SQLite look through a small file; a large one is looked through with its daily backup.

    Raises:
        StoreError: it is damaged.

    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if pages <= PAGES_LOOKED_THROUGH:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise StoreError(f"{path} is damaged ({said}); put a backup in its place.", StoreTrouble.DAMAGED)


def _create_tables(session: Session, tables: Sequence[type[Table]]) -> None:
    for table in tables:
        SchemaManager(table, session.database).create_all(safe=False)


def _complete(session: Session) -> None:
    """Create tables that an earlier build of this schema did not have yet."""
    there = {name for (name,) in session.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = [table for table in schema.TABLES if schema.table_name(table) not in there]
    if missing:
        session.transact(lambda: _create_tables(session, missing))


def _head(session: Session) -> Head:
    """Check the lines since the journal was last found whole, and return the chain's end."""
    connection = session.connection
    walk = partial(chain_after, start=_checkpoint(connection), name=f"The journal in {session.path}")
    return at_once(connection, walk)


def _checkpoint(connection: sqlite3.Connection) -> Head:
    """Read up to where the journal was last found whole; its beginning, where the line there says otherwise."""
    row = connection.execute("SELECT value FROM settings WHERE name = ?", (CHECKPOINT,)).fetchone()
    try:
        kept = json.loads(row[0]) if row else {}
        head = Head(int(kept["sequence"]), bytes.fromhex(kept["hash"]))
    except (KeyError, TypeError, ValueError):
        return START
    found = connection.execute("SELECT hash FROM journal WHERE sequence = ?", (head.sequence,)).fetchone()
    return head if found == (head.hash,) else START
