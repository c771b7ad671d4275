"""What an owner can bear: limits, presets of them, limits of single pairs, and which sets of limits make no sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tui_trader.domain.money import ZERO

HUNDRED = Decimal(100)


class Preset(StrEnum):
    """Named sets of limits; the value of each is a share of the defaults (design.md, Rulings: Presets)."""

    CONSERVATIVE = "conservative"
    MODERATE = "moderate"
    AGGRESSIVE = "aggressive"


PRESET_SCALE: Mapping[Preset, Decimal] = {
    Preset.CONSERVATIVE: Decimal("0.5"),
    Preset.MODERATE: Decimal(1),
    Preset.AGGRESSIVE: Decimal(3),
}


@dataclass(frozen=True, slots=True)
class RiskProfile:
    """Limits in the account currency (USDT) unless the name says otherwise; percentages are percent.

    Where two texts set a limit the stricter one is the default. 0 switches a limit off where it says so.
    """

    name: str = "moderate"
    max_order_value: Decimal = Decimal(500)
    confirm_order_value: Decimal = Decimal(100)
    """An order worth more than this asks first (R06)."""
    max_position_value: Decimal = Decimal(1000)
    max_total_exposure: Decimal = Decimal(5000)
    """All coins held and all entries under way; 125 % of it refuses (features.md §4)."""
    max_concentration_percent: Decimal = Decimal(20)
    """One asset's share of the account; one and a half times it refuses."""
    max_drawdown_percent: Decimal = Decimal(10)
    """Loss of a position, or of the account from its peak; one and a half times it refuses."""
    daily_loss_limit: Decimal = Decimal(100)
    weekly_loss_limit: Decimal = Decimal(500)
    daily_loss_warn_percent: Decimal = Decimal(2)
    daily_loss_percent: Decimal = Decimal(3)
    daily_loss_cancel_percent: Decimal = Decimal(5)
    """From this loss of the day on, resting entries are cancelled too (R19)."""
    max_slippage_paid_percent: Decimal = Decimal(1)
    """Slippage paid within ten minutes, of the account's worth (R09)."""
    max_open_orders: int = 20
    max_open_orders_per_symbol: int = 10
    max_open_orders_percent: Decimal = Decimal(50)
    """All working orders together, of the account's worth (R17)."""
    max_open_positions: int = 5
    min_liquidity: Decimal = Decimal(50_000)
    """Value traded within 24 h."""
    volatility_threshold_percent: Decimal = Decimal(5)
    """Deviation of daily returns, or the 24 h change; one and a half times it refuses."""
    max_volume_percent: Decimal = Decimal(1)
    """An order's share of what was traded within 24 h; a tenth of it asks first (R07)."""
    max_depth_percent: Decimal = Decimal(50)
    """An order's share of the visible book within the collar; a fifth of it asks first (R07)."""
    max_spread_percent: Decimal = Decimal(1)
    max_depeg_percent: Decimal = Decimal(2)
    price_collar_percent: Decimal = Decimal(5)
    market_cap_percent: Decimal = Decimal(1)
    """How far from the best opposite price a market order may fill."""
    max_quote_age_ms: int = 5000
    max_market_quote_age_ms: int = 2000
    """The same for orders that take at once."""
    max_orders_per_second: int = 3
    max_orders_per_minute: int = 30
    max_rule_orders_per_second: int = 1
    max_rule_orders_per_minute: int = 10
    max_messages_per_fill: int = 50
    duplicate_window_ms: int = 3000
    cooldown_losses: int = 0
    """So many losses in a row begin a pause; 0 is off (R35)."""
    cooldown_minutes: int = 30
    risk_per_trade_percent: Decimal = Decimal(1)
    min_account_balance: Decimal = ZERO
    """Free cash that must remain; 0 is off."""
    auto_risk_control: bool = True
    """Whether a high or critical assessment refuses, or only asks."""
    symbols: tuple[str, ...] = ()
    """The pairs that may be traded; empty means every pair that the key may trade (R03)."""
    overrides: Mapping[str, Mapping[str, Decimal | int]] | None = None
    """Limits of single pairs in place of the general ones: those in :data:`PER_SYMBOL`."""

    def of(self, symbol: str) -> RiskProfile:
        """Return the limits that hold for a pair."""
        own: Any = (self.overrides or {}).get(symbol)
        return replace(self, **own) if own else self


UNSCALED = frozenset({"name", "duplicate_window_ms", "cooldown_losses", "cooldown_minutes", "auto_risk_control"})
INVERSE = frozenset({"min_liquidity", "min_account_balance"})
"""Minima: what is half as daring asks for twice as much."""

PER_SYMBOL = frozenset(
    {
        "max_order_value",
        "confirm_order_value",
        "max_position_value",
        "max_concentration_percent",
        "max_open_orders_per_symbol",
        "min_liquidity",
        "volatility_threshold_percent",
        "max_volume_percent",
        "max_depth_percent",
        "max_spread_percent",
        "price_collar_percent",
        "market_cap_percent",
        "max_quote_age_ms",
        "max_market_quote_age_ms",
    }
)

ORDERED = (
    ("confirm_order_value", "max_order_value"),
    ("daily_loss_warn_percent", "daily_loss_percent"),
    ("daily_loss_percent", "daily_loss_cancel_percent"),
)
"""Pairs of a softer and a harder limit: the first may not be above the second."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a set of limits makes no sense: the field, and the rest of a sentence that begins with its name."""

    field: str
    reason: str


def limits() -> Iterator[tuple[str, Any]]:
    """List the names of the limits and their defaults, but for name, allow-list and overrides."""
    default = RiskProfile()
    for each in fields(default):
        if each.name not in {"name", "symbols", "overrides"}:
            yield each.name, getattr(default, each.name)


def preset(name: Preset) -> RiskProfile:
    """Return the default limits scaled by a preset; percentages stay at 100 at most, minima scale the other way."""
    scale = PRESET_SCALE[name]
    scaled: dict[str, Any] = {}
    for field, default in limits():
        if field in UNSCALED:
            continue
        value = default / scale if field in INVERSE else default * scale
        if field.endswith("_percent"):
            value = min(value, HUNDRED)
        scaled[field] = max(1, int(value)) if isinstance(default, int) else value.quantize(Decimal("0.01")).normalize()
    return replace(RiskProfile(name=name.value), **scaled)


def lowered(profile: RiskProfile, asked: frozenset[str]) -> RiskProfile:
    """Bring soft limits that nobody asked for down to the hard ones beside them, those of single pairs too.

    ``asked`` holds names as a :class:`Flaw` has them. What is brought down for a pair becomes a limit of its own.
    """
    general = replace(profile, **_softer(profile, asked))
    if not general.overrides:
        return general
    return replace(general, overrides={symbol: _own_lowered(general, symbol, asked) for symbol in general.overrides})


def _own_lowered(general: RiskProfile, symbol: str, asked: frozenset[str]) -> Mapping[str, Decimal | int]:
    """Return a pair's own limits with those that follow; as they are where they are none of a pair."""
    own = (general.overrides or {})[symbol]
    if not own.keys() <= PER_SYMBOL:
        return own
    begin = f"overrides.{symbol}."
    mine = frozenset(name.removeprefix(begin) for name in asked if name.startswith(begin))
    return {**own, **{name: each for name, each in _softer(general.of(symbol), mine).items() if name in PER_SYMBOL}}


def _softer(profile: RiskProfile, asked: frozenset[str]) -> dict[str, Any]:
    """Return soft limits that follow the hard ones beside them."""
    changes: dict[str, Any] = {}
    for lower, upper in reversed(ORDERED):
        most = changes.get(upper, getattr(profile, upper))
        if lower not in asked and getattr(profile, lower) > most:
            changes[lower] = most
    return changes


def flaws(profile: RiskProfile) -> tuple[Flaw, ...]:
    """Return everything that makes no sense in a profile; empty for one that does."""
    found = [flaw for name, default in limits() for flaw in _value_flaws(name, getattr(profile, name), default)]
    if found:
        return tuple(found)
    for lower, upper in ORDERED:
        low, high = getattr(profile, lower), getattr(profile, upper)
        if low > high:
            found.append(Flaw(lower, f"is {low}, above {upper}, which is {high}"))
    return (*found, *_override_flaws(profile))


def _value_flaws(name: str, value: object, default: object) -> Iterator[Flaw]:
    """Look at one value by itself."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            yield Flaw(name, "must be true or false")
        return
    kind = int if isinstance(default, int) else Decimal
    if isinstance(value, bool) or not isinstance(value, kind) or not Decimal(value).is_finite():
        yield Flaw(name, "must be a whole number" if kind is int else "must be a number")
    elif value < 0 or (value == 0 and default != 0):
        yield Flaw(name, "must be above 0" if default != 0 else "must not be negative")
    elif name.endswith("_percent") and value > HUNDRED:
        yield Flaw(name, "must not be above 100 percent")


def _override_flaws(profile: RiskProfile) -> Iterator[Flaw]:
    """Look at the limits of single pairs: known ones, and each pair's limits a profile that makes sense."""
    for symbol, own in (profile.overrides or {}).items():
        for name in own.keys() - PER_SYMBOL:
            yield Flaw(f"overrides.{symbol}.{name}", "is no limit that a pair can have of its own")
        if own.keys() <= PER_SYMBOL:
            for flaw in flaws(replace(profile.of(symbol), overrides=None)):
                yield Flaw(f"overrides.{symbol}.{flaw.field}", flaw.reason)
