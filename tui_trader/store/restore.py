"""Putting a backup in the place of the database; no desk may run meanwhile."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tui_trader.clock import Clock
from tui_trader.errors import StoreError
from tui_trader.paths import check_private_file, sync_folder
from tui_trader.store.anchor import anchor_of
from tui_trader.store.changes import Head
from tui_trader.store.copies import examine, moment

LOGS = ("-wal", "-journal")
"""What SQLite keeps beside a database; it belongs to that one alone."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the end of the chain that is there now, and where the replaced database was put, if any."""

    head: Head
    aside: Path | None


def restore(database: Path, backup: Path, clock: Clock) -> Restored:
    """Check a copy of ``backup``, put the present database aside, and put the copy in its place.

    The caller holds the desk's lock. Nothing is changed before the copy was found whole, and at every moment there is
    either the old database or the new one under the database's name.

    Raises:
        StoreError: the backup cannot be used; everything is as it was.
        UsageError: a file is open to others.

    """
    check_private_file(database)
    part = copy_file(backup, database.with_name(f".{database.name}.restore.part"))
    try:
        head = examine(part)
        aside = _put_aside(database, moment(clock.wall_ms()))
        anchor_of(database).unlink(missing_ok=True)
        part.replace(database)
        sync_folder(database.parent)
    except OSError as error:
        raise StoreError(f"{backup} could not be put in place: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return Restored(head, aside)


def copy_file(source: Path, target: Path) -> Path:
    """Copy a file to a new private one, durably, and return the new one's path; an older ``target`` is replaced.

    Raises:
        StoreError: it cannot be read or written; no part of it is left.

    """
    try:
        target.unlink(missing_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as writing, source.open("rb") as reading:
            shutil.copyfileobj(reading, writing, 1 << 20)
            writing.flush()
            os.fsync(writing.fileno())
    except OSError as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{source} cannot be copied to {target.parent}: {error.strerror}.") from None
    return target


def _put_aside(database: Path, when: str) -> Path | None:
    """Give the present database a second name that says when it was replaced, and take its logs from it."""
    if not database.exists():
        return None
    aside = database.with_name(f"{database.name}.replaced-{when}")
    os.link(database, aside)
    logs = [log for log in (database.with_name(database.name + end) for end in LOGS) if log.exists()]
    for log in logs:
        os.link(log, aside.with_name(aside.name + log.name.removeprefix(database.name)))
    sync_folder(database.parent)
    for log in logs:
        log.unlink()
    return aside
