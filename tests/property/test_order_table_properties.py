"""The order table under any events in any order: safe at every step, right in the end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import FINAL, Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.rules import order_events as ev
from tui_trader.rules.order_table import EVENTS, TABLE, step

QUANTITY = 10
PRICE = Decimal(100)


def new_order(status: OrderStatus = OrderStatus.SENDING) -> Order:
    request = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=Decimal(QUANTITY), price=PRICE)
    return Order("o1", "m1o1", "i1", request, status, Decimal(QUANTITY), PRICE, 0, 0)


def fill(trade: str, quantity: int, *, source: str = "push", venue: str = "v1", at: int = 0) -> Fill:
    amount = Decimal(quantity)
    return Fill(
        venue, trade, "BTCUSDT", Side.BUY, PRICE, amount, amount * PRICE, Decimal(1), "USDT", False, at, source=source
    )


def news(status: str, executed: int, *, venue: str = "v1") -> ev.Reported:
    return ev.Reported(1, status, Decimal(executed), executed * PRICE, venue)


class Run:
    """An order, its executions as the ledger has them, and what must hold after each step."""

    def __init__(self) -> None:
        self.order = new_order()
        self.fills: list[Fill] = []

    def feed(self, event: ev.OrderEvent) -> ev.Transition:
        before = self.order
        done = step(before, event, tuple(self.fills))
        for gone in done.removed:
            self.fills.remove(gone)
        self.fills.extend(done.added)
        self.order = done.order
        self.check(before)
        return done

    def check(self, before: Order) -> None:
        after = self.order
        assert after.executed == sum(each.quantity for each in self.fills)
        assert after.quote == sum(each.quote for each in self.fills)
        assert len({each.key for each in self.fills}) == len(self.fills)
        assert sum(dict(after.fees).values()) == sum(each.fee for each in self.fills)
        if before.status in FINAL:
            assert after.status is before.status
        assert after.venue_executed >= before.venue_executed
        hiding = {OrderStatus.SENDING, OrderStatus.UNKNOWN, OrderStatus.NOT_PLACED}
        assert not (after.executed > 0 and after.status in hiding)
        assert (after is before) == (after.version == before.version)


small = st.integers(0, QUANTITY + 2)
venues = st.sampled_from(["v1", "v1", "v1", "v2"])
anything = st.one_of(
    st.builds(ev.Acked, st.just(1), venues, quantity=st.sampled_from([None, Decimal(QUANTITY), Decimal(11)])),
    st.builds(ev.DefinitelyRejected, st.just(1), st.sampled_from([700003, 30005]), st.just("no")),
    st.builds(ev.NotWritten, st.just(1), st.just("dns")),
    st.builds(ev.Expired, st.just(1)),
    st.builds(ev.Ambiguous, st.just(1), st.just("timeout")),
    st.builds(ev.Restarted, st.just(1)),
    st.builds(
        news,
        st.sampled_from(["NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED", "PARTIALLY_CANCELED", "OTHER"]),
        small,
        venue=venues,
    ),
    st.builds(
        lambda trade, source, venue: ev.FillSeen(1, fill(trade, 1 + int(trade) % 4, source=source, venue=venue)),
        st.sampled_from("123456"),
        st.sampled_from(["push", "rest"]),
        venues,
    ),
    st.builds(
        lambda trades, source: ev.FillsListed(1, tuple(fill(t, 1 + int(t) % 4, source=source) for t in trades)),
        st.lists(st.sampled_from("123456"), max_size=4),
        st.sampled_from(["push", "rest"]),
    ),
    st.builds(ev.FillsOverdue, st.just(1)),
    st.builds(ev.LookupMissed, st.just(1), st.integers(1, 4), st.sampled_from([0, 40_000])),
    st.builds(ev.AbsentFromOpen, st.just(1)),
    st.builds(ev.ProvedAbsent, st.just(1)),
    st.builds(ev.EvidenceMixed, st.just(1)),
    st.builds(ev.Contradicted, st.just(1), st.just("twice")),
    st.builds(ev.Attested, st.just(1), st.just("seen on the website")),
    st.builds(ev.CancelRequested, st.just(1)),
    st.builds(ev.CancelAcked, st.just(1)),
    st.builds(ev.CancelRefused, st.just(1), st.sampled_from([-2011, 700007])),
    st.builds(ev.CancelAmbiguous, st.just(1)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(anything, max_size=25))
def test_no_sequence_of_events_breaks_an_invariant(events: list[ev.OrderEvent]) -> None:
    run = Run()
    for event in events:
        run.feed(event)


def test_every_pair_of_state_and_event_has_a_handler() -> None:
    assert set(TABLE) == {(status, event) for status in OrderStatus for event in EVENTS}


noise = st.sampled_from(
    [
        ev.Restarted(1),
        ev.Ambiguous(1, "timeout"),
        ev.AbsentFromOpen(1),
        ev.LookupMissed(1, 1, 0),
        ev.LookupMissed(1, 3, 40_000),
        ev.CancelRequested(1),
        ev.CancelAcked(1),
        ev.CancelRefused(1, -2011),
        ev.CancelAmbiguous(1),
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Fill], str, list[ev.OrderEvent]]:
    """What truly happened at a venue, and reports of it: lost, doubled, late and mixed up.

    Whether both channels give an execution the same id is drawn too.
    """
    prefix = draw(st.sampled_from(["", "X"]))
    parts = draw(st.lists(st.integers(1, 4), max_size=4).filter(lambda each: sum(each) <= QUANTITY))
    truth = [fill(str(n), part, at=n * draw(st.sampled_from([0, 5000]))) for n, part in enumerate(parts)]
    total = sum(parts)
    ending = "FILLED" if total == QUANTITY else draw(st.sampled_from(["CANCELED", "PARTIALLY_CANCELED"]))
    reports: list[ev.OrderEvent] = [
        ev.Acked(1, "v1", "BTCUSDT", Side.BUY, PRICE, Decimal(QUANTITY)),
        news(ending, total),
    ]
    reports += [news("NEW", 0)] + [news("PARTIALLY_FILLED", sum(parts[:n])) for n in range(1, len(parts))]
    reports += [ev.FillSeen(1, replace(each, trade_id=prefix + each.trade_id)) for each in truth]
    reports += [ev.FillSeen(1, replace(each, source="rest")) for each in truth]
    chosen = draw(st.lists(st.one_of(st.sampled_from(reports), noise), max_size=20))
    return truth, ending, chosen


@settings(max_examples=300, deadline=None)
@given(histories())
def test_lost_doubled_and_mixed_reports_end_in_the_truth(
    history: tuple[list[Fill], str, list[ev.OrderEvent]],
) -> None:
    truth, ending, reports = history
    run = Run()
    for event in reports:
        run.feed(event)
    total = sum(int(each.quantity) for each in truth)
    for _round in range(2):
        run.feed(news(ending, total))
        run.feed(ev.FillsListed(2, tuple(replace(each, source="rest") for each in truth)))
    expected = {0: OrderStatus.CANCELED, QUANTITY: OrderStatus.FILLED}.get(total, OrderStatus.PARTIALLY_CANCELED)
    assert run.order.status is expected
    assert sorted((each.quantity, each.at) for each in run.fills) == sorted((each.quantity, each.at) for each in truth)
    assert run.order.executed == run.order.venue_executed == total
    assert not run.order.late_fill


@settings(max_examples=100, deadline=None)
@given(st.permutations([fill("1", 2), fill("2", 3, at=9000), fill("3", 4, at=20_000)]), st.data())
def test_the_order_of_executions_does_not_matter(fills: list[Fill], data: st.DataObject) -> None:
    run = Run()
    doubled = data.draw(st.permutations([*fills, *fills]))
    for each in doubled:
        run.feed(ev.FillSeen(1, each))
    assert (run.order.executed, run.order.quote, run.order.fees) == (9, 900, (("USDT", Decimal(3)),))
    assert run.order.status is OrderStatus.PART


@pytest.mark.parametrize("status", sorted(FINAL))
def test_an_ended_order_takes_an_execution_in_and_stays_ended(status: OrderStatus) -> None:
    late = step(new_order(status), ev.FillSeen(5, fill("9", 1)))
    assert late.order.status is status
    assert late.order.late_fill
    assert late.added == (fill("9", 1),)
    assert {ev.Effect.CANCEL_ONLY, ev.Effect.ALARM} <= late.effects
