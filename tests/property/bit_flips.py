"""``python -m tests.property.bit_flips --flips N``: turn single bits over in a database, its log and its backup.

Each flip is looked at as a start, an audit and a backup would. What none of them notices must hold what was written:
the same rows as before. Rows that no line of the journal tells of
(positions, balances, equity, cursors) are counted apart: the venue and the executions are their source.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.twins.store import StoreTwin
from tests.unit.services.order_rig import Rig
from tests.unit.store.samples import position
from tests.unit.store.test_rebuild import WAYS
from tui_trader.clock import SystemClock
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.risk import GateState
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change
from tui_trader.store import SqliteStore
from tui_trader.store.audit import chain_of, tables_of
from tui_trader.store.copies import examine
from tui_trader.store.opening import open_session
from tui_trader.store.schema import SCHEMA_VERSION, TABLES, table_name
from tui_trader.store.upgrades import UPGRADES
from tui_trader.store.walks import at_once

NAME = "desk.db"
LOG = f"{NAME}-wal"
HEAD = f"{NAME}.head"
COPY = "backup.db"
Rows = Mapping[str, object]
OWN = {"journal", "orders", "fills", "counters", "gate"}
"""What follows from the journal; the rest is a reading of the venue, or folded from executions."""


@dataclass(frozen=True)
class Image:
    """Files as they lie on the disk, and what they held after each commit."""

    files: Mapping[str, bytes]
    states: list[Rows]


@dataclass
class Figures:
    """How each flip ended."""

    ends: Counter[str]
    silent: list[str]

    @property
    def line(self) -> str:
        """Write them down."""
        counts = " ".join(f"{name}={count}" for name, count in sorted(self.ends.items()))
        return f"flips={self.ends.total()} {counts} silent={len(self.silent)}"


def held(connection: sqlite3.Connection) -> Rows:
    """Read all rows, and the gate's setting apart from the others."""
    found: dict[str, object] = {}
    for table in TABLES:
        name = table_name(table)
        found[name] = connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
    settings: list[tuple[str, str]] = found.pop("settings")  # type: ignore[assignment] # two texts each
    found["gate"] = [row for row in settings if row[0] == "gate"]
    found["settings"] = [row for row in settings if row[0] != "gate"]
    return found


async def traffic() -> StoreTwin:
    """Let the order path write down everything it can."""
    rig = Rig()
    for walk, _ in WAYS.values():
        await rig.start()
        await rig.gate.change(GateState.ACTIVE, "go on")
        rig.exchange.quiet = False
        await walk(rig)
        await rig.stop()
        intents, rig = rig._intents, Rig(store=rig.store, exchange=rig.exchange)
        rig._intents = intents
    return rig.store


async def image(folder: Path) -> Image:
    """Write the traffic, half of it into the database and half into its log, and take the files as after a crash."""
    twin = await traffic()
    path = folder / NAME
    store = await SqliteStore.open(path, SystemClock())
    balances = [Balance("USDT", Decimal("10.5"), Decimal(1)), Balance("BTC", Decimal(2), Decimal(0))]
    samples = [EquitySample(number, Decimal(100), Decimal(50)) for number in range(20)]
    await store.write(Change(positions=[position(1), position(2)], balances=balances, equity=samples))
    states: list[Rows] = []
    for number, change in enumerate(twin.changes):
        await store.write(change)
        states.append(await store._writer.run(lambda session: held(session.connection)))
        if number == len(twin.changes) // 2:
            await store._writer.run(lambda session: session.checkpoint())
            await store.copy(folder / COPY)
    files = {name: (folder / name).read_bytes() for name in (NAME, LOG, COPY, HEAD)}
    await store.close()
    return Image(files, states)


def flip(content: bytes, random: Random) -> bytes:
    """Turn one bit over."""
    place = random.randrange(len(content) * 8)
    changed = bytearray(content)
    changed[place // 8] ^= 1 << (place % 8)
    return bytes(changed)


def look(folder: Path, damaged: str, given: Image) -> tuple[str, str]:
    """Say who notices, or what an unnoticed flip means, and which tables it changed."""
    if damaged == COPY:
        with suppress(StoreError):
            examine(folder / COPY)
            return _compare(folder / COPY, given)
        return "refused", ""
    return _compare(folder / NAME, given)


def _compare(path: Path, given: Image) -> tuple[str, str]:
    try:
        session = open_session(path, SystemClock(), UPGRADES, SCHEMA_VERSION)
    except StoreError:
        return "refused", ""
    connection, loss = session.connection, session.loss
    try:
        at_once(connection, chain_of)
        if at_once(connection, tables_of).differing:
            return "rebuild", ""
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            return "check", ""
        rows = held(connection)
    except StoreError:
        return "chain", ""
    except (sqlite3.Error, ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return "unreadable", ""
    finally:
        session.close()
    if loss:
        return "lines_missed", ""
    return _judge(rows, given, path.name)


def _judge(rows: Rows, given: Image, name: str) -> tuple[str, str]:
    expected = given.states[len(given.states) // 2] if name == COPY else given.states[-1]
    if rows == expected:
        return "harmless", ""
    changed = {table for table in rows if rows[table] != expected[table]}
    return ("silent", " ".join(sorted(changed))) if changed & OWN else ("other_tables", "")


def campaign(flips: int, seed: int) -> Figures:
    """Flip, look, count."""
    random = Random(seed)
    figures = Figures(Counter(), [])
    with tempfile.TemporaryDirectory(prefix="tt") as place:
        folder = Path(place)
        given = asyncio.run(image(folder))
        for _ in range(flips):
            for each in folder.iterdir():
                each.unlink()
            damaged = random.choice((NAME, LOG, COPY))
            for name, content in given.files.items():
                file = folder / name
                file.touch(0o600)
                file.write_bytes(flip(content, random) if name == damaged else content)
            end, tables = look(folder, damaged, given)
            figures.ends[end] += 1
            if end == "silent":
                figures.silent.append(f"{damaged}: {tables}")
    return figures


def main() -> int:
    """Run; the exit code is 0 when no flip changed anything in silence."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.bit_flips", description=__doc__)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help="where to begin")
    options = parser.parse_args()
    figures = campaign(options.flips, options.seed)
    print(f"{figures.line} seed={options.seed}")
    for each in figures.silent:
        print(f"silent: {each}", file=sys.stderr)
    return 1 if figures.silent else 0


if __name__ == "__main__":
    sys.exit(main())
