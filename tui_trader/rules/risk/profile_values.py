"""A risk profile as a flat map of values, which of two values dares more, and how they are written down.

A limit's key is its name, that of a pair's own limit ``overrides.BTCUSDT.max_order_value``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tui_trader.domain.limit_facts import LIMIT_FACTS
from tui_trader.domain.money import canonical, parse
from tui_trader.domain.risk_profile import Preset, RiskProfile, limits, preset

NAME, SYMBOLS, AUTO = "name", "symbols", "auto_risk_control"
DEFAULTS: Mapping[str, Any] = dict(limits())
GENERAL = frozenset({NAME, SYMBOLS, *DEFAULTS})
"""Keys that every profile has a value of."""
_OWN = "overrides."
_WAYS = {"up": 1, "down": -1, "neither": 0}

Value = Decimal | int | str | tuple[str, ...]
Values = Mapping[str, Value]


def own_key(symbol: str, name: str) -> str:
    """Return the key of a pair's own limit."""
    return f"{_OWN}{symbol}.{name}"


def parts(key: str) -> tuple[str | None, str]:
    """Split a key into the pair (``None`` for the general limit) and the limit's name."""
    if not key.startswith(_OWN):
        return None, key
    symbol, _, name = key.removeprefix(_OWN).partition(".")
    return symbol, name


def values_of(profile: RiskProfile) -> dict[str, Value]:
    """Return a profile's values."""
    found: dict[str, Value] = {name: getattr(profile, name) for name in (NAME, SYMBOLS, *DEFAULTS)}
    for symbol, own in (profile.overrides or {}).items():
        found |= {own_key(symbol, name): value for name, value in own.items()}
    return found


def profile_of(values: Values) -> RiskProfile:
    """Return the profile of these values; a general limit that is missing has its default."""
    general: dict[str, Any] = {}
    overrides: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        symbol, name = parts(key)
        (general if symbol is None else overrides.setdefault(symbol, {}))[name] = value
    return RiskProfile(**general, overrides=overrides or None)


def fitted(name: str, value: Decimal) -> Value:
    """Return a number as the limit holds it: a whole one where it counts something and the number is whole."""
    counts = isinstance(DEFAULTS.get(name), int) and not isinstance(DEFAULTS.get(name), bool)
    return int(value) if counts and value == value.to_integral_value() else value


def off_at_zero(name: str) -> bool:
    """Tell whether 0 switches a limit off."""
    return not isinstance(DEFAULTS[name], bool) and DEFAULTS[name] == 0


def looser(name: str, value: Any, than: Any) -> bool:
    """Tell whether a value of a limit dares more than another one."""
    if name == SYMBOLS:
        return bool(than) and (not value or not set(value) <= set(than))
    if name == AUTO:
        return bool(than and not value)
    return name != NAME and _daring(name, value) > _daring(name, than)


def _daring(name: str, value: Decimal | int) -> Decimal:
    """Return how much a value dares; only comparing it has a meaning."""
    sign = _WAYS[LIMIT_FACTS[name].loosened]
    off = sign > 0 and value == 0 and off_at_zero(name)
    return Decimal("Infinity") if off else sign * Decimal(value)


def fallback(configured: RiskProfile) -> RiskProfile:
    """Return the conservative limits, each of them or the configured one, whichever dares less."""
    mine = values_of(configured)
    safe = {
        key: mine[key] if looser(key, value, mine[key]) else value
        for key, value in values_of(preset(Preset.CONSERVATIVE)).items()
    }
    for key, value in mine.items():
        symbol, name = parts(key)
        if symbol is not None and looser(name, safe[name], value):
            safe[key] = value
    return profile_of(safe)


def written(value: Value | None) -> Any:
    """Write a value as JSON can hold it; money as text."""
    if isinstance(value, Decimal):
        return canonical(value)
    return list(value) if isinstance(value, tuple) else value


def read(key: str, value: Any) -> Value:
    """Read what :func:`written` wrote.

    Raises:
        ValueError: it is no value of this limit, or there is no such limit.

    """
    _, name = parts(key)
    if name == NAME and isinstance(value, str):
        return value
    if name == SYMBOLS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    default = DEFAULTS.get(name)
    if isinstance(default, int) and type(value) is type(default):
        return type(default)(value)
    if isinstance(default, Decimal) and isinstance(value, str):
        return parse(value)
    raise ValueError(f"{key} has no value that fits")
