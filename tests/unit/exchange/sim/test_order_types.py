from decimal import Decimal

import pytest

from tui_trader.exchange.sim.events import OrderChanged, OwnFill, TradePrinted
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.wire.vocabulary import OrderStatus


def test_a_limit_order_away_from_the_market_rests(bench):
    bench.synthetic("SELL", "101", "5")
    order = bench.limit("BUY", "100", "2")
    assert order.status is OrderStatus.NEW
    assert bench.market.book.bids.size(100_00) == 20
    assert bench.fills() == []


def test_a_crossing_limit_order_trades_at_the_makers_price_and_rests_with_what_is_left(bench):
    bench.synthetic("SELL", "100", "1")
    bench.synthetic("SELL", "101", "1")
    bench.synthetic("SELL", "103", "9")
    order = bench.limit("BUY", "102", "5")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert [(fill.price, fill.quantity, fill.is_maker) for fill in bench.fills()] == [
        (Decimal(100), Decimal(1), False),
        (Decimal(101), Decimal(1), False),
    ]
    assert bench.market.book.bids.size(102_00) == 30
    assert order.average_price == Decimal("100.5")


def test_a_limit_order_that_finds_enough_is_filled(bench):
    bench.synthetic("SELL", "100", "5")
    order = bench.limit("BUY", "100", "5")
    assert order.status is OrderStatus.FILLED
    assert order.executed_quote == 500
    assert order.locked == 0
    assert bench.market.book.asks.best() is None


def test_a_post_only_order_that_would_cross_is_accepted_and_cancelled_at_once(bench):
    bench.synthetic("SELL", "100", "5")
    order = bench.place("BUY", "LIMIT_MAKER", price="100", quantity="1")
    assert order.status is OrderStatus.CANCELED
    assert order.executed_quantity == 0
    states = [event.order.status for event in bench.events() if isinstance(event, OrderChanged)]
    assert states == [OrderStatus.NEW, OrderStatus.CANCELED]
    assert bench.balance("USDT").free == 10_000


def test_a_post_only_order_that_does_not_cross_rests(bench):
    bench.synthetic("SELL", "100", "5")
    assert bench.place("BUY", "LIMIT_MAKER", price="99.99", quantity="1").status is OrderStatus.NEW


def test_an_ioc_order_trades_what_is_there_and_cancels_the_rest(bench):
    bench.synthetic("SELL", "100", "1")
    order = bench.place("BUY", "IMMEDIATE_OR_CANCEL", price="100", quantity="3")
    assert order.status is OrderStatus.PARTIALLY_CANCELED
    assert order.executed_quantity == 1
    assert bench.balance("USDT").locked == 0
    assert bench.market.book.bids.best() is None


def test_an_ioc_order_without_a_counterpart_is_cancelled(bench):
    order = bench.place("BUY", "IMMEDIATE_OR_CANCEL", price="100", quantity="3")
    assert order.status is OrderStatus.CANCELED


@pytest.mark.parametrize(("there", "status"), [("2.9", OrderStatus.CANCELED), ("3", OrderStatus.FILLED)])
def test_a_fok_order_trades_whole_or_not_at_all(bench, there, status):
    bench.synthetic("SELL", "100", there)
    order = bench.place("BUY", "FILL_OR_KILL", price="100", quantity="3")
    assert order.status is status
    assert order.executed_quantity == (3 if status is OrderStatus.FILLED else 0)


def test_a_market_order_by_quantity_shows_the_worst_price_and_walks_the_book(bench):
    bench.synthetic("SELL", "100", "1")
    bench.synthetic("SELL", "104.99", "1")
    bench.synthetic("SELL", "105.01", "9")
    order = bench.place("BUY", "MARKET", quantity="3")
    assert order.price == Decimal("105.00")
    assert order.executed_quantity == 2
    assert order.status is OrderStatus.PARTIALLY_CANCELED
    assert bench.balance("USDT").locked == 0


def test_a_market_order_by_cost_spends_up_to_it(bench):
    bench.synthetic("SELL", "100", "50")
    order = bench.place("BUY", "MARKET", quote_order_qty="105")
    assert order.quote_order_qty == 105
    assert order.quantity == Decimal("1.0")
    assert order.executed_quantity == 1
    assert order.executed_quote == 100
    assert order.status is OrderStatus.FILLED


def test_a_market_sell_by_cost_sells_for_that_much(bench):
    bench.synthetic("BUY", "100", "50")
    order = bench.place("SELL", "MARKET", quote_order_qty="200")
    assert order.executed_quote == 200
    assert order.status is OrderStatus.FILLED
    assert bench.balance("MX").free == 98


def test_a_market_order_by_cost_that_the_book_cannot_serve_is_partly_cancelled(bench):
    bench.synthetic("SELL", "100", "1")
    order = bench.place("BUY", "MARKET", quote_order_qty="500")
    assert order.status is OrderStatus.PARTIALLY_CANCELED
    assert order.executed_quantity == 1


def test_a_market_order_into_an_empty_side_is_refused(bench):
    with pytest.raises(Refusal, match="no exist opponent order") as refused:
        bench.place("BUY", "MARKET", quantity="1")
    assert refused.value.code == 30025


def test_a_taker_moves_the_last_price_and_prints_publicly_with_its_side(bench):
    bench.synthetic("BUY", "99", "5")
    bench.limit("SELL", "99", "1")
    prints = [event.trade for event in bench.events() if isinstance(event, TradePrinted)]
    assert [(p.price, p.quantity, p.side) for p in prints] == [(99, 1, "SELL")]
    assert bench.market.last_price() == 99


def test_the_own_fill_carries_the_public_prints_id(bench):
    bench.synthetic("SELL", "100", "5")
    bench.limit("BUY", "100", "1")
    events = bench.events()
    public = next(event.trade.trade_id for event in events if isinstance(event, TradePrinted))
    own = next(event.fill.trade_id for event in events if isinstance(event, OwnFill))
    assert public == own
    assert own.endswith("X1")
    assert own[:-2].isdecimal()


def test_order_ids_have_mexcs_shape_and_never_repeat(bench):
    ids = {bench.limit("BUY", "90", "0.1").order_id for _ in range(50)}
    assert len(ids) == 50
    assert all(text.startswith("C02__") and text[5:].isdecimal() for text in ids)


def test_an_order_tells_its_value_and_what_is_left_of_it(bench):
    bench.synthetic("SELL", "100", "1")
    order = bench.limit("BUY", "101", "3")
    assert (order.value, order.remaining_value, order.remaining_quantity) == (303, 203, 2)
    by_cost = bench.place("SELL", "MARKET", quote_order_qty="101")
    assert (by_cost.value, by_cost.remaining_value, by_cost.remaining_quantity) == (101, 0, Decimal("0.0"))
