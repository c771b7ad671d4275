"""Numbered schema upgrades: each in one transaction, with a backup of the file before it.

An upgrade ``n`` turns schema ``n - 1`` into ``n`` with plain statements; models describe the newest schema only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tui_trader.clock import Clock
from tui_trader.errors import StoreError
from tui_trader.store.backup import copy_database
from tui_trader.store.session import Session

Upgrade = Callable[[sqlite3.Connection], None]

UPGRADES: Mapping[int, Upgrade] = {}
"""By the schema that each one reaches. Schema 1 is the first, so there is nothing to upgrade from."""


def upgrade(session: Session, clock: Clock, upgrades: Mapping[int, Upgrade], version: int) -> None:
    """Bring a database to a schema version, step by step.

    Raises:
        StoreError: a step is missing or failed; the database is as it was before that step.

    """
    (found,) = session.connection.execute("PRAGMA user_version").fetchone()
    for step in range(found + 1, version + 1):
        change = upgrades.get(step)
        if change is None:
            raise StoreError(f"{session.path} has schema {found}, which this version cannot upgrade to {step}.")
        copy_database(session, backup_path(session.path, step - 1, clock))
        _run(session, change, step)


def backup_path(path: Path, version: int, clock: Clock) -> Path:
    """Return the name of the backup made before an upgrade: schema and UTC time stand in it."""
    moment = datetime.fromtimestamp(clock.wall_ms() / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    return path.with_name(f"{path.name}.v{version}-{moment}.backup")


def _run(session: Session, change: Upgrade, step: int) -> None:
    """Run one step and record it in the same transaction."""

    def work() -> None:
        change(session.connection)
        session.connection.execute(f"PRAGMA user_version = {step}")

    session.transact(work)
