"""A venue with a recvWindow, no refusal of repeated ids, reads that lag, and a record that is the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_trader.domain.order import Side
from tui_trader.domain.timing import NORMAL

AHEAD_MS = 1000
LAGS = (0, 0, 1500, 20_000, NORMAL.lag_ms)
"""How far a read may be behind; the last is what the product allows for."""
LATE_MS = 2500
"""How long after a cancel an execution of the same moment may still be booked."""


@dataclass(slots=True)
class Trade:
    """An execution as the venue booked it."""

    number: int
    at: int
    quantity: int


@dataclass(slots=True)
class VenueOrder:
    """An order as the venue has it. ``versions`` are (time, status, executed, trades) for reads that lag."""

    number: int
    client_id: str
    side: Side
    quantity: int
    price: int
    accepted_at: int
    executed: int = 0
    status: str = "NEW"
    closed_at: int | None = None
    executed_at_close: int = 0
    late: bool = False
    trades: list[Trade] = field(default_factory=list)
    versions: list[tuple[int, str, int, int]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it may still trade."""
        return self.closed_at is None

    def note(self, at: int) -> None:
        """Keep what a read of this moment shows."""
        self.versions.append((at, self.status, self.executed, len(self.trades)))

    def shown(self, at: int) -> tuple[int, str, int, int] | None:
        """Return what a read of an earlier moment shows; ``None`` before the order was there."""
        for version in reversed(self.versions):
            if version[0] <= at:
                return version
        return None


class ModelVenue:
    """Orders, executions and balances: base in coins, quote in thousandths."""

    def __init__(self) -> None:
        self.orders: list[VenueOrder] = []
        self.by_client: dict[str, VenueOrder] = {}
        self.trades = 0
        self.base = 0
        self.quote = 0
        self.doubled: list[str] = []

    def in_time(self, timestamp: int, now: int, recv_window: int) -> bool:
        """Tell whether a signed request may be taken (apidocs, «Timing security»)."""
        return timestamp < now + AHEAD_MS and now - timestamp <= recv_window

    def accept(self, client_id: str, side: Side, quantity: int, price: int, now: int) -> VenueOrder:
        """Take an order, be its id known or not."""
        order = VenueOrder(len(self.orders) + 1, client_id, side, quantity, price, now)
        order.note(now)
        self.orders.append(order)
        if client_id in self.by_client:
            self.doubled.append(client_id)
        self.by_client.setdefault(client_id, order)
        return order

    def execute(self, order: VenueOrder, quantity: int, now: int) -> Trade:
        """Trade some of an order; on one that was cancelled a moment ago it is a late execution."""
        self.trades += 1
        trade = Trade(self.trades, now, quantity)
        order.trades.append(trade)
        order.executed += quantity
        order.late = order.late or not order.open
        self.base += quantity * order.side.sign
        self.quote -= quantity * order.price * (1000 * order.side.sign + 1)
        if order.open and order.executed == order.quantity:
            self._close(order, "FILLED", now)
        elif order.open:
            order.status = "PARTIALLY_FILLED"
        else:
            order.status = "PARTIALLY_CANCELED"
        order.note(now)
        return trade

    def end(self, order: VenueOrder, now: int) -> None:
        """Cancel an open order."""
        self._close(order, "PARTIALLY_CANCELED" if order.executed else "CANCELED", now)
        order.note(now)

    def _close(self, order: VenueOrder, status: str, now: int) -> None:
        order.status, order.closed_at, order.executed_at_close = status, now, order.executed

    def tradable(self, now: int) -> list[VenueOrder]:
        """List what may trade: open orders, and cancelled ones within the moment of the cancel."""
        return [
            each
            for each in self.orders
            if each.open or (each.executed < each.quantity and now - (each.closed_at or 0) <= LATE_MS)
        ]
