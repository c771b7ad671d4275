"""What SQLite says, as one sentence for a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from peewee import PeeweeException

from tui_trader.errors import StoreError, StoreTrouble, UsageError

DATABASE_ERRORS = (sqlite3.Error, PeeweeException, OverflowError, ValueError, TypeError, OSError)
"""Everything that running a statement may raise; the last four for values that SQLite cannot hold, and for files."""

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{path} is in use by another process; stop that desk first.",
    sqlite3.SQLITE_LOCKED: "{path} is in use by another process; stop that desk first.",
    sqlite3.SQLITE_NOTADB: "{path} is not a tui-trader database; move it away or choose another profile.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged; put a backup in its place, or move it away to begin an empty one.",
    sqlite3.SQLITE_FULL: "The disk is full and nothing was written to {path}; free some space.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened; check that the folder is there and writable.",
    sqlite3.SQLITE_CONSTRAINT: "{path} refused a second order of one intent or client id, or a missing value.",
    sqlite3.SQLITE_READONLY: "{path} cannot be written; check its owner and mode (chmod 600).",
    sqlite3.SQLITE_PERM: "{path} cannot be read; check its owner and mode (chmod 600).",
    sqlite3.SQLITE_IOERR: "The disk under {path} failed; the desk must be restarted once the disk is sound.",
}

_TROUBLES = {
    sqlite3.SQLITE_FULL: StoreTrouble.FULL,
    sqlite3.SQLITE_READONLY: StoreTrouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: StoreTrouble.DISK,
    sqlite3.SQLITE_CORRUPT: StoreTrouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: StoreTrouble.DAMAGED,
}


def primary_code(error: BaseException) -> int:
    """Return SQLite's primary result code behind an exception, 0 where there is none."""
    for each in (error, error.__cause__, error.__context__):
        code = getattr(each, "sqlite_errorcode", None)
        if isinstance(code, int):
            return code & 0xFF
    return 0


def store_error(error: BaseException, path: Path) -> StoreError:
    """Return the error to raise for what SQLite said about a file."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, UsageError):  # its sentence names the file and what to do
        return StoreError(str(error))
    code = primary_code(error)
    if code in _SENTENCES:
        return StoreError(_SENTENCES[code].format(path=path), _TROUBLES.get(code, StoreTrouble.OTHER))
    return StoreError(f"{path} refused: {' '.join(str(error).split())[:200]}.")
