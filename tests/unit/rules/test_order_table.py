from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import CancelState, Order, OrderStatus, OrderType, Side, TimeInForce
from tui_trader.rules import order_events as ev
from tui_trader.rules.order_events import Effect
from tui_trader.rules.order_table import step

D = Decimal
S = OrderStatus
Make = Callable[..., Order]
MakeFill = Callable[..., Fill]


def news(status: str, executed: int = 0, **fields: object) -> ev.Reported:
    return replace(ev.Reported(7, status, D(executed), D(executed) * 100, "v1"), **fields)  # type: ignore[arg-type]


ACK = ev.Acked(7, "v1", "BTCUSDT", Side.BUY, D(100), D(10))


@pytest.mark.parametrize("status", [S.SENDING, S.UNKNOWN])
def test_an_equal_echo_makes_an_order_live(make_order: Make, status: S) -> None:
    done = step(make_order(status), ACK)
    assert (done.order.status, done.order.venue_order_id, done.order.acked_at) == (S.LIVE, "v1", 7)
    assert done.order.version == 1
    assert not done.effects


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"symbol": "ETHUSDT"}, "symbol ETHUSDT"),
        ({"side": Side.SELL}, "side SELL"),
        ({"price": D(101)}, "price 101"),
        ({"quantity": D(11)}, "quantity 11"),
    ],
)
def test_a_differing_echo_quarantines_and_halts(make_order: Make, change: dict[str, object], word: str) -> None:
    done = step(make_order(), replace(ACK, **change))  # type: ignore[arg-type]
    assert done.order.status is S.QUARANTINED
    assert word in done.order.message
    assert done.effects == {Effect.HALT, Effect.ALARM}
    assert done.order.quantity == change.get("quantity", 10)
    assert done.order.price == change.get("price", 100)


def test_a_sells_price_is_not_taken_from_a_differing_echo(make_order: Make) -> None:
    order = make_order(request={"side": Side.SELL}, venue_order_id="v0")
    done = step(order, replace(ACK, side=Side.SELL))
    assert (done.order.venue_order_id, done.order.price) == ("v0", 100)


def test_a_contradiction_is_told_once(make_order: Make) -> None:
    first = step(make_order(S.LIVE, venue_order_id="v1"), news("NEW", venue_order_id="v2"))
    again = step(first.order, news("NEW", venue_order_id="v2"))
    assert again.order is first.order
    assert not again.effects


def test_a_late_acknowledgement_binds_and_changes_no_state(make_order: Make) -> None:
    done = step(make_order(S.PART, venue_order_id="v1"), ACK)
    assert (done.order.status, done.order.acked_at) == (S.PART, 7)
    assert step(done.order, replace(ACK, at=9)).order is done.order


def test_an_order_thought_absent_comes_back_with_an_alarm(make_order: Make) -> None:
    for event in (ACK, news("NEW")):
        done = step(make_order(S.NOT_PLACED), event)
        assert done.order.status is S.LIVE
        assert done.effects == {Effect.RESERVE, Effect.CANCEL_ONLY, Effect.ALARM}
    closed = step(make_order(S.NOT_PLACED), news("CANCELED"))
    assert closed.order.status is S.CANCELED
    assert Effect.RESERVE not in closed.effects


@pytest.mark.parametrize("status", [S.DENIED, S.REJECTED, S.NOT_SENT])
def test_a_trace_of_an_order_that_never_was_alarms_once(make_order: Make, status: S) -> None:
    for event in (ACK, news("NEW", 2)):
        done = step(make_order(status), event)
        assert done.order.status is status
        assert {Effect.CANCEL_ONLY, Effect.ALARM, Effect.LOOK_UP} <= done.effects
    assert Effect.FETCH_FILLS in done.effects
    assert not step(done.order, news("NEW", 2)).effects


def test_a_definite_refusal_releases(make_order: Make) -> None:
    done = step(make_order(), ev.DefinitelyRejected(7, 30005, "Oversold"))
    assert (done.order.status, done.order.reason, done.order.message) == (S.REJECTED, "30005", "Oversold")
    assert done.effects == {Effect.RELEASE, Effect.COUNT_REJECT}


def test_a_clock_refusal_asks_for_the_clock(make_order: Make) -> None:
    done = step(make_order(cancel=CancelState.SENDING), ev.DefinitelyRejected(7, 700003, "Timestamp"))
    assert Effect.RESYNC_CLOCK in done.effects
    assert done.order.cancel is CancelState.DONE


def test_a_refusal_of_what_was_already_released_releases_nothing(make_order: Make) -> None:
    assert Effect.RELEASE not in step(make_order(S.NOT_PLACED), ev.DefinitelyRejected(7, 30005, "no")).effects


def test_a_refusal_of_an_order_the_venue_has_shown_is_not_believed(make_order: Make) -> None:
    for order in (make_order(S.LIVE, venue_order_id="v1"), make_order(S.UNKNOWN, venue_order_id="v1")):
        done = step(order, ev.DefinitelyRejected(7, 30005, "no"))
        assert done.order is order
        assert done.effects == {Effect.LOOK_UP, Effect.ALARM}


@pytest.mark.parametrize("event", [ev.NotWritten(7, "dns"), ev.Expired(7)])
def test_what_was_never_written_is_not_sent(make_order: Make, event: ev.OrderEvent) -> None:
    done = step(make_order(), event)
    assert done.order.status is S.NOT_SENT
    assert done.effects == {Effect.RELEASE}


def test_silence_is_unknown_and_keeps_the_money(make_order: Make) -> None:
    done = step(make_order(), ev.Ambiguous(7, "timeout"))
    assert (done.order.status, done.order.message) == (S.UNKNOWN, "timeout")
    assert done.effects == {Effect.LOOK_UP}
    live = make_order(S.LIVE)
    assert step(live, ev.Ambiguous(7, "timeout")).order is live


def test_a_restart_makes_unknown_what_was_being_sent(make_order: Make) -> None:
    done = step(make_order(cancel=CancelState.SENDING), ev.Restarted(7))
    assert (done.order.status, done.order.cancel) == (S.UNKNOWN, CancelState.UNKNOWN)
    assert done.effects == {Effect.LOOK_UP, Effect.SEND_CANCEL}
    closing = step(make_order(S.CLOSING), ev.Restarted(7))
    assert closing.effects == {Effect.LOOK_UP, Effect.FETCH_FILLS}
    ended = make_order(S.FILLED)
    assert step(ended, ev.Restarted(7)).order is ended


def test_a_restart_asks_nothing_of_its_own_about_an_order_that_rests(make_order: Make) -> None:
    for order in (
        make_order(S.LIVE),
        make_order(S.LIVE, cancel=CancelState.FAILED),
        make_order(S.PART, executed=D(2), venue_executed=D(2)),
    ):
        done = step(order, ev.Restarted(7))
        assert done.order is order
        assert done.effects == frozenset()
    for order in (
        make_order(S.LIVE, cancel=CancelState.ACKED),
        make_order(S.PART, executed=D(2), venue_executed=D(3)),
        make_order(S.NOT_PLACED),
    ):
        assert Effect.LOOK_UP in step(order, ev.Restarted(7)).effects


def test_a_fill_may_come_before_the_acknowledgement(make_order: Make, make_fill: MakeFill) -> None:
    done = step(make_order(), ev.FillSeen(7, make_fill(fee=D("0.1"))))
    assert (done.order.status, done.order.executed, done.order.quote) == (S.PART, 1, 100)
    assert (done.order.venue_order_id, done.order.fees) == ("v1", (("USDT", D("0.1")),))
    assert step(done.order, ACK).order.status is S.PART


def test_all_of_it_executed_is_filled(make_order: Make, make_fill: MakeFill) -> None:
    done = step(make_order(S.PART, executed=D(9), cancel=CancelState.ACKED), ev.FillSeen(7, make_fill()))
    assert (done.order.status, done.order.cancel) == (S.FILLED, CancelState.DONE)
    assert done.effects == {Effect.RELEASE}


def test_a_fill_of_an_order_thought_absent_brings_it_back(make_order: Make, make_fill: MakeFill) -> None:
    part = step(make_order(S.NOT_PLACED), ev.FillSeen(7, make_fill()))
    assert part.order.status is S.PART
    assert {Effect.RESERVE, Effect.CANCEL_ONLY, Effect.ALARM} <= part.effects
    whole = step(make_order(S.NOT_PLACED), ev.FillSeen(7, make_fill(quantity="10")))
    assert whole.order.status is S.FILLED
    assert Effect.RESERVE not in whole.effects


def test_more_than_ordered_is_kept_and_quarantined(make_order: Make, make_fill: MakeFill) -> None:
    done = step(make_order(S.LIVE), ev.FillSeen(7, make_fill(quantity="11")))
    assert (done.order.status, done.order.executed) == (S.QUARANTINED, 11)
    assert {Effect.CANCEL_ONLY, Effect.ALARM} <= done.effects
    assert len(done.added) == 1


def test_a_fill_under_another_venue_id_halts(make_order: Make, make_fill: MakeFill) -> None:
    done = step(make_order(S.LIVE, venue_order_id="v0"), ev.FillSeen(7, make_fill()))
    assert done.order.status is S.QUARANTINED
    assert Effect.HALT in done.effects
    assert done.added


def test_one_execution_from_two_channels_counts_once(make_order: Make, make_fill: MakeFill) -> None:
    known = make_fill("push-1", source="push", at=500)
    order = make_order(S.PART, executed=D(1), venue_order_id="v1")
    assert not step(order, ev.FillSeen(7, known), [known]).added
    assert not step(order, ev.FillSeen(7, make_fill("hex", source="rest", at=1400)), [known]).added
    assert step(order, ev.FillSeen(7, make_fill("hex", source="rest", at=1600)), [known]).added


def test_closing_waits_for_every_execution(make_order: Make, make_fill: MakeFill) -> None:
    closed = step(make_order(S.LIVE, cancel=CancelState.ACKED), news("PARTIALLY_CANCELED", 3))
    assert closed.order.status is S.CLOSING
    assert closed.effects == {Effect.FETCH_FILLS}
    one = step(closed.order, ev.FillSeen(7, make_fill("1")))
    assert one.order.status is S.CLOSING
    two = step(one.order, ev.FillSeen(7, make_fill("2", "2")), one.added)
    assert (two.order.status, two.order.cancel) == (S.PARTIALLY_CANCELED, CancelState.DONE)
    assert two.effects == {Effect.RELEASE}
    over = step(one.order, ev.FillSeen(7, make_fill("3", "3")), one.added)
    assert over.order.status is S.QUARANTINED


def test_closed_without_executions_is_canceled_at_once(make_order: Make) -> None:
    done = step(make_order(S.LIVE), news("CANCELED"))
    assert (done.order.status, done.order.reason) == (S.CANCELED, "EXTERNAL")
    assert done.effects == {Effect.RELEASE, Effect.NOTIFY}
    stp = step(make_order(S.LIVE), news("CANCELED", cancel_reason="stp_cancel"))
    assert stp.order.reason == "stp_cancel"


def test_an_immediate_order_that_ends_by_itself_is_no_surprise(make_order: Make) -> None:
    order = make_order(S.LIVE, request={"time_in_force": TimeInForce.IOC})
    assert step(order, news("CANCELED")).effects == {Effect.RELEASE}


def test_filled_but_not_all_of_it_is_asked_again(make_order: Make) -> None:
    order = make_order(S.LIVE)
    done = step(order, news("FILLED", 3))
    assert done.order is order
    assert done.effects == {Effect.LOOK_UP, Effect.FETCH_FILLS}


def test_an_uncapped_order_by_money_has_no_quantity_to_exceed(make_order: Make, make_fill: MakeFill) -> None:
    request = {"type": OrderType.MARKET, "quote_quantity": D(100), "capped": False}
    order = make_order(request=request, price=None)
    part = step(order, ev.FillSeen(7, make_fill(quantity="12")))
    assert part.order.status is S.PART
    assert step(part.order, news("FILLED", 12), part.added).order.status is S.FILLED


def test_open_news_updates_a_working_order(make_order: Make) -> None:
    done = step(make_order(S.UNKNOWN, cancel=CancelState.UNKNOWN), news("PARTIALLY_FILLED", 2))
    assert (done.order.status, done.order.venue_executed, done.order.venue_quote) == (S.PART, 2, 200)
    assert done.effects == {Effect.FETCH_FILLS, Effect.SEND_CANCEL}
    assert step(done.order, news("PARTIALLY_FILLED", 2)).order is done.order


def test_older_news_changes_nothing(make_order: Make) -> None:
    part = make_order(S.PART, executed=D(3), venue_order_id="v1")
    assert step(part, news("NEW", 1)).order is part
    assert step(part, news("CANCELED", 1)).effects == {Effect.LOOK_UP}
    closing = make_order(S.CLOSING, venue_executed=D(3), venue_order_id="v1")
    assert step(closing, news("PARTIALLY_FILLED", 3)).order is closing
    filled = make_order(S.FILLED, executed=D(10), venue_executed=D(10), venue_order_id="v1")
    assert step(filled, news("NEW", 0)).order is filled


def test_more_executed_than_ordered_is_a_contradiction(make_order: Make) -> None:
    done = step(make_order(S.LIVE), news("PARTIALLY_FILLED", 11))
    assert (done.order.status, done.order.venue_executed) == (S.QUARANTINED, 11)
    assert {Effect.CANCEL_ONLY, Effect.FETCH_FILLS} <= done.effects


def test_news_of_an_ended_order(make_order: Make) -> None:
    filled = make_order(S.FILLED, executed=D(10), venue_order_id="v1")
    lagging = step(filled, news("FILLED", 10))
    assert (lagging.order.venue_executed, lagging.effects) == (10, frozenset())
    canceled = make_order(S.CANCELED, venue_order_id="v1")
    more = step(canceled, news("PARTIALLY_CANCELED", 2))
    assert more.order.status is S.CANCELED
    assert more.effects == {Effect.FETCH_FILLS, Effect.ALARM}
    other = step(canceled, news("NEW", venue_order_id="v2"))
    assert (other.order.status, other.effects) == (S.CANCELED, {Effect.HALT, Effect.ALARM})


def test_a_late_fill_the_venue_announced_is_no_contradiction(make_order: Make, make_fill: MakeFill) -> None:
    order = make_order(S.CANCELED, venue_order_id="v1", venue_executed=D(1))
    done = step(order, ev.FillSeen(7, make_fill()))
    assert (done.order.status, done.order.late_fill, done.effects) == (S.CANCELED, True, frozenset())


def test_a_quarantined_order_still_learns(make_order: Make, make_fill: MakeFill) -> None:
    order = make_order(S.QUARANTINED, venue_order_id="v1")
    assert step(order, news("PARTIALLY_FILLED", 2)).order.venue_executed == 2
    closed = step(order, news("PARTIALLY_CANCELED", 2))
    assert (closed.order.status, closed.order.venue_executed) == (S.QUARANTINED, 2)
    assert step(order, ev.FillSeen(7, make_fill())).order.executed == 1


def test_an_unknown_status_word_latches_and_changes_nothing(make_order: Make) -> None:
    order = make_order(S.LIVE)
    done = step(order, news("WHATEVER", 5))
    assert done.order is order
    assert done.effects == {Effect.CANCEL_ONLY, Effect.ALARM}


def test_one_absence_proves_nothing(make_order: Make) -> None:
    for status in (S.UNKNOWN, S.LIVE, S.QUARANTINED):
        order = make_order(status)
        done = step(order, ev.LookupMissed(7, 1, 0))
        assert (done.order, done.effects) == (order, {Effect.LOOK_UP})
    closing = step(make_order(S.CLOSING), ev.LookupMissed(7, 9, 90_000))
    assert closing.effects == {Effect.FETCH_FILLS}
    assert step(make_order(S.LIVE), ev.AbsentFromOpen(7)).effects == {Effect.LOOK_UP}


def test_three_absences_over_half_a_minute_make_a_working_order_unknown(make_order: Make) -> None:
    assert step(make_order(S.LIVE), ev.LookupMissed(7, 3, 29_999)).order.status is S.LIVE
    assert step(make_order(S.LIVE), ev.LookupMissed(7, 3, 30_000)).order.status is S.UNKNOWN
    executed = step(make_order(S.PART, executed=D(1)), ev.LookupMissed(7, 3, 30_000))
    assert executed.order.status is S.PART
    assert Effect.ALARM in executed.effects


def test_absence_proved_releases(make_order: Make) -> None:
    done = step(make_order(S.UNKNOWN), ev.ProvedAbsent(7))
    assert (done.order.status, done.effects) == (S.NOT_PLACED, {Effect.RELEASE})


def test_an_order_once_seen_cannot_be_proved_absent(make_order: Make) -> None:
    done = step(make_order(S.UNKNOWN, venue_order_id="v1"), ev.ProvedAbsent(7))
    assert (done.order.status, done.effects) == (S.QUARANTINED, {Effect.CANCEL_ONLY, Effect.ALARM})


def test_mixed_evidence_goes_to_a_person_who_ends_it(make_order: Make) -> None:
    mixed = step(make_order(S.UNKNOWN), ev.EvidenceMixed(7))
    assert mixed.order.status is S.QUARANTINED
    ended = step(mixed.order, ev.Attested(8, "not on the website"))
    assert (ended.order.status, ended.order.message) == (S.CANCELED, "not on the website")
    assert ended.effects == {Effect.RELEASE}
    back = step(make_order(S.NOT_PLACED), ev.Contradicted(7, "id belongs to another order"))
    assert back.effects == {Effect.HALT, Effect.ALARM, Effect.RESERVE}


def test_executions_that_never_come_are_stood_in_for_and_replaced(make_order: Make, make_fill: MakeFill) -> None:
    closing = make_order(S.CLOSING, venue_executed=D(3), venue_quote=D(300), venue_order_id="v1")
    stood = step(closing, ev.FillsOverdue(7))
    (stand_in,) = stood.added
    assert (stand_in.source, stand_in.price, stand_in.quantity) == ("synthetic", 100, 3)
    assert stood.order.status is S.PARTIALLY_CANCELED
    assert {Effect.ALARM, Effect.RELEASE} == stood.effects
    first = step(stood.order, ev.FillSeen(8, make_fill("1", fee=D(1))), stood.added)
    assert (first.order.executed, first.order.quote, first.order.fees) == (3, 300, (("USDT", D(1)),))
    real, rest = first.added
    assert (first.removed, rest.quantity) == ((stand_in,), 2)
    second = step(first.order, ev.FillSeen(9, make_fill("2", "2")), [real, rest])
    assert (second.added[1:], second.removed, second.order.executed) == ((), (rest,), 3)
    assert not second.effects
    assert not second.order.late_fill


@pytest.mark.parametrize(("quantity", "price"), [("4", "100"), ("3", "101")])
def test_a_real_execution_that_disagrees_with_the_stand_in_alarms(
    make_order: Make, make_fill: MakeFill, quantity: str, price: str
) -> None:
    closing = make_order(S.CLOSING, venue_executed=D(3), venue_quote=D(300), venue_order_id="v1")
    stood = step(closing, ev.FillsOverdue(7))
    done = step(stood.order, ev.FillSeen(8, make_fill("1", quantity, price)), stood.added)
    assert done.effects == {Effect.CANCEL_ONLY, Effect.ALARM}
    assert (done.order.executed, done.order.quote) == (D(quantity), D(quantity) * D(price))


def test_nothing_missing_needs_no_stand_in(make_order: Make) -> None:
    order = make_order(S.CLOSING)
    assert step(order, ev.FillsOverdue(7)).order is order


def test_sums_without_an_amount_stand_in_for_nothing(make_order: Make) -> None:
    order = make_order(S.CLOSING, venue_executed=D(3), venue_order_id="v1")
    assert step(order, ev.FillsOverdue(7)).order is order


def test_a_cancel_is_asked_for_once_and_ends_nothing(make_order: Make) -> None:
    asked = step(make_order(S.LIVE), ev.CancelRequested(7))
    assert (asked.order.status, asked.order.cancel, asked.effects) == (
        S.LIVE,
        CancelState.SENDING,
        {Effect.SEND_CANCEL},
    )
    assert not step(asked.order, ev.CancelRequested(8)).effects
    done = step(asked.order, ev.CancelAcked(8))
    assert (done.order.status, done.order.cancel, done.effects) == (S.LIVE, CancelState.ACKED, {Effect.LOOK_UP})


@pytest.mark.parametrize(
    ("event", "state", "effects"),
    [
        (ev.CancelRefused(7, -2011), CancelState.UNKNOWN, {Effect.LOOK_UP, Effect.FETCH_FILLS}),
        (ev.CancelRefused(7, 700007, "No permission"), CancelState.FAILED, {Effect.LOOK_UP, Effect.ALARM}),
        (ev.CancelAmbiguous(7, "timeout"), CancelState.UNKNOWN, {Effect.LOOK_UP, Effect.SEND_CANCEL}),
    ],
)
def test_a_cancel_that_did_not_work_leaves_the_order_alone(
    make_order: Make, event: ev.OrderEvent, state: CancelState, effects: set[Effect]
) -> None:
    done = step(make_order(S.PART, cancel=CancelState.SENDING), event)
    assert (done.order.status, done.order.cancel, done.effects) == (S.PART, state, effects)


def test_an_ended_order_is_not_canceled(make_order: Make) -> None:
    ended = make_order(S.FILLED)
    done = step(ended, ev.CancelRequested(7))
    assert done.order is ended
    assert "ignored" in done.note


def test_a_whole_list_tells_equal_executions_apart(make_order: Make, make_fill: MakeFill) -> None:
    known = make_fill("1", source="push")
    order = make_order(S.CLOSING, executed=D(1), venue_executed=D(3), venue_order_id="v1")
    same_ids = tuple(make_fill(each, source="rest") for each in "123")
    done = step(order, ev.FillsListed(7, same_ids), [known])
    assert [each.trade_id for each in done.added] == ["2", "3"]
    assert (done.order.status, done.order.executed) == (S.PARTIALLY_CANCELED, 3)
    other_ids = tuple(make_fill(each, source="rest") for each in "abc")
    assert [each.trade_id for each in step(order, ev.FillsListed(7, other_ids), [known]).added] == ["b", "c"]


def test_a_whole_list_replaces_the_stand_in(make_order: Make, make_fill: MakeFill) -> None:
    closing = make_order(S.CLOSING, venue_executed=D(3), venue_quote=D(300), venue_order_id="v1")
    stood = step(closing, ev.FillsOverdue(7))
    done = step(stood.order, ev.FillsListed(8, (make_fill("1"), make_fill("2", "2"))), stood.added)
    assert (done.removed, [each.trade_id for each in done.added]) == (stood.added, ["1", "2"])
    assert not done.effects


def test_a_whole_list_that_completes_an_absent_order_reserves_nothing(make_order: Make, make_fill: MakeFill) -> None:
    done = step(make_order(S.NOT_PLACED), ev.FillsListed(8, (make_fill("1", "4"), make_fill("2", "6"))))
    assert done.order.status is S.FILLED
    assert {Effect.RELEASE, Effect.CANCEL_ONLY, Effect.ALARM} == done.effects


def test_an_address_that_the_key_does_not_allow_closes_the_gate_and_says_what_to_do(make_order: Make) -> None:
    move = step(make_order(), ev.DefinitelyRejected(1, 700006, "No permission for this IP."))
    assert move.order.status is S.REJECTED
    assert {Effect.CANCEL_ONLY, Effect.ALARM, Effect.RELEASE} <= move.effects
    assert "API management" in move.order.message
