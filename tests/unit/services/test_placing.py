"""Placing: each outcome, journal before the wire, and what a caller may do wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle, until
from tests.twins.exchange import CUT, NEVER_SENT, REFUSED, Trouble, instrument
from tests.unit.services.order_rig import LIMIT_BUY, PREFIX, running
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import OrderRequest, OrderStatus, OrderType, Side, TimeInForce
from tui_trader.domain.risk import GateState, Level
from tui_trader.errors import ConfirmationRequired, Conflict, Denied, StoreError, UsageError, VenueRejected
from tui_trader.rules.checks import CHECKS
from tui_trader.services.model import Outcome

D = Decimal


async def test_an_accepted_order_is_live_stored_and_told() -> None:
    async with running() as rig:
        done = await rig.place()
        assert done.outcome is Outcome.ACCEPTED
        assert rig.stored(done.order.id).status is OrderStatus.LIVE
        assert rig.stored(done.order.id).venue_order_id is not None
        assert rig.stored(done.order.id).sent_at is not None
        told = [event.data.status for event in rig.ear.of(EventKind.ORDER)]
        assert told == [OrderStatus.SENDING, OrderStatus.LIVE]


async def test_nothing_is_sent_before_the_intent_is_durable() -> None:
    async with running() as rig:
        rig.store.hold()
        placing = asyncio.create_task(rig.place())
        await settle()
        assert rig.exchange.sent == []
        rig.store.release()
        assert (await placing).outcome is Outcome.ACCEPTED


async def test_the_client_order_id_carries_prefix_and_ulid_and_the_deadline_is_in_server_time() -> None:
    async with running() as rig:
        rig.exchange.offset = (1500.0, 10.0)
        done = await rig.place()
        (sent,) = rig.exchange.sent
        assert sent.client_order_id == PREFIX + done.order.id
        assert len(sent.client_order_id) == 28
        assert sent.not_after == rig.clock.wall_ms() + 1500 + 2000


async def test_a_failed_commit_sends_nothing_and_releases_the_reservation() -> None:
    async with running() as rig:
        rig.store.failing = "The disk is full."
        with pytest.raises(StoreError):
            await rig.place()
        assert rig.exchange.sent == []
        assert rig.working.working() == []
        assert rig.working.reservations("USDT") == []
        assert rig.gate.state is GateState.HALTED


async def test_an_intent_whose_commit_failed_may_be_tried_again() -> None:
    async with running() as rig:
        rig.store.failing = "The disk is full."
        with pytest.raises(StoreError):
            await rig.place(intent="again-0001")
        rig.store.failing = None
        await rig.gate.change(GateState.ACTIVE, "there is room again")
        assert (await rig.place(intent="again-0001")).outcome is Outcome.ACCEPTED


async def test_a_definite_refusal_is_rejected_and_frees_the_money() -> None:
    async with running() as rig:
        rig.exchange.next("place", Trouble(REFUSED, reaches=False))
        done = await rig.place()
        assert (done.outcome, done.order.status) == (Outcome.REJECTED, OrderStatus.REJECTED)
        assert "Insufficient position" in done.message
        assert rig.working.reservations("USDT") == []


async def test_an_order_of_which_no_byte_left_is_rejected_as_not_sent() -> None:
    async with running() as rig:
        rig.exchange.next("place", Trouble(NEVER_SENT, reaches=False))
        done = await rig.place()
        assert (done.outcome, done.order.status) == (Outcome.REJECTED, OrderStatus.NOT_SENT)
        assert done.order.reason == "not_sent"


async def test_a_decision_that_is_too_old_is_not_sent() -> None:
    async with running() as rig:
        rig.store.hold()
        placing = asyncio.create_task(rig.place())
        await settle()
        rig.clock.jump(3)
        rig.store.release()
        done = await placing
        assert done.order.status is OrderStatus.NOT_SENT
        assert rig.exchange.book_of_orders == {}


async def test_a_cut_after_the_write_is_unknown_and_keeps_the_money_locked_until_it_is_found() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(CUT))
        done = await rig.place()
        assert (done.outcome, done.order.status) == (Outcome.UNKNOWN, OrderStatus.UNKNOWN)
        assert rig.working.reserved("USDT") > D(98)
        assert rig.orders.unknown_until(done.order) is not None
        await rig.clock.advance(2.1)
        assert rig.order(done.order.id).status is OrderStatus.LIVE
        assert len(rig.exchange.sent) == 1


async def test_an_error_nobody_foresaw_counts_as_unknown() -> None:
    async with running() as rig:
        rig.exchange.next("place", Trouble(RuntimeError("a bug")))
        assert (await rig.place()).outcome is Outcome.UNKNOWN


async def test_a_push_before_the_answer_makes_the_order_live_and_the_answer_changes_nothing() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=hold))
        placing = asyncio.create_task(rig.place())
        await until(lambda: any(order.status is OrderStatus.LIVE for order in rig.working.working()))
        hold.set()
        assert (await placing).order.status is OrderStatus.LIVE


async def test_a_fill_before_the_answer_is_counted_once() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=hold))
        placing = asyncio.create_task(rig.place())
        await until(lambda: bool(rig.exchange.book_of_orders))
        rig.exchange.fill(rig.exchange.sent[0].client_order_id, D("0.4"))
        await until(lambda: len(rig.store.fill_rows) == 1)
        hold.set()
        done = await placing
        assert (done.outcome, done.order.status, done.order.executed) == (
            Outcome.ACCEPTED,
            OrderStatus.PART,
            D("0.4"),
        )


async def test_an_order_filled_before_its_answer_came_as_cut_is_accepted() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(CUT, wait=hold))
        placing = asyncio.create_task(rig.place())
        await until(lambda: bool(rig.exchange.book_of_orders))
        rig.exchange.fill(rig.exchange.sent[0].client_order_id, D(1))
        await until(lambda: len(rig.store.fill_rows) == 1)
        hold.set()
        assert (await placing).order.status is OrderStatus.FILLED


async def test_an_answer_that_echoes_other_numbers_halts_the_desk() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        rig.exchange.next("place", Trouble(ack=lambda ack: replace(ack, price=D(9900))))
        done = await rig.place()
        await settle()
        assert (done.outcome, done.order.status) == (Outcome.UNKNOWN, OrderStatus.QUARANTINED)
        assert rig.gate.state is GateState.HALTED


async def test_an_answer_with_the_id_of_another_order_is_a_contradiction() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        first = await rig.place()
        rig.exchange.next("place", Trouble(ack=lambda ack: replace(ack, venue_order_id=first.order.venue_order_id)))
        second = await rig.place(price=D(98))
        await settle()
        assert second.order.status is OrderStatus.QUARANTINED
        assert rig.gate.state is GateState.HALTED


async def test_the_same_intent_gets_the_same_answer_and_sends_nothing_again() -> None:
    async with running() as rig:
        first = await rig.place(intent="intent-same")
        again = await rig.place(intent="intent-same")
        assert again == first
        assert len(rig.exchange.sent) == 1


async def test_the_same_intent_in_flight_waits_for_the_same_answer() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=hold))
        both = [asyncio.create_task(rig.place(intent="intent-same")) for _ in range(2)]
        await settle()
        hold.set()
        first, second = await asyncio.gather(*both)
        assert first is second
        assert len(rig.exchange.sent) == 1


async def test_one_intent_for_two_requests_is_a_conflict() -> None:
    async with running() as rig:
        await rig.place(intent="intent-same")
        with pytest.raises(Conflict):
            await rig.place(intent="intent-same", quantity=D(2))
        assert len(rig.exchange.sent) == 1


async def test_a_caller_that_goes_away_does_not_stop_an_order_half_way() -> None:
    async with running() as rig:
        hold = asyncio.Event()
        rig.exchange.next("place", Trouble(wait=hold))
        placing = asyncio.create_task(rig.place(intent="intent-gone"))
        await until(lambda: bool(rig.exchange.sent))
        placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await placing
        hold.set()
        done = await rig.place(intent="intent-gone")
        assert (done.outcome, len(rig.exchange.sent)) == (Outcome.ACCEPTED, 1)


async def test_two_orders_submitted_together_see_each_others_reservation() -> None:
    async with running() as rig:
        rig.balances.rows["USDT"] = Balance("USDT", D(150), D(0))
        both = await asyncio.gather(rig.place(), rig.place(price=D(98)), return_exceptions=True)
        assert [isinstance(each, Denied) for each in both] == [False, True]
        assert len(rig.exchange.sent) == 1


async def test_a_hard_limit_is_stored_as_denied_with_every_breach_and_its_figures() -> None:
    async with running() as rig:
        with pytest.raises(Denied) as caught:
            await rig.place(quantity=D(60), price=D("99.001"))
        assert caught.value.code == "risk_rejected"
        codes = {breach["code"] for breach in caught.value.details["breaches"]}
        assert {"max_order_value"} < codes
        (line,) = [each for each in rig.store.lines if each.kind == "order.denied"]
        assert line.body["breaches"] == caught.value.details["breaches"]
        assert rig.stored(line.order_id).status is OrderStatus.DENIED
        assert rig.exchange.sent == []


async def test_a_soft_limit_asks_with_a_token_that_passes_once() -> None:
    async with running() as rig:
        await rig.place()
        with pytest.raises(ConfirmationRequired) as caught:
            await rig.place(intent="intent-soft")
        token = caught.value.token
        assert [breach["code"] for breach in caught.value.details["breaches"]] == ["duplicate"]
        done = await rig.orders.place("intent-soft", LIMIT_BUY, token)
        assert done.outcome is Outcome.ACCEPTED
        (intent,) = (line for line in rig.store.lines if line.order_id == done.order.id and line.kind == "order.intent")
        assert [breach["code"] for breach in intent.body["breaches"]] == ["duplicate"]
        with pytest.raises(ConfirmationRequired):
            await rig.orders.place("intent-soft-2", LIMIT_BUY, token)


async def test_a_token_is_for_these_numbers_only_and_for_ten_seconds() -> None:
    async with running() as rig:
        far = replace(LIMIT_BUY, price=D(60))
        with pytest.raises(ConfirmationRequired) as caught:
            await rig.orders.place("intent-far", far)
        with pytest.raises(ConfirmationRequired):
            await rig.orders.place("intent-far-2", replace(far, quantity=D(2)), caught.value.token)
        with pytest.raises(ConfirmationRequired) as caught:
            await rig.orders.place("intent-far", far)
        rig.clock.jump(10.5)
        with pytest.raises(ConfirmationRequired):
            await rig.orders.place("intent-far", far, caught.value.token)


async def test_a_market_order_by_quote_money_goes_out_as_an_immediate_limit_at_its_cap() -> None:
    async with running() as rig:
        request = OrderRequest("BTCUSDT", Side.BUY, OrderType.MARKET, quote_quantity=D(200))
        done = await rig.orders.place("intent-market", request)
        (sent,) = rig.exchange.sent
        assert (sent.type, sent.time_in_force, sent.price) == (OrderType.LIMIT, TimeInForce.IOC, D("101.10"))
        assert sent.quantity == D("1.997003")
        assert done.order.request == request


async def test_an_uncapped_market_buy_by_money_is_sent_by_money() -> None:
    async with running() as rig:
        request = OrderRequest("BTCUSDT", Side.BUY, OrderType.MARKET, quote_quantity=D(200), capped=False)
        with pytest.raises(ConfirmationRequired) as asked:
            await rig.orders.place("intent-naked", request)
        await rig.orders.place("intent-naked", request, asked.value.token)
        (sent,) = rig.exchange.sent
        assert (sent.type, sent.quantity, sent.quote_quantity, sent.price) == (OrderType.MARKET, None, D(200), None)


async def test_market_buys_by_quantity_without_a_cap_never_count_on_the_same_money() -> None:
    async with running() as rig:
        rig.exchange.quiet = True
        naked = OrderRequest("BTCUSDT", Side.BUY, OrderType.MARKET, capped=False)

        async def confirmed(quantity: int) -> OrderStatus:
            request = replace(naked, quantity=D(quantity))
            rig.exchange.next("place", Trouble(CUT))
            with pytest.raises(ConfirmationRequired) as asked:
                await rig.orders.place(f"intent-naked-{quantity}", request)
            done = await rig.orders.place(f"intent-naked-{quantity}", request, asked.value.token)
            return done.order.status

        assert [await confirmed(each) for each in (49, 48)] == [OrderStatus.UNKNOWN] * 2
        with pytest.raises(Denied) as caught:
            await rig.place(naked, quantity=D(47))
        assert "insufficient_balance" in [each["code"] for each in caught.value.details["breaches"]]
        assert len(rig.exchange.sent) == 2


async def test_a_coin_that_no_open_market_sells_for_cash_may_go_for_another_coin() -> None:
    async with running() as rig:
        rig.balances.take([Balance("ALT", D(3), D(0))], complete=False)
        rig.prices.pairs["ALTBTC"] = instrument("ALTBTC", base="ALT", quote="BTC")
        rig.prices.rates["BTC", "USDT"] = D(1)
        rig.gate.latch(GateState.REDUCING, "Too much was lost.")
        out = replace(LIMIT_BUY, symbol="ALTBTC", side=Side.SELL, price=D(101))

        async def refusals() -> list[str]:
            shown = await rig.orders.preview(out)
            return [each.code for each in shown.breaches if each.level is Level.HARD]

        assert await refusals() == []
        rig.prices.pairs["ALTUSDT"] = instrument("ALTUSDT")
        assert await refusals() == ["gate_closed"]
        rig.prices.pairs["ALTUSDT"] = instrument("ALTUSDT", online=False)
        assert await refusals() == []


async def test_a_stale_quote_is_waited_for_before_the_check() -> None:
    async with running() as rig:
        rig.prices.quotes["BTCUSDT"] = rig.prices.make("BTCUSDT", age_ms=60_000)
        rig.prices.arriving["BTCUSDT"] = rig.prices.make("BTCUSDT")
        assert (await rig.place()).outcome is Outcome.ACCEPTED
        assert rig.prices.waited_for == ["BTCUSDT"]


async def test_without_a_fresh_quote_an_order_is_denied() -> None:
    async with running() as rig:
        rig.prices.quotes["BTCUSDT"] = rig.prices.make("BTCUSDT", age_ms=60_000)
        with pytest.raises(Denied) as caught:
            await rig.place()
        assert "stale_quote" in {breach["code"] for breach in caught.value.details["breaches"]}


async def test_without_the_venues_clock_an_order_is_denied() -> None:
    async with running() as rig:
        rig.exchange.offset = None
        with pytest.raises(Denied, match="clock"):
            await rig.place()
        rig.exchange.offset, rig.exchange.clock_age = (0.0, 20.0), None
        with pytest.raises(Denied, match="clock"):
            await rig.place()
        assert rig.exchange.sent == []


async def test_while_the_private_stream_is_down_nothing_is_opened_and_a_holding_can_be_sold() -> None:
    async with running() as rig:
        rig.exchange.stream_up = False
        with pytest.raises(Denied, match="own orders"):
            await rig.place()
        done = await rig.place(side=Side.SELL, price=D(101))
        assert done.outcome is Outcome.ACCEPTED
        assert (await rig.orders.cancel(done.order.id)).failures == []


async def test_one_size_is_needed_and_no_more() -> None:
    async with running() as rig:
        with pytest.raises(UsageError):
            await rig.place(quantity=None)
        with pytest.raises(UsageError):
            await rig.place(quote_quantity=D(5))
        with pytest.raises(UsageError):
            await rig.orders.place("", LIMIT_BUY)


async def test_an_order_that_waits_for_its_commit_while_trading_is_halted_is_not_sent() -> None:
    async with running() as rig:
        rig.store.hold()
        placing = asyncio.create_task(rig.place())
        await settle()
        rig.gate.latch(GateState.HALTED, "kill switch")
        rig.store.release()
        done = await placing
        assert done.order.status is OrderStatus.NOT_SENT
        assert rig.exchange.sent == []


async def test_a_person_can_sell_what_is_held_while_trading_is_halted() -> None:
    async with running() as rig:
        rig.gate.latch(GateState.HALTED, "kill switch")
        sell = replace(LIMIT_BUY, side=Side.SELL, price=D(101))
        with pytest.raises(ConfirmationRequired) as asked:
            await rig.place(sell, "intent-halted")
        done = await rig.orders.place("intent-halted", sell, asked.value.token)
        assert done.outcome is Outcome.ACCEPTED
        assert len(rig.exchange.sent) == 1


async def test_a_storm_of_refusals_closes_the_gate() -> None:
    async with running() as rig:
        for step in range(5):
            rig.exchange.next("place", Trouble(VenueRejected("no", code=30002), reaches=False))
            await rig.place(price=D(90) + step)
        await settle()
        assert rig.gate.state is GateState.CANCEL_ONLY


async def test_the_journal_says_what_was_seen_decided_and_answered() -> None:
    async with running() as rig:
        done = await rig.place()
        intent, answer = (line for line in rig.store.lines if line.order_id == done.order.id)
        assert (intent.kind, answer.kind) == ("order.intent", "order.answer")
        assert intent.body["bid"] == "100"
        assert (intent.body["gate"], intent.body["checks"]) == ("ACTIVE", len(CHECKS))
        assert D(intent.body["figures"]["equity"]) == rig.figures.of_account.equity
        assert "breaches" not in intent.body
        assert intent.body["quantity"] == "1"
        assert intent.body["not_after"] == done.order.not_after
        assert answer.body["status"] == "LIVE"


async def test_a_price_is_looked_at_after_what_takes_longer_to_come() -> None:
    async with running() as rig:
        rig.prices.quotes["BTCUSDT"] = rig.prices.make("BTCUSDT")
        rig.figures.meanwhile = lambda: rig.clock.jump(6)
        rig.prices.arriving["BTCUSDT"] = replace(rig.prices.make("BTCUSDT"), received=rig.clock.wall_ms() + 6000)
        await rig.place()
        assert rig.exchange.sent
