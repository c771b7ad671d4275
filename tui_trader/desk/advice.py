"""What to do about a database that is damaged: the newest good backup, and the command that puts it in place."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.paths import Paths
from tui_trader.settings import Mode
from tui_trader.store.copies import folder_of, newest_good


def advised(error: StoreError, paths: Paths) -> StoreError:
    """Return the error with the way out in its sentence, where the database is damaged and a good backup is there."""
    good = newest_good(folder_of(paths.database)) if error.trouble is StoreTrouble.DAMAGED else None
    if good is None:
        return error
    said = str(error).partition(";")[0].rstrip(".")
    command = shlex.join(["tui-trader", *_flags(paths), "restore", str(good)])
    return StoreError(f"{said}; put the newest good backup in its place with: {command}", error.trouble)


def _flags(paths: Paths) -> Iterator[str]:
    """Name profile and mode where they are not the usual ones."""
    if paths.profile != "default":
        yield from ("--profile", paths.profile)
    if paths.mode != Mode.PAPER.value:
        yield from ("--mode", paths.mode)
