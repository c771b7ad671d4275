"""An outcome that nobody knows: on the screen as such, counted down, never offered for repetition; and how it ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.console.driving import Driver, console
from tests.twins.desk import TwinDesk
from tui_trader.contract.orders import BreachView, OrderView, Outcome
from tui_trader.domain.order import CancelState, OrderStatus
from tui_trader.domain.risk import Level
from tui_trader.errors import ConfirmationRequired, Denied, DeskUnavailable
from tui_trader.ui.doubt import NEXT, ended, entered, state_of, told, waiting

SECOND = 1000


def lines_sent(desk: TwinDesk) -> int:
    return sum(1 for call in desk.asked if call[0] == "run_line")


def doubtful(desk: TwinDesk, **changes: object) -> OrderView:
    """Make an order of unknown outcome, which may be known in 1:43."""
    return desk.make_order(
        1,
        status=OrderStatus.UNKNOWN,
        state="outcome unknown, being looked up",
        message="No answer from the exchange",
        unknown_until=desk.market.now + 103 * SECOND,
        locked=Decimal("650.325"),
        locked_asset="USDT",
        **changes,
    )


async def put_into_doubt(it: Driver) -> None:
    it.desk.outcomes.append(Outcome.UNKNOWN)
    await it.ticket("b", "0.01", "65000")
    await it.see("UNKNOWN, do not send it again.")


async def test_open_orders_counts_down_says_what_is_locked_why_and_what_not_to_do():
    async with console() as it:
        it.desk.put_order(doubtful(it.desk))
        await it.see(
            "UNKNOWN 1:43",
            "UNKNOWN · may be known in 1:43 · 650.32 USDT locked as if live",
            "(No answer from the exchange) The desk looks it up",
            "Do not send it again; c in Open",
        )
        it.desk.market.now += 43 * SECOND
        await it.see("UNKNOWN · may be known in 1:00")
        it.desk.market.now += 61 * SECOND
        await it.see("UNKNOWN · still asking", "UNKNOWN still asking")
        assert "0:00" not in it.text()


async def test_the_top_line_counts_too_and_waits_for_the_last_of_several():
    async with console() as it:
        it.desk.put_order(doubtful(it.desk))
        await it.see("1 UNKNOWN 1:43")
        other = it.desk.make_order(2, status=OrderStatus.UNKNOWN, unknown_until=it.desk.market.now + 130 * SECOND)
        it.desk.put_order(other)
        await it.see("2 UNKNOWN 2:10")


async def test_the_log_says_it_once_and_again_how_it_ended():
    async with console() as it:
        order = doubtful(it.desk)
        for _ in range(3):
            it.desk.put_order(order)
        await it.until(lambda: it.screen.model.orders, "taken in")
        said = [line for line in it.screen.model.log if "do not send it again" in line.text]
        assert [line.level for line in said] == ["error"]
        assert said[0].text.endswith("(No answer from the exchange)")
        it.desk.put_order(order.model_copy(update={"status": OrderStatus.LIVE, "state": "resting"}))
        await it.until(lambda: "was found: it stands in the book" in it.screen.model.log[-1].text, "the end")


async def test_a_console_that_attaches_anew_does_not_say_the_same_doubt_again():
    async with console() as it:
        it.desk.put_order(doubtful(it.desk))
        await it.see("UNKNOWN 1:43")
        it.desk.drop()
        await it.see("NO DESK")
        it.desk.alive = True
        await it.see("UNKNOWN 1:43", "ACTIVE")
        assert sum("do not send it again" in line.text for line in it.screen.model.log) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_dialogue_says_what_not_to_do_and_offers_nothing_to_repeat(size):
    async with console(size=size) as it:
        await put_into_doubt(it)
        await it.see("may execute", "650 USDT locked as if", "The desk looks")
        assert "COMMAND" not in it.text()
        await it.press("enter")
        assert lines_sent(it.desk) == 1
        await it.press("escape")
        await it.see("may be known in 2:05")


async def test_what_became_of_it_takes_the_place_of_the_doubt():
    async with console() as it:
        await put_into_doubt(it)
        (order,) = it.desk.orders.values()
        it.desk.put_order(order.model_copy(update={"status": OrderStatus.NOT_PLACED, "state": "proved not placed"}))
        await it.see("was NOT PLACED, that is proved. ", "It may be sent again.", "No open orders")
        assert "UNKNOWN" not in it.text()


async def test_news_of_an_order_disturbs_nothing_that_is_typed_or_asked():
    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        it.desk.put_order(doubtful(it.desk))
        await it.see("1 UNKNOWN", "buy btcusdt 0.01 @65000", "COMMAND")
        await it.press("enter")
        await it.hear()
        it.desk.put_order(doubtful(it.desk).model_copy(update={"status": OrderStatus.FILLED, "state": "filled"}))
        await it.until(lambda: "executed completely" in it.screen.model.log[-1].text, "the news")
        assert "CONFIRM" in it.text()


@pytest.mark.parametrize("way", ["dot", "history"])
async def test_the_same_line_again_while_one_is_unknown_is_refused(way):
    async with console() as it:
        await put_into_doubt(it)
        refusal = "An equal order (01X) has no answer yet: the first may still execute; this would double it."
        it.desk.failures["run_line"] = Denied(refusal, code="risk_rejected")
        await it.press(*(["full_stop"] if way == "dot" else ["colon", "up"]))
        await it.see("buy btcusdt 0.01 @65000", "COMMAND")
        assert lines_sent(it.desk) == 1
        await it.press("enter")
        await it.hear()
        await it.press("enter")
        await it.see("Denied: An equal order", "the first may still execute", "Nothing was sent.")
        assert len(it.desk.orders) == 1


async def test_another_order_while_one_is_unknown_wants_a_second_enter_that_knows_it():
    async with console() as it:
        await put_into_doubt(it)
        warning = "Order 01X on BTCUSDT has no known outcome: the first may still execute."
        it.desk.breaches = [BreachView(code="unknown_order", level=Level.SOFT, message=warning)]
        it.desk.failures["run_line"] = ConfirmationRequired(warning, token="tok-1")
        await it.ticket("b", "0.02", "64000")
        await it.see("CONFIRM", "the first may still execute")
        await it.hear()
        await it.press("escape")
        await it.see("Nothing was sent")
        assert len(it.desk.orders) == 1


@pytest.mark.parametrize("status", sorted(NEXT))
async def test_each_state_that_is_not_plain_says_what_to_do_next(status):
    desk = TwinDesk()
    working = status in {OrderStatus.UNKNOWN, OrderStatus.QUARANTINED}
    order = desk.make_order(1, status=status, state=status.value.lower(), message="30005: something of the exchange")
    if working:
        desk.orders[order.id] = order
    else:
        desk.past.append(order)
    async with console(desk, size=(160, 50)) as it:
        await it.press("5" if working else "7")
        await it.see("Open orders 1" if working else "History orders 1")
        await it.press("enter")
        await it.see("what now", NEXT[status][:60])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OrderStatus.NOT_SENT, ("Not sent: Buy", "Nothing left this machine", "It may be", "sent again.")),
        (OrderStatus.REJECTED, ("Rejected: Buy", "MEXC refuses it: 30005", "It is not in", "first.")),
    ],
)
async def test_a_refusal_says_who_refused_and_what_to_do(status, words):
    desk = TwinDesk()
    desk.outcomes.append(Outcome.REJECTED)
    desk.refused_as = status
    async with console(desk) as it:
        await it.ticket("b", "0.01", "65000")
        await it.see(*words, "COMMAND")


def test_a_countdown_is_honest():
    desk = TwinDesk()
    order, now = doubtful(desk), desk.market.now
    assert [waiting(order, now + past) for past in (0, 1, 42_001, 102_999, 103_000, 999_999)] == [
        "may be known in 1:43",
        "may be known in 1:43",
        "may be known in 1:01",
        "may be known in 0:01",
        "still asking",
        "still asking",
    ]
    assert waiting(order.model_copy(update={"unknown_until": None}), now) == "still asking"


def test_a_doubt_is_told_at_its_beginning_at_its_turn_and_at_its_end():
    order = doubtful(TwinDesk())
    torn = order.model_copy(update={"status": OrderStatus.QUARANTINED})
    found = order.model_copy(update={"status": OrderStatus.FILLED})
    assert told(order, {}) == entered(order)
    assert told(order, {order.id: OrderStatus.UNKNOWN}) is None
    assert told(torn, {order.id: OrderStatus.UNKNOWN}) == entered(torn)
    assert told(found, {order.id: OrderStatus.QUARANTINED}) == ended(found)
    assert told(found, {}) is None


def test_a_state_in_words_names_the_cancel_beside_it():
    order = doubtful(TwinDesk())
    asked = order.model_copy(update={"cancel": CancelState.SENDING})
    assert state_of(order) == "outcome UNKNOWN, being looked up"
    assert state_of(asked, order.unknown_until) == "UNKNOWN still asking, cancelling"
    torn = order.model_copy(update={"status": OrderStatus.QUARANTINED, "state": "needs a person"})
    assert state_of(torn) == "QUARANTINED: needs a person"


@pytest.mark.parametrize("arrived", [True, False])
async def test_what_became_of_a_line_whose_answer_was_lost_is_asked_by_its_intent_and_never_sent_again(arrived):
    async with console() as it:
        it.desk.failures["run_line"] = DeskUnavailable("The desk closed the connection.")
        await it.ticket("b", "0.01", "65000")
        await it.see("Do not type it again")
        intent = f"{next(call[1] for call in it.desk.asked if call[0] == 'run_line')}-1"
        it.desk.drop()
        await it.see("NO DESK")
        if arrived:
            order = it.desk.make_order(7, intent_id=intent, state="resting")
            it.desk.orders[order.id] = order
        it.desk.alive = True
        if arrived:
            await it.see("The desk is back: Buy 0.01 BTCUSDT at 65,000 is resting.", "Open orders 1")
        else:
            await it.see("The order on BTCUSDT never reached the desk and was not sent. It may be sent again.")
        assert lines_sent(it.desk) == 1
        assert it.screen.session.unanswered == []


async def test_escape_is_heard_at_once_though_a_question_is_deaf_to_other_keys():
    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        await it.press("enter")
        await it.see("CONFIRM")
        it.screen.stage.ticket._guard.arm()
        await it.press("escape")
        await it.see("Nothing was sent")
        assert lines_sent(it.desk) == 0


async def test_an_enter_that_bounces_on_a_line_asks_once_and_sends_nothing_after_escape():
    from textual import events

    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        for _ in range(6):
            it.app.post_message(events.Key("enter", "\r"))
        await it.see("CONFIRM")
        await it.press("escape")
        await it.see("Nothing was sent", "COMMAND")
        await it.pilot.pause(0.2)
        assert "CONFIRM" not in it.text()
        assert lines_sent(it.desk) == 0


async def test_an_enter_that_bounces_at_the_question_sends_one_line():
    from textual import events

    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        await it.press("enter")
        await it.hear()
        for _ in range(6):
            it.app.post_message(events.Key("enter", "\r"))
        await it.see("Accepted", "Open orders 1")
        await it.pilot.pause(0.2)
        assert lines_sent(it.desk) == 1
