"""The past, read from the store: fulfils ``faces.History``."""

from __future__ import annotations

from collections.abc import Sequence

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order
from tui_trader.errors import UsageError
from tui_trader.services.ports import HistoryFilter, JournalEntry, Rows, Store

MAX_ROWS = 500


class HistoryService:
    """Pages of orders, fills and journal lines."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def orders(self, where: HistoryFilter, limit: int, cursor: str | None, offset: int) -> Rows[Order]:
        """Page through orders, newest first."""
        _check(where, limit, offset)
        return await self._store.orders(where, limit, cursor, offset)

    async def fills(self, where: HistoryFilter, limit: int, cursor: str | None, offset: int) -> Rows[Fill]:
        """Page through executions, newest first."""
        _check(where, limit, offset)
        return await self._store.fills(where, limit, cursor, offset)

    async def journal(
        self, *, after: int = 0, limit: int = 500, order_id: str | None = None, kind: str | None = None
    ) -> Sequence[JournalEntry]:
        """List journal lines, oldest first."""
        _check(HistoryFilter(), limit, 0)
        return await self._store.journal(after=after, limit=limit, order_id=order_id, kind=kind)


def _check(where: HistoryFilter, limit: int, offset: int) -> None:
    """Refuse what could not be answered sensibly.

    Raises:
        UsageError: a page too large, a negative offset, or a span that ends before it starts.

    """
    if not 1 <= limit <= MAX_ROWS:
        raise UsageError(f"A page has 1 to {MAX_ROWS} rows, not {limit}.")
    if offset < 0:
        raise UsageError("An offset counts rows from the newest; it cannot be negative.")
    if where.start is not None and where.end is not None and where.start > where.end:
        raise UsageError("The span ends before it starts; swap the two times.")
