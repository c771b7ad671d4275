"""What the services need of the store. ``tui_trader.store`` fulfils it; tests use a hand-written twin.

Writes are queued to one writer thread and grouped into durable commits; awaiting a write means *it is on the disk*.
Orders' writes overtake reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from tui_trader.domain.assessment import Assessment, Constraint, Metrics
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.fill import Fill
from tui_trader.domain.ledger import LedgerEntry
from tui_trader.domain.order import Order
from tui_trader.domain.position import Position
from tui_trader.services.risk_records import RiskRecords

T = TypeVar("T")
CHECKPOINT = "verified"
"""The setting that says up to which line the journal was last found whole: JSON with ``sequence`` and ``hash``."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal. ``sequence`` and ``hash`` are given by the store; ``at`` is UTC ms.

    ``body`` is JSON-able; decimals in it are canonical text.
    """

    kind: str
    at: int
    body: Mapping[str, Any]
    order_id: str = ""
    origin: str = ""
    sequence: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is written together, in one transaction: all of it or none.

    ``orders`` and ``positions`` replace the rows of the same id; ``fills`` already there are ignored;
    ``removed_fills`` are taken back before ``fills`` are added: stand-ins (source ``SYNTHETIC``), an execution stays;
    ``ledger`` are entries that follow from no execution, each ``ref`` once;
    ``settings`` are small named values (JSON text), such as cursors, the gate's state or the account's uid;
    ``constraints`` and ``assessments`` replace those of the same id, ``metrics`` those of the same millisecond, and
    samples of ``metrics`` from before ``metrics_from`` (UTC ms) go, at most a thousand with each change.
    """

    journal: Sequence[JournalEntry] = ()
    orders: Sequence[Order] = ()
    fills: Sequence[Fill] = ()
    removed_fills: Sequence[Fill] = ()
    positions: Sequence[Position] = ()
    removed_positions: Sequence[str] = ()
    balances: Sequence[Balance] = ()
    equity: Sequence[EquitySample] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    ledger: Sequence[LedgerEntry] = ()
    constraints: Sequence[Constraint] = ()
    removed_constraints: Sequence[str] = ()
    assessments: Sequence[Assessment] = ()
    metrics: Sequence[Metrics] = ()
    metrics_from: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which rows of a history are wanted; times are UTC ms, ``None`` means any. ``text`` matches symbol, tag, note."""

    symbol: str | None = None
    side: str | None = None
    origin: str | None = None
    status: tuple[str, ...] = ()
    tag: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A page: ``total`` counts all that match; ``cursor`` fetches the next page, ``None`` at the end."""

    items: Sequence[T]
    total: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of the journal's chain: how many lines it has, and the hash of the last one (64 hex digits)."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a table does not follow from the journal: which row, which column, and both values as text."""

    row: str
    column: str
    journal: str
    table: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of folding the whole journal: rows compared, and where they differ.

    ``older`` counts orders whose lines a version wrote that wrote less down; they cannot be compared. ``differing``
    counts all differences, ``differences`` holds the first of them.
    """

    orders: int
    fills: int
    older: int = 0
    differing: int = 0
    differences: Sequence[Difference] = ()


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """How the store keeps up: how long the last commit took, or the one that runs has taken, and how many writes wait.

    ``reopened`` counts how often the disk failed and the database was opened and checked again.
    """

    last_commit_ms: float = 0.0
    waiting: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and found whole: its path, its size in bytes, and the end of the chain in it."""

    path: str
    size: int
    head: ChainHead


class Store(RiskRecords, Protocol):
    """The desk's memory."""

    async def write(self, change: Change) -> int:
        """Commit a change durably and return the journal's sequence after it.

        Raises:
            StoreError: nothing of it was written.

        """
        ...

    async def order(self, key: str) -> Order | None:
        """Find an order by our id, the client order id, the intent id or the venue's id."""
        ...

    async def unfinished_orders(self) -> Sequence[Order]:
        """List orders that are not final (``NOT_PLACED`` ones included), oldest first."""
        ...

    async def orders(self, where: HistoryFilter, limit: int, cursor: str | None = None, offset: int = 0) -> Rows[Order]:
        """Page through orders, newest first."""
        ...

    async def fills(self, where: HistoryFilter, limit: int, cursor: str | None = None, offset: int = 0) -> Rows[Fill]:
        """Page through executions, newest first."""
        ...

    def all_fills(self, symbol: str | None = None) -> AsyncIterator[Fill]:
        """Stream every execution, oldest first (by time, then insertion)."""
        ...

    async def fills_of(self, venue_order_id: str) -> Sequence[Fill]:
        """List the executions of one order."""
        ...

    async def positions(self) -> Sequence[Position]:
        """List all positions, open and closed, newest first."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """List the balances last written."""
        ...

    async def ledger(self) -> Sequence[LedgerEntry]:
        """List the entries of the ledger that follow from no execution, in the order of their making."""
        ...

    async def equity(self, start: int, end: int, limit: int = 5000) -> Sequence[EquitySample]:
        """List equity samples, oldest first."""
        ...

    async def journal(
        self, *, after: int = 0, limit: int = 500, order_id: str | None = None, kind: str | None = None
    ) -> Sequence[JournalEntry]:
        """List journal lines after a sequence number, oldest first."""
        ...

    async def setting(self, name: str) -> str | None:
        """Read a small named value."""
        ...

    async def verify(self) -> int:
        """Check the journal's hash chain and return its length.

        Raises:
            StoreError: names the first line that does not fit.

        """
        ...

    async def verified(self) -> ChainHead:
        """Check the journal's hash chain from its first line and return its end.

        Raises:
            StoreError: names the first line that does not fit.

        """
        ...

    async def rebuilt(self) -> Rebuilt:
        """Fold the journal and compare what follows from it with the tables, column by column.

        Orders, executions, totals, the gate's state, entries of the ledger, own rules and assessments follow from it.
        Positions are folded from executions at every start; balances, equity and figures over time are samples.
        """
        ...

    async def backup(self, *, daily: bool = False) -> Backup:
        """Make a copy beside the database, open it and check all of it; of daily ones the last seven are kept.

        Raises:
            StoreError: it could not be made, or is not whole; no part of it is left.

        """
        ...

    async def free_bytes(self) -> int:
        """Return the space left on the disk of the database; space in reserve that was given up is taken back."""
        ...

    def health(self) -> StoreHealth:
        """Say how it keeps up; costs nothing."""
        ...

    async def close(self) -> None:
        """Checkpoint and close."""
        ...


class HaltMark(Protocol):
    """A sign outside the store that trading is halted: a file that anybody on this account can make.

    It holds where the store cannot be written, and while no desk runs.
    """

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        ...

    def reason(self) -> str | None:
        """Return what it says (perhaps nothing), cleaned, or ``None`` where there is none."""
        ...

    async def make(self, reason: str) -> bool:
        """Try to make it; tells whether it is there now."""
        ...

    async def remove(self) -> bool:
        """Remove it; tells whether there was one.

        Raises:
            UsageError: it is there and cannot be removed.

        """
        ...
