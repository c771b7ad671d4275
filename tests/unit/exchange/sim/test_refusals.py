from decimal import Decimal

import pytest

from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.wire.vocabulary import OrderType, TradeSideType


def refusal(bench, side="BUY", kind="LIMIT", **terms):
    with pytest.raises(Refusal) as refused:
        bench.place(side, kind, **terms)
    assert refused.value.http_status == 400
    assert bench.events() == []
    assert bench.balance("USDT").locked == 0
    return refused.value.code, refused.value.msg


@pytest.mark.parametrize(
    ("terms", "code", "msg"),
    [
        ({"price": "100", "quantity": "1.05"}, 400, " quantity scale is invalid"),
        ({"price": "100.001", "quantity": "1"}, 400, " price scale is invalid"),
        ({"kind": "MARKET", "quote_order_qty": "10.001"}, 400, " amount scale is invalid"),
        (
            {"price": "0.1", "quantity": "1"},
            30002,
            "The minimum transaction volume cannot be less than\N{FULLWIDTH COLON}1USDT",
        ),
        (
            {"kind": "MARKET", "quote_order_qty": "0.5"},
            30002,
            "The minimum transaction volume cannot be less than\N{FULLWIDTH COLON}1USDT",
        ),
        ({"price": "100000", "quantity": "100"}, 30003, None),
        ({"price": "100"}, 44444, "param cannot be null"),
        ({"quantity": "1"}, 44444, "param cannot be null"),
        ({"kind": "MARKET"}, 44444, "param cannot be null"),
        ({"kind": "", "price": "1", "quantity": "1"}, 44444, "param cannot be null"),
        ({"side": "", "price": "1", "quantity": "1"}, 44444, "param cannot be null"),
        ({"kind": "MARKET", "quantity": "1", "quote_order_qty": "5"}, -1128, None),
        ({"price": "abc", "quantity": "1"}, 33333, "param is error"),
        ({"price": "-1", "quantity": "1"}, 33333, "param is error"),
        ({"price": "NaN", "quantity": "1"}, 33333, "param is error"),
        ({"price": "1e999999", "quantity": "1"}, 33333, "param is error"),
        ({"price": "100", "quantity": "0"}, 33333, "param is error"),
        ({"side": "HOLD", "price": "1", "quantity": "1"}, 33333, "param is error"),
        ({"price": "100", "quantity": "1", "stp_mode": "x"}, 33333, "param is error"),
        ({"kind": "STOP_MARKET_ORDER", "price": "1", "quantity": "1"}, 30041, None),
        ({"kind": "ICEBERG", "price": "1", "quantity": "1"}, 30041, None),
        ({"price": "100", "quantity": "1", "client_order_id": "a b"}, 700008, None),
        ({"price": "100", "quantity": "1", "client_order_id": "x" * 33}, 700008, None),
        ({"price": "100", "quantity": "500"}, 30004, "Insufficient position"),
        ({"side": "SELL", "price": "100", "quantity": "101"}, 30005, "Oversold"),
    ],
)
def test_a_bad_order_is_refused_in_mexcs_words_and_changes_nothing(bench, terms, code, msg):
    bench.synthetic("SELL", "100", "1")
    found = refusal(bench, **terms)
    assert found[0] == code
    assert msg in {None, found[1]}


def test_a_quantity_under_the_pairs_minimum_is_refused(bench):
    bench.change_rules(min_quantity=Decimal("0.5"))
    assert refusal(bench, price="100", quantity="0.4")[1].endswith("0.5MX")


@pytest.mark.parametrize(
    ("changes", "code", "msg"),
    [
        ({"open_to_api": False}, 10007, "symbol not support api"),
        ({"status": "2"}, 30016, "trading disabled"),
        ({"trade_side": TradeSideType.SELL_ONLY}, 30001, "direction not allowed"),
        ({"trade_side": TradeSideType.CLOSED}, 30001, "direction not allowed"),
        ({"band_up": Decimal("0.005")}, 30087, "Order price exceeds allowed range"),
    ],
)
def test_a_pairs_state_refuses_orders(bench, changes, code, msg):
    bench.change_rules(**changes)
    assert refusal(bench, price="100.51", quantity="1") == (code, msg)


def test_the_price_band_lets_its_edge_and_the_harmless_side_pass(bench):
    bench.change_rules(band_up=Decimal("0.005"), band_down=Decimal("0.005"))
    bench.limit("BUY", "100.50", "1")
    bench.limit("BUY", "50", "1")
    bench.place("BUY", "LIMIT_MAKER", price="120", quantity="1")
    with pytest.raises(Refusal, match="30087"):
        bench.limit("SELL", "99.49", "1")


def test_a_pair_without_market_orders_refuses_them_but_takes_ioc(bench):
    bench.change_rules(order_types=(OrderType.LIMIT,))
    assert refusal(bench, kind="MARKET", quantity="1")[0] == 30019
    bench.place("BUY", "IMMEDIATE_OR_CANCEL", price="100", quantity="1")


def test_a_repeated_client_id_is_refused_while_the_option_stands(bench, make_bench):
    bench.limit("BUY", "90", "1", client_order_id="a1")
    with pytest.raises(Refusal, match="duplicate client order id"):
        bench.limit("BUY", "90", "1", client_order_id="a1")
    lenient = make_bench(refuse_repeated_ids=False)
    first = lenient.limit("BUY", "90", "1", client_order_id="a1")
    second = lenient.limit("BUY", "90", "1", client_order_id="a1")
    assert first.order_id != second.order_id


def test_the_number_of_open_orders_is_limited(make_bench):
    bench = make_bench(max_open_orders=2)
    orders = [bench.limit("BUY", "90", "1") for _ in range(2)]
    with pytest.raises(Refusal, match="30029"):
        bench.limit("BUY", "90", "1")
    bench.cancel(orders[0])
    bench.limit("BUY", "90", "1")


@pytest.mark.parametrize("quantity", ["1.000", "1e0", "10e-1"])
def test_trailing_zeros_and_exponents_are_read(bench, quantity):
    assert bench.limit("BUY", "90.00", quantity).quantity == 1


def test_the_batch_spelling_of_a_type_is_read(bench):
    assert bench.place("BUY", "LIMIT_ORDER", price="90", quantity="1").type is OrderType.LIMIT


def test_what_is_held_must_cover_the_fee_too(bench):
    with pytest.raises(Refusal, match="Insufficient position"):
        bench.limit("BUY", "100", "100")
    bench.limit("BUY", "100", "99.9")
