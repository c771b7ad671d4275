"""The end of the journal's chain, written down outside the database too.

SQLite drops the rest of a log from the first damaged frame on, and an older copy of a database is a sound one: both
lose what was acknowledged without a trace inside. This file is written after each commit, so it never runs ahead of
what is durable. It is not synced: what a power cut takes from it makes it older, never wrong.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tui_trader.store.changes import Head

_HASH_BYTES = 32


def anchor_of(database: Path) -> Path:
    """Return the file of a database's anchor."""
    return database.with_name(f"{database.name}.head")


class Anchor:
    """The file, mode 0600. Without it the desk works as well, so its methods never raise."""

    def __init__(self, database: Path) -> None:
        self._path = anchor_of(database)
        self._descriptor: int | None = None

    def read(self) -> Head | None:
        """Return the end that was acknowledged last; ``None`` where nothing readable is there."""
        try:
            sequence, digest = self._path.read_text(encoding="ascii").split()
            head = Head(int(sequence), bytes.fromhex(digest))
        except (OSError, ValueError):
            return None
        return head if len(head.hash) == _HASH_BYTES else None

    def write(self, head: Head) -> None:
        """Write an end down; of a fixed length, so that it replaces the one before as a whole."""
        with suppress(OSError):
            if self._descriptor is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
                self._descriptor = os.open(self._path, flags, 0o600)
            os.pwrite(self._descriptor, f"{head.sequence:020d} {head.hash.hex()}\n".encode(), 0)

    def close(self) -> None:
        """Let the file go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
