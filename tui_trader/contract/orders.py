"""Placing, previewing, cancelling and looking at orders."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from tui_trader.contract.base import Answer, Money, Question, Time, Words
from tui_trader.domain.order import CancelState, OrderStatus, OrderType, Origin, Side, TimeInForce
from tui_trader.domain.risk import Level


class Outcome(StrEnum):
    """The four outcomes of anything sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DENIED = "denied"
    UNKNOWN = "unknown"


class PlaceOrder(Question):
    """``POST /trades/orders``. ``intent_id`` is made by the caller; the same id gets the same answer, ever.

    ``confirmation`` is the token of an earlier 409 ``confirmation_required``. A MARKET order takes an optional
    ``price`` as its cap; without one the desk sets it unless ``capped`` is false.
    """

    intent_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    symbol: str = Field(pattern=r"^[A-Z0-9]{2,20}$")
    side: Side
    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.GTC
    quantity: Money | None = None
    quote_quantity: Money | None = None
    price: Money | None = None
    capped: bool = True
    reduce_only: bool = False
    tags: list[Words] = Field(default_factory=list, max_length=8)
    note: Words = Field(default="", max_length=200)
    confirmation: str | None = None

    @model_validator(mode="after")
    def _one_size(self) -> PlaceOrder:
        """Demand exactly one size."""
        if (self.quantity is None) == (self.quote_quantity is None):
            raise ValueError("give exactly one of quantity and quote_quantity")
        return self


class BreachView(Answer):
    """One rule that an order touches."""

    code: str
    level: Level
    message: str
    figure: str = ""
    limit: str = ""
    suggestion: str = ""


class Preview(Answer):
    """What an order would do, with nothing sent. ``sentence`` says it in English.

    ``price`` is the limit or the cap, ``average_price`` and ``slippage_percent`` come from walking the book (``None``
    for an order that would rest), ``cost`` is what leaves the paying asset, fee included.
    """

    sentence: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    quantity: Money
    price: Money | None
    average_price: Money | None
    worst_price: Money | None
    slippage_percent: Money | None
    notional: Money
    fee: Money
    fee_asset: str
    cost: Money
    cost_asset: str
    free_after: Money | None
    new_average_cost: Money | None
    breaches: list[BreachView]
    quote_age_ms: int | None
    sizing: str = ""
    """Why the quantity is what it is, for a size that was worked out: distance of the stop, loss there, what capped."""


class OrderView(Answer):
    """An order as shown. ``distance_percent`` is how far the market is from its price (positive: not reached).

    ``age_ms`` is of the order, ``state`` says the status in words, ``unknown_until`` is when an unknown outcome may be
    concluded at the earliest, ``locked`` what a working order keeps from being spent, fee included.
    ``version`` grows with each change: of two views the higher one is the newer, whichever came first.
    """

    id: str
    client_order_id: str
    venue_order_id: str | None
    intent_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    status: OrderStatus
    cancel: CancelState
    state: str
    price: Money | None
    quantity: Money
    executed: Money
    quote: Money
    remaining: Money
    average_price: Money | None
    fees: dict[str, Money]
    origin: Origin
    tags: list[str]
    note: str
    reason: str
    message: str
    late_fill: bool
    created_at: Time
    updated_at: Time
    unknown_until: Time | None = None
    locked: Money | None = None
    locked_asset: str = ""
    version: int = 0


class Placement(Answer):
    """What became of a placing: ``unknown`` comes with HTTP 202 and is never to be repeated blindly."""

    outcome: Outcome
    order: OrderView
    message: str


class CancelMany(Question):
    """``POST /trades/orders/cancel``: every working order that matches all the filters given."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    symbol: str | None = None
    side: Side | None = None
    ids: list[str] | None = None


class CancelResult(Answer):
    """What became of cancels: orders asked to be cancelled, and sentences for those that could not be."""

    orders: list[OrderView]
    failures: list[str]


class Calculation(Answer):
    """How much of a coin an amount of quote money buys or sells now, from the book."""

    symbol: str
    side: Side
    amount: Money
    quantity: Money
    average_price: Money
    worst_price: Money
    fee: Money
    fee_asset: str
    cost: Money
    covered: bool


class FillView(Answer):
    """One execution.

    ``source`` says how it was learnt: ``push``, ``rest``, or ``synthetic`` for one made from the venue's sums while the
    executions themselves do not come.
    """

    trade_id: str
    venue_order_id: str
    order_id: str
    symbol: str
    side: Side
    price: Money
    quantity: Money
    quote: Money
    fee: Money
    fee_asset: str
    maker: bool
    at: Time
    source: str = "rest"
