"""The desk as its clients see it; ``client.desk.DeskClient`` fulfils it, tests use a hand-written twin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tui_trader.client.risk_port import RiskPort
    from tui_trader.contract.account import BalanceView, EquityView, LedgerView
    from tui_trader.contract.base import Page
    from tui_trader.contract.commands import LineContext, LineResult
    from tui_trader.contract.events import EventView
    from tui_trader.contract.history import JournalView
    from tui_trader.contract.market import BookView, CandleView, InstrumentView, TickerView, TradeView
    from tui_trader.contract.orders import CancelResult, FillView, OrderView, Placement, PlaceOrder, Preview
    from tui_trader.contract.positions import (
        Closed,
        ClosePosition,
        CreatePosition,
        Performance,
        PositionSummary,
        PositionView,
        UpdatePosition,
    )
    from tui_trader.contract.risk import CertificateView, ResumedView
    from tui_trader.contract.status import Health, Status


@dataclass(frozen=True, slots=True)
class MarketInterest:
    """What a client wants streamed. ``candles`` is (symbol, interval); ``rate`` is frames a second."""

    tickers: tuple[str, ...] = ()
    book: str | None = None
    depth: int = 20
    trades: str | None = None
    candles: tuple[str, str] | None = None
    rate: float = 10


class DeskPort(Protocol):
    """Every call may raise the errors of :mod:`tui_trader.errors`; ``DeskUnavailable`` when nobody answers."""

    @property
    def risk(self) -> RiskPort:
        """What may be asked about risk."""
        ...

    async def health(self) -> Health:
        """Ask whether a desk is there, and which version."""
        ...

    async def status(self) -> Status:
        """Ask how the desk is."""
        ...

    async def stop(self) -> None:
        """Ask the desk to end in an orderly way."""
        ...

    async def place(self, order: PlaceOrder) -> Placement:
        """Place an order."""
        ...

    async def preview(self, order: PlaceOrder) -> Preview:
        """Ask what an order would do."""
        ...

    async def preview_line(self, line: str, context: LineContext) -> LineResult:
        """Ask what a typed line would do."""
        ...

    async def run_line(
        self, intent_id: str, line: str, context: LineContext, confirmation: str | None = None
    ) -> LineResult:
        """Run a typed line."""
        ...

    async def cancel(self, intent_id: str, order_id: str, symbol: str) -> CancelResult:
        """Cancel one order; a cancel may be asked any number of times."""
        ...

    async def cancel_many(
        self, intent_id: str, *, symbol: str | None = None, side: str | None = None, ids: Sequence[str] | None = None
    ) -> CancelResult:
        """Cancel every working order that matches."""
        ...

    async def halt(self, intent_id: str, reason: str = "", *, everything: bool = False) -> CertificateView:
        """Press the kill switch."""
        ...

    async def certificate(self) -> CertificateView:
        """Ask what the newest press of the kill switch has done."""
        ...

    async def resume(self, intent_id: str, reason: str) -> ResumedView:
        """Trade again after a halt."""
        ...

    async def order(self, symbol: str, order_id: str) -> OrderView:
        """Look at one order."""
        ...

    async def open_orders(self, symbol: str | None = None) -> Sequence[OrderView]:
        """List working orders."""
        ...

    async def order_history(
        self, filters: Mapping[str, str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[OrderView]:
        """Page through orders."""
        ...

    async def fills(
        self, filters: Mapping[str, str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[FillView]:
        """Page through executions."""
        ...

    async def journal(self, order_id: str) -> Sequence[JournalView]:
        """List what the journal says of an order."""
        ...

    async def positions(self, filters: Mapping[str, str] | None = None) -> Page[PositionView]:
        """List positions."""
        ...

    async def position_summary(self) -> PositionSummary:
        """Ask for the open book in figures."""
        ...

    async def performance(self, position_id: str) -> Performance:
        """Ask how a position did."""
        ...

    async def create_position(self, position: CreatePosition) -> PositionView:
        """Keep a record by hand."""
        ...

    async def update_position(self, position_id: str, change: UpdatePosition) -> PositionView:
        """Change the fields that were set."""
        ...

    async def close_position(self, position_id: str, close: ClosePosition) -> Closed:
        """Close a position, wholly or in part."""
        ...

    async def delete_position(self, position_id: str) -> None:
        """Remove a record kept by hand."""
        ...

    async def ledger(self) -> Sequence[LedgerView]:
        """List where every balance comes from, by asset."""
        ...

    async def balances(self) -> Sequence[BalanceView]:
        """List assets."""
        ...

    async def equity(self, start: int | None = None) -> Sequence[EquityView]:
        """List samples of equity from UTC ms ``start`` on; the last day without."""
        ...

    async def instruments(self) -> Sequence[InstrumentView]:
        """List every pair."""
        ...

    async def tickers(self, symbols: Sequence[str] = ()) -> Sequence[TickerView]:
        """List day figures."""
        ...

    async def book(self, symbol: str, depth: int = 20) -> BookView:
        """Show a book."""
        ...

    async def candles(
        self, symbol: str, interval: str, limit: int = 300, end: int | None = None
    ) -> Sequence[CandleView]:
        """List bars, oldest first."""
        ...

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[TradeView]:
        """List the newest public trades, oldest first."""
        ...

    async def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Make any call of the API; ``path`` begins after the prefix. Returns the answer's data as plain JSON."""
        ...

    def events(
        self, after: int | None = None, interest: MarketInterest | None = None, *, durable: bool = True
    ) -> AsyncIterator[EventView]:
        """Stream events; ends with ``DeskUnavailable`` when the desk goes away. Reconnecting is the caller's."""
        ...

    async def close(self) -> None:
        """Let the connections go."""
        ...
