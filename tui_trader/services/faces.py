"""The services as the API sees them. Each is fulfilled by the module of the same noun in this room.

Every method may raise the errors of :mod:`tui_trader.errors`: ``NotFound``, ``Conflict``, ``Denied``,
``ConfirmationRequired``, ``UsageError``, ``VenueError``, ``StoreError``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from tui_trader.domain.balance import EquitySample
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order, OrderRequest, Side
from tui_trader.domain.position import Position, PositionSide
from tui_trader.rules.reservation import Reservation
from tui_trader.services.halting_face import Risk
from tui_trader.services.ledger_face import Ledger
from tui_trader.services.limits_face import Limits
from tui_trader.services.market_face import Market
from tui_trader.services.model import (
    AmountQuote,
    BalanceRow,
    BookSummary,
    CancelOutcome,
    DeskStatus,
    LineContext,
    LineOutcome,
    OrderPreview,
    PerformanceFigures,
    Placement,
    Wealth,
)
from tui_trader.services.ports import HistoryFilter, JournalEntry, Rows
from tui_trader.services.risk_state_face import RiskState
from tui_trader.services.sizing_face import Sizing
from tui_trader.services.upkeep_face import Upkeep


class Orders(Protocol):
    """Placing, cancelling and looking at orders."""

    async def place(self, intent_id: str, request: OrderRequest, confirmation: str | None = None) -> Placement:
        """Gate, journal, send. The same ``intent_id`` gets the same answer and sends nothing again."""
        ...

    async def preview(self, request: OrderRequest) -> OrderPreview:
        """Do everything but send."""
        ...

    async def calculate(self, symbol: str, side: Side, amount: Decimal) -> AmountQuote:
        """Say how much ``amount`` of quote money buys or sells now."""
        ...

    async def cancel(self, key: str, symbol: str | None = None) -> CancelOutcome:
        """Ask for a cancel of one order, named by our id, the client id or the venue's id."""
        ...

    async def cancel_many(
        self, *, symbol: str | None = None, side: Side | None = None, ids: Sequence[str] | None = None
    ) -> CancelOutcome:
        """Ask for a cancel of every working order that matches."""
        ...

    async def get(self, key: str, symbol: str | None = None) -> Order:
        """Find an order."""
        ...

    def working(self, symbol: str | None = None) -> Sequence[Order]:
        """List working orders, newest first."""
        ...

    def unknown_until(self, order: Order) -> int | None:
        """Say when an unknown outcome may be concluded at the earliest, UTC ms."""
        ...

    def locked(self, order: Order) -> Reservation | None:
        """Say what a working order keeps from being spent; ``None`` for one that has ended."""
        ...


class Commands(Protocol):
    """Typed lines."""

    async def preview(self, line: str, context: LineContext) -> LineOutcome:
        """Resolve a line and say what it would do."""
        ...

    async def run(
        self, intent_id: str, line: str, context: LineContext, confirmation: str | None = None
    ) -> LineOutcome:
        """Do it."""
        ...


class Positions(Protocol):
    """Positions from fills and by hand."""

    def list(self, where: Mapping[str, Any]) -> Sequence[Position]:
        """List positions by filters ``status symbol type side strategy tag start end``, newest first."""
        ...

    def get(self, position_id: str) -> Position:
        """Find one."""
        ...

    def protected_quantity(self, position: Position) -> Decimal:
        """Say how much of it an armed stop covers."""
        ...

    def open_order_ids(self, position: Position) -> Sequence[str]:
        """List working orders on its pair."""
        ...

    def summary(self) -> BookSummary:
        """Add the open book up."""
        ...

    async def performance(self, position_id: str) -> PerformanceFigures:
        """Say how one did."""
        ...

    async def create(self, intent_id: str, fields: Mapping[str, Any]) -> Position:
        """Keep a record by hand (fields of ``contract.positions.CreatePosition``)."""
        ...

    async def update(self, position_id: str, fields: Mapping[str, Any]) -> Position:
        """Change the fields given; ``None`` clears."""
        ...

    async def set_price(self, position_id: str, price: Decimal) -> Position:
        """Set the current price of a record kept by hand."""
        ...

    async def close(
        self, position_id: str, intent_id: str, fields: Mapping[str, Any]
    ) -> tuple[Position, Placement | None]:
        """Close by hand, or place the closing order of a fill-made one (fields of ``ClosePosition``)."""
        ...

    async def delete(self, position_id: str) -> None:
        """Remove a record kept by hand."""
        ...

    def side_of(self, text: str) -> PositionSide:
        """Read a side."""
        ...


class Account(Protocol):
    """Balances and equity."""

    def balances(self) -> Sequence[BalanceRow]:
        """List assets, the most valuable first."""
        ...

    def wealth(self) -> Wealth | None:
        """Return equity now."""
        ...

    async def equity(self, start: int, end: int) -> Sequence[EquitySample]:
        """List samples, oldest first."""
        ...


class History(Protocol):
    """The past."""

    async def orders(self, where: HistoryFilter, limit: int, cursor: str | None, offset: int) -> Rows[Order]:
        """Page through orders, newest first."""
        ...

    async def fills(self, where: HistoryFilter, limit: int, cursor: str | None, offset: int) -> Rows[Fill]:
        """Page through executions, newest first."""
        ...

    async def journal(
        self, *, after: int = 0, limit: int = 500, order_id: str | None = None, kind: str | None = None
    ) -> Sequence[JournalEntry]:
        """List journal lines, oldest first."""
        ...


class Desk(Protocol):
    """The desk as a whole."""

    def status(self) -> DeskStatus:
        """Say how it is."""
        ...

    def console_attached(self) -> AbstractContextManager[None]:
        """Count a console while the context is open."""
        ...

    def request_stop(self) -> None:
        """Begin an orderly end of the process."""
        ...


class Bus(Protocol):
    """Everything that happens, as it happens."""

    def subscribe(self, kinds: frozenset[EventKind] | None = None) -> AbstractContextManager[AsyncIterator[Event]]:
        """Receive events from here on. A reader that lags loses market events, never durable ones."""
        ...

    def replay(self, after: int) -> AsyncIterator[Event]:
        """Repeat durable events after a sequence number, oldest first; stops at what is current."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """All of them, as the API is given them."""

    orders: Orders
    commands: Commands
    positions: Positions
    market: Market
    account: Account
    ledger: Ledger
    history: History
    upkeep: Upkeep
    desk: Desk
    bus: Bus
    risk: Risk
    sizing: Sizing
    limits: Limits
    risk_state: RiskState
