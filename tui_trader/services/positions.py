"""Positions as a person or a program asks for them: fulfils ``faces.Positions``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.ids import position_id as make_id
from tui_trader.domain.money import ZERO, canonical
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus
from tui_trader.errors import Conflict, NotFound, UsageError
from tui_trader.rules import by_hand as hand
from tui_trader.services.faces import Orders
from tui_trader.services.market import MarketService
from tui_trader.services.model import BookSummary, PerformanceFigures, Placement
from tui_trader.services.outcome_words import placement
from tui_trader.services.performance import over_life
from tui_trader.services.ports import Change, JournalEntry, Store
from tui_trader.services.position_closing import ClosingRequests
from tui_trader.services.position_keeper import PositionKeeper
from tui_trader.services.position_summary import summarise_book

CLOSED_LINE = "position.closed"

FILTERS: Mapping[str, Callable[[Position, Any], bool]] = {
    "status": lambda position, wanted: position.status.value == wanted,
    "symbol": lambda position, wanted: position.symbol == wanted,
    "type": lambda position, wanted: position.type.value == wanted,
    "side": lambda position, wanted: position.side.value == wanted,
    "strategy": lambda position, wanted: position.strategy == wanted,
    "tag": lambda position, wanted: wanted in position.tags,
    "start": lambda position, wanted: position.opened_at >= wanted,
    "end": lambda position, wanted: position.opened_at <= wanted,
}


class PositionService:
    """Looks at what the keeper keeps, and changes it: by hand, or by an order."""

    def __init__(
        self,
        keeper: PositionKeeper,
        orders: Orders,
        market: MarketService,
        store: Store,
        clock: Clock,
        *,
        currency: str = "USDT",
    ) -> None:
        self._keeper = keeper
        self._book = keeper.book
        self._orders = orders
        self._market = market
        self._store = store
        self._clock = clock
        self._currency = currency
        self._closings = ClosingRequests(market, clock)

    # -- looking

    def list(self, where: Mapping[str, Any]) -> Sequence[Position]:
        """List positions by filters ``status symbol type side strategy tag start end``, newest first."""
        unknown = set(where) - set(FILTERS)
        if unknown:
            raise UsageError(f"Positions cannot be filtered by {', '.join(sorted(unknown))}; use {', '.join(FILTERS)}.")
        tests = [(FILTERS[name], value) for name, value in where.items() if value is not None]
        return [each for each in self._book.all() if all(test(each, value) for test, value in tests)]

    def get(self, position_id: str) -> Position:
        """Find one."""
        found = self._book.get(position_id)
        if found is None:
            raise NotFound(f"There is no position {position_id[:40]!r}.")
        return found

    def protected_quantity(self, position: Position) -> Decimal:  # noqa: ARG002 - the face's parameter
        """Say how much an armed stop covers: nothing, for the desk arms none."""
        return ZERO

    def open_order_ids(self, position: Position) -> Sequence[str]:
        """List working orders on its pair."""
        if not position.open or position.source is not PositionSource.FILLS:
            return []
        return [order.id for order in self._orders.working(position.symbol)]

    def summary(self) -> BookSummary:
        """Add the open book up."""
        return summarise_book(self._book.open(), self.protected_quantity, self._rate_of)

    async def performance(self, position_id: str) -> PerformanceFigures:
        """Say how one did."""
        return await over_life(self.get(position_id), self._market, self._clock.wall_ms())

    def side_of(self, text: str) -> PositionSide:
        """Read a side."""
        try:
            return PositionSide(text.strip().upper())
        except ValueError:
            raise UsageError(f"{text[:20]!r} is no side of a position; use LONG or SHORT.") from None

    # -- changing

    async def create(self, intent_id: str, fields: Mapping[str, Any]) -> Position:
        """Keep a record by hand; the same ``intent_id`` gives the same record."""
        identity = make_id("by hand", intent_id, "")
        known = self._book.get(identity)
        if known is not None:
            return known
        symbol = fields["symbol"]
        self._market.instrument(symbol)
        position = hand.create(
            identity,
            symbol,
            PositionSide(fields.get("side") or PositionSide.LONG),
            fields["quantity"],
            fields["entry_price"],
            fields.get("opened_at") or self._clock.wall_ms(),
            fields.get("stop_loss"),
            fields.get("take_profit"),
        )
        noted = replace(
            position,
            strategy=fields.get("strategy"),
            tags=tuple(fields.get("tags") or ()),
            notes=fields.get("notes"),
        )
        return await self._keep(noted, "position.created", intent_id=intent_id)

    async def update(self, position_id: str, fields: Mapping[str, Any]) -> Position:
        """Change the fields given; ``None`` clears."""
        position = self.get(position_id)
        if {"stop_loss", "take_profit"} & set(fields):
            stop = fields.get("stop_loss", position.stop_loss)
            target = fields.get("take_profit", position.take_profit)
            position = hand.move_exits(position, stop, target, self._clock.wall_ms())
        changes = {name: fields[name] for name in ("strategy", "notes") if name in fields}
        if "tags" in fields:
            changes["tags"] = tuple(fields["tags"] or ())
        position = replace(position, updated_at=self._clock.wall_ms(), **changes)
        return await self._keep(position, "position.updated", fields=sorted(fields))

    async def set_price(self, position_id: str, price: Decimal) -> Position:
        """Set the current price of a record kept by hand, until the market's next one."""
        position = self._by_hand(position_id, "its price is the market's")
        if not price.is_finite() or price <= 0:
            raise UsageError(f"A price must be a number above zero, not {price}.")
        self._book.value_one(position, price, self._clock.wall_ms())
        return await self._keep(self.get(position_id), "position.priced", price=canonical(price))

    async def close(
        self, position_id: str, intent_id: str, fields: Mapping[str, Any]
    ) -> tuple[Position, Placement | None]:
        """Close by hand, or place the closing order of a fill-made one."""
        position = self.get(position_id)
        before = await self._placed_before(intent_id) if position.source is PositionSource.FILLS else None
        if before is not None or not position.open:
            return position, before
        if position.source is PositionSource.FILLS:
            return await self._place_closing(position, intent_id, fields)
        if await self._closed_before(position_id, intent_id):
            return position, None
        price = fields.get("exit_price")
        if price is None:
            raise UsageError("A record kept by hand is closed at a price that you give: exit_price.")
        quantity, orders = fields.get("quantity"), fields.get("exit_order_ids") or ()
        closed = hand.close(position, price, self._clock.wall_ms(), quantity, orders)
        return await self._keep(closed, CLOSED_LINE, intent_id=intent_id, price=canonical(price)), None

    async def delete(self, position_id: str) -> None:
        """Remove a record kept by hand."""
        position = self._by_hand(position_id, "it stays in the books")
        line = self._line("position.deleted", position, {})
        await self._store.write(Change(journal=(line,), removed_positions=(position_id,)))
        self._keeper.forget(position)
        gone = replace(position, quantity=ZERO, status=PositionStatus.CLOSED, closed_at=self._clock.wall_ms())
        self._keeper.announce([gone])

    # -- inside

    async def _place_closing(
        self, position: Position, intent_id: str, fields: Mapping[str, Any]
    ) -> tuple[Position, Placement | None]:
        request = await self._closings.of(intent_id, position, fields)
        placed = await self._orders.place(intent_id, request, fields.get("confirmation"))
        return self.get(position.id), placed

    async def _placed_before(self, intent_id: str) -> Placement | None:
        """Find what this very intent has placed already: made anew, its price would be that of another moment."""
        try:
            return placement(await self._orders.get(intent_id))
        except NotFound:
            return None

    async def _closed_before(self, position_id: str, intent_id: str) -> bool:
        """Tell whether this very intent has closed a part already."""
        lines = await self._store.journal(order_id=position_id, kind=CLOSED_LINE)
        return any(line.body.get("intent_id") == intent_id for line in lines)

    async def _keep(self, position: Position, kind: str, **body: Any) -> Position:
        """Write a position, then show it."""
        await self._store.write(Change(journal=(self._line(kind, position, body),), positions=(position,)))
        self._book.put(position)
        self._keeper.announce([position])
        return position

    def _line(self, kind: str, position: Position, body: Mapping[str, Any]) -> JournalEntry:
        return JournalEntry(
            kind, self._clock.wall_ms(), {"position": position.id, "symbol": position.symbol, **body}, position.id
        )

    def _by_hand(self, position_id: str, why: str) -> Position:
        position = self.get(position_id)
        if position.source is not PositionSource.BY_HAND:
            raise Conflict(f"This position was made by fills: {why}.")
        return position

    def _rate_of(self, symbol: str) -> Decimal | None:
        pair = self._market.find(symbol)
        return None if pair is None else self._market.rate(pair.quote, self._currency)
