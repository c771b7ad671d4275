"""The gate: a tighter limit never admits more, and nothing a caller hands in makes it raise or wave through."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Quote
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.domain.risk import GateState, Level, RiskProfile
from tui_trader.rules.checks import evaluate, hard, soft
from tui_trader.rules.gate import ClockReading, GateInput, RecentRequest
from tui_trader.rules.reservation import Reservation

D = Decimal
PAIR = Instrument(
    "BTCUSDT", "BTC", "USDT", D("0.01"), D("0.001"), D("0.001"), D(5), D(5), D(10000), D(10000),
    frozenset(OrderType), frozenset(Side), True, True, D(0), D("0.001"),
)  # fmt: skip
NOW = 100_000
odd = st.sampled_from([D("NaN"), D("sNaN"), D("Infinity"), D(0), D(-1), D("1e-30"), D("1e30")])
sane = st.integers(1, 1_000_000).map(lambda each: D(each) / 100)
figures = st.one_of(sane, sane, sane, odd)


@st.composite
def inputs(draw: st.DrawFn) -> GateInput:
    side = draw(st.sampled_from(list(Side)))
    type_ = draw(st.sampled_from(list(OrderType)))
    request = OrderRequest("BTCUSDT", side, type_, capped=draw(st.booleans()), reduce_only=draw(st.booleans()))
    recent = [RecentRequest(NOW - draw(st.integers(0, 70_000)), "X", side, type_, D(1), D(1))] * draw(st.integers(0, 8))
    return GateInput(
        request=request,
        quantity=draw(figures),
        price=draw(st.none() | figures),
        instrument=PAIR,
        state=draw(st.sampled_from(list(GateState))),
        profile=RiskProfile(),
        now=NOW,
        clock=ClockReading(0.0, 20.0, 1.0),
        stream_up=True,
        quote=draw(
            st.none()
            | st.builds(Quote, st.just("BTCUSDT"), figures, sane, figures, sane, st.just(0), st.just(NOW - 100))
        ),
        last=draw(st.none() | figures),
        balances={asset: Balance(asset, draw(figures), draw(figures)) for asset in ("BTC", "USDT")},
        reservations=[Reservation("o", "USDT", draw(sane), draw(st.booleans()))],
        recent=recent,
    )


@settings(max_examples=300, deadline=None)
@given(inputs())
def test_no_input_raises_and_no_odd_number_passes(one: GateInput) -> None:
    breaches = evaluate(one)
    numbers = [one.quantity, *([] if one.price is None else [one.price])]
    if any(not each.is_finite() or each <= 0 for each in numbers):
        assert hard(breaches)
    assert all(each.message.endswith(".") for each in breaches)


TIGHTER = {
    "max_order_value": D("0.5"),
    "max_open_orders": D("0.5"),
    "price_collar_percent": D("0.5"),
    "max_quote_age_ms": D("0.01"),
    "max_orders_per_second": D("0.4"),
    "max_orders_per_minute": D("0.1"),
}


@settings(max_examples=300, deadline=None)
@given(inputs(), st.sampled_from(sorted(TIGHTER)))
def test_a_tighter_limit_never_admits_more(one: GateInput, name: str) -> None:
    loose = getattr(one.profile, name)
    tight = type(loose)(loose * TIGHTER[name])
    before = evaluate(one)
    after = evaluate(replace(one, profile=replace(one.profile, **{name: tight})))
    assert hard(after) >= hard(before)
    assert (hard(after) or soft(after)) >= (hard(before) or soft(before))


@settings(max_examples=200, deadline=None)
@given(inputs())
def test_no_limit_refuses_what_only_reduces(one: GateInput) -> None:
    request = replace(one.request, side=Side.SELL, type=OrderType.LIMIT)
    holding = {"BTC": Balance("BTC", D(10**9), D(0))}
    found = evaluate(
        replace(one, request=request, quantity=D(1), price=D(100), balances=holding, state=GateState.REDUCING)
    )
    assert all(each.level is not Level.HARD for each in found)
