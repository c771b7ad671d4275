"""The kill switch on the console: its key in every mode but typing, and what the person sees of it."""

from __future__ import annotations

import asyncio

import pytest

from tests.console.driving import Driver, console
from tests.twins.desk import TwinDesk
from tui_trader.domain.events import EventKind
from tui_trader.errors import DeskUnavailable
from tui_trader.ui.panels.dialogue import Question
from tui_trader.ui.widgets.halt_key import HaltKey, Heard

PRESSED = ("halt", "H H in the console", False)


def a_desk() -> TwinDesk:
    desk = TwinDesk()
    desk.put_order(desk.make_order(1))
    return desk


def presses(it: Driver) -> int:
    return it.desk.asked.count(PRESSED)


async def test_two_presses_halt_at_once_and_the_certificate_stands_over_everything() -> None:
    async with console(a_desk()) as it:
        await it.press("H")
        await it.see("H again within 1 s halts")
        assert presses(it) == 0
        await it.press("H")
        await it.see("HALTED: still being pursued", "1 cancelled.", "cancelled", ":resume REASON")
        assert presses(it) == 1
        it.desk.publish(EventKind.HALT, it.desk.certify())
        await it.lose("still being pursued")
        await it.press("escape")
        await it.lose("ms after the press")
        it.desk.publish(EventKind.HALT, it.desk.certify(cleared_ms=200.0))
        await it.until(lambda: it.screen.model.certificate.cleared_ms == 200.0)
        assert len(it.app.screen_stack) == 1
        await it.press("g", "k")
        await it.see("180 ms after the press")


async def test_a_certificate_of_another_console_is_shown_too() -> None:
    async with console(a_desk()) as it:
        it.desk.publish(EventKind.HALT, it.desk.certify())
        await it.see("enough (by api)")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_top_line_says_halted_and_how_to_go_on(size: tuple[int, int]) -> None:
    desk = a_desk()
    desk.gate = "HALTED"
    async with console(desk, size) as it:
        await it.see("HALTED", ":resume REASON")
        assert "HALTED" in it.text().splitlines()[0]


async def test_it_halts_in_a_sheet_a_question_and_while_an_answer_is_awaited() -> None:
    async with console(a_desk()) as it:
        await it.press("question_mark")
        await it.see("Help: Watchlist")
        await it.press("H")
        await it.see("H again within 1 s halts")
        await it.press("H")
        await it.see("HALTED: still being pursued")
        await it.press("escape")
        await it.see("Help: Watchlist")
        await it.press("escape")
        asking = asyncio.ensure_future(it.screen.ask(Question("Flatten?", answer="flatten")))
        await it.see("Flatten?")
        await it.press("H", "H")
        await it.until(lambda: presses(it) == 2)
        assert it.screen.stage.ticket.typed == ""
        await it.hear()
        await it.press("escape")
        assert await asking is False
        it.screen.busy("Sent to the desk; waiting for its answer…")
        await it.press("H", "H")
        await it.until(lambda: presses(it) == 3)


async def test_letters_stay_letters_where_they_are_typed() -> None:
    async with console(a_desk()) as it:
        await it.press("colon")
        await it.type("HH")
        await it.see(" : HH")
        await it.press("escape")
        await it.press("5", "slash")
        await it.press("H", "H")
        await it.until(lambda: it.screen.stage.orders.filter == "HH")
        await it.press("escape")
        asking = asyncio.ensure_future(it.screen.ask(Question("Sure?", answer="HH")))
        await it.hear()
        await it.press("H", "H")
        await it.until(lambda: it.screen.stage.ticket.typed == "HH")
        assert presses(it) == 0
        await it.press("enter")
        assert await asking is True


async def test_typing_kill_and_its_key_from_the_prompt() -> None:
    async with console(a_desk()) as it:
        await it.press("colon")
        await it.type("buy btc")
        await it.press("escape", "H", "H")
        await it.until(lambda: presses(it) == 1)


async def test_without_a_desk_it_says_loudly_that_nothing_was_halted() -> None:
    async with console(a_desk()) as it:
        it.desk.failures["halt"] = DeskUnavailable("The desk does not answer.")
        await it.press("H", "H")
        await it.see("NOT HALTED", "tui-trader kill")


def test_the_second_press_counts_for_a_second_and_for_its_own_key() -> None:
    now = [0.0]
    key = HaltKey(("H H", "f8 f9"), lambda: now[0])
    assert key.hear("H") is Heard.FIRST
    now[0] = 1.01
    assert key.hear("H") is Heard.FIRST
    now[0] = 2.0
    assert key.hear("H") is Heard.HALT
    assert key.hear("H") is Heard.FIRST
    assert key.hear("j") is Heard.NOTHING
    assert key.hear("H") is Heard.FIRST
    key.forget()
    assert key.hear("f9") is Heard.NOTHING
    assert key.hear("f8") is Heard.FIRST
    assert key.hear("H") is Heard.FIRST
    assert key.hear("f8") is Heard.FIRST
    assert key.hear("f9") is Heard.HALT
