from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.exchange import instrument
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.order import Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.rules.gate_state import OPEN_QUESTION
from tui_trader.rules.reservation import Reservation
from tui_trader.services.pending import Pending

D = Decimal


def order(number: int, side: Side, status: OrderStatus, price: Decimal | None, quantity: Decimal) -> Order:
    request = OrderRequest(("BTCUSDT", "ETHUSDT", "ETHBTC")[number % 3], side, OrderType.LIMIT, quote_quantity=D(7))
    return Order(f"o{number}", f"m{number}", f"i{number}", request, status, quantity, price, 0, 0)


def pair(one: Order) -> Instrument:
    return instrument(one.symbol, base=one.symbol[:3], quote=one.symbol[3:])


def acquired(one: Order) -> str:
    return pair(one).base if one.side is Side.BUY else pair(one).quote


def by(chosen: list[Order], asset: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in chosen:
        value, name = D(7) if each.price is None else each.price * each.quantity, getattr(pair(each), asset)
        sums[name] = sums.get(name, D(0)) + value
    return sums


def lock(one: Order) -> Reservation:
    asset = "USDT" if one.side is Side.BUY else "BTC"
    return Reservation(one.id, asset, one.quantity * 3, one.status is OrderStatus.LIVE)


orders = st.builds(
    order,
    st.integers(0, 5),
    st.sampled_from(list(Side)),
    st.sampled_from([OrderStatus.SENDING, OrderStatus.LIVE, OrderStatus.UNKNOWN]),
    st.none() | st.decimals("0.00000001", "99999", places=8),
    st.decimals("0.00000001", "99999", places=8),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(orders, st.booleans()), max_size=30))
def test_sums_are_those_of_a_walk_over_all_orders(steps: list[tuple[Order, bool]]) -> None:
    pending, kept = Pending(), dict[str, Order]()
    for one, stays in steps:
        if stays:
            pending.put(one, lock(one), pair(one))
            kept[one.id] = one
        else:
            pending.drop(one.id)
            kept.pop(one.id, None)
    for asset in ("USDT", "BTC"):
        locks = [lock(each) for each in kept.values() if lock(each).asset == asset]
        assert {(each.seen, each.amount) for each in pending.locked(asset)} == {
            (seen, sum((each.amount for each in locks if each.seen is seen), D(0)))
            for seen in {each.seen for each in locks}
        }
        assert pending.unseen(asset) == sum((each.amount for each in locks if not each.seen), D(0))
    entries = [each for each in kept.values() if acquired(each) != "USDT"]
    for chosen, enters in ((entries, True), ([each for each in kept.values() if each not in entries], False)):
        assert {quote: amount for quote, of, amount in pending.money() if of is enters} == by(chosen, "quote")
    for coin in ("BTC", "ETH"):
        assert dict(pending.into(coin)) == by([each for each in entries if acquired(each) == coin], "quote")
    assert pending.entered == {each.symbol for each in entries}
    assert pending.acquired == {acquired(each) for each in entries}
    assert pending.questions == sum(each.status in OPEN_QUESTION for each in kept.values())


def test_a_newer_state_of_an_order_replaces_the_older_one() -> None:
    pending, first = Pending(), order(0, Side.BUY, OrderStatus.UNKNOWN, D(10), D(2))
    pending.put(first, lock(first), pair(first))
    live = replace(first, status=OrderStatus.LIVE, executed=D(1))
    pending.put(live, lock(live), pair(live))
    assert list(pending.money()) == [("USDT", True, D(10))]
    assert pending.questions == 0
