"""Audits, backups and a backup put back, out of the files and through a running desk."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.unit.cli.test_books import coming_up
from tests.unit.services.order_rig import running
from tests.unit.store.test_rebuild import in_parts, written
from tui_trader.cli import main
from tui_trader.clock import SystemClock
from tui_trader.lock import FolderLock
from tui_trader.paths import Paths, find_paths
from tui_trader.store import SqliteStore

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paths]:
    with TemporaryDirectory(prefix="tt") as folder:
        monkeypatch.setenv("TUI_TRADER_HOME", folder)
        yield find_paths("default", "paper")


@pytest.fixture
def kept(paths: Paths) -> Paths:
    """A desk's files after one order that was executed in three parts."""

    async def writing() -> None:
        async with running() as rig:
            await in_parts(rig)
        store = await SqliteStore.open(paths.prepare().database, SystemClock())
        await written(store, rig.store)
        await store.close()

    asyncio.run(writing())
    return paths


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_whole_journal_is_said_with_its_length_and_hash(kept: Paths, capsys: Captured) -> None:
    assert main(["audit", "verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["hash"]) == 64
    assert main(["audit", "verify"]) == 0
    said = f"The journal is whole: {found['lines']} lines, the last with hash {found['hash']}.\n"
    assert capsys.readouterr().out == said


def test_a_changed_line_is_named(kept: Paths, capsys: Captured) -> None:
    assert main(["backup"]) == 0
    edit(kept.database, "DROP TRIGGER journal_no_update", "UPDATE journal SET at = at + 1 WHERE sequence = 2")
    assert main(["audit", "verify"]) == 1
    assert "does not fit at line 2" in capsys.readouterr().err


def test_tables_that_follow_are_counted_and_others_named(kept: Paths, capsys: Captured) -> None:
    assert main(["audit", "rebuild", "--check"]) == 0
    assert capsys.readouterr().out == "The tables follow from the journal: 1 orders, 3 fills.\n"
    edit(kept.database, "UPDATE orders SET status = 'LIVE'")
    assert main(["audit", "rebuild", "--check"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == "The tables do not follow from the journal: 1 differences in 1 orders, 3 fills."
    assert second.endswith("status: journal FILLED, table LIVE")
    assert main(["audit", "rebuild"]) == 2


def test_a_backup_goes_where_it_is_told_and_replaces_nothing(kept: Paths, capsys: Captured, tmp_path: Path) -> None:
    target = tmp_path / "there.db"
    assert main(["backup", str(target)]) == 0
    assert "found whole" in capsys.readouterr().out
    assert target.stat().st_mode & 0o777 == 0o600
    assert list((kept.state / "backups").iterdir()) == []
    size = target.stat().st_size
    target.write_text("mine")
    assert main(["backup", str(target)]) == 1
    assert target.read_text() == "mine"
    assert main(["backup", str(target), "--force"]) == 0
    assert target.stat().st_size == size
    assert main(["backup", str(tmp_path / "missing" / "there.db")]) == 1
    assert len(list((kept.state / "backups").iterdir())) == 1


def test_a_backup_is_put_back_and_said(kept: Paths, capsys: Captured) -> None:
    assert main(["backup", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    kept.database.write_bytes(b"ruined" * 1000)
    assert main(["audit", "verify"]) == 1
    assert f"tui-trader restore {made['path']}" in capsys.readouterr().err
    assert main(["restore", made["path"]]) == 0
    said = capsys.readouterr().out
    assert "The next start compares it with the exchange" in said
    assert str(kept.state / "desk.db.replaced-") in said
    assert main(["audit", "rebuild", "--check"]) == 0
    assert main(["restore", str(kept.state / "none.db")]) == 2
    with FolderLock(kept.lock):
        assert main(["restore", made["path"], "--json"]) == 1


def test_a_running_desk_is_asked(kept: Paths, capsys: Captured) -> None:
    with coming_up(kept):
        assert main(["audit", "verify"]) == 0
        assert main(["audit", "rebuild", "--check"]) == 1
        assert main(["backup"]) == 0
    out, err = capsys.readouterr()
    assert "The journal is whole: 7 lines" in out
    assert "1 orders of an earlier version cannot be compared." in out
    assert "order 01 status: journal FILLED, table LIVE" in out
    assert "backup-20260131T120000Z.db: 7 journal lines" in out
    assert err == ""
