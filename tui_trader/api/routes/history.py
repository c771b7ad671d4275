"""``/history``: transactions and the journal."""

from __future__ import annotations

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.api.routes.orders import fills
from tui_trader.api.routes.paging import FILTER_QUERY, PAGE_QUERY
from tui_trader.contract.base import Page
from tui_trader.contract.history import BackupView, ChainView, DifferenceView, JournalView, MakeBackup, RebuiltView
from tui_trader.contract.orders import FillView


async def journal(call: Call) -> list[JournalView]:
    """List journal lines."""
    lines = await call.services.history.journal(
        after=call.whole("after", 0, 0, 2**62),
        limit=call.whole("limit", 200, 1, 1000),
        order_id=call.query.get("order"),
        kind=call.query.get("kind"),
    )
    return [views.journal_view(line) for line in lines]


async def audit(call: Call) -> ChainView:
    """Check the journal's chain."""
    head = await call.services.upkeep.verified()
    return ChainView(lines=head.sequence, hash=head.hash)


async def tables(call: Call) -> RebuiltView:
    """Compare the tables with the journal."""
    found = await call.services.upkeep.rebuilt()
    differences = [
        DifferenceView(row=each.row, column=each.column, journal=each.journal, table=each.table)
        for each in found.differences
    ]
    return RebuiltView(
        orders=found.orders,
        fills=found.fills,
        older=found.older,
        differing=found.differing,
        differences=differences,
    )


async def backup(call: Call) -> BackupView:
    """Make a backup beside the database."""
    made = await call.services.upkeep.backup()
    return BackupView(path=made.path, bytes=made.size, lines=made.head.sequence, hash=made.head.hash)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/history/transactions",
        fills,
        "Executions, newest first",
        Page[FillView],
        query=FILTER_QUERY | PAGE_QUERY,
    ),
    Endpoint(
        "GET",
        "/history/journal",
        journal,
        "The journal, oldest first",
        list[JournalView],
        query={
            "after": "lines after this sequence",
            "limit": "lines, 200 unless told, at most 1000",
            "order": "only of this order (our id)",
            "kind": "only of this kind",
        },
    ),
    Endpoint("GET", "/history/audit", audit, "Check the journal's chain from its first line", ChainView),
    Endpoint("GET", "/history/audit/tables", tables, "Compare the tables with the journal", RebuiltView),
    Endpoint("POST", "/history/backup", backup, "Make a backup and check it", BackupView, MakeBackup),
)
