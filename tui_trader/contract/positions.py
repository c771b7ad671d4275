"""Positions: live ones from fills, and records kept by hand."""

from __future__ import annotations

from pydantic import Field

from tui_trader.contract.base import Answer, Money, Question, Time
from tui_trader.contract.orders import Placement
from tui_trader.domain.order import OrderType
from tui_trader.domain.position import PositionSide, PositionSource, PositionStatus, PositionType


class PositionView(Answer):
    """A position as shown. ``pnl_percent`` is percent; ``share_percent`` of the open book's value."""

    id: str
    symbol: str
    side: PositionSide
    status: PositionStatus
    source: PositionSource
    type: PositionType
    quantity: Money
    closed_quantity: Money
    entry_price: Money | None
    exit_price: Money | None
    current_price: Money | None
    priced_at: Time | None
    value: Money | None
    unrealised_pnl: Money | None
    realised_pnl: Money
    pnl_percent: Money | None
    fees: Money
    other_fees: dict[str, Money]
    stop_loss: Money | None
    take_profit: Money | None
    risk_reward: Money | None
    protected_quantity: Money
    strategy: str | None
    tags: list[str]
    notes: str | None
    entry_order_ids: list[str]
    exit_order_ids: list[str]
    open_order_ids: list[str]
    opened_at: Time
    closed_at: Time | None
    updated_at: Time
    max_profit: Money
    max_drawdown: Money


class CreatePosition(Question):
    """``POST /positions``: a record kept by hand."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    symbol: str = Field(pattern=r"^[A-Z0-9]{2,20}$")
    side: PositionSide = PositionSide.LONG
    quantity: Money
    entry_price: Money
    opened_at: Time | None = None
    stop_loss: Money | None = None
    take_profit: Money | None = None
    strategy: str | None = None
    tags: list[str] = Field(default_factory=list)
    notes: str | None = None


class UpdatePosition(Question):
    """``PUT /positions/{id}``: fields left out stay, an explicit null clears."""

    stop_loss: Money | None = None
    take_profit: Money | None = None
    strategy: str | None = None
    tags: list[str] | None = None
    notes: str | None = None


class SetPrice(Question):
    """``PUT /positions/{id}/price|stop-loss|take-profit``; null removes an exit."""

    price: Money | None


class ClosePosition(Question):
    """``PUT /positions/{id}/close``.

    By hand: ``exit_price``, optional ``quantity`` and ``exit_order_ids``. Fill-made: ``type`` and ``price`` of the
    closing order, optional ``quantity``.
    """

    intent_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    exit_price: Money | None = None
    exit_order_ids: list[str] = Field(default_factory=list)
    quantity: Money | None = None
    type: OrderType | None = None
    price: Money | None = None
    confirmation: str | None = None


class Closed(Answer):
    """What a close did: the position, and the closing order where one was placed."""

    position: PositionView
    placement: Placement | None = None


class PositionSummary(Answer):
    """The open book in figures; money in the account currency, ``None`` where a price is missing."""

    count: int
    long: int
    short: int
    value: Money | None
    unrealised_pnl: Money | None
    realised_pnl: Money
    average_pnl: Money | None
    at_risk: Money | None
    protected_percent: Money | None
    by_symbol: dict[str, Money]
    by_type: dict[str, int]


class Performance(Answer):
    """How one position did. ``market_*`` are over its life, from candles, where known; volatility in percent."""

    id: str
    duration_ms: int
    pnl: Money | None
    pnl_percent: Money | None
    max_profit: Money
    max_drawdown: Money
    risk_reward: Money | None
    market_high: Money | None
    market_low: Money | None
    market_volatility: Money | None
