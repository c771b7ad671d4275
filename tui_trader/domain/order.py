"""Orders: what somebody asked for, and what is known to have become of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.money import ZERO


class Side(StrEnum):
    """The side of an order or a fill."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """Order types that the venue itself knows."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    LIMIT_MAKER = "LIMIT_MAKER"


class TimeInForce(StrEnum):
    """How long an order may rest."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class OrderStatus(StrEnum):
    """What is known of an order (reliability.md §2.2).

    ``UNKNOWN`` is a state, not an error: its money counts as if the order were live.
    """

    DENIED = "DENIED"
    SENDING = "SENDING"
    LIVE = "LIVE"
    PART = "PART"
    CLOSING = "CLOSING"
    UNKNOWN = "UNKNOWN"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    PARTIALLY_CANCELED = "PARTIALLY_CANCELED"
    NOT_PLACED = "NOT_PLACED"
    REJECTED = "REJECTED"
    NOT_SENT = "NOT_SENT"
    QUARANTINED = "QUARANTINED"


FINAL = frozenset(
    {
        OrderStatus.DENIED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.PARTIALLY_CANCELED,
        OrderStatus.REJECTED,
        OrderStatus.NOT_SENT,
    }
)
"""States that nothing leaves (a late fill is added to them, with a mark)."""

WORKING = frozenset(
    {
        OrderStatus.SENDING,
        OrderStatus.LIVE,
        OrderStatus.PART,
        OrderStatus.CLOSING,
        OrderStatus.UNKNOWN,
        OrderStatus.QUARANTINED,
    }
)
"""States whose money and exposure count as live."""


class CancelState(StrEnum):
    """The cancel request beside the order's own state."""

    NONE = "NONE"
    SENDING = "SENDING"
    ACKED = "ACKED"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"
    DONE = "DONE"


class Origin(StrEnum):
    """Who asked for an order."""

    CONSOLE = "CONSOLE"
    API = "API"
    EXIT = "EXIT"
    ALGO = "ALGO"
    EXTERNAL = "EXTERNAL"


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One order as it is to be sent, before it has a life.

    Exactly one of ``quantity`` (base) and ``quote_quantity`` is given by a caller; the desk resolves the latter
    into a quantity. A ``MARKET`` order is sent as an immediate-or-cancel limit at ``price``, its cap, unless
    ``capped`` is false. ``reduce_only`` never sells more than is held and free.
    """

    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce = TimeInForce.GTC
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    capped: bool = True
    reduce_only: bool = False
    origin: Origin = Origin.CONSOLE
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order and everything known of it. Times are UTC milliseconds, money in the pair's assets.

    ``not_after`` is the last moment (server time) at which the request may be signed; ``recv_window`` is in ms.
    ``venue_executed`` and ``venue_quote`` are the largest cumulative figures the venue has reported, which may
    run ahead of the fills known. ``reason`` is a code and ``message`` a sentence for what ended or refused it.
    """

    id: str
    client_order_id: str
    intent_id: str
    request: OrderRequest
    status: OrderStatus
    quantity: Decimal
    price: Decimal | None
    created_at: int
    updated_at: int
    venue_order_id: str | None = None
    cancel: CancelState = CancelState.NONE
    executed: Decimal = ZERO
    quote: Decimal = ZERO
    venue_executed: Decimal = ZERO
    venue_quote: Decimal = ZERO
    fees: tuple[tuple[str, Decimal], ...] = ()
    not_after: int = 0
    recv_window: int = 3000
    sent_at: int | None = None
    acked_at: int | None = None
    late_fill: bool = False
    reason: str = ""
    message: str = ""
    version: int = 0

    @property
    def symbol(self) -> str:
        """The pair."""
        return self.request.symbol

    @property
    def side(self) -> Side:
        """The side."""
        return self.request.side

    @property
    def remaining(self) -> Decimal:
        """Base quantity not known to be executed."""
        return max(ZERO, self.quantity - max(self.executed, self.venue_executed))

    @property
    def average_price(self) -> Decimal | None:
        """Average price of the fills known, quote per base."""
        return self.quote / self.executed if self.executed else None

    @property
    def working(self) -> bool:
        """Whether its money counts as live."""
        return self.status in WORKING

    @property
    def final(self) -> bool:
        """Whether nothing more is to come."""
        return self.status in FINAL
