from decimal import Decimal

import pytest

from tui_trader.exchange.sim.events import BalanceChanged
from tui_trader.exchange.wire.vocabulary import AccountCause, OrderStatus


def test_synthetic_size_ahead_trades_first_then_own_orders_in_time_order(bench):
    bench.synthetic("BUY", "100", "5")
    first = bench.limit("BUY", "100", "2")
    second = bench.limit("BUY", "100", "2")
    bench.synthetic("BUY", "100", "9")
    bench.hit("SELL", "100", "5")
    assert bench.now(first).status is OrderStatus.NEW
    bench.hit("SELL", "100", "3")
    assert bench.now(first).status is OrderStatus.FILLED
    assert bench.now(second).executed_quantity == 1
    assert bench.now(second).status is OrderStatus.PARTIALLY_FILLED
    assert bench.fills()[-1].is_maker
    bench.hit("SELL", "100", "1")
    assert bench.now(second).status is OrderStatus.FILLED
    assert bench.market.book.bids.size(100_00) == 40


def test_cancelled_synthetic_size_ahead_moves_the_own_order_up(bench):
    bench.synthetic("BUY", "100", "5")
    order = bench.limit("BUY", "100", "2")
    bench.synthetic("BUY", "100", "0")
    bench.hit("SELL", "100", "2")
    assert bench.now(order).status is OrderStatus.FILLED


def test_a_better_price_goes_before_an_older_order(bench):
    older = bench.limit("BUY", "99", "1")
    better = bench.limit("BUY", "100", "1")
    bench.hit("SELL", "90", "1")
    assert bench.now(better).status is OrderStatus.FILLED
    assert bench.now(older).status is OrderStatus.NEW


def test_the_share_of_the_queue_ahead_can_be_set(make_bench):
    bench = make_bench(queue_share=Decimal("0.4"))
    bench.synthetic("BUY", "100", "5")
    order = bench.limit("BUY", "100", "1")
    bench.hit("SELL", "100", "2")
    assert bench.now(order).status is OrderStatus.NEW
    bench.hit("SELL", "100", "1")
    assert bench.now(order).status is OrderStatus.FILLED
    assert bench.market.book.bids.size(100_00) == 30


def test_a_buy_holds_its_value_and_the_taker_fee_and_gets_the_surplus_back(bench):
    bench.synthetic("SELL", "99", "1")
    order = bench.limit("BUY", "100", "2")
    usdt = bench.balance("USDT")
    assert usdt.locked == order.locked == Decimal("100.05")
    assert usdt.free == Decimal(10_000) - Decimal(99) - Decimal("0.0495") - Decimal("100.05")
    assert bench.balance("MX").free == 101


def test_the_maker_pays_the_maker_fee_in_quote(bench):
    bench.change_rules(maker_fee=Decimal("0.001"), taker_fee=Decimal("0.002"))
    bench.limit("BUY", "100", "1")
    bench.hit("SELL", "100", "1")
    fill = bench.fills()[0]
    assert (fill.fee, fill.fee_asset, fill.is_maker) == (Decimal("0.1"), "USDT", True)
    assert bench.balance("USDT").free == Decimal("9899.9")
    assert bench.balance("USDT").locked == 0


def test_a_seller_receives_the_value_less_the_fee(bench):
    bench.synthetic("BUY", "100", "3")
    bench.limit("SELL", "100", "3")
    assert bench.balance("MX").free == 97
    assert bench.balance("USDT").free == Decimal("10299.85")


def test_a_cancel_frees_what_was_held(bench):
    bench.synthetic("SELL", "100", "1")
    order = bench.limit("BUY", "100", "3")
    bench.cancel(order)
    ended = bench.now(order)
    assert ended.status is OrderStatus.PARTIALLY_CANCELED
    assert bench.balance("USDT").locked == 0
    assert bench.balance("USDT").free == Decimal(10_000) - Decimal("100.05")


@pytest.mark.parametrize(
    ("side", "causes"),
    [
        (
            "BUY",
            [
                ("USDT", AccountCause.ORDER_PLACED),
                ("USDT", AccountCause.FILL),
                ("USDT", AccountCause.FEE),
                ("USDT", AccountCause.RETURNED),
                ("MX", AccountCause.FILL),
                ("USDT", AccountCause.ORDER_CANCELED),
            ],
        ),
        (
            "SELL",
            [
                ("MX", AccountCause.ORDER_PLACED),
                ("MX", AccountCause.FILL),
                ("USDT", AccountCause.FILL),
                ("USDT", AccountCause.FEE),
                ("MX", AccountCause.ORDER_CANCELED),
            ],
        ),
    ],
)
def test_every_movement_of_money_is_told_with_its_cause(bench, side, causes):
    bench.synthetic("SELL" if side == "BUY" else "BUY", "100", "1")
    bench.place(side, "IMMEDIATE_OR_CANCEL", price="101" if side == "BUY" else "99", quantity="2")
    moves = [event for event in bench.events() if isinstance(event, BalanceChanged)]
    assert [(move.asset, move.cause) for move in moves] == causes
    for asset in ("USDT", "MX"):
        last = [move for move in moves if move.asset == asset][-1]
        assert (last.free, last.locked) == (bench.balance(asset).free, bench.balance(asset).locked)


def test_a_fee_raised_after_placing_never_exceeds_what_was_held(bench):
    bench.limit("BUY", "100", "1")
    bench.change_rules(maker_fee=Decimal("0.01"))
    bench.hit("SELL", "100", "1")
    assert bench.fills()[0].fee == Decimal("0.05")
    assert bench.balance("USDT").locked == 0


def test_two_accounts_trade_with_each_other(bench):
    bench.engine.fund("you", {"MX": Decimal(5)}, 0)
    bench.limit("BUY", "100", "2")
    bench.limit("SELL", "100", "2", account="you")
    assert bench.balance("MX").free == 102
    assert bench.balance("USDT", "you").free == Decimal("199.9")
    assert {fill.account: fill.is_maker for fill in bench.fills()} == {"me": True, "you": False}


def test_without_prevention_an_account_may_trade_with_itself(bench):
    bench.limit("BUY", "100", "1")
    bench.limit("SELL", "100", "1", stp_mode="cancel_both")
    fills = bench.fills()
    assert [fill.is_self_trade for fill in fills] == [True, True]
    assert len({fill.trade_id for fill in fills}) == 2


@pytest.mark.parametrize(
    ("mode", "maker", "taker"),
    [
        ("cancel_maker", OrderStatus.CANCELED, OrderStatus.FILLED),
        ("cancel_taker", OrderStatus.NEW, OrderStatus.CANCELED),
        ("cancel_both", OrderStatus.CANCELED, OrderStatus.CANCELED),
    ],
)
def test_self_trade_prevention_ends_what_the_mode_names(bench, mode, maker, taker):
    bench.engine.account("me").prevents_self_trades = True
    resting = bench.limit("BUY", "100", "1")
    bench.synthetic("BUY", "99", "5")
    order = bench.limit("SELL", "99", "1", stp_mode=mode)
    assert bench.now(resting).status is maker
    assert order.status is taker
    ended = bench.now(resting) if maker is OrderStatus.CANCELED else order
    assert ended.cancel_reason == "stp_cancel"


@pytest.mark.parametrize("terms", [{"quantity": "2"}, {"quote_order_qty": "210"}])
@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_market_order_with_prevention_never_uses_more_than_it_holds(bench, side, terms):
    bench.engine.account("me").prevents_self_trades = True
    away = "SELL" if side == "BUY" else "BUY"
    bench.limit(away, "100", "2")
    bench.synthetic(away, "104" if side == "BUY" else "96", "50")
    bench.place(side, "MARKET", stp_mode="cancel_maker", **terms)
    for asset in ("USDT", "MX"):
        assert bench.balance(asset).locked == 0
        assert bench.balance(asset).free >= 0


def test_a_fok_order_does_not_count_own_orders_it_may_not_meet(bench):
    bench.engine.account("me").prevents_self_trades = True
    bench.limit("SELL", "100", "2")
    bench.synthetic("SELL", "100", "1")
    order = bench.place("BUY", "FILL_OR_KILL", price="100", quantity="2", stp_mode="cancel_maker")
    assert order.status is OrderStatus.CANCELED
    assert bench.fills() == []
