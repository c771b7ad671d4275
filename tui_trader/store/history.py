"""Statements for paging through orders and fills, newest first.

A page is keyed by (time, row), so that the millionth costs what the first does. Conditions that an index answers
(symbol, time) narrow the walk; the others (text, tags, states) are checked row by row, in windows of a bounded
number of rows, so that no single statement holds the writer thread for long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import SQL, Field, Tuple, fn

from tui_trader.errors import UsageError
from tui_trader.services.ports import HistoryFilter
from tui_trader.store import schema
from tui_trader.store.fields import SEPARATOR
from tui_trader.store.rows import Row, fill_from, order_from
from tui_trader.store.schema import Counters, Fills, Orders


class Key(NamedTuple):
    """Where a row stands in a history."""

    at: int
    row: int

    def text(self) -> str:
        """Write it as a cursor."""
        return f"{self.at}.{self.row}"


def key_from(cursor: str) -> Key:
    """Read a cursor.

    Raises:
        UsageError: it is none of ours.

    """
    at, _, row = cursor.partition(".")
    if not (at.isdecimal() and row.isdecimal() and len(cursor) <= 40):
        raise UsageError(f"The cursor {cursor[:40]!r} is not one that a page returned; begin without one.")
    return Key(int(at), int(row))


Statement = Any
"""A Peewee select; its stubs leave queries untyped."""
Conditions = Sequence[Any]
"""Peewee expressions, all of which must hold."""


@dataclass(frozen=True, slots=True)
class History:
    """A table that is paged by time."""

    name: str
    table: Any
    at: Field
    read: Callable[[Row], Any]

    def page(self, where: Conditions, limit: int, offset: int = 0) -> Statement:
        """Select rows with their key in front, newest first."""
        chosen = [getattr(self.table, name) for name in schema.columns(self.table)]
        return self._newest(where, self.at, self.table.row, *chosen).limit(limit).offset(offset)

    def oldest(self, where: Conditions, after: Key | None, limit: int) -> Statement:
        """Select rows with their key in front, oldest first."""
        chosen = [getattr(self.table, name) for name in schema.columns(self.table)]
        beyond = [] if after is None else [Tuple(self.at, self.table.row) > Tuple(*after)]
        query = self.table.select(self.at, self.table.row, *chosen).where(SQL("1"), *where, *beyond)
        return query.order_by(self.at, self.table.row).limit(limit)

    def edge(self, where: Conditions, span: int) -> Statement:
        """Select the key of the row ``span`` rows down; an index alone answers it."""
        return self._newest(where, self.at, self.table.row).limit(1).offset(span - 1)

    def count(self, where: Conditions) -> Statement:
        """Count rows."""
        return self.table.select(fn.COUNT(SQL("*"))).where(SQL("1"), *where)

    def total(self, symbol: str | None) -> Statement:
        """Read a maintained total."""
        where = [Counters.history == self.name]
        if symbol is not None:
            where.append(Counters.symbol == symbol)
        return Counters.select(fn.COALESCE(fn.SUM(Counters.count), 0)).where(*where)

    def last_row(self) -> Statement:
        """Read the highest row number."""
        return self.table.select(fn.MAX(self.table.row))

    def rows_between(self, low: int, high: int) -> Any:
        """Limit to row numbers above ``low`` and up to ``high``."""
        return (self.table.row > low) & (self.table.row <= high)

    def older(self, than: Key | None) -> list[Any]:
        """Limit to rows after a key, in paging order."""
        return [] if than is None else [Tuple(self.at, self.table.row) < Tuple(*than)]

    def not_older(self, than: Key | None) -> list[Any]:
        """Limit to rows up to a key, in paging order."""
        return [] if than is None else [Tuple(self.at, self.table.row) >= Tuple(*than)]

    def indexed(self, where: HistoryFilter) -> list[Any]:
        """Return the conditions that an index answers; both ends of a range are inside."""
        found: list[Any] = []
        if where.symbol is not None:
            found.append(self.table.symbol == where.symbol)
        if where.start is not None:
            found.append(self.at >= where.start)
        if where.end is not None:
            found.append(self.at <= where.end)
        return found

    def scanned(self, where: HistoryFilter) -> list[Any]:
        """Return the conditions that need a look at each row; a fill has its order's origin, state, tags and note."""
        found: list[Any] = []
        if where.side is not None:
            found.append(self.table.side == where.side)
        if where.origin is not None:
            found.append(self._of_order(Orders.origin == where.origin))
        if where.status:
            found.append(self._of_order(Orders.status.in_(where.status)))
        if where.tag is not None:
            found.append(self._of_order(fn.INSTR(Orders.tags, f"{SEPARATOR}{where.tag}{SEPARATOR}") > 0))
        if where.text:
            mentioned = self._of_order(Orders.tags.contains(where.text) | Orders.note.contains(where.text))
            found.append(self.table.symbol.contains(where.text) | mentioned)
        return found

    def _of_order(self, condition: Any) -> Any:
        """Ask a condition of the row's order: the row itself, or the order that a fill belongs to."""
        if self.table is Orders:
            return condition
        return fn.EXISTS(Orders.select(SQL("1")).where(Orders.id == self.table.order_id, condition))

    def _newest(self, where: Conditions, *chosen: Any) -> Any:
        """Select newest first."""
        query = self.table.select(*chosen).where(SQL("1"), *where)
        return query.order_by(self.at.desc(), self.table.row.desc())


ORDERS = History("orders", Orders, Orders.created_at, order_from)
FILLS = History("fills", Fills, Fills.at, fill_from)
STILL_OPEN = SQL("status IN (" + ", ".join(f"'{status}'" for status in schema.UNFINISHED) + ")")
"""Written out, not bound, so that SQLite sees that the partial index of unfinished orders answers it."""
