"""Backups: made while the store is in use, found whole or refused, put back; and what a start says of damage."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.twins.clock import VirtualClock
from tests.unit.store.samples import line, modes, order, placed
from tui_trader.clock import SystemClock
from tui_trader.desk.advice import advised
from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.paths import Paths, find_paths
from tui_trader.services.ports import Backup, Change
from tui_trader.store import SqliteStore, copies
from tui_trader.store.restore import restore

DAY_S = 24 * 60 * 60


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths("default", "paper", {"TUI_TRADER_HOME": str(tmp_path)}).prepare()


def edit(path: Path, *statements: str) -> None:
    """Change a closed database behind the back of the store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("DROP TRIGGER journal_no_update", *statements):
            connection.execute(statement)


def size_of(made: Backup) -> int:
    return Path(made.path).stat().st_size


def ruin(made: Backup) -> None:
    Path(made.path).write_bytes(b"overwritten")


async def test_a_backup_is_private_whole_and_named_by_its_time(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, VirtualClock())
    await store.write(placed(1))
    made, second = await store.backup(), await store.backup()
    assert await store.write(placed(2)) == 2
    await store.close()
    folder = paths.state / "backups"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes(folder) == {"backup-20251009T085320Z.db": 0o600, "backup-20251009T085320Z-2.db": 0o600}
    assert (made.head.sequence, made.head) == (1, second.head)
    assert made.size == size_of(made)
    assert copies.examine(Path(made.path)).sequence == 1


async def test_of_daily_backups_the_last_seven_stay_and_those_by_hand_all(paths: Paths) -> None:
    clock = VirtualClock()
    store = await SqliteStore.open(paths.database, clock)
    by_hand = await store.backup()
    made = []
    for _ in range(9):
        clock.jump(DAY_S)
        made.append(Path((await store.backup(daily=True)).path))
    await store.close()
    assert copies.kept(paths.state / "backups") == [*reversed(made[2:]), Path(by_hand.path)]


async def test_a_damaged_database_gives_no_backup(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(Change(journal=[line(number) for number in range(1, 6)]))
    await store.close()
    edit(paths.database, "UPDATE journal SET body = '{}' WHERE sequence = 2")
    with pytest.raises(StoreError, match="does not fit at line 2"):
        await SqliteStore.open(paths.database, SystemClock())


async def test_a_restored_backup_is_what_the_store_goes_on_from(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(placed(1))
    made = await store.backup()
    await store.write(placed(2))
    await store.close()
    done = restore(paths.database, Path(made.path), VirtualClock())
    assert done.head.sequence == 1
    assert done.aside == paths.state / "desk.db.replaced-20251009T085320Z"
    assert done.aside is not None
    assert copies.examine(done.aside).sequence == 2
    store = await SqliteStore.open(paths.database, SystemClock())
    assert await store.order(order(1).id) == order(1)
    assert await store.order(order(2).id) is None
    assert await store.write(placed(3)) == 2
    assert await store.verify() == 2
    await store.close()
    assert paths.database.stat().st_mode & 0o777 == 0o600


async def test_a_backup_is_put_where_nothing_is(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(placed(1))
    made = await store.backup()
    await store.close()
    paths.database.unlink()
    assert restore(paths.database, Path(made.path), SystemClock()).aside is None
    assert copies.examine(paths.database).sequence == 1


async def test_the_logs_of_the_replaced_database_go_with_it(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(placed(1))
    made = await store.backup()
    await store.write(placed(2))
    log = paths.state / "desk.db-wal"
    (held := paths.state / "left-by-a-crash").write_bytes(log.read_bytes())
    await store.close()
    held.rename(log)
    log.chmod(0o600)
    done = restore(paths.database, Path(made.path), VirtualClock())
    assert not log.exists()
    assert done.aside is not None
    assert done.aside.with_name(done.aside.name + "-wal").exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE journal SET body = '{}' WHERE sequence = 1", "does not fit at line 1"),
        ("DELETE FROM journal WHERE sequence = 2", "has no line 2"),
        ("PRAGMA user_version = 99", "newer tui-trader"),
        ("PRAGMA application_id = 1", "another program"),
    ],
)
async def test_a_backup_that_is_not_whole_changes_nothing(paths: Paths, damage: str, said: str) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(Change(journal=[line(number) for number in range(1, 4)]))
    made = await store.backup()
    await store.close()
    before = paths.database.read_bytes()
    edit(Path(made.path), "DROP TRIGGER journal_no_delete", damage)
    with pytest.raises(StoreError, match=said):
        restore(paths.database, Path(made.path), SystemClock())
    assert paths.database.read_bytes() == before
    assert sorted(modes(paths.state)) == ["backups", "desk.db", "desk.db.head", "sim"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(100)])
async def test_what_is_no_backup_is_refused(paths: Paths, content: bytes) -> None:
    file = paths.state / "some.db"
    file.write_bytes(content)
    with pytest.raises(StoreError):
        restore(paths.database, file, SystemClock())
    with pytest.raises(StoreError, match="cannot be copied"):
        restore(paths.database, paths.state / "missing.db", SystemClock())
    assert not paths.database.exists()


async def test_a_start_names_the_newest_good_backup_and_the_command(paths: Paths) -> None:
    clock = VirtualClock()
    store = await SqliteStore.open(paths.database, clock)
    await store.write(Change(journal=[line(number) for number in range(1, 4)]))
    good = await store.backup()
    clock.jump(60)
    newer = await store.backup()
    await store.close()
    ruin(newer)
    edit(paths.database, "UPDATE journal SET at = 5 WHERE sequence = 2")
    with pytest.raises(StoreError) as caught:
        await SqliteStore.open(paths.database, SystemClock())
    assert caught.value.trouble is StoreTrouble.DAMAGED
    assert str(advised(caught.value, paths)) == (
        f"The journal in {paths.database} does not fit at line 2; "
        f"put the newest good backup in its place with: tui-trader restore {good.path}"
    )
    live = Paths(paths.folders, "second", "live")
    assert str(advised(caught.value, live)) == str(caught.value)


async def test_a_start_looks_at_the_lines_after_the_last_check_only(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(Change(journal=[line(number) for number in range(1, 4)]))
    head = await store.verified()
    kept = f'{{"sequence": {head.sequence}, "hash": "{head.hash}"}}'
    await store.write(Change(journal=[line(4)], settings={"verified": kept}))
    await store.close()
    edit(paths.database, "UPDATE journal SET at = 5 WHERE sequence = 2")
    store = await SqliteStore.open(paths.database, SystemClock())
    with pytest.raises(StoreError, match="does not fit at line 2"):
        await store.verified()
    await store.close()
    edit_again = "UPDATE journal SET hash = zeroblob(32) WHERE sequence = 3"
    with closing(sqlite3.connect(paths.database, isolation_level=None)) as connection:
        connection.execute(edit_again)
    with pytest.raises(StoreError, match="does not fit at line 2"):
        await SqliteStore.open(paths.database, SystemClock())


async def test_an_older_copy_put_in_place_opens_and_says_what_it_lacks(paths: Paths) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(placed(1))
    assert store.loss == ""
    older = await store.backup()
    await store.write(placed(2))
    await store.close()
    paths.database.write_bytes(Path(older.path).read_bytes())  # noqa: ASYNC240 - a file of the test's own
    store = await SqliteStore.open(paths.database, SystemClock())
    assert store.loss.startswith("The journal ends at line 1, although line 2 was written")
    await store.write(placed(3))
    await store.close()
    store = await SqliteStore.open(paths.database, SystemClock())
    assert store.loss == ""
    await store.close()


@pytest.mark.parametrize("content", ["", "7", "seven 00", f"9 {'0' * 62}", "\udc80"])
async def test_an_anchor_that_cannot_be_read_says_nothing(paths: Paths, content: str) -> None:
    store = await SqliteStore.open(paths.database, SystemClock())
    await store.write(placed(1))
    await store.close()
    anchor = paths.state / "desk.db.head"
    assert anchor.read_text().startswith("00000000000000000001 ")
    anchor.write_bytes(content.encode(errors="surrogateescape"))
    store = await SqliteStore.open(paths.database, SystemClock())
    assert store.loss == ""
    await store.close()
