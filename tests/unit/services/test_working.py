"""Orders in memory: every name, what they lock, and the limits of remembering."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.twins.clock import VirtualClock
from tests.twins.keepers import PricesTwin
from tests.unit.services.order_rig import LIMIT_BUY
from tui_trader.domain.order import Order, OrderStatus
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
