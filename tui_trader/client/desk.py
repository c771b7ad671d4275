"""The desk over its Unix socket: every route as a typed call, and the event stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from tui_trader.client.link import App, Link
from tui_trader.client.port import MarketInterest
from tui_trader.client.risk import RiskClient
from tui_trader.contract.account import BalanceView, EquityView, LedgerView
from tui_trader.contract.base import Page
from tui_trader.contract.commands import LineContext, LineResult, RunLine
from tui_trader.contract.events import EventView
from tui_trader.contract.history import JournalView
from tui_trader.contract.market import BookView, CandleView, InstrumentView, TickerView, TradeView
from tui_trader.contract.orders import CancelMany, CancelResult, FillView, OrderView, Placement, PlaceOrder, Preview
from tui_trader.contract.positions import (
    Closed,
    ClosePosition,
    CreatePosition,
    Performance,
    PositionSummary,
    PositionView,
    UpdatePosition,
)
from tui_trader.contract.risk import CertificateView, Halt, Resume, ResumedView
from tui_trader.contract.status import Health, Status
from tui_trader.domain.order import Side


class DeskClient:
    """A client of one desk; fulfils ``client.port.DeskPort``. Nothing is retried here.

    A call that ended in ``DeskUnavailable`` may be made again with the same intent id: the desk answers what became
    of the first.
    """

    def __init__(self, desk: Path | App) -> None:
        self._link = Link(desk)
        self.risk = RiskClient(self._link)

    async def health(self) -> Health:
        """Ask whether a desk is there, and which version."""
        found: Health = await self._link.get(Health, "/health")
        return found

    async def status(self) -> Status:
        """Ask how the desk is."""
        found: Status = await self._link.get(Status, "/status")
        return found

    async def stop(self) -> None:
        """Ask the desk to end in an orderly way."""
        await self._link.call(Status, "POST", "/stop", {"intent_id": token_hex(8)})

    async def place(self, order: PlaceOrder) -> Placement:
        """Place an order."""
        placed: Placement = await self._link.call(Placement, "POST", "/trades/orders", order)
        return placed

    async def preview(self, order: PlaceOrder) -> Preview:
        """Ask what an order would do."""
        found: Preview = await self._link.call(Preview, "POST", "/trades/orders", order, {"dry_run": "true"})
        return found

    async def preview_line(self, line: str, context: LineContext) -> LineResult:
        """Ask what a typed line would do."""
        asked = RunLine(intent_id=token_hex(8), line=line, context=context)
        found: LineResult = await self._link.call(LineResult, "POST", "/commands", asked, {"dry_run": "true"})
        return found

    async def run_line(
        self, intent_id: str, line: str, context: LineContext, confirmation: str | None = None
    ) -> LineResult:
        """Run a typed line."""
        asked = RunLine(intent_id=intent_id, line=line, context=context, confirmation=confirmation)
        found: LineResult = await self._link.call(LineResult, "POST", "/commands", asked)
        return found

    async def cancel(self, intent_id: str, order_id: str, symbol: str) -> CancelResult:  # noqa: ARG002 - the port's shape
        """Cancel one order; a cancel may be asked any number of times."""
        path = f"/trades/orders/{quote(symbol, safe='')}/{quote(order_id, safe='')}"
        found: CancelResult = await self._link.call(CancelResult, "DELETE", path)
        return found

    async def cancel_many(
        self, intent_id: str, *, symbol: str | None = None, side: str | None = None, ids: Sequence[str] | None = None
    ) -> CancelResult:
        """Cancel every working order that matches."""
        asked = CancelMany(
            intent_id=intent_id,
            symbol=symbol,
            side=Side(side) if side else None,
            ids=None if ids is None else list(ids),
        )
        found: CancelResult = await self._link.call(CancelResult, "POST", "/trades/orders/cancel", asked)
        return found

    async def halt(self, intent_id: str, reason: str = "", *, everything: bool = False) -> CertificateView:
        """Press the kill switch."""
        asked = Halt(intent_id=intent_id, reason=reason, everything=everything)
        found: CertificateView = await self._link.call(CertificateView, "POST", "/risk/halt", asked)
        return found

    async def certificate(self) -> CertificateView:
        """Ask what the newest press of the kill switch has done."""
        found: CertificateView = await self._link.get(CertificateView, "/risk/halt")
        return found

    async def resume(self, intent_id: str, reason: str) -> ResumedView:
        """Trade again after a halt."""
        asked = Resume(intent_id=intent_id, reason=reason)
        found: ResumedView = await self._link.call(ResumedView, "POST", "/risk/resume", asked)
        return found

    async def order(self, symbol: str, order_id: str) -> OrderView:
        """Look at one order."""
        path = f"/trades/orders/{quote(symbol, safe='')}/{quote(order_id, safe='')}"
        found: OrderView = await self._link.get(OrderView, path)
        return found

    async def open_orders(self, symbol: str | None = None) -> Sequence[OrderView]:
        """List working orders."""
        path = "/trades/orders/open" + (f"/{quote(symbol, safe='')}" if symbol else "")
        found: list[OrderView] = await self._link.get(list[OrderView], path)
        return found

    async def order_history(
        self, filters: Mapping[str, str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[OrderView]:
        """Page through orders."""
        found: Page[OrderView] = await self._link.get(
            Page[OrderView], "/trades/orders/history", _page(filters, limit, cursor)
        )
        return found

    async def fills(
        self, filters: Mapping[str, str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[FillView]:
        """Page through executions."""
        found: Page[FillView] = await self._link.get(Page[FillView], "/trades/fills", _page(filters, limit, cursor))
        return found

    async def journal(self, order_id: str) -> Sequence[JournalView]:
        """List what the journal says of an order."""
        found: list[JournalView] = await self._link.get(list[JournalView], "/history/journal", {"order": order_id})
        return found

    async def positions(self, filters: Mapping[str, str] | None = None) -> Page[PositionView]:
        """List positions."""
        found: Page[PositionView] = await self._link.get(Page[PositionView], "/positions", dict(filters or {}))
        return found

    async def position_summary(self) -> PositionSummary:
        """Ask for the open book in figures."""
        found: PositionSummary = await self._link.get(PositionSummary, "/positions/summary")
        return found

    async def performance(self, position_id: str) -> Performance:
        """Ask how a position did."""
        found: Performance = await self._link.get(Performance, f"/positions/{quote(position_id, safe='')}/performance")
        return found

    async def create_position(self, position: CreatePosition) -> PositionView:
        """Keep a record by hand."""
        made: PositionView = await self._link.call(PositionView, "POST", "/positions", position)
        return made

    async def update_position(self, position_id: str, change: UpdatePosition) -> PositionView:
        """Change the fields that were set."""
        changed: PositionView = await self._link.call(
            PositionView, "PUT", f"/positions/{quote(position_id, safe='')}", change
        )
        return changed

    async def close_position(self, position_id: str, close: ClosePosition) -> Closed:
        """Close a position, wholly or in part."""
        closed: Closed = await self._link.call(Closed, "PUT", f"/positions/{quote(position_id, safe='')}/close", close)
        return closed

    async def delete_position(self, position_id: str) -> None:
        """Remove a record kept by hand."""
        await self._link.call(None, "DELETE", f"/positions/{quote(position_id, safe='')}")

    async def balances(self) -> Sequence[BalanceView]:
        """List assets."""
        found: list[BalanceView] = await self._link.get(list[BalanceView], "/account/balances")
        return found

    async def ledger(self) -> Sequence[LedgerView]:
        """List where every balance comes from, by asset."""
        found: list[LedgerView] = await self._link.get(list[LedgerView], "/account/ledger")
        return found

    async def equity(self, start: int | None = None) -> Sequence[EquityView]:
        """List samples of equity from UTC ms ``start`` on; the last day without."""
        query = {} if start is None else {"from": str(start)}
        found: list[EquityView] = await self._link.get(list[EquityView], "/account/equity", query)
        return found

    async def instruments(self) -> Sequence[InstrumentView]:
        """List every pair."""
        found: list[InstrumentView] = await self._link.get(list[InstrumentView], "/market/symbols")
        return found

    async def tickers(self, symbols: Sequence[str] = ()) -> Sequence[TickerView]:
        """List day figures."""
        query = {"symbols": ",".join(symbols)} if symbols else {}
        found: list[TickerView] = await self._link.get(list[TickerView], "/market/tickers", query)
        return found

    async def book(self, symbol: str, depth: int = 20) -> BookView:
        """Show a book."""
        found: BookView = await self._link.get(
            BookView, f"/market/book/{quote(symbol, safe='')}", {"depth": str(depth)}
        )
        return found

    async def candles(
        self, symbol: str, interval: str, limit: int = 300, end: int | None = None
    ) -> Sequence[CandleView]:
        """List bars, oldest first."""
        query = {"interval": interval, "limit": str(limit)} | ({} if end is None else {"to": str(end)})
        found: list[CandleView] = await self._link.get(
            list[CandleView], f"/market/candles/{quote(symbol, safe='')}", query
        )
        return found

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[TradeView]:
        """List the newest public trades, oldest first."""
        found: list[TradeView] = await self._link.get(
            list[TradeView], f"/market/trades/{quote(symbol, safe='')}", {"limit": str(limit)}
        )
        return found

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, patience_s: float | None = None
    ) -> Any:
        """Make any call of the API; ``path`` begins after the prefix. Returns the answer's data as plain JSON."""
        return await self._link.call(Any, method, path, body, patience_s=patience_s)

    async def events(
        self, after: int | None = None, interest: MarketInterest | None = None, *, durable: bool = True
    ) -> AsyncIterator[EventView]:
        """Stream events until the desk goes away, which is told by ``DeskUnavailable``."""
        query = _interest(interest) | ({} if durable else {"durable": "false"})
        if after is not None:
            query["after"] = str(after)
        async for event in self._link.events(query):
            yield event

    async def close(self) -> None:
        """Let the connections go."""
        await self._link.close()


def _page(filters: Mapping[str, str] | None, limit: int, cursor: str | None) -> dict[str, str]:
    """Put filters and page together."""
    return {**(filters or {}), "limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})


def _interest(interest: MarketInterest | None) -> dict[str, str]:
    """Write an interest as a query."""
    if interest is None:
        return {}
    query = {"rate": str(interest.rate), "depth": str(interest.depth)}
    if interest.tickers:
        query["tickers"] = ",".join(interest.tickers)
    if interest.book:
        query["book"] = interest.book
    if interest.trades:
        query["trades"] = interest.trades
    if interest.candles:
        query["candles"] = ":".join(interest.candles)
    return query
