"""Flat values of a risk profile: there and back, which dares more, and what to fall back on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tui_trader.domain.limit_facts import LIMIT_FACTS
from tui_trader.domain.risk_profile import Preset, RiskProfile, flaws, preset
from tui_trader.rules.risk.profile_values import (
    DEFAULTS,
    fallback,
    fitted,
    looser,
    off_at_zero,
    parts,
    profile_of,
    read,
    values_of,
    written,
)

D = Decimal
OWN = RiskProfile(
    symbols=("BTCUSDT", "ETHUSDT"),
    overrides={"BTCUSDT": {"max_order_value": D("0.00000001"), "max_open_orders_per_symbol": 2}},
)


@pytest.mark.parametrize("profile", [RiskProfile(), OWN, *map(preset, Preset)], ids=lambda each: each.name)
def test_a_profile_becomes_values_and_text_and_itself_again(profile: RiskProfile) -> None:
    values = values_of(profile)
    assert profile_of(values) == profile
    assert {key: read(key, written(value)) for key, value in values.items()} == values


def test_a_key_names_a_pair_or_none() -> None:
    assert parts("overrides.BTCUSDT.max_order_value") == ("BTCUSDT", "max_order_value")
    assert parts("max_order_value") == (None, "max_order_value")


def test_every_limit_but_the_switch_has_its_facts() -> None:
    assert DEFAULTS.keys() - {"auto_risk_control"} == LIMIT_FACTS.keys()
    assert [name for name in DEFAULTS if off_at_zero(name)] == ["cooldown_losses", "min_account_balance"]


def test_a_whole_number_is_whole_where_something_is_counted() -> None:
    assert type(fitted("max_open_orders", D("3.0"))) is int
    assert fitted("max_open_orders", D("3.5")) == D("3.5")
    assert type(fitted("max_order_value", D(3))) is Decimal
    assert type(fitted("auto_risk_control", D(1))) is Decimal


@pytest.mark.parametrize(
    ("name", "value", "than", "expected"),
    [
        ("max_order_value", D(501), D(500), True),
        ("max_order_value", D(500), D(500), False),
        ("max_order_value", D(499), D(500), False),
        ("min_liquidity", D(1), D(2), True),
        ("min_liquidity", D(3), D(2), False),
        ("duplicate_window_ms", 2999, 3000, True),
        ("min_account_balance", D(0), D(5), True),
        ("min_account_balance", D(5), D(0), False),
        ("cooldown_losses", 0, 3, True),
        ("cooldown_losses", 3, 0, False),
        ("cooldown_losses", 4, 3, True),
        ("auto_risk_control", False, True, True),
        ("auto_risk_control", True, False, False),
        ("symbols", (), ("A",), True),
        ("symbols", ("A",), (), False),
        ("symbols", ("A", "B"), ("A",), True),
        ("symbols", ("B",), ("A",), True),
        ("symbols", ("A",), ("A", "B"), False),
        ("symbols", ("B", "A"), ("A", "B"), False),
        ("symbols", (), (), False),
        ("name", "aggressive", "moderate", False),
    ],
)
def test_which_value_dares_more(name: str, value: Any, than: Any, expected: bool) -> None:
    assert looser(name, value, than) is expected


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_order_value", 5),
        ("max_order_value", "NaN"),
        ("max_order_value", None),
        ("max_open_orders", "5"),
        ("max_open_orders", True),
        ("auto_risk_control", 1),
        ("symbols", "BTCUSDT"),
        ("symbols", [1]),
        ("name", 1),
        ("max_ordr_value", "5"),
    ],
)
def test_what_is_no_value_is_not_read(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"number|fits"):
        read(key, value)


def test_the_fallback_is_conservative_and_never_looser_than_what_is_configured() -> None:
    safe = preset(Preset.CONSERVATIVE)
    assert fallback(RiskProfile()) == safe
    assert fallback(preset(Preset.AGGRESSIVE)) == safe
    careful = replace(
        OWN,
        max_order_value=D(7),
        confirm_order_value=D(7),
        min_liquidity=D(10**9),
        overrides={"BTCUSDT": {"max_spread_percent": D("0.1")}, "ETHUSDT": {"max_spread_percent": D(90)}},
    )
    found = fallback(careful)
    assert found == replace(
        safe,
        max_order_value=D(7),
        confirm_order_value=D(7),
        min_liquidity=D(10**9),
        symbols=OWN.symbols,
        overrides={"BTCUSDT": {"max_spread_percent": D("0.1")}},
    )
    assert not flaws(found)
