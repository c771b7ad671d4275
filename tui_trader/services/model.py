"""What the services answer with: domain values put together, nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.balance import EquitySample
from tui_trader.domain.events import FeedHealth
from tui_trader.domain.ledger import LedgerBreak
from tui_trader.domain.order import Order, OrderRequest
from tui_trader.domain.position import Position
from tui_trader.domain.risk import Breach, GateState


class Outcome(StrEnum):
    """The four outcomes of anything sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DENIED = "denied"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Placement:
    """What became of a placing, with one sentence for a person."""

    outcome: Outcome
    order: Order
    message: str


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """What an order would do. Fields as in ``contract.orders.Preview``; money exact, percentages in percent."""

    request: OrderRequest
    sentence: str
    quantity: Decimal
    price: Decimal | None
    average_price: Decimal | None
    worst_price: Decimal | None
    slippage_percent: Decimal | None
    notional: Decimal
    fee: Decimal
    fee_asset: str
    cost: Decimal
    cost_asset: str
    free_after: Decimal | None
    new_average_cost: Decimal | None
    breaches: Sequence[Breach]
    quote_age_ms: int | None
    sizing: str = ""


@dataclass(frozen=True, slots=True)
class AmountQuote:
    """How much of a coin an amount of quote money buys or sells now, from walking the book."""

    symbol: str
    side: str
    amount: Decimal
    quantity: Decimal
    average_price: Decimal
    worst_price: Decimal
    fee: Decimal
    fee_asset: str
    cost: Decimal
    covered: bool


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """What became of cancels: the orders concerned, and a sentence for each that could not be cancelled."""

    orders: Sequence[Order]
    failures: Sequence[str]


@dataclass(frozen=True, slots=True)
class LineContext:
    """What ``.``, ``:3`` and a missing symbol refer to. ``rows`` are ids in the order that the caller shows them."""

    focus: str | None = None
    rows: Sequence[str] = ()
    selected: str | None = None


@dataclass(frozen=True, slots=True)
class LineStep:
    """One statement of a typed line, resolved; fields as in ``contract.commands.Step``."""

    sentence: str
    line: str
    confirm: str = "none"
    word: str | None = None
    preview: OrderPreview | None = None
    orders: Sequence[Order] = ()
    placement: Placement | None = None
    cancelled: CancelOutcome | None = None
    look: str | None = None
    focus: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """A line, step by step. ``line`` means exactly these steps, whatever the market does meanwhile."""

    ok: bool
    steps: Sequence[LineStep]
    line: str = ""


@dataclass(frozen=True, slots=True)
class Wealth:
    """Equity now and since UTC midnight, in the account currency."""

    sample: EquitySample
    currency: str
    day_pnl: Decimal | None


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One asset with what orders under way will lock and what it is worth in the account currency."""

    asset: str
    free: Decimal
    locked: Decimal
    reserved: Decimal
    value: Decimal | None
    at: int


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One asset's accounts and what the venue says; fields as in ``contract.account.LedgerView``."""

    asset: str
    opening: Decimal
    traded: Decimal
    fees: Decimal
    external: Decimal
    adjustment: Decimal
    expected: Decimal
    venue: Decimal | None
    difference: Decimal | None
    broken: bool
    at: int | None


@dataclass(frozen=True, slots=True)
class BookSummary:
    """The open positions in figures; fields as in ``contract.positions.PositionSummary``."""

    count: int
    long: int
    short: int
    value: Decimal | None
    unrealised_pnl: Decimal | None
    realised_pnl: Decimal
    average_pnl: Decimal | None
    at_risk: Decimal | None
    protected_percent: Decimal | None
    by_symbol: Mapping[str, Decimal]
    by_type: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PerformanceFigures:
    """How one position did; fields as in ``contract.positions.Performance``."""

    position: Position
    duration_ms: int
    pnl: Decimal | None
    pnl_percent: Decimal | None
    risk_reward: Decimal | None
    market_high: Decimal | None
    market_low: Decimal | None
    market_volatility: Decimal | None


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """How the desk is; fields as in ``contract.status.Status``. Times are UTC ms."""

    mode: str
    profile: str
    venue: str
    gate: GateState
    gate_reason: str
    schema_version: int
    started_at: int
    now: int
    feeds: Sequence[FeedHealth]
    clock_offset_ms: float | None
    clock_error_ms: float | None
    latency_ms: float | None
    budget_used: float
    working_orders: int
    unknown_orders: int
    open_positions: int
    wealth: Wealth | None
    sequence: int
    consoles: int
    timing: str = "normal"
    breaks: Sequence[LedgerBreak] = ()
