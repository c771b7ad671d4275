"""One owner per folder: a kernel lock that a ``kill -9`` releases."""

from __future__ import annotations

import fcntl
import os
import time
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_trader.errors import LockHeld, UsageError
from tui_trader.paths import check_private_file

RETRY_S = 0.02


class FolderLock:
    """An exclusive ``flock`` on a file that is never removed; its content (the owner's pid) is only for people."""

    def __init__(self, file: Path, owner: str = "desk") -> None:
        self.file = file
        self.owner = owner
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self, patience_s: float = 0.0) -> Self:
        """Take the lock, waiting for it at most ``patience_s`` seconds. Returns itself.

        Raises:
            LockHeld: another process has it; the sentence names its pid.
            UsageError: the file cannot be used.

        """
        check_private_file(self.file)
        try:
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UsageError(f"Cannot use the lock {self.file}: {error.strerror}.") from None
        if not _lock(descriptor, patience_s):
            pid = _pid_in(descriptor)
            os.close(descriptor)
            who = f" (pid {pid})" if pid else ""
            raise LockHeld(f"Another {self.owner}{who} owns {self.file.parent}; stop it or use that one.")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        """Hold the lock for a block."""
        return self if self.held else self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Give the lock back."""
        self.release()


def lock_owner(file: Path) -> int | None:
    """Return the pid of the process that holds the lock, ``0`` when it is held but unnamed, ``None`` when free."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _pid_in(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def _lock(descriptor: int, patience_s: float) -> bool:
    """Try for 50 ms at least: somebody may be looking (see :func:`lock_owner`), which holds the lock for a moment."""
    for pause in (0.0, 0.005, 0.015, 0.03, *repeat(RETRY_S, round(patience_s / RETRY_S))):
        time.sleep(pause)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        return True
    return False


def _pid_in(descriptor: int) -> int:
    """Read the owner's pid; 0 where it does not stand there."""
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdigit() else 0
