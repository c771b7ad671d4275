"""What a person wrote for a size or a price, before it is turned into a number.

The grammar reads these from text, the API takes them as fields, and the rules resolve them against the market.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.money import ZERO


class SizeKind(StrEnum):
    """What a size counts in."""

    BASE = "BASE"
    """Coins of the base asset."""
    QUOTE = "QUOTE"
    """Money of the quote asset."""
    BALANCE_PERCENT = "BALANCE_PERCENT"
    """Percent of the free balance that the order would spend: quote money for a buy, coins for a sell."""
    POSITION_PERCENT = "POSITION_PERCENT"
    """Percent of the coins held in the position."""
    ALL = "ALL"
    """Every free coin; only a sell."""
    MAX = "MAX"
    """As much as the free balance and the largest order value allow."""
    RISK = "RISK"
    """Lose at most what the risk profile allows for one trade."""
    RISK_PERCENT = "RISK_PERCENT"
    """Lose at most this percent of the account at the price that the risk counts to."""
    RISK_QUOTE = "RISK_QUOTE"
    """Lose at most this much quote money there."""


RISKS = frozenset({SizeKind.RISK, SizeKind.RISK_PERCENT, SizeKind.RISK_QUOTE})
"""Sizes that need a price to count to."""


class SizeMethod(StrEnum):
    """How a size is worked out for a caller that asks for one."""

    RISK_PERCENT = "risk_percent"
    RISK_MONEY = "risk_money"
    FRACTION = "fraction"
    KELLY = "kelly"
    ATR = "atr"


@dataclass(frozen=True, slots=True)
class SizeExpression:
    """A size as written; ``value`` is 0 for ``ALL``, ``MAX`` and ``RISK``."""

    kind: SizeKind
    value: Decimal = ZERO


class Reference(StrEnum):
    """What a relative price is measured from."""

    OWN = "own"
    """The own side's best: the bid for a buy, the ask for a sell."""
    BID = "bid"
    ASK = "ask"
    MID = "mid"
    LAST = "last"
    OPEN = "open"
    """24 hours ago; ``high`` and ``low`` are of the last 24 hours too."""
    HIGH = "high"
    LOW = "low"
    ENTRY = "entry"
    """Average cost of the position."""
    BREAK_EVEN = "be"
    """The price at which selling the position gains nothing, fees included."""


class OffsetUnit(StrEnum):
    """What an offset counts in; the value is the suffix that the grammar writes."""

    MONEY = ""
    PERCENT = "%"
    TICKS = "t"
    BASIS_POINTS = "bp"


@dataclass(frozen=True, slots=True)
class PriceExpression:
    """A price as written: market, an absolute number, or a reference with an offset.

    Exactly one of ``market``, ``absolute`` and ``reference`` is set. A negative ``offset`` always means a lower
    price.
    """

    market: bool = False
    absolute: Decimal | None = None
    reference: Reference | None = None
    offset: Decimal = ZERO
    unit: OffsetUnit = OffsetUnit.MONEY


@dataclass(frozen=True, slots=True)
class RiskPrice:
    """The price that a risk counts to; nothing is placed there. Exactly one field is set.

    ``percent`` counts from the order's price; a negative one means a lower price.
    """

    absolute: Decimal | None = None
    percent: Decimal | None = None


MARKET = PriceExpression(market=True)
"""Whatever the book offers, up to the cap."""
