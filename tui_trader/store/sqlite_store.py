"""The store as the services see it: :class:`tui_trader.services.ports.Store` on SQLite."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Assessment, AssessmentStatus, Constraint, Metrics
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.fill import Fill
from tui_trader.domain.ledger import LedgerEntry
from tui_trader.domain.order import Order
from tui_trader.domain.position import Position
from tui_trader.errors import StoreError
from tui_trader.services.ports import Backup, ChainHead, Change, HistoryFilter, JournalEntry, Rebuilt, Rows, StoreHealth
from tui_trader.store import queries, schema
from tui_trader.store.audit import chain_of, tables_of
from tui_trader.store.backup import begin_copy, fill_copy, finish_copy, removed_on_failure
from tui_trader.store.ballast import Ballast
from tui_trader.store.changes import prepare
from tui_trader.store.copies import BY_HAND, DAILY, backup_folder, examine, folder_of, fresh_name, outdated
from tui_trader.store.history import FILLS, ORDERS
from tui_trader.store.opening import open_session
from tui_trader.store.pages import Pages, values
from tui_trader.store.risk_rows import assessment_from, constraint_from, metrics_from
from tui_trader.store.rows import (
    balance_from,
    entry_from,
    equity_from,
    fill_from,
    ledger_from,
    order_from,
    position_from,
)
from tui_trader.store.upgrades import UPGRADES, Upgrade
from tui_trader.store.walks import on_writer
from tui_trader.store.writer import Writer

PAUSE_S = 0.002
"""Between two steps of a thread that checks a copy: the event loop goes first."""


class SqliteStore:
    """The desk's memory in one file. Make it with :meth:`open`; every method may raise ``StoreError``."""

    def __init__(self, writer: Writer, path: Path, clock: Clock, ballast: Ballast) -> None:
        self._writer = writer
        self._ballast = ballast
        self._path = path
        self._clock = clock
        self._pages = Pages(writer)
        self.loss = ""
        """Whether what was acknowledged was missing at the opening: a sentence, or nothing."""

    @classmethod
    async def open(
        cls,
        path: Path,
        clock: Clock,
        *,
        upgrades: Mapping[int, Upgrade] = UPGRADES,
        version: int = schema.SCHEMA_VERSION,
    ) -> Self:
        """Open or create the database at ``path``; its folder must be there.

        An older schema is upgraded, each step after a backup beside the file.

        Raises:
            StoreError: it cannot be used; the sentence says what to do.

        """
        ballast = Ballast(path)
        writer = Writer(lambda: open_session(path, clock, upgrades, version, ballast))
        await writer.start()
        store = cls(writer, path, clock, ballast)
        store.loss = await writer.run(lambda session: session.loss)
        return store

    async def write(self, change: Change) -> int:
        """Commit a change durably and return the journal's sequence after it.

        The change is enqueued before the first suspension, in the order of the calls; cancelling the await does
        not take it back.

        Raises:
            StoreError: nothing of it was written.

        """
        try:
            batch = prepare(change)
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise StoreError(f"This cannot be kept: {error}.") from error
        return await self._writer.submit(batch)

    async def order(self, key: str) -> Order | None:
        """Find an order by our id, the client order id, the intent id or the venue's id."""
        row = await self._writer.run(lambda session: queries.order(session, key))
        return order_from(row) if row else None

    async def unfinished_orders(self) -> Sequence[Order]:
        """List orders that are not final, oldest first."""
        return await values(await self._writer.run(queries.unfinished_orders), order_from)

    async def orders(self, where: HistoryFilter, limit: int, cursor: str | None = None, offset: int = 0) -> Rows[Order]:
        """Page through orders, newest first; both ends of a time range are inside it."""
        return await self._pages.page(ORDERS, where, limit, cursor, offset)

    async def fills(self, where: HistoryFilter, limit: int, cursor: str | None = None, offset: int = 0) -> Rows[Fill]:
        """Page through executions, newest first; origin, status, tag and note are those of the order."""
        return await self._pages.page(FILLS, where, limit, cursor, offset)

    def all_fills(self, symbol: str | None = None) -> AsyncIterator[Fill]:
        """Stream every execution, oldest first (by time, then insertion)."""
        return self._pages.stream(FILLS, symbol)

    async def fills_of(self, venue_order_id: str) -> Sequence[Fill]:
        """List the executions of one order, oldest first."""
        rows = await self._writer.run(lambda session: queries.fills_of(session, venue_order_id))
        return await values(rows, fill_from)

    async def positions(self) -> Sequence[Position]:
        """List all positions, open and closed, newest first."""
        return await values(await self._writer.run(queries.positions), position_from)

    async def balances(self) -> Sequence[Balance]:
        """List the balance last written of each asset, by name."""
        return await values(await self._writer.run(queries.balances), balance_from)

    async def ledger(self) -> Sequence[LedgerEntry]:
        """List the entries of the ledger that follow from no execution, in the order of their making."""
        return await values(await self._writer.run(queries.ledger), ledger_from)

    async def equity(self, start: int, end: int, limit: int = 5000) -> Sequence[EquitySample]:
        """List equity samples, oldest first; both ends of the range are inside it."""
        rows = await self._writer.run(lambda session: queries.equity(session, start, end, limit))
        return await values(rows, equity_from)

    async def constraints(self) -> Sequence[Constraint]:
        """List a person's own rules in the order of their making."""
        return await values(await self._writer.run(queries.constraints), constraint_from)

    async def assessment(self, assessment_id: str) -> Assessment | None:
        """Find an assessment."""
        row = await self._writer.run(lambda session: queries.assessment(session, assessment_id))
        return assessment_from(row) if row else None

    async def assessments(
        self, status: AssessmentStatus, limit: int, *, symbol: str | None = None, before: str | None = None
    ) -> Sequence[Assessment]:
        """List the assessments of a status by descending id, so newest first; ``before`` is the last id of a page.

        Those that cannot be read are left out; a page is full nevertheless while there are more.
        """
        found: list[Assessment] = []
        while len(found) < limit:
            read = partial(queries.assessments, status=status.value, limit=limit, symbol=symbol, before=before)
            rows = await self._writer.run(read)
            found += [each for each in await values(rows, assessment_from) if each is not None]
            if len(rows) < limit:
                break
            before = rows[-1][0]
        return found[:limit]

    async def metrics(self, start: int, end: int, limit: int = 500) -> Sequence[Metrics]:
        """List samples of figures from ``start`` to ``end``, both inside, oldest first."""
        rows = await self._writer.run(lambda session: queries.metrics(session, start, end, limit))
        return await values(rows, metrics_from)

    async def journal(
        self, *, after: int = 0, limit: int = 500, order_id: str | None = None, kind: str | None = None
    ) -> Sequence[JournalEntry]:
        """List journal lines after a sequence number, oldest first."""
        if kind is None:
            rows = await self._writer.run(lambda session: queries.journal(session, after, limit, order_id))
        else:
            rows = await self._pages.lines_of(kind, order_id, after, limit)
        return await values(rows, entry_from)

    async def setting(self, name: str) -> str | None:
        """Read a small named value."""
        return await self._writer.run(lambda session: queries.setting(session, name))

    async def verify(self) -> int:
        """Check the journal's hash chain and return its length.

        Raises:
            StoreError: names the first line that does not fit.

        """
        return (await self.verified()).sequence

    async def verified(self) -> ChainHead:
        """Check the journal's hash chain from its first line and return its end.

        Raises:
            StoreError: names the first line that does not fit.

        """
        head = await on_writer(self._writer, chain_of)
        return ChainHead(head.sequence, head.hash.hex())

    async def rebuilt(self) -> Rebuilt:
        """Fold the journal and compare what follows from it with the tables, column by column; commits go on."""
        return await on_writer(self._writer, tables_of)

    async def backup(self, *, daily: bool = False) -> Backup:
        """Make a copy beside the database, open it and check all of it; of daily ones the last seven are kept.

        Raises:
            StoreError: it could not be made, or is not whole; no part of it is left.

        """
        folder = folder_of(self._path)
        path = fresh_name(backup_folder(folder), DAILY if daily else BY_HAND, self._clock.wall_ms())
        head = await self.copy(path)
        for each in outdated(folder):
            each.unlink(missing_ok=True)
        return Backup(str(path), path.stat().st_size, head)

    async def copy(self, path: Path) -> ChainHead:
        """Copy the database to ``path``, mode 0600, whole or not at all; commits go on meanwhile.

        The copy gets its name only after it was opened and every page and line of it checked.

        Raises:
            StoreError: the copy could not be made, or is not whole.

        """
        writer = self._writer
        part = begin_copy(path)
        with removed_on_failure(part, path):
            await writer.run(lambda session: fill_copy(session, part, lambda: writer.commit_waiting(session)))
            head = await asyncio.to_thread(examine, part, PAUSE_S)
        await asyncio.to_thread(finish_copy, part, path)
        return ChainHead(head.sequence, head.hash.hex())

    async def free_bytes(self) -> int:
        """Return the space left on the disk of the database; space in reserve that was given up is taken back."""
        await asyncio.to_thread(self._ballast.put)
        return shutil.disk_usage(self._path.parent).free

    def health(self) -> StoreHealth:
        """Say how it keeps up; costs nothing."""
        return self._writer.health()

    async def close(self) -> None:
        """Finish what was enqueued, checkpoint and close; a second call does nothing."""
        await self._writer.stop()
