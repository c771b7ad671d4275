"""A store in memory, with the promises of ``tui_trader.services.ports.Store`` and switches for trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from tui_trader.domain.assessment import (
    Assessment,
    AssessmentStatus,
    Constraint,
    Metrics,
    RiskLevel,
    RiskType,
    unreadable,
)
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.ledger import LedgerEntry
from tui_trader.domain.order import Order
from tui_trader.domain.position import Position
from tui_trader.errors import StoreError, StoreTrouble
from tui_trader.services.ports import Backup, ChainHead, Change, HistoryFilter, JournalEntry, Rebuilt, Rows, StoreHealth


class StoreTwin:
    """Everything written, in order. ``failing`` makes writes fail; ``hold()`` lets them wait until ``release()``.

    What a write leaves behind is visible only once it is *durable*, as on the disk; a new service over the same
    twin is a restart.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.lines: list[JournalEntry] = []
        self.order_rows: dict[str, Order] = {}
        self.fill_rows: dict[tuple[str, str], Fill] = {}
        self.position_rows: dict[str, Position] = {}
        self.balance_rows: dict[str, Balance] = {}
        self.equity_rows: list[EquitySample] = []
        self.settings: dict[str, str] = {}
        self.ledger_rows: dict[str, LedgerEntry] = {}
        self.constraint_rows: dict[str, Constraint] = {}
        self.assessment_rows: dict[str, Assessment] = {}
        self.metrics_rows: dict[int, Metrics] = {}
        self.failing: str | None = None
        self.closed = False
        self.backups: list[str] = []
        self.free = 10**12
        self.healthy = StoreHealth()
        self.trouble = StoreTrouble.OTHER
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        """Let writes wait."""
        self._open.clear()

    def release(self) -> None:
        """Let the waiting writes through."""
        self._open.set()

    async def write(self, change: Change) -> int:
        """Commit a change after a turn of the loop."""
        await asyncio.sleep(0)
        await self._open.wait()
        if self.failing is not None:
            raise StoreError(self.failing, self.trouble)
        if any(gone.source != SYNTHETIC for gone in change.removed_fills):
            raise StoreError("Only stand-ins can be removed.")
        for order in change.orders:
            twin = next((each for each in self.order_rows.values() if each.intent_id == order.intent_id != ""), None)
            if twin is not None and twin.id != order.id:
                raise StoreError("An intent can be written only once.")
        for line in change.journal:
            sequence = len(self.lines) + 1
            self.lines.append(replace(line, sequence=sequence, hash=f"{sequence:064x}"))
        self.order_rows.update({order.id: order for order in change.orders})
        for gone in change.removed_fills:
            self.fill_rows.pop(gone.key, None)
        for fill in change.fills:
            self.fill_rows.setdefault(fill.key, fill)
        self.position_rows.update({position.id: position for position in change.positions})
        for position_id in change.removed_positions:
            self.position_rows.pop(position_id, None)
        self.balance_rows.update({balance.asset: balance for balance in change.balances})
        self.equity_rows.extend(change.equity)
        self.settings.update(change.settings)
        for entry in change.ledger:
            self.ledger_rows.setdefault(entry.ref, entry)
        self._keep_risks(change)
        self.changes.append(change)
        return len(self.lines)

    def _keep_risks(self, change: Change) -> None:
        for constraint_id in change.removed_constraints:
            self.constraint_rows.pop(constraint_id, None)
        self.constraint_rows.update({rule.id: rule for rule in change.constraints})
        self.assessment_rows.update({found.id: found for found in change.assessments})
        if change.metrics_from is not None:
            for at in sorted(at for at in self.metrics_rows if at < change.metrics_from)[:1000]:
                del self.metrics_rows[at]
        self.metrics_rows.update({sample.at: sample for sample in change.metrics})

    async def order(self, key: str) -> Order | None:
        """Find an order by any of its names."""
        await asyncio.sleep(0)
        if self.closed:
            raise StoreError("The store is closed.")
        for order in self.order_rows.values():
            if key in {order.id, order.client_order_id, order.intent_id, order.venue_order_id}:
                return order
        return None

    async def unfinished_orders(self) -> Sequence[Order]:
        """List what is not final, oldest first."""
        await asyncio.sleep(0)
        return [order for order in self.order_rows.values() if not order.final]

    async def orders(self, where: HistoryFilter, limit: int, cursor: str | None = None, offset: int = 0) -> Rows[Order]:
        """Page through orders, newest first."""
        await asyncio.sleep(0)
        found = [order for order in reversed(self.order_rows.values()) if _order_matches(order, where)]
        start = int(cursor or 0) + offset
        following = start + limit
        return Rows(found[start:following], len(found), str(following) if following < len(found) else None)

    async def fills(self, where: HistoryFilter, limit: int, cursor: str | None = None, offset: int = 0) -> Rows[Fill]:
        """Page through executions, newest first."""
        await asyncio.sleep(0)
        found = [fill for fill in reversed(self.fill_rows.values()) if where.symbol in {None, fill.symbol}]
        start = int(cursor or 0) + offset
        following = start + limit
        return Rows(found[start:following], len(found), str(following) if following < len(found) else None)

    async def all_fills(self, symbol: str | None = None) -> AsyncIterator[Fill]:
        """Stream every execution, oldest first."""
        for fill in sorted(self.fill_rows.values(), key=lambda each: each.at):
            if symbol in {None, fill.symbol}:
                yield fill

    async def fills_of(self, venue_order_id: str) -> Sequence[Fill]:
        """List the executions of one order."""
        await asyncio.sleep(0)
        return [fill for fill in self.fill_rows.values() if fill.venue_order_id == venue_order_id]

    async def positions(self) -> Sequence[Position]:
        """List positions, newest first."""
        return sorted(self.position_rows.values(), key=lambda each: -each.opened_at)

    async def balances(self) -> Sequence[Balance]:
        """List balances."""
        return list(self.balance_rows.values())

    async def ledger(self) -> Sequence[LedgerEntry]:
        """List the entries of the ledger."""
        return list(self.ledger_rows.values())

    async def equity(self, start: int, end: int, limit: int = 5000) -> Sequence[EquitySample]:
        """List samples, oldest first."""
        return [sample for sample in self.equity_rows if start <= sample.at <= end][:limit]

    async def constraints(self) -> Sequence[Constraint]:
        """List a person's own rules."""
        return [
            each if isinstance(each.type, RiskType) else unreadable(each.id) for each in self.constraint_rows.values()
        ]

    async def assessment(self, assessment_id: str) -> Assessment | None:
        """Find an assessment."""
        await asyncio.sleep(0)
        found = self.assessment_rows.get(assessment_id)
        return found if found is not None and _readable(found) else None

    async def assessments(
        self, status: AssessmentStatus, limit: int, *, symbol: str | None = None, before: str | None = None
    ) -> Sequence[Assessment]:
        """List assessments by descending id."""
        await asyncio.sleep(0)
        found = [
            each
            for each in sorted(self.assessment_rows.values(), key=lambda each: each.id, reverse=True)
            if _readable(each)
            and each.status is status
            and symbol in {None, each.finding.symbol}
            and (before is None or each.id < before)
        ]
        return found[:limit]

    async def metrics(self, start: int, end: int, limit: int = 500) -> Sequence[Metrics]:
        """List samples, oldest first."""
        await asyncio.sleep(0)
        return [sample for at, sample in sorted(self.metrics_rows.items()) if start <= at <= end][:limit]

    async def journal(
        self, *, after: int = 0, limit: int = 500, order_id: str | None = None, kind: str | None = None
    ) -> Sequence[JournalEntry]:
        """List lines after a sequence, oldest first."""
        await asyncio.sleep(0)
        found = (line for line in self.lines[after:] if order_id in {None, line.order_id} and kind in {None, line.kind})
        return [line for line, _ in zip(found, range(limit), strict=False)]

    async def setting(self, name: str) -> str | None:
        """Read a small value."""
        await asyncio.sleep(0)
        return self.settings.get(name)

    async def verify(self) -> int:
        """Return the journal's length."""
        return len(self.lines)

    async def verified(self) -> ChainHead:
        """Return the end of the journal."""
        return ChainHead(len(self.lines), self.lines[-1].hash if self.lines else "")

    async def rebuilt(self) -> Rebuilt:
        """Count the rows; the twin's follow from nothing."""
        return Rebuilt(len(self.order_rows), len(self.fill_rows))

    async def backup(self, *, daily: bool = False) -> Backup:
        """Remember that a backup was made."""
        await asyncio.sleep(0)
        if self.failing is not None:
            raise StoreError(self.failing, self.trouble)
        self.backups.append("daily" if daily else "by hand")
        return Backup(f"/backups/{len(self.backups)}.db", 4096, await self.verified())

    async def free_bytes(self) -> int:
        """Return what a test set."""
        return self.free

    def health(self) -> StoreHealth:
        """Return what a test set."""
        return self.healthy

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def kinds(self, order_id: str | None = None) -> list[str]:
        """List the kinds written, in order, of one order or of all."""
        return [line.kind for line in self.lines if order_id in {None, line.order_id}]


def _order_matches(order: Order, where: HistoryFilter) -> bool:
    """Tell whether an order fits the filters that tests use."""
    return (
        where.symbol in {None, order.symbol}
        and where.side in {None, order.side.value}
        and where.origin in {None, order.request.origin.value}
        and (not where.status or order.status.value in where.status)
        and (where.start is None or order.created_at >= where.start)
        and (where.end is None or order.created_at <= where.end)
    )


def _readable(found: Assessment) -> bool:
    """Tell whether this version knows what was found."""
    return isinstance(found.finding.type, RiskType) and isinstance(found.finding.level, RiskLevel)
