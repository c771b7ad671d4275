"""Figures that the checks measure against limits, collected by whoever asks the gate. ``None`` means not known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What is known of the venue's clock: how far it is ahead of ours and by how much that may be wrong, both in ms.

    ``age_s`` is how long ago it was read, ``None`` when the reading no longer holds.
    """

    ahead_ms: float
    error_ms: float
    age_s: float | None


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """A pair beyond its best prices.

    ``rules_age_ms`` is how long ago its rules were read, ``volume`` what was traded within 24 h (quote money),
    ``change`` the ratio by which the price moved meanwhile, ``vwap`` the average price of the last minute's trades,
    ``volatility`` the deviation of daily returns in percent, ``age_hours`` how long it has been traded, and ``peg``
    what one unit of the quote asset is worth in another stablecoin. ``vwap``, ``age_hours`` and ``peg`` are unknown
    where there were no trades, no candles or no such market; a check of them then has nothing to say.
    """

    rules_age_ms: int | None = None
    volume: Decimal | None = None
    change: Decimal | None = None
    vwap: Decimal | None = None
    volatility: Decimal | None = None
    age_hours: int | None = None
    peg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """The account, in its own currency; every coin counts once.

    ``equity`` is all of it and ``peak`` its highest so far; ``day_loss`` and ``week_loss`` are how far it stands below
    the highest of the UTC day and week, never negative. ``exposure`` is the value of all coins that are no cash,
    ``held`` that of the coin the order would acquire. ``entries`` is the value of all buy orders under way,
    ``entries_here`` of those for that coin, ``resting`` of all working orders. ``positions`` counts the pairs that are
    held or being entered, ``entered`` tells whether the order's pair is one of them. ``position_loss_percent`` is what
    its position stands below its cost, 0 where nothing is held.
    """

    equity: Decimal | None = None
    peak: Decimal | None = None
    day_loss: Decimal | None = None
    week_loss: Decimal | None = None
    exposure: Decimal | None = None
    held: Decimal | None = None
    entries: Decimal = ZERO
    entries_here: Decimal = ZERO
    resting: Decimal = ZERO
    positions: int = 0
    entered: bool = False
    position_loss_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ConductFigures:
    """What was done lately.

    ``budget_used`` is the share (0 to 1) of the venue's request budget in use; ``messages`` and ``fills`` are orders
    and cancels sent, and executions, of the last hour; ``slippage_paid`` is how much worse than the mid executions of
    the last ten minutes were (account currency). ``fee_seen`` is the ratio the pair's last execution was charged,
    ``None`` before the first. ``losses`` counts losing closes in a row, the last of them ``last_loss_at`` (UTC ms).
    """

    budget_used: float = 1.0
    messages: int = 0
    fills: int = 0
    slippage_paid: Decimal | None = None
    fee_seen: Decimal | None = None
    losses: int = 0
    last_loss_at: int | None = None


NO_MARKET = MarketFigures()
NO_ACCOUNT = AccountFigures()
NO_CONDUCT = ConductFigures()
