from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.gate_figures import SELL, good_input
from tui_trader.domain.assessment import Action, Constraint, Operator, RiskType, unreadable
from tui_trader.domain.risk import Level
from tui_trader.rules.checks import evaluate
from tui_trader.rules.gate_constraints import PARAMETERS, constraint_flaws

D = Decimal
RULE = Constraint("c1", RiskType.POSITION, "order_value", Operator.GT, D(100), Action.BLOCK)
EVERY = [(type_, name) for type_, names in PARAMETERS.items() for name in names]


def levels(rule: Constraint, **fields: object) -> list[Level]:
    found = evaluate(good_input(constraints=[rule], **fields))
    return [each.level for each in found if each.code == "constraint_c1"]


def test_a_rule_is_broken_beyond_its_value_only() -> None:
    assert levels(RULE) == []
    assert levels(RULE, quantity=D("1.0001")) == [Level.HARD]
    below = replace(RULE, operator=Operator.LT)
    assert levels(below) == []
    assert levels(below, quantity=D("0.9999")) == [Level.HARD]


def test_a_warning_asks_and_what_is_off_or_for_another_pair_is_silent() -> None:
    broken = replace(RULE, value=D(1))
    assert levels(broken) == [Level.HARD]
    assert levels(replace(broken, action=Action.WARN)) == [Level.SOFT]
    assert levels(replace(broken, active=False)) == []
    assert levels(replace(broken, symbol="ETHUSDT")) == []
    assert levels(replace(broken, symbol="BTCUSDT")) == [Level.HARD]


def test_a_rule_does_not_trap_a_holder() -> None:
    given = good_input(SELL, constraints=[replace(RULE, value=D(1))])
    assert [each.level for each in evaluate(given)] == [Level.SOFT]


def test_a_rule_whose_figure_is_not_known_is_broken() -> None:
    rule = Constraint("c1", RiskType.LOSS, "day_loss", Operator.GT, D(100), Action.BLOCK)
    for unknown in (None, D("NaN")):
        assert levels(rule, **{"account.day_loss": unknown}) == [Level.HARD]
    assert levels(replace(RULE, parameter="made_up")) == [Level.HARD]


def test_a_rule_that_could_not_be_read_refuses_but_does_not_trap_a_holder() -> None:
    rule = unreadable("c1")
    assert levels(rule) == [Level.HARD]
    assert [each.level for each in evaluate(good_input(SELL, constraints=[rule]))] == [Level.SOFT]


@pytest.mark.parametrize(("type_", "name"), EVERY)
def test_every_parameter_has_a_figure(type_: RiskType, name: str) -> None:
    above = Constraint("c1", type_, name, Operator.GT, D(10) ** 9, Action.BLOCK)
    assert levels(above) == []
    assert levels(replace(above, operator=Operator.LT)) == [Level.HARD]
    assert constraint_flaws(above) == () or name.endswith("percent")


def test_a_rule_that_makes_no_sense_is_named() -> None:
    assert constraint_flaws(RULE) == ()
    for rule, field in (
        (replace(RULE, parameter="made_up"), "parameter"),
        (replace(RULE, parameter="day_loss"), "parameter"),
        (replace(RULE, value=D(-1)), "value"),
        (replace(RULE, value=D("NaN")), "value"),
        (replace(RULE, type=RiskType.DRAWDOWN, parameter="drawdown_percent", value=D(101)), "value"),
    ):
        assert [flaw.field for flaw in constraint_flaws(rule)] == [field]
