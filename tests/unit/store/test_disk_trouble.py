"""A full disk, a disk that refuses and one that fails: what is refused, what goes on, and what is looked at again."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.property.power_cuts.connection import ApswDatabase, Connection, Rows
from tests.unit.store.samples import line, order, placed
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.services.ports import Change, StoreHealth
from tui_trader.store import SqliteStore
from tui_trader.store.audit import chain_of
from tui_trader.store.ballast import SIZE, Ballast
from tui_trader.store.changes import prepare
from tui_trader.store.opening import configure
from tui_trader.store.session import Session
from tui_trader.store.walks import at_once
from tui_trader.store.writer import Writer

FAT = {"x": "y" * 3000}


async def refused(store: SqliteStore, change: Change) -> StoreTrouble:
    with pytest.raises(StoreError) as caught:
        await store.write(change)
    return caught.value.trouble


async def limit(store: SqliteStore, pages: int) -> None:
    """Let the database grow by so many pages at most."""
    await store._writer.run(lambda session: _limit(session, pages))


def _limit(session: Session, more: int) -> None:
    (now,) = session.connection.execute("PRAGMA page_count").fetchone()
    session.connection.execute(f"PRAGMA max_page_count = {now + more}")


async def test_a_full_disk_refuses_all_that_waited_and_gives_the_reserve_up(store: SqliteStore, tmp_path: Path) -> None:
    await store.write(placed(1))
    await store.free_bytes()
    ballast = tmp_path / "desk.db.ballast"
    assert (ballast.stat().st_size, ballast.stat().st_mode & 0o777) == (SIZE, 0o600)
    assert ballast.stat().st_blocks * 512 >= SIZE
    await limit(store, 0)
    fat = [Change(journal=[line(number, body=FAT)], orders=[order(number)]) for number in (2, 3, 4, 5)]
    results = await asyncio.gather(*(store.write(each) for each in fat), return_exceptions=True)
    troubles = [each.trouble for each in results if isinstance(each, StoreError)]
    assert troubles == [StoreTrouble.FULL] * len(fat)
    assert not ballast.exists()
    await limit(store, 1000)
    assert await store.write(placed(9)) == 2
    assert await store.order(order(2).id) is None
    assert await store.verify() == 2
    await store.free_bytes()
    assert ballast.exists()


async def test_the_sentence_of_a_full_disk_says_what_to_do(store: SqliteStore) -> None:
    await store.write(placed(1))
    await limit(store, 0)
    with pytest.raises(StoreError, match="The disk is full and nothing was written"):
        await store.write(Change(journal=[line(2, body=FAT), line(3, body=FAT)]))


def test_without_room_there_is_no_ballast(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "missing" / "desk.db")
    ballast.put()
    ballast.drop()
    assert not ballast.there


async def test_a_database_that_may_not_be_written_is_said_as_such(store: SqliteStore) -> None:
    await store.write(placed(1))
    await store._writer.run(lambda session: session.connection.execute("PRAGMA query_only = ON"))
    assert await refused(store, placed(2)) is StoreTrouble.READ_ONLY
    await store._writer.run(lambda session: session.connection.execute("PRAGMA query_only = OFF"))
    assert await store.write(placed(2)) == 2


SMALL_FILES = """
import asyncio, json, resource, sys
from pathlib import Path
from tests.unit.store.samples import line, placed
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change
from tui_trader.store import SqliteStore

async def main():
    path = Path(sys.argv[1])
    store = await SqliteStore.open(path, SystemClock())
    await store.write(placed(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name("desk.db-wal").stat().st_size, resource.RLIM_INFINITY))
    said = []
    for number in (2, 3):
        try:
            await store.write(Change(journal=[line(number, body={"x": "y" * 9000})]))
        except StoreError as error:
            said.append(error.trouble.value)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await asyncio.sleep(1.1)
    sequence = await store.write(placed(4))
    health = store.health()
    print(json.dumps([said, sequence, await store.verify(), health.reopened, health.waiting]))
    await store.close()

asyncio.run(main())
"""


def test_a_disk_that_fails_is_opened_again_and_looked_at(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SMALL_FILES, str(tmp_path / "desk.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said, sequence, length, reopened, waiting = json.loads(done.stdout)
    assert said[0] == "disk"
    assert (length, waiting) == (sequence, 0)
    assert length == 4 - len(said)
    assert reopened >= 1


class Faults(apsw.VFS):
    """The real file system, with one operation that fails while ``broken`` names it."""

    def __init__(self, name: str) -> None:
        self.broken = ""
        self.name = name
        super().__init__(name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> FaultyFile:  # noqa: N802 - APSW's name
        """Open a file that may fail."""
        return FaultyFile(self, name, flags)


class FaultyFile(apsw.VFSFile):
    """A file of :class:`Faults`."""

    def __init__(self, faults: Faults, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._faults = faults
        super().__init__("", name, flags)  # type: ignore[arg-type] # APSW takes what it gave

    def _meet(self, operation: str) -> None:
        if self._faults.broken == operation:
            raise apsw.IOError(f"{operation} failed")

    def xSync(self, flags: int) -> None:  # noqa: N802 - APSW's name
        """Bring to the disk."""
        self._meet("sync")
        super().xSync(flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - APSW's name
        """Write."""
        self._meet("write")
        super().xWrite(data, offset)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - APSW's name
        """Read."""
        self._meet("read")
        return super().xRead(amount, offset)


class PlainErrors(Connection):
    """APSW's connection that raises what ``sqlite3`` raises."""

    def execute(self, sql: str, values: Any = ()) -> Rows:
        """Run a statement."""
        return self._said(lambda: super(PlainErrors, self).execute(sql, values))

    def executemany(self, sql: str, rows: Any) -> Rows:
        """Run a statement for each row."""
        return self._said(lambda: super(PlainErrors, self).executemany(sql, rows))

    def close(self) -> None:
        """Close."""
        self._said(super().close)

    @staticmethod
    def _said(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except apsw.Error as error:
            raised = sqlite3.OperationalError(str(error))
            raised.sqlite_errorcode = sqlite3.SQLITE_IOERR if isinstance(error, apsw.IOError) else 0
            raise raised from None


class FaultyDatabase(ApswDatabase):
    """Peewee's database over :class:`Faults`."""

    def _connect(self) -> Connection:
        return PlainErrors(self.database, self._vfs)


@pytest.fixture
def faults() -> Iterator[Faults]:
    made = Faults(f"faults-{time.monotonic_ns()}")
    yield made
    made.unregister()


@pytest.mark.parametrize("operation", ["sync", "write"])
async def test_after_a_failed_sync_or_write_nothing_is_written_until_it_was_opened_anew(
    tmp_path: Path, faults: Faults, operation: str
) -> None:
    path = tmp_path / "desk.db"
    await (await SqliteStore.open(path, SystemClock())).close()
    opened = 0

    def open_it() -> Session:
        nonlocal opened
        opened += 1
        database = FaultyDatabase(str(path), faults.name)
        database.connect()
        session = Session(database, path)
        configure(session.connection, path)
        session.head = at_once(session.connection, chain_of)
        return session

    writer = Writer(open_it)
    await writer.start()
    assert await writer.submit(prepare(placed(1))) == 1
    faults.broken = operation
    with pytest.raises(StoreError) as caught:
        await writer.submit(prepare(placed(2)))
    assert caught.value.trouble is StoreTrouble.DISK
    with pytest.raises(StoreError):
        await writer.submit(prepare(placed(3)))
    faults.broken = ""
    sequence = await written_at_last(writer, placed(4))
    assert opened >= 2
    assert writer.health().reopened >= 1
    assert sequence == await writer.run(_length)
    await writer.stop()
    again = await SqliteStore.open(path, SystemClock())
    assert await again.order(order(1).id) == order(1)
    assert await again.order(order(4).id) == order(4)
    assert await again.verify() >= 2
    await again.close()


async def written_at_last(writer: Writer, change: Change) -> int:
    """Try until the database was opened again."""
    while True:
        try:
            return await writer.submit(prepare(change))
        except StoreError:
            await asyncio.sleep(0.1)


def _length(session: Session) -> int:
    return int(session.connection.execute("SELECT max(sequence) FROM journal").fetchone()[0])


async def test_health_counts_what_waits_and_times_the_commit_that_runs(store: SqliteStore) -> None:
    assert store.health() == StoreHealth(store.health().last_commit_ms, 0, 0)
    await store.write(placed(1))
    assert 0 < store.health().last_commit_ms < 60_000
    blocked = store._writer.run(lambda _: time.sleep(0.05))
    writes = [asyncio.ensure_future(store.write(placed(number))) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    assert store.health().waiting == 3
    await asyncio.gather(blocked, *writes)
    assert store.health().waiting == 0


@pytest.mark.skipif(os.name != "posix", reason="files have no modes")
async def test_a_start_on_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await (await SqliteStore.open(path, SystemClock())).close()
    path.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        await SqliteStore.open(path, SystemClock())
