"""Tickets and typed lines: keys in, what the desk was asked, what the screen says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.console.driving import console
from tests.twins.desk import TwinDesk
from tui_trader.contract.commands import Confirm
from tui_trader.contract.orders import BreachView, Outcome
from tui_trader.domain.risk import Level
from tui_trader.errors import ConfirmationRequired, Denied, DeskUnavailable
from tui_trader.grammar.context import Context
from tui_trader.ui.typed import read


def runs(desk: TwinDesk) -> list[tuple[str, str, str | None]]:
    return [call[1:] for call in desk.asked if call[0] == "run_line"]


async def test_a_ticket_filled_in_and_confirmed_puts_the_order_under_open_orders():
    async with console() as it:
        await it.ticket("b", "0.01", "65000")
        await it.see("Accepted", "Open orders 1", "65,000.00")
        assert [line for _, line, _ in runs(it.desk)] == ["buy btcusdt 0.01 @65000"]


async def test_what_was_confirmed_is_what_is_sent_though_the_market_moved():
    async with console() as it:
        it.desk.exact = "buy btcusdt 0.01 @64800"
        await it.press("b")
        await it.type("0.01 @-0.2%")
        await it.press("enter")
        await it.hear()
        it.desk.exact = "buy btcusdt 0.01 @64900"
        await it.press("enter")
        await it.see("Accepted")
        assert [line for _, line, _ in runs(it.desk)] == ["buy btcusdt 0.01 @64800"]


async def test_a_ticket_needs_a_second_enter_before_anything_is_sent():
    async with console() as it:
        await it.press("s")
        await it.type("0.01 @66000")
        await it.press("enter")
        await it.see("CONFIRM", "Sell 0.01 coins of BTCUSDT at 66000")
        assert runs(it.desk) == []


async def test_enter_on_a_size_alone_goes_on_to_the_price():
    async with console() as it:
        await it.press("b")
        await it.type("0.01")
        await it.press("enter")
        await it.see("There is no price")
        await it.type("65000")
        await it.press("enter")
        await it.hear()
        await it.press("enter")
        await it.see("Open orders 1")


async def test_keys_within_300_ms_of_a_question_are_not_heard():
    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        await it.press("enter")
        await it.see("CONFIRM")
        it.screen.stage.ticket._guard.arm()
        await it.press("enter")
        assert runs(it.desk) == []


async def test_a_line_that_comes_in_one_burst_is_typed_and_never_acted_upon():
    from textual import events

    async with console() as it:
        await it.ticket("b", "0.01", "65000")
        await it.see("Open orders 1")
        await it.press("5")
        for character in ":buy btc 0.01 @64000 #c.x":
            it.app.post_message(events.Key("space" if character == " " else character, character))
        await it.until(lambda: it.screen.stage.ticket.editor.text == "buy btc 0.01 @64000 #c.x", "the whole line")
        assert not [call for call in it.desk.asked if call[0].startswith("cancel")]


async def test_a_pasted_line_with_a_newline_is_shown_and_waits():
    from textual import events

    async with console() as it:
        await it.press("colon")
        it.screen.stage.ticket.post_message(events.Paste("buy btc 0.01 @65000\n"))
        await it.see("buy btc 0.01 @65000")
        assert runs(it.desk) == []
        assert "CONFIRM" not in it.text()


async def test_a_paste_into_a_question_does_not_answer_it():
    from textual import events

    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        await it.press("enter")
        await it.hear()
        it.screen.stage.ticket.post_message(events.Paste("\n\r\ny\n"))
        await it.pilot.pause()
        assert "CONFIRM" in it.text()
        assert runs(it.desk) == []


async def test_escape_at_the_question_goes_back_to_the_text_and_sends_nothing():
    async with console() as it:
        await it.press("b")
        await it.type("0.01 @65000")
        await it.press("enter")
        await it.hear()
        await it.press("escape")
        await it.see("Nothing was sent", "buy btcusdt 0.01 @65000")
        assert runs(it.desk) == []


async def test_the_preview_of_the_desk_stands_under_the_line_while_it_is_typed():
    desk = TwinDesk()
    desk.breaches = [BreachView(code="size", level=Level.SOFT, message="655.00 is above the soft limit 500.00.")]
    async with console(desk) as it:
        await it.press("colon")
        await it.type("buy btc 0.01 mkt")
        await it.see("avg", "fee", "asks first: 655.00 is above the soft limit 500.00.")


async def test_a_limit_that_refuses_stands_under_the_line_with_its_figure_and_what_would_help():
    desk = TwinDesk()
    desk.refusal = "The order is worth 6543.21 USDT; the limit is 500 USDT."
    desk.breaches = [
        BreachView(code="soft", level=Level.SOFT, message="It crosses."),
        BreachView(code="hard", level=Level.HARD, message=desk.refusal, suggestion="make it smaller"),
    ]
    async with console(desk) as it:
        await it.press("b")
        await it.type("0.1 @65432.1")
        await it.see(
            "refused: The order is worth 6543.21 USDT; the limit is 500 USDT. Make it smaller.", "asks first: It"
        )
        assert it.text().count("The order is worth") == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_ticket_grows_until_every_limit_that_an_order_touches_can_be_read_before_enter(size):
    desk = TwinDesk()
    desk.breaches = [
        BreachView(
            code=f"limit{number}",
            level=Level.HARD if number < 4 else Level.SOFT,
            message=f"Limit {number} is 100 USDT; the order makes it {number}6543.21 USDT.",
            suggestion=f"make it {number} times smaller",
        )
        for number in range(6)
    ]
    async with console(desk, size=size) as it:
        await it.press("b")
        await it.type("0.1 @65432.1")
        await it.see(*(f"the order makes it {number}6543.21" for number in range(6)), "Make it 0", "fee")
        assert "CONFIRM" not in it.text()
        await it.press("escape")
        await it.lose("Limit 0")
        assert it.screen.stage.ticket.size.height == (4 if size == (80, 24) else 5)


async def test_a_line_that_stands_is_previewed_again_while_limits_move():
    desk = TwinDesk()
    desk.breaches = [BreachView(code="gate", level=Level.HARD, message="The desk compares its books.")]
    async with console(desk) as it:
        await it.press("b")
        await it.type("0.1 @65432.1")
        await it.see("refused: The desk compares its books.")
        desk.breaches = [BreachView(code="gate", level=Level.HARD, message="Only orders that reduce pass now.")]
        await it.see("refused: Only orders that reduce pass now.")
        desk.breaches = []
        await it.lose("refused")


async def test_what_does_not_fit_even_so_is_counted():
    desk = TwinDesk()
    desk.breaches = [
        BreachView(code=f"limit{number}", level=Level.HARD, message=f"Limit {number} is broken.")
        for number in range(30)
    ]
    async with console(desk, size=(80, 24)) as it:
        await it.press("b")
        await it.type("0.1 @65432.1")
        await it.see("Limit 10 is broken.", "more lines than fit here")


async def test_a_size_that_was_worked_out_says_why():
    desk = TwinDesk()
    desk.sizing = "0.012 BTC: the stop is 1,000 away, 12.88 USDT are lost there, fees included."
    async with console(desk) as it:
        await it.press("b")
        await it.type("0.012 @65000")
        await it.see("0.012 BTC: the stop is 1,000 away, 12.88 USDT are lost there")


async def test_a_ticket_takes_a_size_by_risk_and_lacks_only_the_sign_of_its_price():
    async with console() as it:
        await it.press("b")
        await it.type("risk 0.5% 65000 to 64000")
        await it.see("size risk 0.5% to 64000")
        await it.press("enter")
        await it.see("CONFIRM", "counted down to 64000; only the size comes from it")


async def test_a_mistake_shows_at_once_with_what_was_meant():
    async with console() as it:
        await it.press("colon")
        await it.type("buyy btc 0.01 mkt")
        await it.see("did you mean")


async def test_a_typed_line_inside_all_limits_goes_at_once_where_the_policy_says_so():
    async with console(confirm_always=False) as it:
        await it.press("colon")
        await it.type("buy btc 0.01 @65000")
        await it.press("enter")
        await it.see("Accepted", "Open orders 1")


async def test_a_soft_limit_asks_again_and_sends_the_same_intent_with_the_token():
    desk = TwinDesk()
    desk.failures["run_line"] = ConfirmationRequired("The order value 655.00 is above 500.00.", token="tok-1")
    async with console(desk, confirm_always=False) as it:
        await it.press("colon")
        await it.type("buy btc 0.01 @65000")
        await it.press("enter")
        await it.see("above 500.00")
        await it.hear()
        await it.press("enter")
        await it.see("Accepted")
        first, second = runs(desk)
        assert first[0] == second[0]
        assert (first[2], second[2]) == (None, "tok-1")


@pytest.mark.parametrize(
    ("worth", "asks"),
    [("655", False), ("655.01", False), ("661.55", False), ("648.45", False), ("661.56", True), ("NaN", True)],
)
async def test_a_soft_limit_that_was_agreed_to_is_not_asked_about_again_unless_its_figures_have_moved(worth, asks):
    desk = TwinDesk()
    known = {"code": "confirm_order_value", "figure": "655 USDT", "message": "It is worth 655 USDT."}
    desk.breaches = [BreachView(level=Level.SOFT, **known)]
    moved = {**known, "level": "SOFT", "figure": f"{worth} USDT", "message": f"It is worth {worth} USDT."}
    desk.failures["run_line"] = ConfirmationRequired(moved["message"], token="tok-1", details={"breaches": [moved]})
    async with console(desk) as it:
        await it.press("colon")
        await it.type("buy btc 0.01 @65000")
        await it.press("enter")
        await it.see("asks first: It is worth 655 USDT.")
        await it.hear()
        await it.press("enter")
        if asks:
            await it.see(f"It is worth {worth} USDT. Send it all the same")
            await it.hear()
            await it.press("enter")
        await it.see("Accepted")
        assert [call[2] for call in runs(desk)] == [None, "tok-1"]


async def test_an_order_while_trading_is_halted_wants_a_typed_word():
    desk = TwinDesk()
    desk.failures["run_line"] = ConfirmationRequired(
        "Trading is halted.", token="tok-1", details={"breaches": [{"code": "halted_word", "level": "SOFT"}]}
    )
    async with console(desk, confirm_always=False) as it:
        await it.press("colon")
        await it.type("sell btc 0.01 mkt")
        await it.press("enter")
        await it.see("Trading is halted.", "halted")
        await it.hear()
        await it.press("enter")
        await it.press(*"halted")
        assert len(runs(desk)) == 1
        await it.press("enter")
        await it.see("Accepted")
        assert runs(desk)[1][2] == "tok-1"


async def test_a_denial_says_the_figure_and_leaves_the_text():
    desk = TwinDesk()
    desk.failures["run_line"] = Denied("The order value 655.00 is above the limit 500.00.", code="max_order_value")
    async with console(desk, confirm_always=False) as it:
        await it.press("colon")
        await it.type("buy btc 0.01 @65000")
        await it.press("enter")
        await it.see("Denied: The order value 655.00 is above the limit 500.00.", "buy btc 0.01 @65000")


@pytest.mark.parametrize(
    ("outcome", "says"),
    [(Outcome.DENIED, "is above the limit 500.00"), (Outcome.REJECTED, "MEXC refuses it: 30005")],
)
async def test_a_definite_refusal_leaves_the_text_to_be_mended(outcome, says):
    desk = TwinDesk()
    desk.outcomes.append(outcome)
    async with console(desk) as it:
        await it.ticket("b", "0.01", "65000")
        await it.see(outcome.value.capitalize(), says, "COMMAND", "buy btcusdt 0.01 @65000", "No open orders")


async def test_a_step_that_the_desk_refuses_is_never_asked_about():
    desk = TwinDesk()
    desk.refusal = "0.01 is below the minimum 0.02; the nearest that fits is 0.02."
    async with console(desk) as it:
        await it.press("b")
        await it.type("0.01 @65000")
        await it.press("enter")
        await it.see("the nearest that fits is 0.02")
        assert "CONFIRM" not in it.text()
        assert runs(desk) == []


async def test_an_unknown_outcome_is_shown_as_such_and_not_offered_again():
    desk = TwinDesk()
    desk.outcomes.append(Outcome.UNKNOWN)
    async with console(desk) as it:
        await it.ticket("b", "0.01", "65000")
        await it.see("UNKNOWN, do not send it again. Buy 0.01 BTCUSDT at 65,000", "may execute", "Open orders 1")
        assert "COMMAND" not in it.text()
        assert len(runs(desk)) == 1


async def test_a_desk_that_goes_away_under_an_order_leaves_no_doubt_about_the_doubt():
    desk = TwinDesk()
    desk.failures["run_line"] = DeskUnavailable("The desk closed the connection.")
    async with console(desk) as it:
        await it.ticket("b", "0.01", "65000")
        await it.see("Do not type it again")
        assert len(runs(desk)) == 1


async def test_a_word_is_asked_for_where_the_policy_wants_one():
    desk = TwinDesk()
    desk.confirm, desk.word = Confirm.WORD, "flatten"
    async with console(desk) as it:
        await it.press("colon")
        await it.type("cancel all")
        await it.press("enter")
        await it.see("type flatten and Enter")
        await it.hear()
        await it.type("flat")
        await it.press("enter")
        assert runs(desk) == []
        await it.type("ten")
        await it.press("enter")
        await it.until(lambda: len(runs(desk)) == 1, "sent")


async def test_several_orders_want_a_y():
    desk = TwinDesk()
    desk.confirm = Confirm.YES
    async with console(desk) as it:
        await it.press("colon")
        await it.type("buy btc 0.01 @65000; buy eth 1 @2400")
        await it.press("enter")
        await it.see("2 steps")
        await it.hear()
        await it.press("enter")
        assert runs(desk) == []
        await it.press("y")
        await it.see("Open orders 2")


async def test_the_numbers_of_the_question_are_those_of_the_desk():
    async with console() as it:
        await it.press("b")
        await it.type("0.01 mkt")
        await it.press("enter")
        price = it.desk.market.ask("BTCUSDT") * Decimal("0.01")
        await it.see("CONFIRM", f"worth {price:,.6f}".rstrip("0"))


async def test_each_dialog_has_an_intent_of_its_own():
    async with console() as it:
        await it.ticket("b", "0.01", "65000")
        await it.see("Open orders 1")
        await it.ticket("b", "0.01", "65001")
        await it.see("Open orders 2")
        first, second = runs(it.desk)
        assert first[0] != second[0]
        assert len(first[0]) == 32


async def test_a_word_of_help_is_answered_here():
    async with console() as it:
        await it.press("colon")
        await it.type("buy?")
        await it.press("enter")
        await it.see("Written as: buy")
        assert it.desk.asked == []


async def test_a_lone_symbol_turns_to_that_market_and_a_look_opens_its_panel():
    async with console() as it:
        await it.press("colon")
        await it.type("eth")
        await it.press("enter")
        await it.see("Chart ETHUSDT")
        await it.press("colon")
        await it.type("bal")
        await it.press("enter")
        await it.see("Balances 2")
        assert it.desk.asked == []


async def test_up_brings_back_lines_and_tab_completes():
    async with console() as it:
        await it.press("colon")
        await it.type("eth")
        await it.press("enter")
        await it.see("Chart ETHUSDT")
        await it.press("colon")
        await it.press("up")
        assert it.screen.stage.ticket.editor.text == "eth"
        await it.press("ctrl+u")
        await it.type("canc")
        await it.until(lambda: it.screen.stage.ticket.hints.ghost == "cancel", "ghost")
        await it.press("tab")
        assert it.screen.stage.ticket.editor.text == "cancel"


def test_a_line_about_the_gate_is_left_to_the_desk():
    for line in ("unlock", "unlock 80393991 REAL MONEY", "lock", "Resume", "kill", "halt --all"):
        assert read(line, len(line), Context({})).complete
    assert not read("unlocked", 8, Context({})).complete
