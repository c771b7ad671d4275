"""A copy of the database made by its owner's connection, while it is in use.

The database is never opened as a file: closing it again would drop SQLite's locks.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from tui_trader.errors import StoreError
from tui_trader.paths import sync_folder
from tui_trader.store.failures import DATABASE_ERRORS, store_error
from tui_trader.store.session import Session

PAGES_PER_STEP = 256
"""1 MiB: a few milliseconds between two chances for waiting commits."""
STEPS_PER_SYNC = 8


def copy_database(session: Session, target: Path, between: Callable[[], None] | None = None) -> None:
    """Copy the database to ``target``, mode 0600, which appears whole or not at all; an older one is replaced.

    ``between`` runs after each step; commits made there end up in the copy as well.

    Raises:
        StoreError: the copy could not be made; no part of it is left.

    """
    part = begin_copy(target)
    with removed_on_failure(part, target):
        fill_copy(session, part, between)
    finish_copy(part, target)


def begin_copy(target: Path) -> Path:
    """Create the private file that becomes the copy, and return its path."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    with removed_on_failure(part, target):
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    return part


def fill_copy(session: Session, part: Path, between: Callable[[], None] | None = None) -> None:
    """Copy page by page, on the writer thread; without a log of its own, as an unfinished copy is thrown away.

    The copy is synced every few steps: a commit in between would otherwise wait for all of it to reach the disk.
    """
    steps = count(1)
    descriptor = os.open(part, os.O_RDWR | os.O_NOFOLLOW)

    def after_step(*_: int) -> None:
        if next(steps) % STEPS_PER_SYNC == 0:
            os.fsync(descriptor)
        if between:
            between()

    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            copy.execute("PRAGMA journal_mode = OFF")
            session.connection.backup(copy, pages=PAGES_PER_STEP, progress=after_step, sleep=0)
    finally:
        os.close(descriptor)


def finish_copy(part: Path, target: Path) -> None:
    """Make the copy durable and give it its name; slow for a large one, and no work for the writer thread."""
    with removed_on_failure(part, target):
        descriptor = os.open(part, os.O_RDWR | os.O_NOFOLLOW)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        part.replace(target)
        sync_folder(target.parent)


@contextmanager
def removed_on_failure(part: Path, target: Path) -> Iterator[None]:
    """Remove the unfinished copy when something goes wrong, and say what."""
    try:
        yield
    except (*DATABASE_ERRORS, StoreError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"No backup could be made: {store_error(error, target)}") from None
