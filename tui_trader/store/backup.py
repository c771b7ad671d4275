"""A copy of the database made by its owner's connection, while it is in use.

The database is never opened as a file: closing it again would drop SQLite's locks.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tui_trader.errors import StoreError
from tui_trader.paths import sync_folder
from tui_trader.store.failures import DATABASE_ERRORS, store_error
from tui_trader.store.session import Session

PAGES_PER_STEP = 256
"""1 MiB: a few milliseconds between two chances for waiting commits."""


def copy_database(session: Session, target: Path, between: Callable[[], None] | None = None) -> None:
    """Copy the database to ``target``, mode 0600, which appears whole or not at all; an older one is replaced.

    ``between`` runs after each step; commits made there end up in the copy as well.

    Raises:
        StoreError: the copy could not be made; no part of it is left.

    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            _fill(session.connection, part, between)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        part.replace(target)
        sync_folder(target.parent)
    except DATABASE_ERRORS as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"No backup could be made: {store_error(error, target)}") from None


def _fill(source: sqlite3.Connection, part: Path, between: Callable[[], None] | None) -> None:
    """Copy page by page into the prepared file."""
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        source.backup(copy, pages=PAGES_PER_STEP, progress=lambda *_: between() if between else None, sleep=0)
