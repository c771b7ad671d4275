"""How much of each limit is used, at and beside each limit, and when it is not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tui_trader.domain.risk import Level, RiskProfile
from tui_trader.domain.risk_profile import flaws
from tui_trader.rules.gate_figures import ConductFigures
from tui_trader.rules.risk.limit_use import Usage, Use, limit_uses
from tui_trader.rules.risk.loss_limits import Losses

D = Decimal
NAN = D("NaN")
LOSSES = Losses(D(10_000), D(0), D(0), D(0))
QUIET = Usage(
    losses=LOSSES, equity=D(10_000), exposure=D(0), conduct=ConductFigures(slippage_paid=D(0), budget_used=0.0)
)
PROFILE = RiskProfile(cooldown_losses=3)


def row(usage: Usage, name: str, label: str = "", profile: RiskProfile = PROFILE) -> Use:
    (found,) = [each for each in limit_uses(usage, profile, "USDT") if each.name == name and label in {"", each.label}]
    return found


def test_an_account_at_rest_uses_nothing() -> None:
    rows = limit_uses(QUIET, PROFILE, "USDT")
    assert {(each.used, each.level, each.percent) for each in rows} == {(D(0), None, D(0))}
    assert len({(each.name, each.label) for each in rows}) == len(rows)
    assert {each.name for each in rows} <= {each.name for each in PROFILE.__dataclass_fields__.values()}
    assert not flaws(PROFILE)


def test_a_pause_that_is_off_has_no_row() -> None:
    assert "cooldown_losses" not in {each.name for each in limit_uses(QUIET, RiskProfile(), "USDT")}


def lost(day: str, week: str = "0", peak: str = "0") -> dict[str, Any]:
    return {"losses": Losses(D(10_000) - D(day), D(day), D(week), D(peak)), "equity": D(10_000)}


def busy(**figures: Any) -> dict[str, Any]:
    return {"conduct": replace(QUIET.conduct, **figures)}


@pytest.mark.parametrize(
    ("changes", "name", "label", "level"),
    [
        (lost("99.99"), "daily_loss_limit", "", None),
        (lost("100"), "daily_loss_limit", "", Level.HARD),
        (lost("0", "499.99"), "weekly_loss_limit", "", None),
        (lost("0", "500"), "weekly_loss_limit", "", Level.HARD),
        (lost("199.99"), "daily_loss_percent", "", None),
        (lost("200"), "daily_loss_percent", "", Level.SOFT),
        (lost("299.99"), "daily_loss_percent", "", Level.SOFT),
        (lost("300"), "daily_loss_percent", "", Level.HARD),
        ({**lost("0", peak="1000"), "equity": D(9000)}, "max_drawdown_percent", "below the peak", None),
        ({**lost("0", peak="1001"), "equity": D(8999)}, "max_drawdown_percent", "below the peak", Level.SOFT),
        ({**lost("0", peak="1500"), "equity": D(8500)}, "max_drawdown_percent", "below the peak", Level.SOFT),
        ({**lost("0", peak="1501"), "equity": D(8499)}, "max_drawdown_percent", "below the peak", Level.HARD),
        ({"falls": {"BTCUSDT": D(10)}}, "max_drawdown_percent", "below cost", None),
        ({"falls": {"BTCUSDT": D("10.01")}}, "max_drawdown_percent", "below cost", Level.SOFT),
        ({"falls": {"BTCUSDT": D("15.01")}}, "max_drawdown_percent", "below cost", Level.HARD),
        ({"exposure": D(4000), "entries": D("999.99")}, "max_total_exposure", "", None),
        ({"exposure": D(4000), "entries": D(1000)}, "max_total_exposure", "", Level.SOFT),
        ({"exposure": D(6250)}, "max_total_exposure", "", Level.HARD),
        ({"held": {"BTC": D("999.99")}}, "max_position_value", "", None),
        ({"held": {"BTC": D(1000)}}, "max_position_value", "", Level.HARD),
        ({"held": {"BTC": D("1999.99")}}, "max_concentration_percent", "", None),
        ({"held": {"BTC": D(2000)}}, "max_concentration_percent", "", Level.SOFT),
        ({"held": {"BTC": D(3000)}}, "max_concentration_percent", "", Level.HARD),
        ({"positions": 4}, "max_open_positions", "", None),
        ({"positions": 5}, "max_open_positions", "", Level.HARD),
        ({"working": {"A": 10, "B": 9}}, "max_open_orders", "", None),
        ({"working": {"A": 10, "B": 10}}, "max_open_orders", "", Level.HARD),
        ({"working": {"A": 9}}, "max_open_orders_per_symbol", "", None),
        ({"working": {"A": 10}}, "max_open_orders_per_symbol", "", Level.HARD),
        ({"resting": D("4999.99")}, "max_open_orders_percent", "", None),
        ({"resting": D(5000)}, "max_open_orders_percent", "", Level.HARD),
        ({"sent": (2, 29)}, "max_orders_per_second", "", None),
        ({"sent": (3, 29)}, "max_orders_per_second", "", Level.HARD),
        ({"sent": (2, 30)}, "max_orders_per_minute", "", Level.HARD),
        ({"fired": (1, 1)}, "max_rule_orders_per_second", "", Level.HARD),
        ({"fired": (0, 10)}, "max_rule_orders_per_minute", "", Level.HARD),
        (busy(slippage_paid=D(100)), "max_slippage_paid_percent", "", None),
        (busy(slippage_paid=D("100.01")), "max_slippage_paid_percent", "", Level.HARD),
        (busy(messages=100, fills=2), "max_messages_per_fill", "", None),
        (busy(messages=101, fills=2), "max_messages_per_fill", "", Level.SOFT),
        (busy(losses=3, last_loss_at=-1_799_999), "cooldown_losses", "", Level.SOFT),
        (busy(losses=3, last_loss_at=-1_800_000), "cooldown_losses", "", None),
        (busy(losses=2, last_loss_at=0), "cooldown_losses", "", None),
    ],
)
def test_what_the_next_order_would_meet(changes: dict[str, Any], name: str, label: str, level: Level | None) -> None:
    assert row(replace(QUIET, **changes), name, label).level is level


@pytest.mark.parametrize(
    ("changes", "name", "label"),
    [
        ({"losses": Losses(None, None, None)}, "daily_loss_limit", ""),
        ({"losses": Losses(D(1), None, D(0))}, "weekly_loss_limit", ""),
        ({"losses": Losses(D(1), NAN, D(0))}, "daily_loss_percent", ""),
        ({"losses": replace(LOSSES, peak=None)}, "max_drawdown_percent", "below the peak"),
        ({"equity": None}, "max_drawdown_percent", "below the peak"),
        ({"exposure": None}, "max_total_exposure", ""),
        ({"entries": NAN}, "max_total_exposure", ""),
        ({"held": {"A": None, "B": D(10**6)}}, "max_position_value", ""),
        ({"held": {"A": NAN, "B": D(10**6)}}, "max_position_value", ""),
        ({"held": {"A": D(1)}, "equity": None}, "max_concentration_percent", ""),
        ({"held": {"A": D(1)}, "equity": D(0)}, "max_concentration_percent", ""),
        ({"resting": NAN}, "max_open_orders_percent", ""),
        (busy(slippage_paid=None), "max_slippage_paid_percent", ""),
        (busy(slippage_paid=NAN), "max_slippage_paid_percent", ""),
    ],
)
def test_what_is_not_known_counts_as_a_breach(changes: dict[str, Any], name: str, label: str) -> None:
    found = row(replace(QUIET, **changes), name, label)
    assert (found.used, found.percent, found.level) == (None, None, Level.HARD)


def test_of_pairs_the_most_used_one_is_shown_by_its_own_limit() -> None:
    own = {"BTCUSDT": {"max_position_value": D(4000), "max_open_orders_per_symbol": 2}}
    profile = replace(PROFILE, overrides=own)
    usage = replace(QUIET, held={"BTC": D(1000), "ETH": D(500)}, working={"BTCUSDT": 1, "ETHUSDT": 4})
    value = row(usage, "max_position_value", profile=profile)
    assert (value.symbol, value.used, value.limit, value.percent) == ("ETH", D(500), D(1000), D(50))
    orders = row(usage, "max_open_orders_per_symbol", profile=profile)
    assert (orders.symbol, orders.used, orders.limit, orders.percent) == ("BTCUSDT", D(1), D(2), D(50))


def test_without_automatic_control_a_graded_limit_only_asks() -> None:
    usage = replace(QUIET, held={"BTC": D(1000)}, exposure=D(6250), positions=5)
    eased = replace(PROFILE, auto_risk_control=False)
    assert row(usage, "max_position_value", profile=eased).level is Level.SOFT
    assert row(usage, "max_total_exposure", profile=eased).level is Level.SOFT
    assert row(usage, "max_open_positions", profile=eased).level is Level.HARD


def test_a_figure_is_told_in_hundredths_and_graded_exactly() -> None:
    usage = replace(QUIET, held={"BTC": D("999.999999999999999999999999999999999")}, equity=D("4999.99999999"))
    value, share = row(usage, "max_position_value"), row(usage, "max_concentration_percent")
    assert (value.used, value.level, value.percent) == (D(1000), None, D(100))
    assert (share.used, share.level) == (D(20), Level.SOFT)
    third = row(replace(QUIET, equity=D(3), held={"BTC": D(1)}), "max_concentration_percent")
    assert third.used == D("33.33")


def test_of_an_account_of_which_nothing_is_known_everything_is_a_breach() -> None:
    unknown = {each.name: each.level for each in limit_uses(Usage(), RiskProfile(), "USDT") if each.used is None}
    assert {"daily_loss_limit", "weekly_loss_limit", "max_total_exposure", "max_open_orders_percent"} <= unknown.keys()
    assert set(unknown.values()) == {Level.HARD}
