"""A change made ready on the event loop, and applied on the writer thread inside an open transaction.

The statements are made from the models once; the hot path then runs prepared SQL on the plain connection, because
Peewee's own insert costs several hundred microseconds of CPU where an order may cost two hundred in all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.services.ports import Change
from tui_trader.store import risk_schema, schema
from tui_trader.store.chain import GENESIS, body_text, link
from tui_trader.store.risk_rows import assessment_row, constraint_row, metrics_row
from tui_trader.store.rows import Row, balance_row, equity_row, fill_row, ledger_row, order_row, position_row
from tui_trader.store.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """A journal line before it has its place in the chain; ``body`` is canonical JSON."""

    at: int
    kind: str
    order_id: str
    origin: str
    body: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A change as rows. ``tables`` pairs a statement with its rows; ``histories`` tells whether totals may move."""

    lines: Sequence[Line]
    tables: Sequence[tuple[str, Sequence[Row]]]
    histories: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the last line's number and hash."""

    sequence: int
    hash: bytes


START = Head(0, GENESIS)
"""The end of an empty chain."""


def _insert(table: type[Table]) -> str:
    """Write the insert statement of a table."""
    names = schema.columns(table)
    holes = ", ".join("?" * len(names))
    return f"INSERT INTO {schema.table_name(table)}({', '.join(names)}) VALUES ({holes})"  # noqa: S608 - our names


def _replace(table: type[Table], key: str, identity: Sequence[str] = ()) -> str:
    """Write the statement that inserts a row or replaces the one of the same key in its place.

    A row that differs in its ``identity`` is not replaced, which shows in the count of rows changed.
    """
    names = [name for name in schema.columns(table) if name not in (key, *identity)]
    new = ", ".join(f"{name} = excluded.{name}" for name in names)
    same = " AND ".join(f"{name} = excluded.{name}" for name in identity)
    return f"{_insert(table)} ON CONFLICT({key}) DO UPDATE SET {new}" + (f" WHERE {same}" if same else "")


APPEND_LINE = _insert(schema.Journal)
PUT_ORDER = _replace(schema.Orders, "id", schema.ORDER_IDENTITY)
ADD_FILL = f"{_insert(schema.Fills)} ON CONFLICT(venue_order_id, trade_id) DO NOTHING"
DROP_FILL = f"DELETE FROM fills WHERE venue_order_id = ? AND trade_id = ? AND source = '{SYNTHETIC}'"  # noqa: S608 - ours
PUT_POSITION = _replace(schema.Positions, "id")
DROP_POSITION = "DELETE FROM positions WHERE id = ?"
PUT_BALANCE = _replace(schema.Balances, "asset")
PUT_EQUITY = _replace(schema.Equity, "at")
PUT_SETTING = _replace(schema.Settings, "name")
PUT_CONSTRAINT = _replace(risk_schema.Constraints, "id")
DROP_CONSTRAINT = "DELETE FROM constraints WHERE id = ?"
PUT_ASSESSMENT = _replace(risk_schema.Assessments, "id")
PUT_METRICS = _replace(risk_schema.MetricsSamples, "at")
DROP_METRICS = "DELETE FROM metrics WHERE at IN (SELECT at FROM metrics WHERE at < ? ORDER BY at LIMIT 1000)"
"""Bounded, so that no commit waits for the samples of a desk that was away for long."""
ADD_ENTRY = f"{_insert(schema.Ledger)} ON CONFLICT(ref) DO NOTHING"


def prepare(change: Change) -> Batch:
    """Turn a change into rows; what the caller does to it afterwards has no effect.

    Raises:
        ValueError, TypeError, AttributeError: something in it cannot be kept (a float, an object, a broken text).

    """
    tables: tuple[tuple[str, list[Row]], ...] = (
        (PUT_ORDER, [order_row(each) for each in change.orders]),
        (DROP_FILL, [_stand_in(each) for each in change.removed_fills]),
        (ADD_FILL, [fill_row(each) for each in change.fills]),
        (DROP_POSITION, [(each,) for each in change.removed_positions]),
        (PUT_POSITION, [position_row(each) for each in change.positions]),
        (PUT_BALANCE, [balance_row(each) for each in change.balances]),
        (PUT_EQUITY, [equity_row(each) for each in change.equity]),
        (PUT_SETTING, list(change.settings.items())),
        (ADD_ENTRY, [ledger_row(each) for each in change.ledger]),
        (DROP_CONSTRAINT, [(each,) for each in change.removed_constraints]),
        (PUT_CONSTRAINT, [constraint_row(each) for each in change.constraints]),
        (PUT_ASSESSMENT, [assessment_row(each) for each in change.assessments]),
        (DROP_METRICS, [] if change.metrics_from is None else [(change.metrics_from,)]),
        (PUT_METRICS, [metrics_row(each) for each in change.metrics]),
    )
    lines = [Line(each.at, each.kind, each.order_id, each.origin, body_text(each.body)) for each in change.journal]
    return Batch(
        lines, [pair for pair in tables if pair[1]], bool(change.orders or change.fills or change.removed_fills)
    )


def _stand_in(fill: Fill) -> Row:
    """Name a stand-in to remove.

    Raises:
        ValueError: it is an execution, and those stay for ever.

    """
    if fill.source != SYNTHETIC:
        raise ValueError(f"execution {fill.trade_id} is none of the desk's own stand-ins and stays")
    return fill.key


def apply(connection: sqlite3.Connection, batch: Batch, head: Head) -> Head:
    """Write a batch inside the open transaction and return the chain's new end."""
    sequence, before = head.sequence, head.hash
    rows: list[Row] = []
    for line in batch.lines:
        sequence += 1
        before = link(before, sequence, line.at, line.kind, line.order_id, line.origin, line.body)
        rows.append((sequence, line.at, line.kind, line.order_id, line.origin, line.body, before))
    if rows:
        connection.executemany(APPEND_LINE, rows)
    for statement, values in batch.tables:
        cursor = connection.executemany(statement, values)
        if statement is PUT_ORDER and cursor.rowcount != len(values):
            raise ValueError("an order's client id, intent, symbol and creation time never change")
    return Head(sequence, before) if rows else head
