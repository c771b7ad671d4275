from __future__ import annotations

from decimal import Decimal

import pytest

from tui_trader.domain.expression import SizeMethod
from tui_trader.rules.risk.size_fields import flaws

D = Decimal
NAMES = ("value", "price", "stop", "win_percent", "payoff", "multiple")


def found(method: str, **given: str) -> list[tuple[str, str]]:
    return list(flaws(SizeMethod(method), {name: D(given[name]) if name in given else None for name in NAMES}))


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("risk_percent", {"value": "1", "stop": "5"}),
        ("risk_percent", {"value": "100", "stop": "5", "price": "6"}),
        ("risk_money", {"value": "5000", "stop": "5"}),
        ("fraction", {"value": "0.01"}),
        ("fraction", {"value": "100", "stop": "5"}),
        ("kelly", {"value": "10", "win_percent": "0", "payoff": "0.1"}),
        ("kelly", {"value": "10", "win_percent": "100", "payoff": "2", "stop": "5"}),
        ("atr", {"value": "1"}),
        ("atr", {"value": "1", "multiple": "0.5", "price": "9"}),
    ],
)
def test_questions_that_make_sense(method: str, given: dict[str, str]) -> None:
    assert found(method, **given) == []


@pytest.mark.parametrize(
    ("method", "given", "field", "words"),
    [
        ("risk_percent", {"value": "1"}, "stop", "the price at which the trade has failed"),
        ("risk_money", {"value": "1"}, "stop", "the price at which"),
        ("risk_percent", {"value": "100.01", "stop": "5"}, "value", "is a percentage, and 100.01 is above 100"),
        ("risk_percent", {"value": "0", "stop": "5"}, "value", "must be above 0, and is 0"),
        ("risk_money", {"value": "-1", "stop": "5"}, "value", "must be above 0, and is -1"),
        ("risk_percent", {"value": "1", "stop": "0"}, "stop", "must be above 0"),
        ("risk_percent", {"value": "1", "stop": "5", "price": "-2"}, "price", "must be above 0"),
        ("risk_percent", {"value": "1", "stop": "5", "multiple": "2"}, "multiple", "means nothing for risk_percent"),
        ("fraction", {"value": "1", "payoff": "2"}, "payoff", "means nothing for fraction"),
        ("kelly", {"value": "1", "payoff": "2"}, "win_percent", "how many of a hundred"),
        ("kelly", {"value": "1", "win_percent": "2"}, "payoff", "average gain divided"),
        ("kelly", {"value": "1", "win_percent": "101", "payoff": "2"}, "win_percent", "above 100"),
        ("kelly", {"value": "1", "win_percent": "50", "payoff": "0"}, "payoff", "must be above 0"),
        ("atr", {"value": "1", "stop": "5"}, "stop", "means nothing for atr"),
        ("atr", {"value": "1", "multiple": "0"}, "multiple", "must be above 0"),
    ],
)
def test_questions_that_make_none(method: str, given: dict[str, str], field: str, words: str) -> None:
    ((name, reason),) = found(method, **given)
    assert name == field
    assert words in reason


def test_every_flaw_is_told() -> None:
    assert [name for name, _ in found("kelly", value="0", stop="-1")] == ["value", "stop", "win_percent", "payoff"]
