from decimal import Decimal

import pytest

from tui_trader.errors import UsageError
from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.venue import open_venue
from tui_trader.exchange.wire.vocabulary import OrderStatus

NOW = 1_763_850_000_123
DAY = 86_400_000


@pytest.fixture
def venue():
    return open_venue(VenueConfig(seed=1, symbols=("BTCUSDT", "SOLUSDT")), NOW)


def buy(venue, price="60000", symbol="BTCUSDT", now=NOW, **terms):
    terms = {"quantity": "0.01", **terms}
    return venue.place("paper", OrderRequest(symbol, "BUY", "LIMIT", price=price, **terms), now)


def test_an_order_is_found_by_either_id(venue):
    order = buy(venue, client_order_id="abc")
    assert venue.order("paper", "BTCUSDT", order_id=order.order_id) == order
    assert venue.order("paper", "BTCUSDT", client_order_id="abc") == order
    for wrong in ({"order_id": "C02__0"}, {"client_order_id": "abd"}):
        with pytest.raises(Refusal, match="-2013: Order does not exist"):
            venue.order("paper", "BTCUSDT", **wrong)
    with pytest.raises(Refusal, match="-2013"):
        venue.order("paper", "SOLUSDT", order_id=order.order_id)
    with pytest.raises(Refusal, match="700004"):
        venue.order("paper", "BTCUSDT")


def test_a_cancel_answers_with_the_state_before(venue):
    order = buy(venue)
    assert venue.cancel("paper", "BTCUSDT", NOW, order_id=order.order_id).status is OrderStatus.NEW
    assert venue.order("paper", "BTCUSDT", order_id=order.order_id).status is OrderStatus.CANCELED
    with pytest.raises(Refusal, match="-2011: Order cancelled"):
        venue.cancel("paper", "BTCUSDT", NOW, order_id=order.order_id)
    with pytest.raises(Refusal, match="-2011: Unknown order sent"):
        venue.cancel("paper", "BTCUSDT", NOW, order_id="C02__9")
    with pytest.raises(Refusal, match="10007"):
        venue.cancel("paper", "NOPE", NOW, order_id="C02__9")
    filled = venue.place("paper", OrderRequest("BTCUSDT", "BUY", "MARKET", quantity="0.001"), NOW)
    with pytest.raises(Refusal, match="-2011: Order filled"):
        venue.cancel("paper", "BTCUSDT", NOW, order_id=filled.order_id)


def test_many_orders_are_cancelled_by_pair_or_altogether(venue):
    first, second, third = buy(venue), buy(venue, "61000"), buy(venue, "100", "SOLUSDT", quantity="1")
    assert [o.order_id for o in venue.cancel_symbols("paper", ["BTCUSDT"], NOW)] == [first.order_id, second.order_id]
    assert venue.cancel_symbols("paper", ["BTCUSDT"], NOW) == []
    assert [o.order_id for o in venue.open_orders("paper")] == [third.order_id]
    assert [o.order_id for o in venue.cancel_everything("paper", NOW)] == [third.order_id]
    assert venue.open_orders("paper") == []
    assert all(balance.locked == 0 for balance in venue.balances("paper"))


def test_open_orders_can_be_asked_for_by_pair(venue):
    buy(venue)
    order = buy(venue, "100", "SOLUSDT", quantity="1")
    assert [o.order_id for o in venue.open_orders("paper", "SOLUSDT")] == [order.order_id]


def test_all_orders_reach_a_day_back_by_default_and_a_week_at_most(venue):
    old = buy(venue, "20000")
    later = buy(venue, "20000", now=NOW + 2 * DAY)
    now = NOW + 2 * DAY
    assert [o.order_id for o in venue.all_orders("paper", "BTCUSDT", now)] == [later.order_id]
    assert [o.order_id for o in venue.all_orders("paper", "BTCUSDT", now, 0)] == [later.order_id, old.order_id]
    assert [o.order_id for o in venue.all_orders("paper", "BTCUSDT", now, 0, NOW)] == [old.order_id]
    assert venue.all_orders("paper", "BTCUSDT", NOW + 10 * DAY, 0) == []
    assert len(venue.all_orders("paper", "BTCUSDT", now, 0, None, 1)) == 1


def test_own_trades_can_be_asked_for_by_order_and_range(venue):
    first = venue.place("paper", OrderRequest("BTCUSDT", "BUY", "MARKET", quantity="0.001"), NOW)
    second = venue.place("paper", OrderRequest("BTCUSDT", "SELL", "MARKET", quantity="0.001"), NOW + 60_000)
    now = NOW + 60_000
    assert {fill.order_id for fill in venue.my_trades("paper", "BTCUSDT", now)} == {first.order_id, second.order_id}
    assert {f.order_id for f in venue.my_trades("paper", "BTCUSDT", now, first.order_id)} == {first.order_id}
    assert {f.order_id for f in venue.my_trades("paper", "BTCUSDT", now, None, now)} == {second.order_id}
    assert venue.my_trades("paper", "BTCUSDT", NOW + 40 * DAY) == []


def test_a_test_order_is_checked_and_not_placed(venue):
    venue.check("paper", OrderRequest("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000"), NOW)
    with pytest.raises(Refusal, match="Insufficient position"):
        venue.check("paper", OrderRequest("BTCUSDT", "BUY", "LIMIT", quantity="20", price="60000"), NOW)
    assert venue.open_orders("paper") == []


def test_accounts_stand_apart(venue):
    venue.open_account("second", {"USDT": Decimal(50)})
    venue.open_account("second", {"USDT": Decimal(999)})
    assert [(b.asset, b.free) for b in venue.balances("second")] == [("USDT", 50)]
    assert set(venue.accounts()) == {"paper", "second"}
    order = buy(venue)
    with pytest.raises(Refusal, match="-2011"):
        venue.cancel("second", "BTCUSDT", NOW, order_id=order.order_id)
    venue.deposit("second", "USDT", Decimal(-50), NOW)
    with pytest.raises(UsageError, match="has only 0 USDT free"):
        venue.deposit("second", "USDT", Decimal(-1), NOW)


def test_resting_orders_are_judged_over_a_gap_in_time(venue):
    candles = {c.open_ms: c for c in venue.klines("SOLUSDT", "1d")}
    spent = venue.balances("paper")[0].free
    near = buy(venue, str(venue.best("SOLUSDT").bid - Decimal("0.5")), "SOLUSDT", quantity="1")
    far = buy(venue, "20", "SOLUSDT", quantity="1")
    venue.drain()
    later = NOW + 20 * DAY
    venue.advance(later)
    done = venue.order("paper", "SOLUSDT", order_id=near.order_id)
    lows = [c.low for c in venue.klines("SOLUSDT", "1d") if c.open_ms > max(candles)]
    assert min(lows) < near.price
    assert done.status is OrderStatus.FILLED
    fill = venue.my_trades("paper", "SOLUSDT", later)[0]
    assert (fill.price, fill.is_maker, fill.fee) == (near.price, True, 0)
    assert NOW <= fill.time_ms < later
    minute = next(c for c in venue.klines("SOLUSDT", "1m", fill.time_ms - 60_000, None, 2) if c.close_ms > fill.time_ms)
    assert minute.low < near.price
    assert venue.order("paper", "SOLUSDT", order_id=far.order_id).status is OrderStatus.NEW
    assert venue.balances("paper")[0].free == spent - near.price - far.price * Decimal("1.0005")


def test_better_prices_fill_earlier_over_a_gap(venue):
    bid = venue.best("SOLUSDT").bid
    orders = [buy(venue, str(bid - step), "SOLUSDT", quantity="1") for step in range(1, 4)]
    venue.advance(NOW + 30 * DAY)
    times = {
        f.order_id: f.time_ms for f in venue.my_trades("paper", "SOLUSDT", NOW + 29 * DAY, None, 0, NOW + 30 * DAY)
    }
    filled = [times[o.order_id] for o in orders if o.order_id in times]
    assert filled == sorted(filled)
    assert filled
