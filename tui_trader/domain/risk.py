"""What an owner can bear, and what the gate found."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class GateState(StrEnum):
    """The five states of the gate (design.md, Rulings)."""

    RECONCILING = "RECONCILING"
    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    CANCEL_ONLY = "CANCEL_ONLY"
    HALTED = "HALTED"


class Level(StrEnum):
    """How hard a breach is: ``HARD`` refuses, ``SOFT`` asks for a confirmation, ``WARN`` only says so."""

    HARD = "HARD"
    SOFT = "SOFT"
    WARN = "WARN"


@dataclass(frozen=True, slots=True)
class RiskProfile:
    """Limits in the account currency (USDT) unless the name says otherwise; percentages are percent."""

    name: str = "moderate"
    max_order_value: Decimal = Decimal(500)
    max_position_value: Decimal = Decimal(1000)
    max_total_exposure: Decimal = Decimal(5000)
    max_open_orders: int = 20
    price_collar_percent: Decimal = Decimal(5)
    max_quote_age_ms: int = 5000
    max_orders_per_second: int = 5
    max_orders_per_minute: int = 60
    duplicate_window_ms: int = 3000
    market_cap_percent: Decimal = Decimal(1)
    """How far from the best opposite price a market order may fill."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that an order touched: a stable ``code``, a sentence, the figure and the limit as text."""

    code: str
    level: Level
    message: str
    figure: str = ""
    limit: str = ""
    suggestion: str = ""
