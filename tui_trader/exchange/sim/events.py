"""What the venue tells as it happens, in order; drained by whoever serves it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.exchange.sim.model import BestPrices, Fill, Order, PriceLevel, PublicTrade
from tui_trader.exchange.wire.vocabulary import AccountCause


@dataclass(frozen=True, slots=True)
class TradePrinted:
    """A public trade happened."""

    trade: PublicTrade


@dataclass(frozen=True, slots=True)
class DepthChanged:
    """One change set of a book: absolute quantities, 0 removes. Consecutive versions differ by exactly 1."""

    symbol: str
    version: int
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]
    time_ms: int


@dataclass(frozen=True, slots=True)
class BestChanged:
    """The best bid or ask, or a size there, changed."""

    best: BestPrices


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An own order was accepted, traded or ended."""

    order: Order


@dataclass(frozen=True, slots=True)
class OwnFill:
    """An own order traded."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """One asset of one account changed: figures after the change, and the signed differences."""

    account: str
    asset: str
    free: Decimal
    free_change: Decimal
    locked: Decimal
    locked_change: Decimal
    cause: AccountCause
    time_ms: int


@dataclass(frozen=True, slots=True)
class ReplayFinished:
    """The last row of a symbol's replay file was printed."""

    symbol: str
    time_ms: int


Event = TradePrinted | DepthChanged | BestChanged | OrderChanged | OwnFill | BalanceChanged | ReplayFinished
