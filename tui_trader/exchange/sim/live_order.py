"""An own order as the engine works on it: whole ticks and lots, mutable; snapshots of it go out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.exchange.sim.exact import ZERO, Scale, multiply
from tui_trader.exchange.sim.model import OPEN, Order
from tui_trader.exchange.wire.vocabulary import OrderStatus, OrderType, Side


@dataclass(slots=True, eq=False)
class LiveOrder:
    """One own order.

    ``number`` is the venue's running number (time priority). ``ticks`` is the limit, the worst price for a market
    order; ``budget`` the cost of a market order by cost, in ticks times lots. ``reserve`` is 1 plus the fee
    ratio that a buy holds back; ``locked`` what is held back now, of ``held_asset``.
    """

    number: int
    account: str
    symbol: str
    order_id: str
    client_order_id: str | None
    side: Side
    type: OrderType
    ticks: int
    lots: int
    scale: Scale
    held_asset: str
    reserve: Decimal
    created_ms: int
    updated_ms: int
    quote_order_qty: Decimal | None = None
    budget: int | None = None
    stp_mode: str = ""
    done_lots: int = 0
    done_value: int = 0
    last_lots: int = 0
    is_maker: bool = False
    status: OrderStatus = OrderStatus.NEW
    cancel_reason: str | None = None
    locked: Decimal = ZERO

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side is Side.BUY

    @property
    def is_open(self) -> bool:
        """Whether it still rests."""
        return self.status in OPEN

    @property
    def left(self) -> int:
        """Lots not yet traded."""
        return self.lots - self.done_lots

    def held_for(self, ticks: int, lots: int) -> Decimal:
        """Return what is held back for ``lots`` of this order if they trade at ``ticks``.

        A limit buy holds its limit price whatever the fill; a market buy holds what its fills will cost.
        """
        if not self.is_buy:
            return self.scale.quantity(lots)
        price = ticks if self.type is OrderType.MARKET else self.ticks
        return multiply(self.scale.value(price * lots), self.reserve)

    def fill(self, ticks: int, lots: int, now_ms: int, *, maker: bool) -> None:
        """Book an execution on the order itself."""
        self.done_lots += lots
        self.done_value += ticks * lots
        self.last_lots = lots
        self.is_maker = maker
        self.updated_ms = now_ms
        complete = self.budget is None and self.done_lots == self.lots
        self.status = OrderStatus.FILLED if complete else OrderStatus.PARTIALLY_FILLED

    def complete(self, now_ms: int) -> None:
        """Mark a market order by cost as filled: its cost is used up."""
        self.status = OrderStatus.FILLED
        self.updated_ms = now_ms

    def end(self, now_ms: int, reason: str | None = None) -> None:
        """Cancel what is left."""
        self.status = OrderStatus.PARTIALLY_CANCELED if self.done_lots else OrderStatus.CANCELED
        self.cancel_reason = reason
        self.updated_ms = now_ms

    def snapshot(self) -> Order:
        """Return the order as it stands, for the outside."""
        scale = self.scale
        return Order(
            account=self.account,
            symbol=self.symbol,
            order_id=self.order_id,
            client_order_id=self.client_order_id,
            side=self.side,
            type=self.type,
            price=scale.price(self.ticks),
            quantity=scale.quantity(self.lots),
            quote_order_qty=self.quote_order_qty,
            executed_quantity=scale.quantity(self.done_lots),
            executed_quote=scale.value(self.done_value),
            status=self.status,
            created_ms=self.created_ms,
            updated_ms=self.updated_ms,
            stp_mode=self.stp_mode,
            cancel_reason=self.cancel_reason,
            last_quantity=scale.quantity(self.last_lots),
            is_maker=self.is_maker,
            locked=self.locked,
        )
