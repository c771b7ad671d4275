"""Copies of the database as files of their own: where they lie, which are kept, and whether one is whole.

A copy may be opened and read like any file; only the database itself must not be.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from tui_trader.errors import StoreError, StoreTrouble, UsageError
from tui_trader.paths import private_folder
from tui_trader.store import schema
from tui_trader.store.audit import chain_of
from tui_trader.store.changes import Head
from tui_trader.store.failures import DATABASE_ERRORS, store_error
from tui_trader.store.opening import is_new
from tui_trader.store.walks import at_once

DAILY, BY_HAND = "daily", "backup"
DAILY_KEPT = 7
_NAME = re.compile(rf"(?:{DAILY}|{BY_HAND})-(\d{{8}}T\d{{6}}Z)(?:-\d+)?\.db")


def folder_of(database: Path) -> Path:
    """Return the folder of a database's backups."""
    return database.with_name("backups")


def backup_folder(folder: Path) -> Path:
    """Create the folder of backups, private, where it is missing.

    Raises:
        StoreError: it cannot be used.

    """
    try:
        return private_folder(folder)
    except UsageError as error:
        raise StoreError(str(error)) from None


def moment(wall_ms: int) -> str:
    """Write a time as it stands in names: ``20260131T120000Z``."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def fresh_name(folder: Path, kind: str, wall_ms: int) -> Path:
    """Return the path of a new backup; a second one within a second has a number."""
    stem = f"{kind}-{moment(wall_ms)}"
    names = [folder / f"{stem}.db", *(folder / f"{stem}-{number}.db" for number in range(2, 100))]
    return next(each for each in names if not each.exists())


def kept(folder: Path) -> list[Path]:
    """List the backups in a folder, newest first."""
    if not folder.is_dir():
        return []
    named = [(found[1], each.name, each) for each in folder.iterdir() if (found := _NAME.fullmatch(each.name))]
    return [each for _, _, each in sorted(named, reverse=True)]


def newest_good(folder: Path) -> Path | None:
    """Find the newest backup that can be relied on."""
    return next((each for each in kept(folder) if _good(each)), None)


def outdated(folder: Path) -> Iterator[Path]:
    """Yield daily backups beyond the ones to keep; those made by hand stay."""
    yield from [each for each in kept(folder) if each.name.startswith(DAILY)][DAILY_KEPT:]


def examine(path: Path, pause_s: float = 0.0) -> Head:
    """Check a copy as a whole: whose it is, every page and index, every line of the journal. Returns the chain's end.

    ``pause_s`` is slept after each step, so that a thread that examines leaves the interpreter to the event loop.

    Raises:
        StoreError: it cannot be relied on; the sentence says why.

    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)) as connection:
            if is_new(connection, path, schema.SCHEMA_VERSION):
                raise StoreError(f"{path} is empty.", StoreTrouble.DAMAGED)
            for (said,) in connection.execute("PRAGMA integrity_check(1)"):
                if said != "ok":
                    raise StoreError(f"{path} is damaged: {said}.", StoreTrouble.DAMAGED)
            return at_once(connection, chain_of, pause_s)
    except DATABASE_ERRORS as error:
        raise store_error(error, path) from None


def _good(path: Path) -> bool:
    try:
        examine(path)
    except StoreError:
        return False
    return True
