"""Walks that check the journal and what was made of it: the chain of hashes, and the tables that follow from it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.services.journal_fold import Followed, fold
from tui_trader.services.journal_lines import GATE, KEPT, entry_of
from tui_trader.services.ports import Difference, Rebuilt
from tui_trader.store import schema
from tui_trader.store.audit_risk import UNREADABLE, risk_rows_of
from tui_trader.store.chain import fits
from tui_trader.store.changes import START, Head
from tui_trader.store.rows import Row, entry_from, fill_row, ledger_row, order_row

LINES_PER_STEP = 500
ORDERS_PER_STEP = 25
DIFFERENCES_KEPT = 20

_LINE = "sequence, at, kind, order_id, origin, body, hash"
_ORDER, _FILL = schema.columns(schema.Orders), schema.columns(schema.Fills)
_ENTRY = schema.columns(schema.Ledger)
_LINES = f"SELECT {_LINE} FROM journal WHERE sequence > ? ORDER BY sequence LIMIT {LINES_PER_STEP}"  # noqa: S608 - our names
_LINES_OF = f"SELECT {_LINE} FROM journal WHERE order_id = ? AND order_id != '' ORDER BY sequence"  # noqa: S608 - as above
_GATE_LINES = f"SELECT {_LINE} FROM journal WHERE sequence > ? AND sequence <= ? AND kind = ?"  # noqa: S608 - as above
_TOLD = (
    "SELECT DISTINCT order_id FROM journal WHERE sequence > ? AND sequence <= ? AND kind LIKE 'order.%' "
    "AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.id = journal.order_id)"
)
_ORDERS = f"SELECT row, {', '.join(_ORDER)} FROM orders WHERE row > ? ORDER BY row LIMIT {ORDERS_PER_STEP}"  # noqa: S608 - as above
_ONE_FILL = f"SELECT {', '.join(_FILL)} FROM fills WHERE venue_order_id = ? AND trade_id = ?"  # noqa: S608 - as above
_FILLS = f"SELECT row, {', '.join(_FILL)} FROM fills WHERE row > ? ORDER BY row LIMIT {ORDERS_PER_STEP}"  # noqa: S608 - as above
_ENTRY_LINES = f"SELECT {_LINE} FROM journal WHERE sequence > ? AND sequence <= ? AND kind LIKE 'ledger.%'"  # noqa: S608 - as above
_ONE_ENTRY = f"SELECT {', '.join(_ENTRY)} FROM ledger WHERE ref = ?"  # noqa: S608 - as above
_ORDER_ID = _FILL.index("order_id")


def chain_of(connection: sqlite3.Connection) -> Generator[None, None, Head]:
    """Check every line of the journal and return the chain's end.

    Raises:
        StoreError: names the first line that does not fit, or that is missing.

    """
    return (yield from chain_after(connection, START))


def chain_after(connection: sqlite3.Connection, start: Head, name: str = "The journal") -> Generator[None, None, Head]:
    """Check the lines after ``start``, whose hash is taken to be right.

    Raises:
        StoreError: names the first line that does not fit, or that is missing.

    """
    head = start
    while True:
        rows = connection.execute(_LINES, (head.sequence,)).fetchall()
        for *line, found in rows:
            expected = head.sequence + 1
            if line[0] != expected:
                raise _broken(f"{name} has no line {expected}; put a backup in its place.")
            if not fits(head.hash, line, found):
                raise _broken(f"{name} does not fit at line {expected}; put a backup in its place.")
            head = Head(expected, found)
        if len(rows) < LINES_PER_STEP:
            return head
        yield


def _broken(sentence: str) -> StoreError:
    return StoreError(sentence, StoreTrouble.DAMAGED)


def tables_of(connection: sqlite3.Connection) -> Generator[None, None, Rebuilt]:
    """Fold the journal, order by order, and compare what follows with the rows; memory holds one order at a time."""
    found = _Found(connection)
    changes = connection.total_changes
    last = 0
    while rows := connection.execute(_ORDERS, (last,)).fetchall():
        for last, *row in rows:  # noqa: B007 - the number of the last row goes on
            found.compare(row)
        yield
    yield from found.look_for_lost_orders()
    if found.fills != connection.execute("SELECT count(*) FROM fills").fetchone()[0]:
        yield from found.look_for_added_fills()
    yield from risk_rows_of(connection, found.differ)
    if changes == connection.total_changes:
        found.compare_counters()
        found.look_for_added_entries()
    return found.report()


class _Found:
    """What a walk through the tables has found so far."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.orders = self.fills = self._entries = self._older = self._differing = 0
        self._differences: list[Difference] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def report(self) -> Rebuilt:
        """Put it into one value."""
        return Rebuilt(self.orders, self.fills, self._older, self._differing, tuple(self._differences))

    def compare(self, row: Row) -> None:
        """Compare an order's row, and the executions that its lines tell of."""
        name = f"order {row[0]}"
        self._counts["orders", row[_ORDER.index("symbol")]] += 1
        followed = self._fold(row[0], name)
        if followed is None:
            return
        for key, fill in followed.fills.items():
            self._compare_fill(f"fill {key[0]}/{key[1]}", fill_row(fill), key)
        if not followed.complete:
            self._older += 1
        elif followed.order is None:
            self.differ(name, "", "no line says what was decided", "a row")
        else:
            self.orders += 1
            self._compare(name, _ORDER, order_row(followed.order), row)

    def look_for_lost_orders(self) -> Generator[None, None, None]:
        """Look for orders that the journal tells of and the table lacks.

        The ledger's entries and the gate's last state are looked at on the way.
        """
        (end,) = self._connection.execute("SELECT coalesce(max(sequence), 0) FROM journal").fetchone()
        gate: Any = None
        for low in range(0, end, LINES_PER_STEP):
            high = low + LINES_PER_STEP
            for (order_id,) in self._connection.execute(_TOLD, (low, high)).fetchall():
                self.differ(f"order {order_id}", "", "an order", "no row")
            for line in self._connection.execute(_GATE_LINES, (low, high, GATE)).fetchall():
                gate = json.loads(line[5]).get(KEPT, gate)
            for line in self._connection.execute(_ENTRY_LINES, (low, high)).fetchall():
                self._compare_entry(line)
            yield
        if gate is not None:
            row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (GATE,)).fetchone()
            self._compare("setting gate", ("value",), (gate,), (row and json.loads(row[0]),))

    def look_for_added_fills(self) -> Generator[None, None, None]:
        """Look for executions in the table that no line tells of."""
        last = 0
        while rows := self._connection.execute(_FILLS, (last,)).fetchall():
            for last, *row in rows:  # noqa: B007 - the number of the last row goes on
                name = f"fill {row[0]}/{row[1]}"
                followed = self._fold(row[_ORDER_ID], name)
                if followed is not None and (row[0], row[1]) not in followed.fills:
                    self.differ(name, "", "no execution", "a row")
            yield

    def compare_counters(self) -> None:
        """Compare the maintained totals with the rows that were seen."""
        rows = self._connection.execute("SELECT history, symbol, count FROM counters").fetchall()
        kept = {(history, symbol): count for history, symbol, count in rows if count}
        for key in sorted(kept.keys() | self._counts.keys()):
            self._compare(f"counter {'/'.join(key)}", ("count",), (self._counts[key],), (kept.get(key, 0),))

    def look_for_added_entries(self) -> None:
        """Tell of entries in the ledger that no line tells of."""
        (rows,) = self._connection.execute("SELECT count(*) FROM ledger").fetchone()
        self._compare("ledger", ("entries",), (self._entries,), (rows,))

    def _compare_entry(self, line: Row) -> None:
        try:
            entry = ledger_row(entry_of(entry_from(line)))
        except UNREADABLE as error:
            self.differ(f"line {line[0]}", "", f"an entry that cannot be read ({type(error).__name__})", "a row")
            return
        row = self._connection.execute(_ONE_ENTRY, entry[:1]).fetchone()
        if row is None:
            self.differ(f"ledger {entry[0]}", "", "an entry", "no row")
            return
        self._entries += 1
        self._compare(f"ledger {entry[0]}", _ENTRY, entry, row)

    def _fold(self, order_id: str, name: str) -> Followed | None:
        """Fold the lines of an order; what cannot be folded is a difference."""
        try:
            return fold(map(entry_from, self._connection.execute(_LINES_OF, (order_id,)).fetchall()))
        except UNREADABLE as error:
            self.differ(name, "", f"lines that cannot be read ({type(error).__name__})", "a row")
            return None

    def _compare_fill(self, name: str, journal: Row, key: tuple[str, str]) -> None:
        row = self._connection.execute(_ONE_FILL, key).fetchone()
        if row is None:
            self.differ(name, "", "an execution", "no row")
            return
        self.fills += 1
        self._counts["fills", row[_FILL.index("symbol")]] += 1
        self._compare(name, _FILL, journal, row)

    def _compare(self, name: str, columns: Iterable[str], journal: Sequence[Any], table: Sequence[Any]) -> None:
        for column, ours, theirs in zip(columns, journal, table, strict=True):
            if ours != theirs:
                self.differ(name, column, str(ours), str(theirs))

    def differ(self, name: str, column: str, journal: str, table: str) -> None:
        """Keep a difference."""
        self._differing += 1
        if len(self._differences) < DIFFERENCES_KEPT:
            self._differences.append(Difference(name, column, journal, table))
