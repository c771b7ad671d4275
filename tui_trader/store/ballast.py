"""Space kept in reserve, so that cancels and executions can still be written down when the disk is full.

A file beside the database, which is given up then.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

SIZE = 8 << 20
ROOM = 4 * SIZE
"""With less free than this it is not put back."""
_CHUNK = os.urandom(1 << 16)
"""Written where space cannot be reserved; no file system compresses it away."""


class Ballast:
    """The file, mode 0600; its methods never raise: without it the desk works as well."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.ballast")

    @property
    def there(self) -> bool:
        """Whether it is in place."""
        return self._path.exists()

    def drop(self) -> None:
        """Give its space up."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def put(self) -> None:
        """Put it in place where it is missing and there is room."""
        with suppress(OSError):
            if not self.there and shutil.disk_usage(self._path.parent).free >= ROOM:
                self._fill()

    def _fill(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, SIZE)
            else:
                for _ in range(SIZE // len(_CHUNK)):
                    os.write(descriptor, _CHUNK)
            os.fsync(descriptor)
        except OSError:
            self.drop()
        finally:
            os.close(descriptor)
