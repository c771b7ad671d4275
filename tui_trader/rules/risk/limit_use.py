"""How much of each limit is used up, by the figures that the gate's checks measure.

A row's ``level`` is what the next order would meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import ge, gt

from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.risk import Level, RiskProfile
from tui_trader.rules.gate_conduct import MINUTE_MS
from tui_trader.rules.gate_figures import NO_CONDUCT, ConductFigures
from tui_trader.rules.gate_limit import percent, times
from tui_trader.rules.risk.loss_limits import Losses

NO_LOSSES = Losses(None, None, None)
_SHOWN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Usage:
    """Figures of the whole account, money in its currency; ``None`` is not known.

    ``equity`` counts every coin once. ``exposure`` is what all coins that are no cash are worth, ``entries`` all buy
    orders under way, ``resting`` all working orders. ``held`` is, by asset, what is held of it and being bought;
    ``falls`` is, by pair, how far its position stands below its cost in percent. ``working`` counts working orders by
    pair, ``sent`` the orders of persons, ``fired`` those of rules, each within the last second and minute. ``now`` is
    UTC ms.
    """

    losses: Losses = NO_LOSSES
    equity: Decimal | None = None
    exposure: Decimal | None = None
    entries: Decimal = ZERO
    resting: Decimal = ZERO
    held: Mapping[str, Decimal | None] = field(default_factory=dict)
    falls: Mapping[str, Decimal] = field(default_factory=dict)
    positions: int = 0
    working: Mapping[str, int] = field(default_factory=dict)
    sent: tuple[int, int] = (0, 0)
    fired: tuple[int, int] = (0, 0)
    conduct: ConductFigures = NO_CONDUCT
    now: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """A row: the rule's number, the profile's field, a few words, what is used of which limit, and its unit.

    ``used`` is ``None`` while it is not known. ``symbol`` is the pair or asset that it is about.
    """

    id: str
    name: str
    label: str
    used: Decimal | None
    limit: Decimal
    unit: str
    level: Level | None = None
    symbol: str | None = None

    @property
    def percent(self) -> Decimal | None:
        """What part of the limit is used."""
        return None if self.used is None else percent(self.used, self.limit).quantize(_SHOWN)


def limit_uses(usage: Usage, profile: RiskProfile, currency: str) -> tuple[Use, ...]:
    """Return a row for each limit that something uses up; of those that hold for each pair the most used one.

    Figures are rounded to hundredths; the level is that of the exact one.
    """
    rows = (
        *_losses(usage, profile, currency),
        *_holdings(usage, profile, currency),
        *_orders(usage, profile),
        *_conduct(usage, profile),
    )
    return tuple(
        row if row.used is None else replace(row, used=row.used.quantize(_SHOWN, context=EXACT)) for row in rows
    )


def _row(row: Use, hard: Decimal | None, soft: Decimal | None = None, *, more: bool = False) -> Use:
    """Grade a row: at ``hard`` it refuses, at ``soft`` it asks, and so does what is not known.

    A figure that the next order does not add to has to be ``more`` than that.
    """
    reaches = gt if more else ge
    worst = Level.SOFT if hard is None else Level.HARD
    if row.used is None or not row.used.is_finite():
        return replace(row, used=None, level=worst)
    if hard is not None and reaches(row.used, hard):
        return replace(row, level=Level.HARD)
    return replace(row, level=Level.SOFT if soft is not None and reaches(row.used, soft) else None)


def _graded(row: Use, hard: Decimal, soft: Decimal | None, profile: RiskProfile, *, more: bool = False) -> Use:
    """Grade a row that refuses only while ``auto_risk_control`` is on."""
    graded = _row(row, hard, soft, more=more)
    eased = graded.level is Level.HARD and not profile.auto_risk_control
    return replace(graded, level=Level.SOFT) if eased else graded


def _worst(rows: Iterable[Use], none: Use) -> Use:
    """Return the row that is used most, an unknown one before all; ``none`` where there are no rows."""
    return max(rows, key=lambda each: (each.used is None, each.percent or ZERO), default=none)


def _losses(usage: Usage, profile: RiskProfile, currency: str) -> Iterator[Use]:
    losses = usage.losses
    day, week, share = (losses.day, losses.week, losses.day_percent) if losses.known else (None, None, None)
    money = (("daily_loss_limit", "day loss", day), ("weekly_loss_limit", "week loss", week))
    for name, label, used in money:
        limit = getattr(profile, name)
        yield _row(Use("R19", name, label, used, limit, currency), limit)
    limit = profile.daily_loss_percent
    row = Use("R19", "daily_loss_percent", "day loss, share", share, limit, "%")
    yield _row(row, limit, profile.daily_loss_warn_percent)
    limit, fallen = profile.max_drawdown_percent, _fallen(usage)
    row = Use("R18", "max_drawdown_percent", "below the peak", fallen, limit, "%")
    yield _graded(row, times(limit, "1.5"), limit, profile, more=True)
    none = Use("R18", "max_drawdown_percent", "below cost", ZERO, limit, "%")
    falls = (replace(none, used=fall, symbol=symbol) for symbol, fall in usage.falls.items())
    yield _worst((_graded(row, times(limit, "1.5"), limit, profile, more=True) for row in falls), none)


def _fallen(usage: Usage) -> Decimal | None:
    """Return how far the account stands below its peak in percent."""
    equity, lost = usage.equity, usage.losses.peak
    if equity is None or lost is None:
        return None
    return _of(lost, EXACT.add(equity, lost))


def _holdings(usage: Usage, profile: RiskProfile, currency: str) -> Iterator[Use]:
    limit = profile.max_total_exposure
    exposed = None if usage.exposure is None else EXACT.add(usage.exposure, usage.entries)
    row = Use("R18", "max_total_exposure", "coins and entries", exposed, limit, currency)
    yield _graded(row, times(limit, "1.25"), limit, profile)
    yield _worst(_values(usage, profile, currency), _value(ZERO, profile, currency))
    yield _worst(_shares(usage, profile, currency), _share(ZERO, profile))
    limit = Decimal(profile.max_open_positions)
    row = Use("R18", "max_open_positions", "positions", Decimal(usage.positions), limit, "pairs")
    yield _row(row, limit)


def _values(usage: Usage, profile: RiskProfile, currency: str) -> Iterator[Use]:
    for asset, held in usage.held.items():
        own = profile.of(f"{asset}{currency}")
        row = replace(_value(held, own, currency), symbol=asset)
        yield _graded(row, own.max_position_value, None, profile)


def _value(held: Decimal | None, profile: RiskProfile, currency: str) -> Use:
    return Use("R18", "max_position_value", "held", held, profile.max_position_value, currency)


def _shares(usage: Usage, profile: RiskProfile, currency: str) -> Iterator[Use]:
    for asset, held in usage.held.items():
        own = profile.of(f"{asset}{currency}")
        row, limit = replace(_share(_of(held, usage.equity), own), symbol=asset), own.max_concentration_percent
        yield _graded(row, times(limit, "1.5"), limit, profile)


def _share(share: Decimal | None, profile: RiskProfile) -> Use:
    limit = profile.max_concentration_percent
    return Use("R18", "max_concentration_percent", "held, share", share, limit, "%")


def _of(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    if part is None or whole is None or not (part.is_finite() and whole.is_finite()) or whole <= 0:
        return None
    return percent(part, whole)


def _orders(usage: Usage, profile: RiskProfile) -> Iterator[Use]:
    limit = Decimal(profile.max_open_orders)
    yield _row(Use("R17", "max_open_orders", "orders", Decimal(sum(usage.working.values())), limit, "orders"), limit)
    name, label = "max_open_orders_per_symbol", "orders on one pair"
    none = Use("R17", name, label, ZERO, Decimal(profile.max_open_orders_per_symbol), "orders")
    limits = {symbol: Decimal(profile.of(symbol).max_open_orders_per_symbol) for symbol in usage.working}
    rows = (
        replace(none, used=Decimal(count), limit=limits[symbol], symbol=symbol)
        for symbol, count in usage.working.items()
    )
    yield _worst((_row(each, each.limit) for each in rows), none)
    share, limit = _of(usage.resting, usage.equity), profile.max_open_orders_percent
    yield _row(Use("R17", "max_open_orders_percent", "resting, share", share, limit, "%"), limit)


def _conduct(usage: Usage, profile: RiskProfile) -> Iterator[Use]:
    for name, label, used in (
        ("max_orders_per_second", "orders a second", usage.sent[0]),
        ("max_orders_per_minute", "orders a minute", usage.sent[1]),
        ("max_rule_orders_per_second", "automatic a second", usage.fired[0]),
        ("max_rule_orders_per_minute", "automatic a minute", usage.fired[1]),
    ):
        limit = Decimal(getattr(profile, name))
        yield _row(Use("R22", name, label, Decimal(used), limit, "orders"), limit)
    conduct, limit = usage.conduct, profile.max_slippage_paid_percent
    paid = _of(conduct.slippage_paid, usage.equity)
    yield _row(Use("R09", "max_slippage_paid_percent", "slippage, 10 min", paid, limit, "%"), limit, more=True)
    allowed = Decimal(profile.max_messages_per_fill * max(1, conduct.fills))
    row = Use("R24", "max_messages_per_fill", "messages, 1 h", Decimal(conduct.messages), allowed, "messages")
    yield _row(row, None, allowed, more=True)
    if profile.cooldown_losses:
        limit = Decimal(profile.cooldown_losses)
        row = Use("R35", "cooldown_losses", "losses in a row", Decimal(conduct.losses), limit, "losses")
        yield _row(row, None, limit) if _cooling(usage, profile) else row


def _cooling(usage: Usage, profile: RiskProfile) -> bool:
    last = usage.conduct.last_loss_at
    return last is not None and usage.now - last < profile.cooldown_minutes * MINUTE_MS
