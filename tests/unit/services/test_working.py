"""Orders in memory: every name, what they lock, and the limits of remembering."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import VirtualClock
from tests.twins.keepers import PricesTwin
from tests.unit.services.order_rig import LIMIT_BUY
from tui_trader.domain.order import Order, OrderStatus, OrderType, Side
from tui_trader.rules.gate import RecentRequest
from tui_trader.services.working import ENDED_KEPT, WorkingOrders

D = Decimal


def order(number: int, status: OrderStatus = OrderStatus.LIVE, symbol: str = "BTCUSDT") -> Order:
    request = replace(LIMIT_BUY, symbol=symbol)
    return Order(
        f"id{number}",
        f"client{number}",
        f"intent{number}",
        request,
        status,
        D(1),
        D(99),
        number,
        number,
        f"venue{number}",
    )


def test_an_order_is_found_by_each_name_until_it_is_forgotten() -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    working.put(order(1))
    for name in ("id1", "client1", "intent1", "venue1"):
        assert working.find(name) is not None
    working.remove(order(1))
    assert working.find("venue1") is None
    assert working.find(None) is None


def test_only_so_many_ended_orders_are_kept() -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    for number in range(ENDED_KEPT + 10):
        working.put(order(number))
        working.put(order(number, OrderStatus.CANCELED))
    assert working.find("id0") is None
    assert working.find(f"id{ENDED_KEPT + 9}") is not None
    assert working.working() == []
    assert working.unfinished() == []


def test_orders_that_the_venue_has_not_confirmed_are_reserved() -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    working.put(order(1, OrderStatus.SENDING))
    working.put(order(2))
    assert working.reserved("USDT") == D("99.0495")
    assert working.reserved("BTC") == D(0)
    assert len(working.reservations("USDT")) == 2


def test_an_order_on_a_pair_that_is_no_longer_listed_still_locks() -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    working.put(order(1, OrderStatus.UNKNOWN, "GONEUSDT"))
    assert working.reserved("USDT") == D(99)


@pytest.mark.parametrize("status", [OrderStatus.SENDING, OrderStatus.UNKNOWN, OrderStatus.LIVE])
def test_a_market_buy_by_quantity_without_a_cap_locks_what_the_gate_judged(status: OrderStatus) -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    naked = replace(LIMIT_BUY, type=OrderType.MARKET, capped=False, quantity=D(2), price=None)
    working.put(replace(order(1, status), request=naked, quantity=D(2), price=None))
    worth = D(2) * D("100.1") * D("1.002")
    assert [each.amount for each in working.reservations("USDT")] == [worth * D("1.0005")]
    assert list(working.pending.into("BTC")) == [("USDT", worth)]
    sold = replace(naked, side=Side.SELL)
    working.put(replace(order(2, status), request=sold, quantity=D(2), price=None))
    assert [each.amount for each in working.reservations("BTC")] == [D(2)]
    assert ("USDT", False, D(200)) in set(working.pending.money())
    for number in (1, 2):
        working.remove(working.working()[0])
        assert len(working.working()) == 2 - number
    assert list(working.pending.money()) == []


@pytest.mark.parametrize("quote", ["USD1", "USDE", "EUR", "MX"])
def test_of_a_pair_no_longer_listed_the_name_tells_what_is_locked(quote: str) -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    working.put(order(1, OrderStatus.UNKNOWN, f"GONE{quote}"))
    assert working.reserved(quote) == D(99)


def test_requests_older_than_a_minute_are_forgotten() -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    old = RecentRequest(0, "BTCUSDT", LIMIT_BUY.side, LIMIT_BUY.type, D(1), D(99))
    working.note_request(old)
    working.note_request(replace(old, at=59_000))
    assert len(working.recent(59_500)) == 2
    assert [each.at for each in working.recent(60_000)] == [59_000]
    working.forget_request(replace(old, at=59_000))
    assert working.recent(60_000) == ()


def test_requests_from_before_the_clock_was_set_back_count_for_one_more_minute() -> None:
    working = WorkingOrders(PricesTwin(VirtualClock()), VirtualClock())
    before, now = 10_000_000, 6_000_000
    for late in range(3):
        working.note_request(
            RecentRequest(before + late, "BTCUSDT", LIMIT_BUY.side, LIMIT_BUY.type, D(1), D(99)),
        )
    assert [each.at for each in working.recent(now)] == [now, now, now]
    assert working.recent(now + 60_000) == ()
