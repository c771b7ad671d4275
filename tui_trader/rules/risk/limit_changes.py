"""Changes of a risk profile: what is tightened holds at once, what is loosened waits (R37)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.risk_profile import Flaw, Preset, RiskProfile, flaws, lowered, preset
from tui_trader.errors import Refused
from tui_trader.rules.risk.profile_values import (
    AUTO,
    DEFAULTS,
    GENERAL,
    SYMBOLS,
    Value,
    Values,
    fitted,
    looser,
    own_key,
    parts,
    profile_of,
    values_of,
)

WAIT_MS = 60_000
"""How long a loosened limit waits."""
_PAIR = re.compile(r"[A-Z0-9]{2,20}")
_NO_PAIR = "is no pair such as BTCUSDT"


class Effect(StrEnum):
    """What became of a limit."""

    CHANGED = "CHANGED"
    ASKED = "ASKED"
    """It waits to be loosened."""
    WITHDRAWN = "WITHDRAWN"
    """It was to be loosened, and will not be."""
    LOOSENED = "LOOSENED"
    """It has waited long enough."""
    CONFIGURED = "CONFIGURED"
    """The configuration has changed since the desk ran last."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one limit; ``None`` where a pair has no limit of its own. ``at`` is when a waiting one holds."""

    effect: Effect
    key: str
    before: Value | None
    after: Value | None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A loosened limit that waits: from ``at`` (UTC ms) on it is ``value``, ``None`` for no own limit of the pair."""

    key: str
    value: Value | None
    at: int


@dataclass(frozen=True, slots=True)
class LimitState:
    """The limits that hold, and those that wait."""

    values: Values
    waiting: tuple[Waiting, ...] = ()

    @property
    def profile(self) -> RiskProfile:
        """The limits that hold."""
        return profile_of(self.values)

    @property
    def target(self) -> dict[str, Value]:
        """What will hold when everything has waited long enough."""
        return _laid(self.values, self.waiting)


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What an owner asks for; what is left out stays.

    ``preset`` begins anew from a named set of limits, without limits of single pairs; the list of pairs and
    ``auto_risk_control`` stay. ``overrides`` is by pair and name, where ``None`` takes the pair's own limit away.
    """

    preset: Preset | None = None
    auto_risk_control: bool | None = None
    symbols: tuple[str, ...] | None = None
    limits: Mapping[str, Decimal] = field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, Decimal | None]] = field(default_factory=dict)


Outcome = tuple[LimitState, tuple[Step, ...]]


def nonsense(found: Iterable[Flaw]) -> Refused:
    """Make the refusal of something that makes no sense, with every field and reason."""
    listed = [{"field": each.field, "reason": each.reason} for each in found]
    first = listed[0]
    more = f" (and {len(listed) - 1} more)" if listed[1:] else ""
    return Refused(f"{first['field']} {first['reason']}{more}.", code="unprocessable", details={"flaws": listed})


def ask(state: LimitState, change: ProfileChange, now: int) -> Outcome:
    """Take a change in at ``now`` (UTC ms).

    Raises:
        Refused: something in it makes no sense; ``details["flaws"]`` lists field and reason.

    """
    wanted = _wanted(state, change)
    values, waiting = dict(state.values), list[Waiting]()
    kept = {each.key: each for each in state.waiting}
    for key in sorted({*values, *wanted}, key=_general_first):
        before, after = values.get(key), wanted.get(key)
        if before == after:
            continue
        if _loosens(key, before, after, state.values, wanted) or _loosens(key, before, after, state.values, values):
            waiting.append(_waiting(kept, key, after, now))
            after = _meanwhile(key, before, after, values)
        _put(values, key, after)
    waits_too = {each.key for each in waiting}
    for key, value in values_of(lowered(profile_of(values), frozenset())).items():
        if values.get(key) != value:
            # What is softer than a hard limit that waits follows that one as it is now, and waits with it.
            if key not in waits_too:
                waiting.append(_waiting(kept, key, wanted.get(key), now))
            values[key] = value
    changed = LimitState(values, tuple(sorted(waiting, key=lambda each: _general_first(each.key))))
    return changed, tuple(_steps(state, changed))


def _waiting(kept: Mapping[str, Waiting], key: str, value: Value | None, now: int) -> Waiting:
    """Return what waits for a value; one that waits for it already goes on waiting."""
    waits = kept.get(key)
    return waits if waits and waits.value == value else Waiting(key, value, now + WAIT_MS)


def loosen(state: LimitState, due: Iterable[Waiting]) -> Outcome:
    """Let limits hold that have waited long enough; a soft one stays below the hard one beside it.

    When they make no sense beside what was tightened meanwhile, none of them holds.
    """
    due = tuple(due)
    left = tuple(each for each in state.waiting if each not in due)
    profile = lowered(profile_of(_laid(state.values, due)), frozenset())
    changed = LimitState(state.values if flaws(profile) else values_of(profile), left)
    steps = list(_differences(Effect.LOOSENED, state.values, changed.values))
    told = {each.key for each in steps}
    lost = (Step(Effect.WITHDRAWN, each.key, each.value, state.values.get(each.key)) for each in due)
    return changed, (*steps, *(each for each in lost if each.key not in told))


def merged(stored: LimitState, laid_on: Values, configured: Values) -> Outcome:
    """Take over what was stored, laid on the configuration of its day; where that says something new, it counts.

    Raises:
        ValueError: the limits make no sense together.

    """
    news = {key for key in {*laid_on, *configured} if laid_on.get(key) != configured.get(key)}
    kept = {key: value for key, value in stored.values.items() if key not in news}
    missing = GENERAL - news - kept.keys()
    if missing:
        raise ValueError(f"{min(missing)} is missing")
    profile = lowered(profile_of(kept | {key: configured[key] for key in news if key in configured}), frozenset())
    found = flaws(profile)
    if found:
        raise ValueError(f"{found[0].field} {found[0].reason}")
    state = LimitState(values_of(profile), tuple(each for each in stored.waiting if each.key not in news))
    return state, (*_differences(Effect.CONFIGURED, stored.values, state.values), *_withdrawn(stored, state))


def _wanted(state: LimitState, change: ProfileChange) -> dict[str, Value]:
    """Return what is to hold in the end."""
    wanted = state.target
    if change.preset is not None:
        wanted = values_of(preset(change.preset)) | {SYMBOLS: wanted[SYMBOLS], AUTO: wanted[AUTO]}
    wanted |= {name: fitted(name, value) for name, value in change.limits.items() if name in DEFAULTS}
    if change.auto_risk_control is not None:
        wanted[AUTO] = change.auto_risk_control
    if change.symbols is not None:
        wanted[SYMBOLS] = tuple(dict.fromkeys(change.symbols))
    for symbol, own in change.overrides.items():
        for name, value in own.items():
            _put(wanted, own_key(symbol, name), None if value is None else fitted(name, value))
    profile = lowered(profile_of(wanted), _asked(change))
    after = values_of(profile)
    followed = {key for key, value in after.items() if wanted.get(key) != value}
    found = (*_strange(change), *(each for each in flaws(profile) if each.field not in followed))
    if found:
        raise nonsense(found)
    return after


def _asked(change: ProfileChange) -> frozenset[str]:
    """Return the keys of the numbers that a change gives."""
    own = ((symbol, each) for symbol, given in change.overrides.items() for each in given.items())
    return frozenset(change.limits) | {own_key(symbol, name) for symbol, (name, value) in own if value is not None}


def _strange(change: ProfileChange) -> Iterator[Flaw]:
    """Look for names that there are not."""
    for name in change.limits:
        if name not in DEFAULTS:
            yield Flaw(name, "is no limit of a risk profile")
    for symbol in change.symbols or ():
        if not _PAIR.fullmatch(symbol):
            yield Flaw(SYMBOLS, f"holds {symbol[:30]!r}, which {_NO_PAIR}")
    for symbol in change.overrides:
        if not _PAIR.fullmatch(symbol):
            yield Flaw(f"overrides.{symbol[:30]}", _NO_PAIR)


def _general_first(key: str) -> tuple[bool, str]:
    return parts(key)[0] is not None, key


def _loosens(key: str, before: Value | None, after: Value | None, was: Values, then: Values) -> bool:
    """Tell whether a change dares more.

    A pair without a limit of its own had the general one that ``was``, and will have the one that is ``then``.
    """
    symbol, name = parts(key)
    if symbol is None:
        return looser(name, after, before)
    return looser(name, then[name] if after is None else after, was[name] if before is None else before)


def _meanwhile(key: str, before: Value | None, after: Value | None, values: Values) -> Value | None:
    """Return what holds until a looser value does.

    Of a list of pairs these are those that stay on it, all if none does. A pair whose first own limit waits keeps the
    general one of now, so that it does not follow that one further than it may go itself.
    """
    symbol, name = parts(key)
    if symbol is not None and before is None:
        return values[name]
    if key == SYMBOLS and isinstance(before, tuple) and isinstance(after, tuple) and after:
        return tuple(each for each in before if each in after) or before
    return before


def _put(values: dict[str, Value], key: str, value: Value | None) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _laid(values: Values, waiting: Iterable[Waiting]) -> dict[str, Value]:
    """Lay what waits on what holds."""
    laid = dict(values)
    for each in waiting:
        _put(laid, each.key, each.value)
    return laid


def _steps(before: LimitState, after: LimitState) -> Iterator[Step]:
    """Tell what a change came to."""
    yield from _differences(Effect.CHANGED, before.values, after.values)
    yield from _withdrawn(before, after)
    for each in after.waiting:
        if each not in before.waiting:
            yield Step(Effect.ASKED, each.key, after.values.get(each.key), each.value, each.at)


def _withdrawn(before: LimitState, after: LimitState) -> Iterator[Step]:
    for each in before.waiting:
        if each not in after.waiting:
            yield Step(Effect.WITHDRAWN, each.key, each.value, after.values.get(each.key))


def _differences(effect: Effect, before: Values, after: Values) -> Iterator[Step]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield Step(effect, key, before.get(key), after.get(key))
