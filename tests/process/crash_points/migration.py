"""A store opened by itself in a child: upgraded by one step more than there is, or copied."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

from tui_trader.clock import SystemClock
from tui_trader.errors import StoreError
from tui_trader.store import SqliteStore
from tui_trader.store.schema import SCHEMA_VERSION
from tui_trader.store.upgrades import UPGRADES

NEXT = SCHEMA_VERSION + 1


def statements(connection: sqlite3.Connection) -> None:
    """Change the schema and every order."""
    connection.execute("CREATE TABLE added(id TEXT PRIMARY KEY) STRICT")
    connection.execute("ALTER TABLE orders ADD COLUMN added TEXT NOT NULL DEFAULT 'x'")
    connection.execute("INSERT INTO added SELECT id FROM orders")


def upgraded(database: Path) -> None:
    """Open a database as a program of the next schema does."""
    asyncio.run(_open(database))


def copied(database: Path) -> None:
    """Copy a database to :func:`copy_of` it."""
    asyncio.run(_copy(database))


def copy_of(database: Path) -> Path:
    """Return where a copy is made."""
    return database.with_name("copy.db")


def torn(database: Path) -> list[str]:
    """Name each copy and each backup before an upgrade that is there and is not whole."""
    found = [copy_of(database), *database.parent.glob(f"{database.name}.*.backup")]
    return [f"{each.name}: {wrong}" for each in found if each.exists() and (wrong := asyncio.run(_wrong(each)))]


async def _wrong(copy: Path) -> str:
    try:
        store = await SqliteStore.open(copy, SystemClock())
        try:
            await store.verify()
        finally:
            await store.close()
    except StoreError as error:
        return str(error)
    return ""


async def _open(database: Path) -> None:
    upgrades = {**UPGRADES, NEXT: statements}
    await (await SqliteStore.open(database, SystemClock(), upgrades=upgrades, version=NEXT)).close()


async def _copy(database: Path) -> None:
    store = await SqliteStore.open(database, SystemClock())
    await store.copy(copy_of(database))
    await store.close()


WORK: dict[str, Callable[[Path], None]] = {"CP15": upgraded, "CP16": copied}
"""What is done in the child that is killed."""
