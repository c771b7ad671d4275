import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.unit.store.samples import START, line
from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change
from tui_trader.store import SqliteStore


async def _written(path: Path, count: int) -> None:
    store = await SqliteStore.open(path, SystemClock())
    await store.write(Change(journal=[line(number) for number in range(1, count + 1)]))
    await store.close()


async def _verify(path: Path) -> int:
    store = await SqliteStore.open(path, SystemClock())
    try:
        return await store.verify()
    finally:
        await store.close()


def _edit(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in ("DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


async def test_lines_are_numbered_without_a_gap_and_chained(store: SqliteStore) -> None:
    assert await store.write(Change(journal=[line(1), line(2)])) == 2
    assert await store.write(Change(settings={"a": "1"})) == 2
    assert await store.write(Change(journal=[line(3, kind="ack")])) == 3
    lines = await store.journal()
    assert [(each.sequence, each.kind, each.at) for each in lines] == [
        (1, "intent", START + 1),
        (2, "intent", START + 2),
        (3, "ack", START + 3),
    ]
    assert len({each.hash for each in lines}) == 3
    assert await store.verify() == 3


async def test_the_same_lines_give_the_same_chain(tmp_path: Path) -> None:
    heads = []
    for name in ("a.db", "b.db"):
        store = await SqliteStore.open(tmp_path / name, SystemClock())
        await store.write(Change(journal=[line(1, body={"b": 1, "a": 2}), line(2)]))
        heads.append((await store.journal())[-1].hash)
        await store.close()
    assert heads[0] == heads[1]


async def test_lines_are_read_by_sequence_order_and_kind(store: SqliteStore) -> None:
    kinds = ["gate" if number % 1000 == 0 else "intent" for number in range(1, 8000)]
    await store.write(Change(journal=[line(number, kind=kind) for number, kind in enumerate(kinds, 1)]))
    assert [each.sequence for each in await store.journal(after=3, limit=2)] == [4, 5]
    assert [each.sequence for each in await store.journal(order_id=f"{77:026d}")] == [77]
    assert [each.sequence for each in await store.journal(kind="gate")] == list(range(1000, 8000, 1000))
    assert [each.sequence for each in await store.journal(kind="gate", after=5000, limit=1)] == [6000]
    assert [each.sequence for each in await store.journal(kind="gate", order_id=f"{3000:026d}")] == [3000]
    assert await store.journal(kind="gate", order_id=f"{3001:026d}") == []
    assert await store.journal(kind="none") == []


@pytest.mark.parametrize("statement", ["UPDATE journal SET body = '{}'", "DELETE FROM journal"])
async def test_the_database_itself_forbids_changing_the_journal(tmp_path: Path, statement: str) -> None:
    await _written(tmp_path / "desk.db", 2)
    connection = sqlite3.connect(tmp_path / "desk.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE journal SET body = replace(body, '7', '8') WHERE sequence = 700",
        "UPDATE journal SET at = at + 1 WHERE sequence = 700",
        "UPDATE journal SET kind = 'ack' WHERE sequence = 700",
        "UPDATE journal SET order_id = '' WHERE sequence = 700",
        "UPDATE journal SET origin = 'API' WHERE sequence = 700",
        "UPDATE journal SET hash = zeroblob(32) WHERE sequence = 700",
        "DELETE FROM journal WHERE sequence = 700",
    ],
)
async def test_an_edit_or_a_gap_is_found_and_named(tmp_path: Path, edit: str) -> None:
    path = tmp_path / "desk.db"
    await _written(path, 1200)
    _edit(path, edit)
    with pytest.raises(StoreError, match=r"line 700\b"):
        await _verify(path)


async def test_a_bit_flipped_on_the_disk_is_found(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _written(path, 50)
    content = bytearray(path.read_bytes())
    place = content.index(b'{"number":25}') + len('{"number":2')
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="line 25"):
        await _verify(path)


async def test_a_broken_last_line_is_found_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _written(path, 3)
    _edit(path, "UPDATE journal SET body = '{}' WHERE sequence = 3")
    with pytest.raises(StoreError, match="line 3"):
        await SqliteStore.open(path, SystemClock())


async def test_the_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    await _written(path, 3)
    store = await SqliteStore.open(path, SystemClock())
    assert await store.write(Change(journal=[line(4)])) == 4
    assert await store.verify() == 4
    await store.close()


@pytest.mark.parametrize("last", [2, 3])
async def test_a_damaged_line_without_a_body_is_named_and_nobody_waits(tmp_path: Path, last: int) -> None:
    path = tmp_path / "desk.db"
    await _written(path, 3)
    loosen = (
        "UPDATE sqlite_master SET sql = replace(sql, '\"body\" TEXT NOT NULL', '\"body\" TEXT') WHERE name = 'journal'"
    )
    _edit(path, "PRAGMA writable_schema = ON", loosen)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE journal SET body = NULL WHERE sequence = ?", (last,))
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=f"does not fit at line {last}; put a backup"):
        await asyncio.wait_for(_verify(path), 30)
