"""What crosses the venue's façade: requests, snapshots, market figures. Frozen values; money is exact ``Decimal``.

Times are UTC milliseconds. Quantities are in the base asset, values in the quote asset.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tui_trader.exchange.wire.vocabulary import OrderStatus, OrderType, Side

OPEN: Final = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
"""States in which an order rests in the book; the other three are final."""

OPPOSITE: Final = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order as it came in: texts as on the wire, so that the venue can refuse them in MEXC's words."""

    symbol: str
    side: str
    type: str
    quantity: str | None = None
    quote_order_qty: str | None = None
    price: str | None = None
    client_order_id: str | None = None
    stp_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One own order at one moment.

    ``price`` of a MARKET order is its worst price. ``last_quantity`` is what the latest fill traded (0 before
    the first). ``is_maker`` tells whether the latest fill was one. ``locked`` is what the order holds back now,
    in quote for a buy and base for a sell. ``quote_order_qty`` is the requested cost, where one was given.
    """

    account: str
    symbol: str
    order_id: str
    client_order_id: str | None
    side: Side
    type: OrderType
    price: Decimal
    quantity: Decimal
    quote_order_qty: Decimal | None
    executed_quantity: Decimal
    executed_quote: Decimal
    status: OrderStatus
    created_ms: int
    updated_ms: int
    stp_mode: str = ""
    cancel_reason: str | None = None
    last_quantity: Decimal = Decimal(0)
    is_maker: bool = False
    locked: Decimal = Decimal(0)

    @property
    def remaining_quantity(self) -> Decimal:
        """What is left to trade; a market buy by cost may trade more than ``quantity``, which leaves 0."""
        return max(self.quantity - self.executed_quantity, Decimal(0))

    @property
    def average_price(self) -> Decimal:
        """Executed value over executed quantity, 0 before the first fill (rounded to 28 digits)."""
        return self.executed_quote / self.executed_quantity if self.executed_quantity else Decimal(0)

    @property
    def value(self) -> Decimal:
        """The ordered value: the requested cost, else price times quantity."""
        return self.price * self.quantity if self.quote_order_qty is None else self.quote_order_qty

    @property
    def remaining_value(self) -> Decimal:
        """The ordered value not yet traded, at least 0."""
        return max(self.value - self.executed_quote, Decimal(0)) if self.status in OPEN else Decimal(0)


@dataclass(frozen=True, slots=True)
class Fill:
    """One own execution. ``trade_id`` is the public print's id too; ``fee`` is in ``fee_asset``."""

    account: str
    symbol: str
    trade_id: str
    order_id: str
    client_order_id: str | None
    side: Side
    price: Decimal
    quantity: Decimal
    quote_quantity: Decimal
    fee: Decimal
    fee_asset: str
    time_ms: int
    is_maker: bool
    is_self_trade: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owns of an asset: ``free`` may be used, ``locked`` backs open orders."""

    asset: str
    free: Decimal
    locked: Decimal


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """One print. ``side`` is the taker's. ``time_ms`` is exchange time (a replayed file's own time)."""

    symbol: str
    trade_id: str
    price: Decimal
    quantity: Decimal
    side: Side
    time_ms: int


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar: ``volume`` in base, ``quote_volume`` in quote; ``close_ms`` is ``open_ms`` plus the interval."""

    open_ms: int
    close_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal


PriceLevel = tuple[Decimal, Decimal]
"""Price and the whole quantity resting there; in a change, quantity 0 removes the level."""


@dataclass(frozen=True, slots=True)
class Depth:
    """The book, best price first, as of ``version``."""

    symbol: str
    version: int
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]
    time_ms: int


@dataclass(frozen=True, slots=True)
class BestPrices:
    """Best bid and ask with their sizes; price and size are 0 where a side is empty."""

    symbol: str
    version: int
    bid: Decimal
    bid_quantity: Decimal
    ask: Decimal
    ask_quantity: Decimal
    time_ms: int


@dataclass(frozen=True, slots=True)
class DayTicker:
    """The last 24 hours. ``change_ratio`` is ``last / open - 1`` rounded to 4 decimals (0.0173 = 1.73 %)."""

    symbol: str
    last: Decimal
    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    quote_volume: Decimal
    change: Decimal
    change_ratio: Decimal
    best: BestPrices
    open_ms: int
    close_ms: int
