"""A disk that forgets: files in memory as a SQLite VFS, with an image of what would survive a power cut."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import apsw

SECTOR = 512
Files = dict[str, bytes]


class DiskFile:
    """One file: what is read back, what was synced, and the writes and cuts in length since then, in order."""

    def __init__(self, content: bytes, happens: Callable[[], None]) -> None:
        self.content = bytearray(content)
        self.synced = bytes(content)
        self.unsynced: list[tuple[int, bytes | None]] = []
        self._happens = happens

    def write(self, data: bytes, offset: int) -> None:
        """Write; nothing of it is safe yet."""
        _put(self.content, data, offset)
        self.unsynced.append((offset, bytes(data)))
        self._happens()

    def truncate(self, size: int) -> None:
        """Cut or extend; nothing of it is safe yet."""
        _resize(self.content, size)
        self.unsynced.append((size, None))
        self._happens()

    def sync(self) -> None:
        """Make everything safe; a cut on the way there leaves it unsafe."""
        self._happens()
        self.synced = bytes(self.content)
        self.unsynced.clear()

    def survivor(self, random: Random) -> bytes:
        """Return what a cut may leave: the synced image and, of each later sector, all, nothing or a part."""
        image = bytearray(self.synced)
        chance = random.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for offset, data in self.unsynced:
            if data is not None:
                _put_some(image, data, offset, chance, random)
            elif random.random() < chance:
                _resize(image, offset)
        return bytes(image)


def _put(image: bytearray, data: bytes, offset: int) -> None:
    if offset > len(image):
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


def _resize(image: bytearray, size: int) -> None:
    if size < len(image):
        del image[size:]
    else:
        image.extend(bytes(size - len(image)))


def _put_some(image: bytearray, data: bytes, offset: int, chance: float, random: Random) -> None:
    """Write sector by sector what reaches the disk; one in ten of those is torn."""
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR - (offset + start) % SECTOR)
        if random.random() < chance:
            torn = end if random.random() < 0.9 else random.randint(start, end)
            _put(image, data[start:torn], offset + start)
        start = end


class Disk(apsw.VFS):
    """The files of one session. ``cut_in`` counts writing operations down; at zero the image of a cut is taken.

    The session goes on after that, and nothing it does then has any part in the image.
    """

    def __init__(self, name: str, files: Files, random: Random) -> None:
        super().__init__(name, base="", maxpathname=256)
        self.name = name
        self.files = {path: DiskFile(content, self._happens) for path, content in files.items()}
        self.random = random
        self.cut_in = -1
        self.image: Files | None = None

    def _happens(self) -> None:
        self.cut_in -= 1
        if self.cut_in == 0 and self.image is None:
            self.image = {path: file.survivor(self.random) for path, file in self.files.items()}

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> OpenFile:  # noqa: N802 - APSW's name
        """Open a file, made when missing; a temporary one has no name and is never part of an image."""
        flags[1] = flags[0]
        if name is None:
            return OpenFile(DiskFile(b"", lambda: None))
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return OpenFile(self.files.setdefault(path, DiskFile(b"", self._happens)))

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802 - APSW's name
        """Tell whether a file is there."""
        return pathname in self.files

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - APSW's name
        """Remove a file; directory entries are not lost in this model."""
        self._happens()
        self.files.pop(filename, None)

    def xFullPathname(self, name: str) -> str:  # noqa: N802 - APSW's name
        """Return the name: there are no folders."""
        return name


class OpenFile:
    """A file as SQLite holds it. There is one holder, so locks are always granted."""

    def __init__(self, file: DiskFile) -> None:
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - APSW's name
        """Read; APSW fills up what is short."""
        return bytes(self._file.content[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - APSW's name
        """Write."""
        self._file.write(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - APSW's name
        """Cut the length."""
        self._file.truncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - APSW's name
        """Make safe."""
        self._file.sync()

    def xFileSize(self) -> int:  # noqa: N802 - APSW's name
        """Return the length."""
        return len(self._file.content)

    def xLock(self, level: int) -> None:  # noqa: N802 - APSW's name
        """Grant."""

    def xUnlock(self, level: int) -> None:  # noqa: N802 - APSW's name
        """Grant."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802 - APSW's name
        """Tell that nobody else holds it."""
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802 - APSW's name
        """Know no special orders."""
        return False

    def xSectorSize(self) -> int:  # noqa: N802 - APSW's name
        """Return the size that a disk writes at once."""
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 - APSW's name
        """Promise nothing."""
        return 0

    def xClose(self) -> None:  # noqa: N802 - APSW's name
        """Let go."""
