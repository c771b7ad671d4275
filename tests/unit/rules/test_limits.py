"""Every limit of the gate: just below, at, and just above it, and with an input that is missing or no number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.gate_figures import BUY, NOW, PAIR, QUOTE, SELL, good_input
from tui_trader.domain.market import Book
from tui_trader.domain.order import OrderType, Origin, TimeInForce
from tui_trader.domain.risk import Level, RiskProfile
from tui_trader.rules.checks import CHECKS, Check, evaluate
from tui_trader.rules.gate import GateInput

D = Decimal
HARD, SOFT, WARN = Level.HARD, Level.SOFT, Level.WARN
USUAL = RiskProfile()
BIG = replace(USUAL, confirm_order_value=D(500), max_concentration_percent=D(100))


def found(given: GateInput) -> dict[str, Level]:
    return {each.code: each.level for each in evaluate(given)}


def test_a_healthy_order_passes_by_the_usual_limits() -> None:
    assert evaluate(good_input()) == ()
    assert evaluate(good_input(SELL)) == ()


LIMITS: list[tuple[str, str, Any, Any, Any, dict[str, Any]]] = [
    # code, input, largest that passes, just above it (soft), just above the hard limit, what else to set
    ("stale_rules", "market.rules_age_ms", 900_000, None, 900_001, {}),
    ("max_order_value", "quantity", D(1), D("1.0001"), D("5.0001"), {"profile.max_volume_percent": D(100)}),
    ("volume_share", "market.volume", D(100_000), D(99_999), D("9999.9"), {"profile.min_liquidity": D(1)}),
    ("liquidity", "market.volume", D(50_000), D("49_999.99"), None, {"profile.max_volume_percent": D(100)}),
    ("new_pair", "market.age_hours", 48, 47, None, {}),
    ("volatility", "market.volatility", D(5), D("5.01"), D("7.51"), {}),
    ("volatility", "market.change", D("0.05"), D("0.0501"), D("-0.0751"), {}),
    ("depeg", "market.peg", D("0.98"), D("1.0201"), None, {}),
    ("fee", "conduct.fee_seen", D("0.002"), D("0.0021"), None, {}),
    ("max_position_value", "account.held", D(900), None, D("900.01"), {"profile.max_concentration_percent": D(100)}),
    ("max_total_exposure", "account.exposure", D(4900), D("4900.01"), D("6150.01"), {}),
    ("max_total_exposure", "account.entries", D(4900), D("4900.01"), D("6150.01"), {}),
    ("max_concentration", "account.held", D(1900), D("1901"), D("2901"), {"profile.max_position_value": D(9999)}),
    ("max_open_orders_value", "account.resting", D(4900), None, D("4900.01"), {}),
    ("max_open_positions", "account.positions", 4, None, 5, {}),
    ("max_drawdown", "account.peak", D("11111.11"), D("11112.35"), D("11766.5"), {}),
    ("position_loss", "account.position_loss_percent", D(10), D("10.01"), D("15.01"), {}),
    ("slippage_paid", "conduct.slippage_paid", D(100), None, D("100.01"), {}),
    ("max_open_orders", "working_count", 19, None, 20, {}),
    ("request_budget", "conduct.budget_used", 0.85, None, 0.8501, {}),
    ("message_ratio", "conduct.messages", 50, 51, None, {}),
    ("message_ratio", "conduct.messages", 100, 101, None, {"conduct.fills": 2}),
    ("unknown_budget", "questions", 2, None, 3, {}),
]


@pytest.mark.parametrize(("code", "name", "fits", "soft", "hard", "others"), LIMITS)
def test_a_limit(code: str, name: str, fits: Any, soft: Any, hard: Any, others: dict[str, Any]) -> None:
    assert found(good_input(**others, **{name: fits})) == {}
    if soft is not None:
        assert found(good_input(**others, **{name: soft})) == {code: SOFT}
    if hard is not None:
        assert found(good_input(**others, **{name: hard}))[code] is HARD


@pytest.mark.parametrize(
    ("name", "fits", "warns", "locks"),
    [
        ("account.day_loss", D("99.99"), None, D(100)),
        ("account.week_loss", D("499.99"), None, D(500)),
    ],
)
def test_a_loss_in_money_locks_when_it_is_reached(name: str, fits: Any, warns: Any, locks: Any) -> None:
    assert found(good_input(**{name: fits})) == {}
    assert found(good_input(**{name: locks})) == {"loss_limit": HARD}


def test_a_loss_in_percent_warns_and_locks_when_it_is_reached() -> None:
    rich = {"profile.daily_loss_limit": D(10**6), "profile.max_drawdown_percent": D(100)}
    for loss, expected in (
        (D("199.99"), {}),
        (D(200), {"loss_warning": SOFT}),
        (D("299.99"), {"loss_warning": SOFT}),
        (D(300), {"loss_limit": HARD}),
    ):
        losing = {"account.equity": 10_000 - loss, "account.day_loss": loss}
        assert found(good_input(**rich, **losing)) == expected


def test_a_pause_after_losses_is_off_unless_wanted() -> None:
    lost = {"conduct.losses": 3, "conduct.last_loss_at": NOW - 1_799_000}
    assert found(good_input(**lost)) == {}
    assert found(good_input(**lost, **{"profile.cooldown_losses": 3})) == {"cooldown": SOFT}
    assert found(good_input(**lost, **{"profile.cooldown_losses": 4})) == {}
    over = {**lost, "conduct.last_loss_at": NOW - 1_800_000}
    assert found(good_input(**over, **{"profile.cooldown_losses": 3})) == {}


def test_cash_that_must_remain() -> None:
    kept = {"profile.min_account_balance": D("9899.9")}
    assert found(good_input(**kept)) == {}
    assert found(good_input(**{"profile.min_account_balance": D("9899.91")})) == {"min_account_balance": HARD}
    assert found(good_input(SELL, **{"profile.min_account_balance": D(10**6)})) == {}


def test_the_share_of_the_book_within_the_collar() -> None:
    for size, expected in ((D(10), {}), (D("9.99"), {"depth_share": SOFT}), (D("1.99"), {"depth_share": HARD})):
        near = ((D("100.01"), size), (D("106"), D(10**6)))
        assert found(good_input(book=Book("BTCUSDT", ((D("99.99"), D(1)),), near, 1, 0, 0))) == expected
    empty = Book("BTCUSDT", ((D("99.99"), D(1)),), ((D("106"), D(10**6)),), 1, 0, 0)
    assert found(good_input(book=empty)) == {"no_depth": HARD}


def test_an_order_that_rests_needs_no_book() -> None:
    assert found(good_input(price=D(100), book=None)) == {}
    assert found(good_input(price=D("99.97"), quantity=D("1"), book=None)) == {}
    assert found(good_input(price=D("100.01"), quantity=D("0.9"), book=None)) == {"no_depth": HARD}
    assert found(good_input(SELL, price=D("99.99"), book=None)) == {"no_depth": SOFT}
    assert found(good_input(SELL, price=D("100.01"), quantity=D("0.9"), book=None)) == {}


def test_a_wide_spread_and_a_pair_under_treatment_ask() -> None:
    for ask, expected in ((D("100.5"), {}), (D("100.51"), {"spread": SOFT})):
        quote = replace(QUOTE, bid=D("99.5"), ask=ask)
        assert found(good_input(quote=quote)) == expected
    assert found(good_input(instrument=replace(PAIR, special_treatment=True))) == {"special_treatment": SOFT}


def test_a_large_share_of_a_thin_market_is_refused() -> None:
    wide = {"profile.max_volume_percent": D(100)}
    assert found(good_input(**wide, **{"market.volume": D(5000)}))["liquidity"] is SOFT
    assert found(good_input(**wide, **{"market.volume": D(4999)}))["liquidity"] is HARD


def test_the_allow_list() -> None:
    assert found(good_input(**{"profile.symbols": ("ETHUSDT", "BTCUSDT")})) == {}
    listed = {"profile.symbols": ("ETHUSDT",)}
    assert found(good_input(**listed)) == {"symbol_not_allowed": HARD}
    assert found(good_input(SELL, **listed)) == {"symbol_not_allowed": SOFT}


def test_prices_may_be_older_for_an_order_that_rests() -> None:
    old = replace(QUOTE, received=NOW - 2001)
    assert found(good_input(quote=old)) == {}
    for taking in (replace(BUY, type=OrderType.MARKET), replace(BUY, time_in_force=TimeInForce.IOC)):
        assert found(good_input(taking, price=D(101), quantity=D("0.9"), quote=old)) == {"stale_quote": HARD}
        young = replace(old, received=NOW - 2000)
        assert found(good_input(taking, price=D(101), quantity=D("0.9"), quote=young)) == {}


def test_adding_to_what_is_already_being_entered_opens_no_further_position() -> None:
    assert found(good_input(**{"account.positions": 5, "account.entered": True})) == {}


def test_the_average_of_the_last_minute_is_an_anchor_of_the_collar() -> None:
    assert found(good_input(**{"market.vwap": D("98.1")})) == {}
    assert found(good_input(**{"market.vwap": D("98")})) == {"collar": SOFT}
    assert found(good_input(**{"market.vwap": D("95")})) == {"collar": HARD}


def test_what_is_only_high_asks_where_the_owner_wants_no_automatic_refusal() -> None:
    calm = {"profile.auto_risk_control": False}
    assert found(good_input(**calm, **{"market.volatility": D(8)})) == {"volatility": SOFT}
    assert found(good_input(**calm, **{"account.exposure": D(7000)})) == {"max_total_exposure": SOFT}
    assert found(good_input(**calm, quantity=D("5.0001")))["max_order_value"] is HARD


def _without(given: GateInput, name: str, value: Any) -> GateInput:
    """Take an input away, or put another value in its place."""
    if name == "balances":
        return replace(given, balances={} if value is None else given.balances)
    if name == "book":
        return good_input(price=D("100.01"), quantity=D("0.9"), book=None)
    if name == "quote_rate":
        return replace(given, instrument=replace(PAIR, quote="ETH"), cash=frozenset())
    return replace(given, **{name: value}) if "." not in name else good_input(given.request, **{name: value})


WITH_INPUTS = [check for check in CHECKS if check.inputs]


@pytest.mark.parametrize("check", WITH_INPUTS, ids=lambda check: f"{check.id}-{check.run.__name__}")
def test_a_check_refuses_or_asks_when_it_does_not_know_what_it_needs(check: Check) -> None:
    for name in check.inputs:
        given = good_input()
        if check.missing == "no_reference":
            given = replace(given, quote=None, last=None)
        breaches = found(_without(given, name, None))
        assert breaches[check.missing] is (SOFT if check.missing == "no_volatility" else HARD), name


MONEY = [
    (check, name)
    for check in WITH_INPUTS
    for name in check.inputs
    if name.startswith(("market.v", "account.", "conduct.s"))
]


@pytest.mark.parametrize("odd", [D("NaN"), D("sNaN"), D("Infinity"), D("-Infinity")])
@pytest.mark.parametrize(("check", "name"), MONEY, ids=lambda part: part if isinstance(part, str) else part.id)
def test_a_figure_that_is_no_number_refuses(check: Check, name: str, odd: Decimal) -> None:
    assert HARD in found(good_input(**{name: odd})).values()


def test_limits_soften_for_what_only_reduces_and_exits_are_never_asked() -> None:
    worst = good_input(
        SELL,
        quantity=D("5.5"),
        price=D("99.99"),
        working_count=10**6,
        questions=10**6,
        book=None,
        **{
            "market.rules_age_ms": None,
            "market.volume": D(600),
            "market.volatility": D(99),
            "account.equity": D(0),
            "conduct.slippage_paid": None,
            "conduct.budget_used": 1.0,
            "conduct.messages": 10**6,
            "profile.symbols": ("ETHUSDT",),
        },
    )
    assert {each.level for each in evaluate(worst)} == {SOFT}
    exit_ = replace(worst, request=replace(SELL, origin=Origin.EXIT))
    assert {each.level for each in evaluate(exit_)} == {WARN}
    assert len(evaluate(worst)) > 10


def test_a_row_says_how_hard_its_rule_is() -> None:
    assert all(set(check.levels) <= set("HSW") and check.levels for check in CHECKS)
    assert all(bool(check.inputs) == bool(check.missing) for check in CHECKS)
    assert len({check.run for check in CHECKS}) == len(CHECKS)
