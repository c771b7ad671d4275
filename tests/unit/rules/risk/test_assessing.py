from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.gate_figures import BUY, PAIR, SELL, good_input
from tui_trader.domain.assessment import Finding, RiskLevel, RiskType
from tui_trader.domain.risk import RiskProfile
from tui_trader.rules.gate import facts
from tui_trader.rules.risk.assessing import HeldCoin, HeldPosition, Portfolio, assess_order, assess_portfolio, one_each
from tui_trader.rules.risk.controls import (
    CONCENTRATION,
    DRAWDOWN,
    EXPOSURE,
    LIQUIDITY,
    ORDER_VALUE,
    POSITION_LOSS,
    POSITION_VALUE,
    VOLATILITY,
    About,
    Control,
)
from tui_trader.rules.risk.loss_limits import Losses

D = Decimal
E = D("0.00000001")
M, H, C = RiskLevel.MEDIUM, RiskLevel.HIGH, RiskLevel.CRITICAL
BTC = About("BTCUSDT", "BTC", "USDT")
PROFILE = RiskProfile()
CALM = Portfolio(
    "USDT",
    equity=D(10_000),
    peak=D(10_000),
    exposure=D(900),
    losses=Losses(D(10_000), D(0), D(0)),
    coins=(HeldCoin("BTC", "BTCUSDT", D(900), D(10_000_000), D(1), D(-2)),),
    positions=(HeldPosition("p1", "BTCUSDT", D(1)),),
    doubt_budget=3,
)


LEVELS: Sequence[tuple[Control, str, RiskLevel | None, RiskLevel | None, RiskLevel | None]] = (
    # control, times the limit of 100, level a little below, on it, a little above
    (ORDER_VALUE, "1", None, None, H),
    (ORDER_VALUE, "9", H, H, H),
    (POSITION_VALUE, "1", None, None, H),
    (EXPOSURE, "1", None, None, M),
    (EXPOSURE, "1.25", M, H, H),
    (EXPOSURE, "1.5", H, C, C),
    (CONCENTRATION, "1", None, None, M),
    (CONCENTRATION, "1.5", M, M, H),
    (CONCENTRATION, "4", H, H, H),
    (VOLATILITY, "1", None, None, M),
    (VOLATILITY, "1.5", M, H, H),
    (VOLATILITY, "2", H, C, C),
    (DRAWDOWN, "1", None, None, M),
    (DRAWDOWN, "1.5", M, H, H),
    (DRAWDOWN, "2", H, C, C),
    (POSITION_LOSS, "2", H, C, C),
    (LIQUIDITY, "1", M, None, None),
)


@pytest.mark.parametrize(("control", "factor", "below", "on", "above"), LEVELS)
def test_a_level_begins_where_the_table_says(
    control: Control, factor: str, below: RiskLevel | None, on: RiskLevel | None, above: RiskLevel | None
) -> None:
    at = D(100) * D(factor)
    assert [control.level(at - E, D(100)), control.level(at, D(100)), control.level(at + E, D(100))] == [
        below,
        on,
        above,
    ]


@pytest.mark.parametrize("control", [row[0] for row in LEVELS[::2]])
@pytest.mark.parametrize("figure", [None, D("NaN"), D("Infinity")])
def test_a_figure_that_is_not_known_is_a_finding(control: Control, figure: Decimal | None) -> None:
    (found,) = control.look(figure, D(100), BTC)
    assert found.level is M
    assert "is not known, so its limit of 100" in found.message
    assert found.recommendation


def test_a_finding_says_figure_limit_and_what_to_do() -> None:
    (found,) = EXPOSURE.look(D("6200.5"), D(5000), About(None, "", "USDT"))
    assert found == Finding(
        RiskType.EXPOSURE,
        M,
        "The value of all coins and of entries under way is 6200.5 USDT; the limit is 5000 USDT.",
        "Sell coins or cancel entries worth 1200.5 USDT.",
    )
    (thin,) = LIQUIDITY.look(D(900), D(50_000), BTC)
    assert thin.message == "What is traded of BTC in a day is 900 USDT; at least 50000 USDT is wanted."


@given(st.decimals(0, 1000, places=4), st.decimals("0.01", 500, places=4), st.decimals("0.01", 500, places=4))
def test_a_tighter_limit_never_finds_less(figure: Decimal, one: Decimal, other: Decimal) -> None:
    tight, loose = min(one, other), max(one, other)
    for control in (ORDER_VALUE, EXPOSURE, CONCENTRATION, VOLATILITY, DRAWDOWN):
        found = [level.score if level else 0 for level in (control.level(figure, each) for each in (tight, loose))]
        assert found[0] >= found[1]


def kinds(portfolio: Portfolio, profile: RiskProfile = PROFILE) -> list[tuple[RiskType, RiskLevel]]:
    """List what is found."""
    return [(each.type, each.level) for each in assess_portfolio(portfolio, profile)]


def test_a_calm_account_has_no_risk() -> None:
    assert kinds(CALM) == []


COIN, POSITION = CALM.coins[0], CALM.positions[0]
FOUND: dict[str, tuple[Portfolio, list[tuple[RiskType, RiskLevel]]]] = {
    "exposure": (replace(CALM, exposure=D(6250)), [(RiskType.EXPOSURE, H)]),
    "exposure unknown": (replace(CALM, exposure=None), [(RiskType.EXPOSURE, M)]),
    "a coin worth too much": (
        replace(CALM, coins=(replace(COIN, value=D(3001)),)),
        [(RiskType.POSITION, H), (RiskType.CONCENTRATION, H)],
    ),
    "thin": (replace(CALM, coins=(replace(COIN, volume=D(49_999)),)), [(RiskType.LIQUIDITY, M)]),
    "volume unknown": (replace(CALM, coins=(replace(COIN, volume=None),)), [(RiskType.LIQUIDITY, M)]),
    "wild": (replace(CALM, coins=(replace(COIN, volatility=D("7.5")),)), [(RiskType.VOLATILITY, H)]),
    "fallen today": (replace(CALM, coins=(replace(COIN, change=D(-11)),)), [(RiskType.VOLATILITY, C)]),
    "fallen today, few candles": (
        replace(CALM, coins=(replace(COIN, change=D(-11), volatility=None),)),
        [(RiskType.VOLATILITY, C)],
    ),
    "few candles": (replace(CALM, coins=(replace(COIN, volatility=None),)), [(RiskType.VOLATILITY, M)]),
    "a position that loses": (
        replace(CALM, positions=(replace(POSITION, loss_percent=D(20)),)),
        [(RiskType.DRAWDOWN, C)],
    ),
    "a position without a price": (
        replace(CALM, positions=(replace(POSITION, loss_percent=None),)),
        [(RiskType.DRAWDOWN, M)],
    ),
    "below the peak": (replace(CALM, peak=D(12_000)), [(RiskType.DRAWDOWN, H)]),
    "no peak": (replace(CALM, peak=None), [(RiskType.DRAWDOWN, M)]),
    "a day's loss": (replace(CALM, losses=Losses(D(10_000), D(100), D(100))), [(RiskType.LOSS, C)]),
    "a week's loss": (replace(CALM, losses=Losses(D(100_000), D(0), D(500))), [(RiskType.LOSS, C)]),
    "a loss to mind": (
        replace(CALM, equity=D(4000), peak=D(4090), losses=Losses(D(4000), D(90), D(90)), coins=(), exposure=D(0)),
        [(RiskType.LOSS, M)],
    ),
    "loss unknown": (replace(CALM, losses=Losses(D(10_000), None, None)), [(RiskType.LOSS, C)]),
    "worth unknown": (
        replace(CALM, equity=None, peak=None, exposure=None, losses=Losses(None, None, None)),
        [(RiskType.DATA, H)],
    ),
    "worth no number": (replace(CALM, equity=D("NaN")), [(RiskType.DATA, H)]),
    "no price for a coin": (replace(CALM, unpriced=tuple("ABCDEFG")), [(RiskType.DATA, RiskLevel.LOW)]),
    "an order in doubt": (replace(CALM, doubtful=(("01", "BTCUSDT"),)), [(RiskType.VENUE, M)]),
    "too many in doubt": (
        replace(CALM, doubtful=tuple((f"0{n}", "BTCUSDT") for n in range(3))),
        [(RiskType.VENUE, H), *[(RiskType.VENUE, M)] * 3],
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found_of_an_account(name: str) -> None:
    portfolio, expected = FOUND[name]
    assert kinds(portfolio) == expected


def test_a_pairs_own_limit_holds_for_its_coin() -> None:
    wide = replace(PROFILE, overrides={"BTCUSDT": {"max_position_value": D(5000), "max_concentration_percent": D(50)}})
    rich = replace(CALM, coins=(replace(COIN, value=D(3001)),))
    assert kinds(rich, wide) == []


def test_each_thing_has_one_finding_and_the_worst_comes_first() -> None:
    mild = Finding(RiskType.DATA, M, "a", "b")
    grave = replace(mild, level=C)
    other = replace(mild, type=RiskType.VENUE, level=H)
    assert one_each([mild, other, grave]) == (grave, other)


def test_every_sentence_is_one_and_tells_what_to_do() -> None:
    for portfolio, _ in FOUND.values():
        for each in assess_portfolio(portfolio, PROFILE):
            assert each.message.endswith(".")
            assert each.recommendation.endswith(".")
            assert "{" not in each.message + each.recommendation


ORDERS: dict[str, tuple[dict[str, object], list[tuple[RiskType, RiskLevel]]]] = {
    "an ordinary one": ({}, []),
    "large": ({"quantity": D("5.01")}, [(RiskType.POSITION, H)]),
    "a large position after it": ({"account.held": D(901)}, [(RiskType.POSITION, H)]),
    "entries into the coin count": ({"account.entries_here": D(901)}, [(RiskType.POSITION, H)]),
    "exposure after it": ({"account.exposure": D(6000), "account.entries": D(150)}, [(RiskType.EXPOSURE, H)]),
    "exposure unknown": ({"account.exposure": None}, [(RiskType.EXPOSURE, M)]),
    "a large share": ({"account.equity": D(499), "account.peak": D(499)}, [(RiskType.CONCENTRATION, M)]),
    "thin": ({"market.volume": D(49_999)}, [(RiskType.LIQUIDITY, M)]),
    "wild": ({"market.volatility": D(10)}, [(RiskType.VOLATILITY, C)]),
    "risen today": ({"market.change": D("0.051")}, [(RiskType.VOLATILITY, M)]),
    "adds to a loser": ({"account.position_loss_percent": D(15)}, [(RiskType.DRAWDOWN, H)]),
    "a day of losses": ({"account.day_loss": D(100)}, [(RiskType.LOSS, C)]),
    "no price": ({"price": None, "quote": None}, [(RiskType.POSITION, M), (RiskType.POSITION, M)]),
}


@pytest.mark.parametrize("name", ORDERS)
def test_what_is_found_of_an_order(name: str) -> None:
    changes, expected = ORDERS[name]
    found = [(each.type, each.level) for each in assess_order(facts(good_input(BUY, **changes), PAIR))]
    assert found[: len(expected)] == expected
    assert len(found) == len(expected) or name == "no price"


def test_a_sale_for_cash_adds_to_nothing() -> None:
    rich = {"account.exposure": D(9000), "account.held": D(9000), "account.position_loss_percent": D(50)}
    assert assess_order(facts(good_input(SELL, **rich), PAIR)) == ()
