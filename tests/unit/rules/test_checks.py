from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.gate_figures import GOOD_ACCOUNT, GOOD_CLOCK, GOOD_CONDUCT, GOOD_MARKET, deep_book
from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Quote
from tui_trader.domain.order import Order, OrderRequest, OrderStatus, OrderType, Origin, Side
from tui_trader.domain.risk import GateState, Level, RiskProfile
from tui_trader.rules.checks import evaluate, hard, soft
from tui_trader.rules.gate import GateInput, RecentRequest
from tui_trader.rules.gate_figures import ClockReading
from tui_trader.rules.reservation import Reservation

D = Decimal
HARD, SOFT, WARN = Level.HARD, Level.SOFT, Level.WARN
NOW = 1_000_100
PROFILE = RiskProfile(confirm_order_value=D(500), max_concentration_percent=D(100), max_position_value=D(5000))
BUY = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT)
SELL = replace(BUY, side=Side.SELL)
MARKET = replace(BUY, type=OrderType.MARKET)
NAKED = replace(MARKET, capped=False)
Given = Callable[..., GateInput]


@pytest.fixture
def given(pair: Instrument, quote: Quote) -> Given:
    def make(request: OrderRequest = BUY, **fields: Any) -> GateInput:
        balances = {"USDT": Balance("USDT", D(1000), D(0)), "BTC": Balance("BTC", D(3), D(0))}
        base = GateInput(
            request=request,
            quantity=D(1),
            price=D(100),
            instrument=pair,
            state=GateState.ACTIVE,
            profile=PROFILE,
            now=NOW,
            clock=GOOD_CLOCK,
            stream_up=True,
            market=GOOD_MARKET,
            account=GOOD_ACCOUNT,
            conduct=GOOD_CONDUCT,
            book=deep_book("BTCUSDT", quote.bid, quote.ask),
            quote=quote,
            last=D(100),
            balances=balances,
        )
        return replace(base, **fields)

    return make


def found(given: GateInput) -> dict[str, Level]:
    return {each.code: each.level for each in evaluate(given)}


def test_an_ordinary_order_passes(given: Given) -> None:
    assert evaluate(given()) == ()
    assert not hard(())
    assert not soft(())


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": D("NaN")},
        {"quantity": D("Infinity")},
        {"quantity": D(0)},
        {"quantity": D(-1)},
        {"quantity": D("1e-39")},
        {"price": D("NaN")},
        {"price": D("1" * 39)},
        {"request": replace(BUY, quote_quantity=D("sNaN"))},
    ],
)
def test_what_is_not_a_sane_number_is_refused_before_anything_else(given: Given, fields: dict[str, Any]) -> None:
    assert found(given(**fields)) == {"not_a_number": HARD}


def test_a_limit_order_without_a_price_is_refused(given: Given) -> None:
    assert found(given(price=None)) == {"no_price": HARD}
    assert found(given(MARKET, price=None)) == {"no_price": HARD}


def test_an_unknown_pair_is_refused(given: Given, pair: Instrument) -> None:
    assert found(given(instrument=None)) == {"unknown_symbol": HARD}
    assert found(given(instrument=replace(pair, symbol="ETHUSDT"))) == {"unknown_symbol": HARD}


def test_rules_of_the_pair_come_through(given: Given) -> None:
    assert found(given(price=D("100.005"))) == {"price_step": HARD}
    assert found(given(NAKED, price=None, quantity=D("0.055"))) == {"value_minimum": HARD, "no_cap": SOFT}
    small = replace(NAKED, quote_quantity=D(2))
    assert found(given(small, price=None, quantity=D("0.0123456"))) == {"value_minimum": HARD, "no_cap": SOFT}
    odd = replace(NAKED, quote_quantity=D(7))
    assert found(given(odd, price=None, quantity=D("0.0699"))) == {"no_cap": SOFT}


@pytest.mark.parametrize("state", list(GateState))
@pytest.mark.parametrize("origin", [Origin.CONSOLE, Origin.API])
def test_a_persons_reducing_order_passes_in_every_state(given: Given, state: GateState, origin: Origin) -> None:
    expected = {
        GateState.ACTIVE: {},
        GateState.REDUCING: {},
        GateState.RECONCILING: {"gate_closed": WARN},
        GateState.CANCEL_ONLY: {"gate_closed": WARN},
        GateState.HALTED: {"halted_word": SOFT},
    }
    assert found(given(replace(SELL, origin=origin), state=state)) == expected[state]


@pytest.mark.parametrize("state", [each for each in GateState if each is not GateState.ACTIVE])
def test_everything_else_is_refused_unless_active(given: Given, state: GateState) -> None:
    assert found(given(state=state)) == {"gate_closed": HARD}
    assert found(given(replace(BUY, origin=Origin.EXIT), state=state)) == {"gate_closed": HARD}
    assert found(given(replace(SELL, origin=Origin.EXIT), state=state)) == {}
    assert found(given(replace(SELL, origin=Origin.EXTERNAL), state=state)) == {"gate_closed": HARD}
    algo = {} if state is GateState.REDUCING else {"gate_closed": HARD}
    assert found(given(replace(SELL, origin=Origin.ALGO), state=state)) == algo


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (None, {"clock_unsynced": HARD}),
        (ClockReading(math.nan, 20.0, 1.0), {"clock_unsynced": HARD}),
        (ClockReading(0.0, 500.0, 1.0), {}),
        (ClockReading(0.0, 500.1, 1.0), {"clock_error": HARD}),
        (ClockReading(0.0, math.nan, 1.0), {"clock_error": HARD}),
        (ClockReading(0.0, math.inf, 1.0), {"clock_error": HARD}),
        (ClockReading(0.0, 20.0, 360.0), {}),
        (ClockReading(86_400_000.0, 20.0, 1.0), {}),
        (ClockReading(86_400_001.0, 20.0, 1.0), {"machine_date": HARD}),
        (ClockReading(-1.8e12, 20.0, 1.0), {"machine_date": HARD}),
        (ClockReading(0.0, 20.0, 360.1), {"clock_stale": HARD}),
        (ClockReading(0.0, 20.0, math.nan), {"clock_stale": HARD}),
        (ClockReading(0.0, 20.0, None), {"clock_stale": HARD}),
    ],
)
def test_nothing_is_opened_by_a_clock_that_is_unknown_loose_or_old(
    given: Given, reading: ClockReading | None, expected: dict[str, Level]
) -> None:
    assert found(given(clock=reading)) == expected
    softened = {code: level if code == "clock_unsynced" else SOFT for code, level in expected.items()}
    assert found(given(SELL, clock=reading)) == softened


def test_while_the_private_stream_is_down_only_what_reduces_passes(given: Given) -> None:
    assert found(given(stream_up=False)) == {"stream_down": HARD}
    assert found(given(SELL, stream_up=False)) == {"stream_down": WARN}
    assert found(given(replace(SELL, origin=Origin.EXIT), stream_up=False)) == {}
    assert found(given(replace(SELL, origin=Origin.ALGO), stream_up=False)) == {"stream_down": HARD}
    assert found(given(SELL, quantity=D(4), stream_up=False))["stream_down"] is HARD


def test_a_sell_of_more_than_is_free_does_not_reduce(given: Given) -> None:
    kept = [Reservation("o", "BTC", D("2.5"), True)]
    breaches = found(given(SELL, state=GateState.REDUCING, reservations=kept))
    assert breaches == {"gate_closed": HARD, "insufficient_balance": HARD}


def test_a_sell_into_a_coin_is_not_a_reduction(given: Given) -> None:
    assert found(given(SELL, state=GateState.REDUCING, cash=frozenset())) == {"gate_closed": HARD}


@pytest.mark.parametrize("money", ["USDT", "USDC", "USD1", "USDE", "EUR"])
def test_a_sell_for_any_money_is_a_way_out(given: Given, pair: Instrument, money: str) -> None:
    sold = replace(pair, quote=money)
    out = given(SELL, instrument=sold, rates={money: D(1)}, state=GateState.REDUCING)
    assert found(out) == {}


def test_a_coin_without_a_market_in_money_may_go_for_another_coin(given: Given, pair: Instrument) -> None:
    alt = replace(pair, symbol="ALTBTC", base="ALT", quote="BTC")
    request = replace(SELL, symbol="ALTBTC")
    balances = {"ALT": Balance("ALT", D(3), D(0))}
    only_way = given(request, instrument=alt, balances=balances, rates={"BTC": D(1)}, state=GateState.REDUCING)
    assert found(only_way) == {"gate_closed": HARD}
    full = replace(only_way.account, held=D(5000), positions=10**6)
    assert found(replace(only_way, cash_market=False, account=full)) == {}
    assert found(replace(only_way, cash_market=False, quantity=D(4)))["gate_closed"] is HARD


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (None, "no_quote"),
        ({"bid": D("NaN")}, "no_quote"),
        ({"ask": D(0)}, "no_quote"),
        ({"bid": D("100.01")}, "no_quote"),
        ({"received": NOW - 5001}, "stale_quote"),
        ({"received": NOW + 1001}, "stale_quote"),
    ],
)
def test_without_a_good_price_nothing_is_bought(
    given: Given, quote: Quote, change: dict[str, Any] | None, code: str
) -> None:
    bad = None if change is None else replace(quote, **change)
    assert found(given(quote=bad)) == {code: HARD}
    assert found(given(SELL, quote=bad)) == {code: SOFT}


def test_a_price_exactly_at_the_age_limit_passes(given: Given, quote: Quote) -> None:
    assert found(given(quote=replace(quote, received=NOW - 5000))) == {}


def test_a_naked_market_sell_needs_a_price_even_when_it_reduces(given: Given) -> None:
    breaches = found(given(replace(NAKED, side=Side.SELL), price=None, quote=None))
    assert breaches["no_quote"] is HARD


@pytest.mark.parametrize(
    ("request_", "price", "expected"),
    [
        (BUY, "102", {}),
        (BUY, "102.01", {"collar": SOFT}),
        (BUY, "105", {"collar": SOFT}),
        (BUY, "105.01", {"collar": HARD}),
        (BUY, "70", {}),
        (BUY, "69.99", {"far_from_market": SOFT}),
        (SELL, "98", {}),
        (SELL, "97.99", {"collar": SOFT}),
        (SELL, "94", {"collar": SOFT}),
        (SELL, "130.01", {"far_from_market": SOFT}),
    ],
)
def test_the_collar(given: Given, request_: OrderRequest, price: str, expected: dict[str, Level]) -> None:
    assert found(given(request_, price=D(price))) == expected


def test_the_collar_takes_the_worse_of_mid_and_last(given: Given) -> None:
    assert found(given(price=D(104), last=D(98))) == {"collar": HARD}
    assert found(given(price=D(104), last=D("NaN"))) == {"collar": SOFT}


def test_without_any_market_price_there_is_no_reference(given: Given) -> None:
    assert found(given(quote=None, last=None)) == {"no_quote": HARD, "no_reference": HARD}


def test_a_market_order_without_a_cap_asks_and_reads_the_book(given: Given, book: Book) -> None:
    deep = replace(book, asks=((D(100), D(9)), (D(101), D(2))))
    assert found(given(NAKED, price=None, book=deep)) == {"no_cap": SOFT}
    assert found(given(MARKET, price=D(101), book=deep)) == {}
    small = replace(book, asks=((D(100), D("0.5")), (D(104), D("0.4"))))
    thin = {"no_cap": SOFT, "thin_book": HARD, "depth_share": HARD}
    assert found(given(NAKED, price=None, book=small)) == thin
    assert found(given(MARKET, price=D(101), quantity=D("0.4"), book=small)) == {"depth_share": SOFT}
    capped = {"thin_book": SOFT, "depth_share": HARD}
    assert found(given(MARKET, price=D(101), quantity=D("0.6"), book=small)) == capped
    steep = replace(book, asks=((D(100), D("0.1")), (D(104), D(50))))
    assert found(given(NAKED, price=None, book=steep)) == {"no_cap": SOFT, "slippage": HARD}
    for empty in (replace(book, asks=()), None):
        assert found(given(NAKED, price=None, book=empty))["no_depth"] is HARD


def test_post_only_through_the_book_asks(given: Given) -> None:
    post = replace(BUY, type=OrderType.LIMIT_MAKER)
    assert found(given(post, price=D("100.01"))) == {"post_would_take": SOFT}
    assert found(given(post, price=D(100))) == {}
    assert found(given(replace(post, side=Side.SELL), price=D("99.99"))) == {"post_would_take": SOFT}


@pytest.mark.parametrize(("quantity", "expected"), [("4.999", {}), ("5", {}), ("5.001", {"max_order_value": HARD})])
def test_the_largest_order_value(given: Given, quantity: str, expected: dict[str, Level]) -> None:
    assert found(given(quantity=D(quantity))) == expected


def test_value_limits_do_not_trap_a_holder(given: Given) -> None:
    rich = {"BTC": Balance("BTC", D(50), D(0))}
    assert found(given(SELL, quantity=D(6), balances=rich)) == {"max_order_value": SOFT}


def test_a_value_just_over_the_limit_is_shown_exactly(given: Given) -> None:
    profile = RiskProfile(max_order_value=D("99.9999"))
    (breach,) = evaluate(given(profile=profile))
    assert (breach.figure, breach.limit) == ("100 USDT", "99.9999 USDT")
    (breach,) = evaluate(given(quantity=D("0.999"), price=D("100.01"), profile=RiskProfile(max_order_value=D("99.9"))))
    assert breach.figure == "99.90999 USDT"


def test_another_quote_is_converted_or_refused(given: Given, pair: Instrument) -> None:
    other = replace(pair, quote="ETH")
    balances = {"ETH": Balance("ETH", D(1000), D(0))}
    for rates, expected in (
        ({"ETH": D(4)}, {}),
        ({"ETH": D(6)}, {"max_order_value": HARD}),
        ({}, {"no_conversion": HARD}),
        ({"ETH": D("NaN")}, {"no_conversion": HARD}),
    ):
        assert found(given(instrument=other, balances=balances, rates=rates)) == expected


def test_the_balance_pays_for_the_order_and_its_fee(given: Given) -> None:
    exact = {"USDT": Balance("USDT", D("100.1"), D(0))}
    assert found(given(balances=exact)) == {}
    short = {"USDT": Balance("USDT", D("100.09"), D(0))}
    assert found(given(balances=short)) == {"insufficient_balance": HARD}


def test_orders_under_way_count(given: Given) -> None:
    assert found(given(reservations=[Reservation("o", "USDT", D("899.9"), False)])) == {}
    assert found(given(reservations=[Reservation("o", "USDT", D(900), False)])) == {"insufficient_balance": HARD}


@pytest.mark.parametrize("free", [None, D("NaN")])
def test_an_unknown_balance_refuses(given: Given, free: Decimal | None) -> None:
    balances = {} if free is None else {"USDT": Balance("USDT", free, D(0))}
    assert found(given(balances=balances)) == {"no_balance": HARD}


def test_an_uncapped_market_buy_needs_a_little_more_than_it_shows(given: Given) -> None:
    exact = {"USDT": Balance("USDT", D("100.2"), D(0))}
    assert "insufficient_balance" in found(given(NAKED, price=None, balances=exact))
    money = replace(NAKED, quote_quantity=D(100))
    assert "insufficient_balance" in found(given(money, price=None, balances=exact))
    enough = {"USDT": Balance("USDT", D("100.31"), D(0))}
    assert found(given(money, price=None, balances=enough)) == {"no_cap": SOFT}
    assert found(given(NAKED, price=None, quote=None))["insufficient_balance"] is HARD


def test_too_many_working_orders(given: Given, make_order: Callable[..., Order]) -> None:
    working = [make_order(OrderStatus.LIVE, price=D(90))] * 10
    assert found(given(working=working[1:], working_count=19)) == {}
    assert found(given(working=working[1:], working_count=20)) == {"max_open_orders": HARD}
    assert found(given(working=working, working_count=10)) == {"max_open_orders": HARD}
    assert found(given(SELL, price=D(101), working=working, working_count=10)) == {"max_open_orders": SOFT}


def test_an_order_does_not_trade_with_an_own_one(given: Given, make_order: Callable[..., Order]) -> None:
    own = make_order(OrderStatus.LIVE, request={"side": Side.SELL}, price=D(100))
    assert found(given(working=[own])) == {"self_trade": HARD}
    assert found(given(price=D("99.99"), working=[own])) == {}
    assert found(given(replace(BUY, type=OrderType.LIMIT_MAKER), working=[own])) == {}
    buy = make_order(OrderStatus.LIVE, price=D(100))
    assert found(given(SELL, working=[buy])) == {"self_trade": HARD}
    assert found(given(SELL, price=D("100.01"), working=[buy])) == {}
    unpriced = replace(buy, price=None)
    assert found(given(SELL, working=[unpriced])) == {"self_trade": HARD}


def test_a_protective_exit_is_told_and_never_asked(given: Given, make_order: Callable[..., Order]) -> None:
    exit_ = replace(SELL, origin=Origin.EXIT)
    mine = make_order(price=D(100))
    same = RecentRequest(NOW - 1500, "BTCUSDT", Side.SELL, OrderType.LIMIT, D(1), D(100), Origin.EXIT)
    stirred = {"working": [mine], "recent": [same], "clock": ClockReading(0.0, 500.1, 1.0), "quote": None}
    assert found(given(exit_, **stirred)) == dict.fromkeys(("clock_error", "no_quote", "self_trade", "duplicate"), WARN)
    by_hand = found(given(SELL, **stirred))
    assert by_hand == {"clock_error": SOFT, "no_quote": SOFT, "self_trade": HARD, "duplicate": SOFT}
    assert found(given(exit_, working=[mine], quantity=D(4)))["self_trade"] is HARD
    assert found(given(exit_, price=D("100.005"))) == {"price_step": HARD}


def test_the_same_order_twice(given: Given, make_order: Callable[..., Order]) -> None:
    same = RecentRequest(NOW - 2999, "BTCUSDT", Side.BUY, OrderType.LIMIT, D(1), D(100))
    assert found(given(recent=[same])) == {"duplicate": SOFT}
    assert found(given(recent=[replace(same, at=NOW - 3000)])) == {}
    assert found(given(recent=[replace(same, price=D(99))])) == {}
    sending = make_order(OrderStatus.SENDING, quantity=D(1), price=D(100))
    assert found(given(working=[sending])) == {"duplicate_unsettled": HARD}
    assert found(given(working=[replace(sending, status=OrderStatus.LIVE)])) == {}


def test_the_rate_of_orders(given: Given) -> None:
    other = RecentRequest(NOW - 999, "ETHUSDT", Side.BUY, OrderType.LIMIT, D(1), D(1))
    assert found(given(recent=[other] * 2)) == {}
    assert found(given(recent=[other] * 3)) == {"order_rate": HARD}
    assert found(given(SELL, recent=[other] * 3)) == {"order_rate": SOFT}
    slow = replace(other, at=NOW - 59_999)
    assert found(given(recent=[slow] * 29)) == {}
    assert found(given(recent=[slow] * 30)) == {"order_rate": HARD}
    assert found(given(recent=[replace(slow, at=NOW - 60_000)] * 30)) == {}


def test_rules_have_a_rate_of_their_own_and_persons_do_not_pay_for_it(given: Given) -> None:
    algo = replace(BUY, origin=Origin.ALGO)
    by_rule = RecentRequest(NOW - 999, "ETHUSDT", Side.BUY, OrderType.LIMIT, D(1), D(1), Origin.ALGO)
    assert found(given(algo, recent=[by_rule])) == {"order_rate": HARD}
    assert found(given(algo, recent=[replace(by_rule, at=NOW - 1000)] * 9)) == {}
    assert found(given(algo, recent=[replace(by_rule, at=NOW - 1000)] * 10)) == {"order_rate": HARD}
    assert found(given(recent=[by_rule] * 5)) == {}
    assert found(given(replace(SELL, origin=Origin.EXIT), recent=[by_rule] * 5)) == {"order_rate": WARN}


def test_unknown_outcomes_ask_first_and_three_block(given: Given, make_order: Callable[..., Order]) -> None:
    unknown = make_order(OrderStatus.UNKNOWN, price=D(90))
    assert found(given(working=[unknown])) == {"unknown_order": SOFT}
    assert found(given(questions=2)) == {}
    assert found(given(questions=3)) == {"unknown_budget": HARD}


def test_a_promise_to_reduce_is_kept(given: Given) -> None:
    assert found(given(replace(SELL, reduce_only=True))) == {}
    assert found(given(replace(BUY, reduce_only=True))) == {"reduce_only": HARD}
    over = found(given(replace(SELL, reduce_only=True), quantity=D(4)))
    assert over["reduce_only"] is HARD
    assert found(given(replace(SELL, reduce_only=True), balances={}))["reduce_only"] is HARD


def test_a_check_that_cannot_be_worked_out_refuses(given: Given, make_order: Callable[..., Order]) -> None:
    broken = RiskProfile(max_order_value=D("sNaN"))
    assert found(given(profile=broken)) == {"check_failed": HARD}
    assert found(given(reservations=[Reservation("o", "USDT", D("sNaN"), False)])) == {"check_failed": HARD}


def test_hard_and_soft_are_told_apart(given: Given) -> None:
    breaches = evaluate(given(price=D("102.01"), quantity=D(6)))
    assert hard(breaches)
    assert soft(breaches)
