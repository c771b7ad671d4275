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

_TO_2 = """
CREATE TABLE "constraints" ("row" INTEGER NOT NULL PRIMARY KEY, "id" TEXT NOT NULL, "type" TEXT NOT NULL, \
"parameter" TEXT NOT NULL, "operator" TEXT NOT NULL, "value" TEXT NOT NULL, "action" TEXT NOT NULL, \
"symbol" TEXT, "active" INTEGER NOT NULL, "description" TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX "constraints_id" ON "constraints" ("id");
CREATE TABLE "assessments" ("row" INTEGER NOT NULL PRIMARY KEY, "id" TEXT NOT NULL, "type" TEXT NOT NULL, \
"level" TEXT NOT NULL, "status" TEXT NOT NULL, "symbol" TEXT, "position_id" TEXT, "order_id" TEXT, \
"message" TEXT NOT NULL, "recommendation" TEXT NOT NULL, "created_at" INTEGER NOT NULL, \
"updated_at" INTEGER NOT NULL, "resolved_at" INTEGER) STRICT;
CREATE UNIQUE INDEX "assessments_id" ON "assessments" ("id");
CREATE INDEX "assessments_status_id" ON "assessments" ("status", "id");
CREATE INDEX "assessments_symbol_status_id" ON "assessments" ("symbol", "status", "id");
CREATE TABLE "metrics" ("at" INTEGER NOT NULL PRIMARY KEY, "equity" TEXT, "exposure" TEXT, \
"drawdown_percent" TEXT, "max_drawdown_percent" TEXT NOT NULL, "day_pnl" TEXT, "week_pnl" TEXT, \
"month_pnl" TEXT, "concentration_percent" TEXT, "volatility_percent" TEXT, "liquidity" TEXT, \
"score" INTEGER NOT NULL, "active_risks" INTEGER NOT NULL, "high_risks" INTEGER NOT NULL) STRICT;
"""
"""A person's own rules, what was found of risk, and figures over time."""


def _steps(statements: str) -> Upgrade:
    """Make an upgrade of statements, one after the other: a script would commit what is open."""

    def run(connection: sqlite3.Connection) -> None:
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(statement.strip())

    return run


UPGRADES: Mapping[int, Upgrade] = {2: _steps(_TO_2)}
"""By the schema that each one reaches."""


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
