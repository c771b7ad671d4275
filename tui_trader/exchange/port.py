"""What the desk needs of a venue. ``exchange.mexc`` fulfils it; tests fulfil it with a hand-written twin.

Every method may raise :class:`~tui_trader.errors.VenueUnavailable` (reads) and
:class:`~tui_trader.errors.VenueRejected`. Only orders and cancels tell ``NotSent`` from ``VenueUnknown``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tui_trader.domain.balance import Balance, Mover
from tui_trader.domain.events import FeedHealth
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade
from tui_trader.domain.order import OrderType, Side, TimeInForce


class VenueStatus(StrEnum):
    """How the venue itself describes an order."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    PARTIALLY_CANCELED = "PARTIALLY_CANCELED"
    OTHER = "OTHER"

    @property
    def closed(self) -> bool:
        """Whether the venue will do nothing more with it."""
        return self in {VenueStatus.FILLED, VenueStatus.CANCELED, VenueStatus.PARTIALLY_CANCELED}


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One order as it goes to the venue. ``not_after`` is server time in ms: it is never signed later than that.

    Exactly one of ``quantity`` and ``quote_quantity``; the latter only for an uncapped market order. ``wanted`` is
    asked again before the first byte is written: an order that has waited while trading was halted must not go out.
    """

    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    quantity: Decimal | None
    quote_quantity: Decimal | None
    price: Decimal | None
    not_after: int
    recv_window: int
    wanted: Callable[[], bool] = field(default=_always, compare=False)


@dataclass(frozen=True, slots=True)
class OrderAck:
    """The venue took an order. The echoed fields are ``None`` where the answer had none."""

    venue_order_id: str
    symbol: str | None
    side: Side | None
    price: Decimal | None
    quantity: Decimal | None
    at: int


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue reports it, by query or push. ``client_order_id`` is empty when it has none."""

    venue_order_id: str
    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    status: VenueStatus
    price: Decimal | None
    quantity: Decimal
    executed: Decimal
    quote: Decimal
    created_at: int
    updated_at: int
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """A pushed balance, with the venue's word for the cause (``ENTRUST_PLACE``, ``ENTRUST``, ``DEPOSIT``...).

    ``amount`` is by how much free and locked together changed; it is read only where ``mover`` is not ``ORDERS``.
    """

    balance: Balance
    cause: str
    mover: Mover = Mover.ORDERS
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class StreamGap:
    """The private stream was interrupted: what happened meanwhile must be read over REST.

    Sent after the stream is up again, before its first event.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class VenueTrouble:
    """The way to the venue is not what it should be: nothing new may be opened until a person has looked.

    ``code`` names it: ``redirected`` and ``certificate`` are ``hostile``, for somebody may be in between; ``barred``
    and ``venue_down`` are not. ``text`` is a sentence.
    """

    code: str
    text: str
    hostile: bool = False


UserEvent = VenueOrder | Fill | BalanceChange | StreamGap | VenueTrouble


class Trading(Protocol):
    """Orders. Each call is one request: nothing is retried and nothing is redirected."""

    async def place(self, order: NewOrder) -> OrderAck:
        """Send an order once.

        Raises:
            NotSent: the connection failed before a byte was written, ``not_after`` had passed, or it is not ``wanted``.
            VenueRejected: a definite refusal.
            VenueUnknown: anything else.

        """
        ...

    async def test(self, order: NewOrder) -> None:
        """Have the venue check an order without placing it."""
        ...

    async def cancel(self, symbol: str, *, client_order_id: str = "", venue_order_id: str = "") -> VenueOrder | None:
        """Ask for a cancel. The answer is not proof; ``None`` when it carried no order.

        Raises as :meth:`place`; -2011 comes as ``VenueRejected`` and proves nothing either.
        """
        ...

    async def cancel_all(self, symbol: str) -> Sequence[VenueOrder]:
        """Cancel everything resting on a pair, orders placed elsewhere included."""
        ...

    async def order(self, symbol: str, *, client_order_id: str = "", venue_order_id: str = "") -> VenueOrder | None:
        """Look an order up; ``None`` when the venue does not show it, which alone proves nothing."""
        ...

    async def open_orders(self, symbol: str | None = None) -> Sequence[VenueOrder]:
        """List what rests."""
        ...

    async def all_orders(self, symbol: str, start: int, end: int) -> Sequence[VenueOrder]:
        """List orders created in a window of UTC ms, at most 7 days back."""
        ...

    async def fills(self, symbol: str, start: int, end: int, venue_order_id: str = "") -> Sequence[Fill]:
        """List executions in a window of UTC ms, all pages, oldest first; at most one month back."""
        ...


class Account(Protocol):
    """The account behind the key."""

    async def uid(self) -> str:
        """Return the account's number."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """List assets that are there."""
        ...

    async def fees(self, symbol: str) -> tuple[Decimal, Decimal]:
        """Return this account's maker and taker ratios on a pair."""
        ...

    def renew_user_stream(self, reason: str) -> None:
        """Have the private stream's connection replaced: it seems to miss news. A gap is told as after any cut."""
        ...

    def user_events(self) -> AsyncIterator[UserEvent]:
        """Own orders, fills and balances as they happen; reconnects by itself and says so with a gap."""
        ...


class MarketData(Protocol):
    """Public data."""

    async def server_time(self) -> int:
        """Return the venue's time, UTC ms."""
        ...

    async def instruments(self) -> Sequence[Instrument]:
        """List every pair with its rules; ``api_tradable`` already honours the key's own list."""
        ...

    async def day_tickers(self) -> Sequence[DayTicker]:
        """List 24 h figures of all pairs."""
        ...

    async def quotes(self) -> Sequence[Quote]:
        """List best bid and ask of all pairs."""
        ...

    async def candles(
        self, symbol: str, interval: Interval, *, start: int | None = None, end: int | None = None, limit: int = 500
    ) -> Sequence[Candle]:
        """List bars, oldest first, at most 500 a call; the last may be running."""
        ...

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[Trade]:
        """List the newest public trades, oldest first."""
        ...

    def watch_quote(self, symbol: str, sink: Callable[[Quote], None]) -> Subscription:
        """Stream best bid and ask."""
        ...

    def watch_book(self, symbol: str, sink: Callable[[Book], None], depth: int = 50) -> Subscription:
        """Stream the book kept from diffs; a gap resyncs before the next call of ``sink``."""
        ...

    def watch_trades(self, symbol: str, sink: Callable[[Sequence[Trade]], None]) -> Subscription:
        """Stream public trades."""
        ...

    def watch_candle(self, symbol: str, interval: Interval, sink: Callable[[Candle], None]) -> Subscription:
        """Stream the running bar."""
        ...

    def watch_day_tickers(self, sink: Callable[[Sequence[DayTicker]], None]) -> Subscription:
        """Stream 24 h figures of all pairs."""
        ...


class Subscription(Protocol):
    """A running watch."""

    def close(self) -> None:
        """End it."""
        ...


class Health(Protocol):
    """What is known of the way to the venue."""

    def feeds(self) -> Sequence[FeedHealth]:
        """List each connection with the age of its last payload."""
        ...

    def clock_offset(self) -> tuple[float, float] | None:
        """Return (server minus local, error bound) in ms, or ``None`` before the first sample."""
        ...

    def clock_age_s(self) -> float | None:
        """Return the seconds since the clock was read; ``None`` when no reading holds: none yet, or time jumped."""
        ...

    def private_stream_up(self) -> bool:
        """Tell whether own orders, fills and balances are being pushed now."""
        ...

    def latency_ms(self) -> float | None:
        """Return the last round trip."""
        ...

    def budget_used(self) -> float:
        """Return the share (0 to 1) of the request budget in use."""
        ...


class Exchange(Trading, Account, MarketData, Health, Protocol):
    """A whole venue."""

    async def open(self) -> None:
        """Connect and measure the clock."""
        ...

    async def close(self) -> None:
        """Close everything."""
        ...
