"""What is found of risk: figures of an account, its positions and an order, held against a profile.

Controls and levels are those of features.md §4 (Algorithms). A figure that is not known is a finding, too: nothing is
passed over in silence. Nothing here decides on an order; that is the gate's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.assessment import Finding, RiskLevel, RiskType
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.risk import RiskProfile
from tui_trader.rules.gate import GateFacts
from tui_trader.rules.gate_limit import HUNDRED, percent
from tui_trader.rules.risk.controls import (
    CONCENTRATION,
    DRAWDOWN,
    EXPOSURE,
    LIQUIDITY,
    ORDER_VALUE,
    POSITION_LOSS,
    POSITION_VALUE,
    VOLATILITY,
    About,
)
from tui_trader.rules.risk.loss_limits import Losses, exceeded, warned

SINGLY = 20
"""So many orders of unknown outcome are told one by one."""


@dataclass(frozen=True, slots=True)
class HeldCoin:
    """A coin that is held: its pair, what it is worth, and what its market is like.

    ``value`` and ``volume`` (24 h) are in the account currency, ``volatility`` and ``change`` (24 h) in percent.
    """

    asset: str
    symbol: str
    value: Decimal
    volume: Decimal | None = None
    volatility: Decimal | None = None
    change: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """An open position and how far it stands below its cost in percent.

    Coins that were there before the desk have no cost and are none; the account's loss counts them.
    """

    id: str
    symbol: str
    loss_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """An account at a moment, money in its own ``currency``.

    ``equity`` is all of it and ``peak`` its highest so far, ``exposure`` the value of all coins that are no cash and of
    entries under way. ``unpriced`` assets have no market, ``doubtful`` names the orders (id, pair) whose outcome is not
    known; ``doubt_budget`` of them close the gate for new ones.
    """

    currency: str
    equity: Decimal | None
    peak: Decimal | None
    exposure: Decimal | None
    losses: Losses
    coins: Sequence[HeldCoin] = ()
    positions: Sequence[HeldPosition] = ()
    unpriced: Sequence[str] = ()
    doubtful: Sequence[tuple[str, str]] = ()
    doubt_budget: int = 1


def assess_portfolio(given: Portfolio, profile: RiskProfile) -> tuple[Finding, ...]:
    """Return what is found of an account and of its positions, one finding for each thing, worst first."""
    found = [*_account(given, profile), *_unpriced(given.unpriced), *_doubts(given)]
    for coin in given.coins:
        found += _coin(coin, given, profile.of(coin.symbol))
    for position in given.positions:
        found += _position(position, profile)
    return one_each(found)


def assess_order(facts: GateFacts) -> tuple[Finding, ...]:
    """Return what is found of an order that is not sent yet: of what it would leave the account with."""
    given, figures, profile = facts.given, facts.given.account, facts.given.profile
    pair, currency = facts.instrument.symbol, facts.given.currency
    about = About(pair, facts.acquired if facts.enters else facts.instrument.base, currency)
    market = given.market
    volume = None if market.volume is None or facts.rate is None else EXACT.multiply(market.volume, facts.rate)
    change = None if market.change is None else EXACT.multiply(market.change, HUNDRED)
    found = [
        *ORDER_VALUE.look(facts.worth, profile.max_order_value, about),
        *LIQUIDITY.look(volume, profile.min_liquidity, about),
        *_swing(market.volatility, change, profile, about),
        *_losses(Losses(figures.equity, figures.day_loss, figures.week_loss), profile, currency),
        *_drawdown(figures.equity, figures.peak, profile, currency),
    ]
    if facts.enters:
        after = _sum(figures.exposure, figures.entries, facts.worth)
        share = _share(facts.held_after, figures.equity)
        found += POSITION_VALUE.look(facts.held_after, profile.max_position_value, about)
        found += EXPOSURE.look(after, profile.max_total_exposure, About(None, "", currency))
        found += CONCENTRATION.look(share, profile.max_concentration_percent, about)
        found += POSITION_LOSS.look(figures.position_loss_percent, profile.max_drawdown_percent, about)
    return worst_first(found)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings, the worst first and else as they came."""
    return tuple(sorted(findings, key=lambda each: -each.level.score))


def one_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the worst finding about each thing, worst first."""
    kept: dict[tuple[str, str | None, str | None, str | None], Finding] = {}
    for each in worst_first(findings):
        kept.setdefault(each.about, each)
    return tuple(kept.values())


def _account(given: Portfolio, profile: RiskProfile) -> Iterator[Finding]:
    """Look at the account as a whole; without its worth there is one finding, not one for each figure."""
    if given.equity is None or not given.equity.is_finite():
        yield Finding(
            RiskType.DATA,
            RiskLevel.HIGH,
            "What the account is worth is not known, so exposure, concentration and losses cannot be checked.",
            "Open nothing until balances and prices are there; look at the connection to the exchange.",
        )
        return
    yield from EXPOSURE.look(given.exposure, profile.max_total_exposure, About(None, "", given.currency))
    yield from _drawdown(given.equity, given.peak, profile, given.currency)
    yield from _losses(given.losses, profile, given.currency)


def _coin(coin: HeldCoin, given: Portfolio, profile: RiskProfile) -> Iterator[Finding]:
    about = About(coin.symbol, coin.asset, given.currency)
    yield from POSITION_VALUE.look(coin.value, profile.max_position_value, about)
    yield from LIQUIDITY.look(coin.volume, profile.min_liquidity, about)
    yield from _swing(coin.volatility, coin.change, profile, about)
    if given.equity is not None and given.equity.is_finite():
        yield from CONCENTRATION.look(_share(coin.value, given.equity), profile.max_concentration_percent, about)


def _position(position: HeldPosition, profile: RiskProfile) -> Iterator[Finding]:
    about = About(position.symbol, position.symbol, position_id=position.id)
    yield from POSITION_LOSS.look(position.loss_percent, profile.max_drawdown_percent, about)


def _swing(volatility: Decimal | None, change: Decimal | None, profile: RiskProfile, about: About) -> Iterator[Finding]:
    """Look at the deviation of daily returns and at the 24 h change, whichever is more."""
    known = [abs(each) for each in (volatility, change) if each is not None and each.is_finite()]
    limit = profile.volatility_threshold_percent
    over = VOLATILITY.look(max(known), limit, about) if known else ()
    yield from over or VOLATILITY.look(volatility, limit, about)


def _drawdown(equity: Decimal | None, peak: Decimal | None, profile: RiskProfile, currency: str) -> Iterable[Finding]:
    return DRAWDOWN.look(fallen(equity, peak), profile.max_drawdown_percent, About(None, "", currency))


def _losses(losses: Losses, profile: RiskProfile, currency: str) -> Iterator[Finding]:
    reason = exceeded(losses, profile, currency)
    if reason is not None:
        advice = "Stop for now: entries are locked until the period ends, or a person lifts the lock."
        yield Finding(RiskType.LOSS, RiskLevel.CRITICAL, reason.sentence, advice)
        return
    warning = warned(losses, profile)
    if warning is not None:
        advice = "Trade smaller, or stop for today, before the limit locks entries."
        yield Finding(RiskType.LOSS, RiskLevel.MEDIUM, warning.sentence, advice)


def _unpriced(assets: Sequence[str]) -> Iterator[Finding]:
    if assets:
        more = f" and {len(assets) - 5} more" if len(assets) > 5 else ""
        yield Finding(
            RiskType.DATA,
            RiskLevel.LOW,
            f"There is no price for {', '.join(assets[:5])}{more}, so no limit counts what you hold of it.",
            "Keep it in mind, or sell it elsewhere.",
        )


def _doubts(given: Portfolio) -> Iterator[Finding]:
    """Tell each order of unknown outcome, and all of them when they close the gate."""
    count = len(given.doubtful)
    for order_id, symbol in given.doubtful[:SINGLY]:
        yield Finding(
            RiskType.VENUE,
            RiskLevel.MEDIUM,
            f"The outcome of order {order_id} on {symbol} is not known; it counts as working.",
            "Send no other in its place; the desk keeps asking the exchange.",
            symbol,
            order_id=order_id,
        )
    if count >= given.doubt_budget:
        yield Finding(
            RiskType.VENUE,
            RiskLevel.HIGH,
            f"The outcome of {count} orders is not known; {given.doubt_budget} are enough to refuse new ones.",
            "Wait for the exchange's word, or look at the orders on its own website.",
        )


def fallen(equity: Decimal | None, peak: Decimal | None) -> Decimal | None:
    """Return how far equity stands below its peak in percent; ``None`` where that is not known."""
    share = _share(equity, peak)
    return None if share is None else max(ZERO, HUNDRED - share)


def _share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    if part is None or whole is None or not (part.is_finite() and whole.is_finite()) or whole <= 0:
        return None
    return percent(part, whole)


def _sum(*parts: Decimal | None) -> Decimal | None:
    total = ZERO
    for part in parts:
        if part is None:
            return None
        total = EXACT.add(total, part)
    return total
