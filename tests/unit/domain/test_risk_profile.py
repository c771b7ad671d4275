from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from tui_trader.domain.risk_profile import (
    INVERSE,
    ORDERED,
    PER_SYMBOL,
    UNSCALED,
    Flaw,
    Preset,
    RiskProfile,
    flaws,
    limits,
    lowered,
    preset,
)

D = Decimal


def test_presets_scale_limits_and_keep_percentages_at_a_hundred_at_most() -> None:
    conservative, aggressive = preset(Preset.CONSERVATIVE), preset(Preset.AGGRESSIVE)
    assert preset(Preset.MODERATE) == RiskProfile()
    assert (conservative.max_order_value, conservative.max_open_orders) == (250, 10)
    assert (aggressive.max_total_exposure, aggressive.max_orders_per_second) == (15000, 9)
    assert (aggressive.price_collar_percent, aggressive.max_depth_percent) == (15, 100)
    assert conservative.duplicate_window_ms == aggressive.duplicate_window_ms == 3000


@pytest.mark.parametrize("name", [each for each, _ in limits()])
def test_a_more_careful_preset_is_stricter_in_every_limit(name: str) -> None:
    careful, usual, bold = (getattr(preset(each), name) for each in Preset)
    if name in UNSCALED:
        assert careful == usual == bold
    elif name in INVERSE:
        assert careful >= usual >= bold
    else:
        assert careful <= usual <= bold


@pytest.mark.parametrize("name", list(Preset))
def test_every_preset_makes_sense(name: Preset) -> None:
    assert flaws(preset(name)) == ()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("max_order_value", D(-1), "must be above 0"),
        ("max_order_value", D(0), "must be above 0"),
        ("max_order_value", D("NaN"), "must be a number"),
        ("max_order_value", 500.0, "must be a number"),
        ("min_account_balance", D(-1), "must not be negative"),
        ("max_open_orders", D(3), "must be a whole number"),
        ("max_open_orders", True, "must be a whole number"),
        ("max_open_orders", 0, "must be above 0"),
        ("cooldown_losses", -1, "must not be negative"),
        ("max_concentration_percent", D("100.1"), "must not be above 100 percent"),
        ("auto_risk_control", 1, "must be true or false"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(field: str, value: Any, reason: str) -> None:
    assert flaws(replace(RiskProfile(), **{field: value})) == (Flaw(field, reason),)


@pytest.mark.parametrize(("lower", "upper"), ORDERED)
def test_a_hard_limit_below_its_soft_one_is_named(lower: str, upper: str) -> None:
    usual = RiskProfile()
    equal = replace(usual, **{lower: getattr(usual, upper)})
    assert flaws(equal) == ()
    crossed = replace(usual, **{lower: getattr(usual, upper) + D("0.1")})
    assert [flaw.field for flaw in flaws(crossed)][:1] == [lower]


def test_limits_of_pairs_are_judged_like_the_others() -> None:
    good = RiskProfile(overrides={"BTCUSDT": {"max_order_value": D(900)}})
    assert flaws(good) == ()
    assert (good.of("BTCUSDT").max_order_value, good.of("ETHUSDT").max_order_value) == (900, 500)
    foreign = RiskProfile(overrides={"BTCUSDT": {"daily_loss_limit": D(900)}})
    assert [flaw.field for flaw in flaws(foreign)] == ["overrides.BTCUSDT.daily_loss_limit"]
    low = RiskProfile(overrides={"BTCUSDT": {"max_order_value": D(50)}})
    assert [flaw.field for flaw in flaws(low)] == ["overrides.BTCUSDT.confirm_order_value"]


def test_what_a_pair_may_have_are_limits() -> None:
    assert {each.name for each in fields(RiskProfile)} >= PER_SYMBOL
    assert {name for name, _ in limits()} >= PER_SYMBOL | UNSCALED - {"name"} | INVERSE


@pytest.mark.parametrize(
    ("general", "own", "follows"),
    [
        ({}, {"max_order_value": D(50)}, {"max_order_value": D(50), "confirm_order_value": D(50)}),
        ({"max_order_value": D(60)}, {"confirm_order_value": D(80)}, {"confirm_order_value": D(60)}),
        ({"max_order_value": D(60)}, {"max_spread_percent": D(2)}, {"max_spread_percent": D(2)}),
        (
            {},
            {"daily_loss_limit": D(1), "max_order_value": D(50)},
            {"daily_loss_limit": D(1), "max_order_value": D(50)},
        ),
    ],
)
def test_the_soft_limit_of_a_pair_follows_its_hard_one(
    general: dict[str, Any], own: dict[str, Any], follows: dict[str, Any]
) -> None:
    profile = lowered(replace(RiskProfile(), overrides={"BTCUSDT": own}, **general), frozenset())
    assert profile.overrides == {"BTCUSDT": follows}


def test_the_soft_limit_of_a_pair_that_was_asked_for_stays() -> None:
    own = {"BTCUSDT": {"max_order_value": D(50), "confirm_order_value": D(60)}}
    crossed = RiskProfile(overrides=own)
    assert lowered(crossed, frozenset({"overrides.BTCUSDT.confirm_order_value"})) == crossed
    assert lowered(crossed, frozenset({"confirm_order_value"})).of("BTCUSDT").confirm_order_value == 50
