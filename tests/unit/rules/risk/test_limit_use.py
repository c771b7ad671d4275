"""How much of a limit is used: graded by the exact figure, shown to hundredths, and unknown where nobody knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.risk import Level, RiskProfile
from tui_trader.rules.gate_figures import ConductFigures
from tui_trader.rules.risk.limit_use import Usage, Use, limit_uses
from tui_trader.rules.risk.loss_limits import Losses

D = Decimal
CALM = Usage(
    losses=Losses(D(10_000), D(0), D(0), D(0)),
    equity=D(10_000),
    exposure=D(0),
    conduct=ConductFigures(slippage_paid=D(0)),
)


def row(usage: Usage, name: str, label: str = "", **profile: object) -> Use:
    rows = limit_uses(usage, replace(RiskProfile(), **profile), "USDT")  # type: ignore[arg-type] # names of fields
    (found,) = (each for each in rows if each.name == name and label in each.label)
    return found


def test_a_calm_account_uses_nothing() -> None:
    uses = limit_uses(CALM, RiskProfile(), "USDT")
    assert {(each.used, each.level) for each in uses} == {(D(0), None)}
    assert len({(each.name, each.label) for each in uses}) == len(uses)


@pytest.mark.parametrize(
    ("usage", "name", "level"),
    [
        (replace(CALM, losses=Losses(D(9900), D("99.99"), D(0), D(0))), "daily_loss_limit", None),
        (replace(CALM, losses=Losses(D(9900), D(100), D(0), D(0))), "daily_loss_limit", Level.HARD),
        (replace(CALM, exposure=D("4999.999")), "max_total_exposure", None),
        (replace(CALM, exposure=D(4000), entries=D(1000)), "max_total_exposure", Level.SOFT),
        (replace(CALM, exposure=D(6250)), "max_total_exposure", Level.HARD),
        (replace(CALM, held={"BTC": D(1000)}), "max_position_value", Level.HARD),
        (replace(CALM, held={"BTC": D(2000)}), "max_concentration_percent", Level.SOFT),
        (replace(CALM, positions=5), "max_open_positions", Level.HARD),
        (replace(CALM, working={"BTCUSDT": 10}), "max_open_orders_per_symbol", Level.HARD),
        (replace(CALM, resting=D(5000)), "max_open_orders_percent", Level.HARD),
        (replace(CALM, sent=(3, 3)), "max_orders_per_second", Level.HARD),
    ],
)
def test_a_row_says_what_the_next_order_meets(usage: Usage, name: str, level: Level | None) -> None:
    assert row(usage, name).level is level


def test_what_is_not_known_counts_as_a_breach() -> None:
    unknown = {each.name: each.level for each in limit_uses(Usage(), RiskProfile(), "USDT") if each.used is None}
    assert {"daily_loss_limit", "weekly_loss_limit", "max_total_exposure", "max_open_orders_percent"} <= unknown.keys()
    assert set(unknown.values()) == {Level.HARD}
    assert row(replace(CALM, held={"BTC": None}), "max_position_value").level is Level.HARD


def test_of_many_pairs_the_most_used_is_shown_with_its_own_limit() -> None:
    own = {"ETHUSDT": {"max_position_value": D(100)}}
    usage = replace(CALM, held={"BTC": D(500), "ETH": D(90), "SOL": D(10)})
    shown = row(usage, "max_position_value", overrides=own)
    assert (shown.symbol, shown.used, shown.limit, shown.percent) == ("ETH", D(90), D(100), D(90))


def test_a_figure_is_shown_to_hundredths_and_graded_exactly() -> None:
    third = row(replace(CALM, equity=D(3), held={"BTC": D(1)}), "max_concentration_percent")
    assert third.used == D("33.33")
    assert row(replace(CALM, exposure=D("4999.999")), "max_total_exposure").used == D("5000.00")
