import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.store.samples import modes, placed
from tui_trader.clock import SystemClock
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change
from tui_trader.store import SqliteStore
from tui_trader.store.opening import configure
from tui_trader.store.session import Session

CLOCK = SystemClock()


def _run(script: str, argument: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, argument]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


async def _refusal(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        await SqliteStore.open(path, CLOCK)
    text = str(caught.value)
    assert str(path) in text or str(path.parent) in text
    assert "\n" not in text
    assert "Traceback" not in text
    return text


async def test_a_new_database_is_private_and_set_to_survive_a_power_cut(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    old = os.umask(0)
    try:
        store = await SqliteStore.open(path, CLOCK)
        await store.write(placed(1))
        names = modes(tmp_path)
    finally:
        os.umask(old)
    assert names == {"desk.db": 0o600, "desk.db.head": 0o600, "desk.db-wal": 0o600}

    def pragmas(session: Session) -> dict[str, object]:
        wanted = (
            "journal_mode synchronous locking_mode foreign_keys trusted_schema cell_size_check mmap_size temp_store "
            "wal_autocheckpoint user_version application_id"
        )
        return {name: session.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted.split()}

    assert await store._writer.run(pragmas) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "locking_mode": "exclusive",
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "temp_store": 2,
        "wal_autocheckpoint": 0,
        "user_version": 2,
        "application_id": 0x74755452,
    }
    await store.close()


async def test_tables_are_strict(store: SqliteStore) -> None:
    def kinds(session: Session) -> list[tuple[str, int]]:
        return session.connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()

    found = await store._writer.run(kinds)
    assert {strict for _, strict in found} == {1}
    assert len(found) == 12


async def test_a_database_of_an_earlier_build_is_given_the_tables_that_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = await SqliteStore.open(path, SystemClock())
    await store.write(placed(1))
    await store.close()
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute("DROP TABLE ledger")
    store = await SqliteStore.open(path, SystemClock())
    assert (await store.ledger(), len(await store.unfinished_orders()), await store.verify()) == ([], 1, 1)
    entry = LedgerEntry("opening:BTC", "BTC", LedgerAccount.OPENING, Decimal(1), 1)
    await store.write(Change(ledger=[entry, entry]))
    assert await store.ledger() == [entry]
    await store.close()


async def test_a_second_opener_in_this_process_is_refused(store: SqliteStore, tmp_path: Path) -> None:
    assert "in use" in await _refusal(tmp_path / "desk.db")
    assert await store.write(placed(1)) == 1


@pytest.mark.process
async def test_a_second_opener_in_another_process_is_refused(store: SqliteStore, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from tui_trader.store import SqliteStore; from tui_trader.clock import SystemClock\n"
        "asyncio.run(SqliteStore.open(Path(sys.argv[1]), SystemClock()))"
    )
    found = await asyncio.to_thread(_run, script, str(tmp_path / "desk.db"))
    assert "is in use by another process" in found.stderr
    assert await store.write(placed(1)) == 1


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"Dear diary, " * 1000)
    path.chmod(0o600)
    assert "not a tui-trader database" in await _refusal(path)
    assert path.read_bytes() == b"Dear diary, " * 1000


async def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE trades(id)")
    other.close()
    path.chmod(0o600)
    before = path.read_bytes()
    assert "belongs to another program" in await _refusal(path)
    assert path.read_bytes() == before


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await (await SqliteStore.open(path, CLOCK)).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = path.read_bytes()
    assert "newer tui-trader (schema 7, this one knows 2)" in await _refusal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["torn", "shredded"])
async def test_a_damaged_database_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "desk.db"
    store = await SqliteStore.open(path, CLOCK)
    for number in range(1, 100):
        await store.write(placed(number))
    await store.close()
    content = path.read_bytes()
    if damage == "torn":
        path.write_bytes(content[: len(content) // 3 + 100])
    else:
        path.write_bytes(content[:100] + b"\xa5" * (len(content) - 100))
    assert "is damaged" in await _refusal(path)


async def test_a_file_open_to_others_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await (await SqliteStore.open(path, CLOCK)).close()
    path.chmod(0o640)
    assert await _refusal(path) == f"Others may read {path}; run: chmod 600 {path}"


async def test_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.symlink_to(tmp_path / "elsewhere.db")
    assert "not a plain file" in await _refusal(path)
    assert not (tmp_path / "elsewhere.db").exists()


async def test_a_log_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk.db-wal").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="not a plain file"):
        await SqliteStore.open(tmp_path / "desk.db", CLOCK)


async def test_a_folder_in_the_place_of_the_file_or_none_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk.db").mkdir()
    assert "not a plain file" in await _refusal(tmp_path / "desk.db")
    await _refusal(tmp_path / "missing" / "desk.db")


def test_a_file_system_without_a_log_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(StoreError, match="choose a local folder"):
        configure(connection, tmp_path / "desk.db")
