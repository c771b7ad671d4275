"""The loss lock: what equity was at its highest today, this week and ever, and whether entries are locked (R19).

A state machine over samples of equity. It warns, then locks, then wants resting entries cancelled. A lock ends with its
period or by :func:`lift`; the gate, which it sets to REDUCING, is opened by a person only. What comes from or goes
elsewhere is neither gain nor loss: :func:`moved` shifts all it is measured by.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tui_trader.domain.money import EXACT, ZERO, canonical, parse
from tui_trader.domain.risk import RiskProfile
from tui_trader.errors import Conflict
from tui_trader.rules.risk.loss_limits import Losses, Reason, cancels, exceeded, warned

DAY_MS = 86_400_000
WAIT_MS = 15 * 60_000
"""How long after it closed a lock can be lifted at the earliest."""
_CENT = Decimal("0.01")


class LossEffect(StrEnum):
    """What a sample of equity calls for."""

    WARN = "WARN"
    LOCK = "LOCK"
    CANCEL_ENTRIES = "CANCEL_ENTRIES"
    RELEASE = "RELEASE"


@dataclass(frozen=True, slots=True)
class LossState:
    """Highs and beginnings of the UTC day, week (from Monday) and month, in the account currency.

    ``peak`` is the highest equity so far, ``worst_percent`` the worst drawdown from it. ``locked`` says why entries are
    locked, empty when they are not; ``locked_loss`` is the loss that did it, ``by_week`` whether the week's limit.
    ``cancelled`` says that the loss went as far as that no entry may rest while the lock is on.
    """

    day: int
    week: int
    month: int
    day_open: Decimal
    week_open: Decimal
    month_open: Decimal
    day_high: Decimal
    week_high: Decimal
    peak: Decimal
    worst_percent: Decimal = ZERO
    locked: str = ""
    locked_at: int = 0
    locked_loss: Decimal = ZERO
    by_week: bool = False
    warned: bool = False
    cancelled: bool = False
    outside: Mapping[str, Decimal] = field(default_factory=dict)
    """By asset, what had come from elsewhere in all at the last sample."""

    @property
    def phrase(self) -> str:
        """What a person types to lift the lock."""
        return f"ACCEPT LOSS {canonical(self.locked_loss.quantize(_CENT))}"

    def losses(self, equity: Decimal | None) -> Losses:
        """Return how far equity stands below the highs."""
        if equity is None:
            return Losses(None, None, None)
        day, week = (max(ZERO, EXACT.subtract(high, equity)) for high in (self.day_high, self.week_high))
        return Losses(equity, day, week, max(ZERO, EXACT.subtract(self.peak, equity)))


@dataclass(frozen=True, slots=True)
class Observed:
    """The state after a sample, what it calls for, and why."""

    state: LossState
    effects: tuple[LossEffect, ...] = ()
    reason: str = ""


def observe(
    state: LossState | None, equity: Decimal, at: int, profile: RiskProfile, currency: str = "USDT"
) -> Observed:
    """Take a sample of equity in; ``None`` is the state before the first. ``equity`` must be a number."""
    fresh = state is None
    before = begin(equity, at) if state is None else state
    now = _high(_turned(before, equity, at), equity)
    losses = now.losses(equity)
    released = (LossEffect.RELEASE,) if before.locked and not now.locked else ()
    too_much = exceeded(losses, profile, currency)
    if too_much is None:
        return _warn(now, losses, profile, released)
    found = _lock(now, losses, too_much, at, profile) if not now.locked else Observed(now)
    if cancels(losses, profile) and not found.state.cancelled and not fresh:
        cancelled = replace(found.state, cancelled=True)
        found = Observed(cancelled, (*found.effects, LossEffect.CANCEL_ENTRIES), found.reason or now.locked)
    return replace(found, effects=(*released, *found.effects))


def _lock(state: LossState, losses: Losses, reason: Reason, at: int, profile: RiskProfile) -> Observed:
    loss, week = losses.day or ZERO, losses.week or ZERO
    by_week = week >= profile.weekly_loss_limit
    locked = replace(
        state, locked=reason.sentence, locked_at=at, locked_loss=max(loss, week) if by_week else loss, by_week=by_week
    )
    return Observed(locked, (LossEffect.LOCK,), reason.sentence)


def _warn(state: LossState, losses: Losses, profile: RiskProfile, released: tuple[LossEffect, ...]) -> Observed:
    warning = None if state.warned or state.locked else warned(losses, profile)
    if warning is None:
        return Observed(state, released)
    return Observed(replace(state, warned=True), (*released, LossEffect.WARN), warning.sentence)


def lift(state: LossState, phrase: str, equity: Decimal, at: int) -> LossState:
    """Lift the lock by a person's word; losses count anew from here.

    Raises:
        Conflict: there is no lock, it has not stood for long enough, or the phrase is not :attr:`LossState.phrase`.

    """
    if not state.locked:
        raise Conflict("No loss lock is on.")
    left = state.locked_at + WAIT_MS - at
    if left > 0:
        raise Conflict(f"The loss lock can be lifted in {-(-left // 60_000)} min at the earliest.")
    if phrase.strip() != state.phrase:
        raise Conflict(f"That does not lift the loss lock; type exactly: {state.phrase}")
    return replace(_open(state), day_high=equity, week_high=equity)


def ends_at(state: LossState) -> int:
    """Return when a lock that is on ends by itself: with the UTC day, or with the week from Monday, in UTC ms."""
    return (7 * (state.week + 1) - 3 if state.by_week else state.day + 1) * DAY_MS


def begin(equity: Decimal, at: int, outside: Mapping[str, Decimal] | None = None) -> LossState:
    """Return the state of an account that was never seen before."""
    day, week, month = _periods(at)
    return LossState(day, week, month, equity, equity, equity, equity, equity, equity, outside=outside or {})


def moved(state: LossState, outside: Mapping[str, Decimal], rate: Callable[[str], Decimal | None]) -> LossState:
    """Take in what came from or went elsewhere since: everything a loss is measured by moves with it.

    It counts at the ``rate`` of now, in the account's currency; what has none counts when it gets one.
    """
    shift, counted = ZERO, dict(state.outside)
    for asset in outside.keys() | counted.keys():
        amount = EXACT.subtract(outside.get(asset, ZERO), counted.get(asset, ZERO))
        worth = rate(asset) if amount else None
        if worth is not None:
            shift = EXACT.add(shift, EXACT.multiply(amount, worth))
            counted[asset] = outside.get(asset, ZERO)
    if counted == state.outside:
        return state
    shifted: dict[str, Any] = {name: max(ZERO, EXACT.add(getattr(state, name), shift)) for name in _MEASURES}
    return replace(state, **shifted, outside=counted)


_MEASURES = ("day_open", "week_open", "month_open", "day_high", "week_high", "peak")


def _open(state: LossState) -> LossState:
    return replace(state, locked="", locked_at=0, locked_loss=ZERO, by_week=False, warned=False, cancelled=False)


def _turned(state: LossState, equity: Decimal, at: int) -> LossState:
    """Begin new periods; a clock that was set back begins none."""
    day, week, month = _periods(at)
    if day <= state.day:
        return state
    turned = replace(state, day=day, day_open=equity, day_high=equity, warned=False, cancelled=False)
    if week > state.week:
        turned = replace(turned, week=week, week_open=equity, week_high=equity)
    if month > state.month:
        turned = replace(turned, month=month, month_open=equity)
    ends = not state.by_week or week > state.week
    return _open(turned) if turned.locked and ends else turned


def _high(state: LossState, equity: Decimal) -> LossState:
    peak = max(state.peak, equity)
    fallen = EXACT.divide(EXACT.multiply(EXACT.subtract(peak, equity), Decimal(100)), peak) if peak > 0 else ZERO
    return replace(
        state,
        day_high=max(state.day_high, equity),
        week_high=max(state.week_high, equity),
        peak=peak,
        worst_percent=max(state.worst_percent, fallen.quantize(Decimal("0.0001"))),
    )


def _periods(at: int) -> tuple[int, int, int]:
    """Return the numbers of the UTC day, of the week from Monday, and of the month."""
    day = at // DAY_MS
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return day, (day + 3) // 7, moment.year * 12 + moment.month


def to_text(state: LossState) -> str:
    """Write a state down."""
    return json.dumps({each.name: _written(getattr(state, each.name)) for each in fields(state)})


def from_text(text: str) -> LossState:
    """Read a state.

    Raises:
        ValueError: it is not one.

    """
    try:
        kept: Mapping[str, Any] = json.loads(text)
        return LossState(**{name: _READ[kind](kept[name]) for name, kind in _KINDS.items()})
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"no record of losses: {error}") from None


def _written(value: object) -> object:
    if isinstance(value, Mapping):
        return {asset: canonical(amount) for asset, amount in value.items()}
    return canonical(value) if isinstance(value, Decimal) else value


def _amounts(value: Mapping[str, str]) -> Mapping[str, Decimal]:
    return {asset: parse(amount) for asset, amount in value.items()}


_KINDS: Mapping[str, str] = {each.name: str(each.type) for each in fields(LossState)}
_READ: Mapping[str, Any] = {
    "int": int,
    "Decimal": parse,
    "str": str,
    "bool": bool,
    "Mapping[str, Decimal]": _amounts,
}
