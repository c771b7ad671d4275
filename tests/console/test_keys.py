"""Every key of the table does what its help says; each row of the table has its test here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from textual.events import Key

from tests.console.driving import Driver, console, digit
from tests.twins.desk import TwinDesk
from tui_trader.errors import SettingsError
from tui_trader.ui.keymap import ACTIONS, PANELS, Keymap, Situation

Check = Callable[[Driver], Awaitable[None]]


def busy_desk() -> TwinDesk:
    desk = TwinDesk()
    for number, symbol in enumerate(("BTCUSDT", "ETHUSDT", "SOLUSDT")):
        order = desk.make_order(number, symbol=symbol, price=Decimal(100 + number))
        desk.orders[order.id] = order
    desk.position_rows = {"p": desk.make_position("ETHUSDT", "1.2", "2400", id="p")}
    desk.past = [desk.make_order(1000 + number, status="FILLED", state="filled") for number in range(400)]
    desk.fill_rows = [desk.make_fill(number) for number in range(5)]
    return desk


async def at(it: Driver, panel: str) -> None:
    await it.press(digit(panel))
    await it.until(lambda: it.screen.stage.panels[panel].has_focus, panel)


async def _buy(it: Driver) -> None:
    await it.press("b")
    await it.see("buy btcusdt")


async def _sell(it: Driver) -> None:
    await at(it, "positions")
    await it.press("s")
    await it.see("sell ethusdt")


async def _cancel(it: Driver) -> None:
    await at(it, "orders")
    await it.press("c")
    await it.see("Open orders 2", "Cancel asked for 1 order")
    assert it.desk.asked[0][0] == "cancel"


async def _cancel_all(it: Driver) -> None:
    await at(it, "orders")
    await it.press("C")
    await it.see("Cancel the 3 orders shown?")
    await it.hear()
    await it.press("enter")
    assert it.desk.asked == []
    await it.press("y")
    await it.see("Cancel asked for 3 orders.")
    assert len(it.desk.asked[0][4]) == 3


async def _close(it: Driver) -> None:
    await at(it, "positions")
    await it.press("x")
    await it.see("a quarter", "CLOSE")
    await it.press("2")
    await it.hear()
    await it.press("enter")
    await it.until(lambda: it.desk.asked, "asked")
    assert it.desk.asked[0][2] == "close ethusdt 50%pos"


async def _interval(it: Driver) -> None:
    await at(it, "chart")
    await it.press("right_square_bracket")
    await it.see("Chart BTCUSDT 5m")
    await it.until(lambda: it.desk.interests[-1].candles == ("BTCUSDT", "5m"), "followed")


async def _narrower(it: Driver) -> None:
    await _interval(it)
    await it.press("left_square_bracket")
    await it.see("Chart BTCUSDT 1m")


async def _pan(it: Driver) -> None:
    await at(it, "chart")
    await it.press("h")
    await it.see("10 back")


async def _forth(it: Driver) -> None:
    await _pan(it)
    await it.press("l")
    await it.lose("10 back")


async def _history_view(it: Driver) -> None:
    await at(it, "history")
    await it.see("History orders 400")
    await it.press("v")
    await it.see("History fills 5", "taker")


async def _details(it: Driver) -> None:
    await at(it, "orders")
    await it.press("enter")
    await it.see("Open orders details", "client order id", "SOLUSDT")
    await it.press("escape")
    await it.lose("client order id")


async def _copy(it: Driver) -> None:
    await at(it, "orders")
    await it.press("y")
    await it.until(lambda: it.app.clipboard.startswith("SOLUSDT\tBUY"), "copied")


async def _line(it: Driver) -> None:
    await it.press("colon")
    await it.see("COMMAND")


async def _again(it: Driver) -> None:
    await it.press("colon")
    await it.type("eth")
    await it.press("enter")
    await it.see("Chart ETHUSDT")
    await it.press("full_stop")
    await it.see("COMMAND")
    assert it.screen.stage.ticket.editor.text == "eth"


async def _filter(it: Driver) -> None:
    await at(it, "orders")
    await it.press("slash")
    await it.type("sol")
    await it.see("Open orders 1 /sol", "FILTER")
    await it.press("enter")
    await it.see("NORMAL")


async def _help(it: Driver) -> None:
    await it.press("question_mark")
    await it.see("Help: Watchlist", "Open a ticket that buys")


async def _palette(it: Driver) -> None:
    await it.press("ctrl+p")
    await it.until(lambda: len(it.app.screen_stack) == 2, "palette")


async def _percent(it: Driver) -> None:
    await it.see("+1.83%")
    await it.press("percent_sign")
    await it.lose("+1.83%   0s")


async def _zoom(it: Driver) -> None:
    await at(it, "orders")
    await it.press("z")
    await it.until(lambda: it.screen.stage.orders.size.width == 120, "zoomed")
    await it.press("z")
    await it.until(lambda: it.screen.stage.orders.size.width < 120, "back")


async def _freeze(it: Driver) -> None:
    await it.press("f")
    await it.see("frozen")
    it.desk.move("ETHUSDT", "3000")
    await it.pilot.pause(0.1)
    assert "3,000.00" not in it.text()
    await it.press("f")
    await it.see("3,000.00")


async def _close_panel(it: Driver) -> None:
    await at(it, "orders")
    await it.press("z")
    await it.until(lambda: it.screen.stage.zoom == "orders", "zoomed")
    await it.press("q")
    await it.until(lambda: it.screen.stage.zoom is None, "closed")
    await it.press("q")
    await it.see(":q leaves the console")


async def _back(it: Driver) -> None:
    await at(it, "orders")
    await it.press("slash")
    await it.type("sol")
    await it.press("enter", "escape")
    await it.see("Open orders 3")
    assert it.desk.asked == []


def _goes(panel: str, letter: str) -> Check:
    async def check(it: Driver) -> None:
        await it.press("5" if panel != "orders" else "1")
        await it.press("g")
        await it.press(letter)
        await it.until(lambda: it.screen.stage.panels[panel].has_focus, f"g{letter}")
        await at(it, "log" if panel != "log" else "watch")
        await at(it, panel)

    return check


def _moves(keys: tuple[str, ...], index: int) -> Check:
    async def check(it: Driver) -> None:
        await at(it, "orders")
        await it.press(*keys)
        await it.until(lambda: it.screen.stage.orders.cursor == index, f"row {index}")

    return check


def _focuses(key: str, panel: str) -> Check:
    async def check(it: Driver) -> None:
        await at(it, "book")
        await it.press(key)
        await it.until(lambda: it.screen.stage.panels[panel].has_focus, panel)

    return check


def _opens(key: str, says: str) -> Check:
    async def check(it: Driver) -> None:
        await at(it, "risk")
        await it.see("day loss")
        await it.press(key)
        await it.see(says)

    return check


async def _redraw(it: Driver) -> None:
    await it.press("ctrl+l")
    await it.see("Watchlist")


async def _leave(it: Driver) -> None:
    await it.press("ctrl+q")
    await it.until(lambda: it.app.return_value == 0, "left")
    assert not it.desk.stopped


async def _halt(it: Driver) -> None:
    await it.press("H", "H")
    await it.see("HALTED: still being pursued")
    assert it.desk.asked == [("halt", "H H in the console", False)]


async def _certificate(it: Driver) -> None:
    await it.press("g", "k")
    await it.see("180 ms after the press")


CHECKS: dict[str, Check] = {
    "order.buy": _buy,
    "order.sell": _sell,
    "order.cancel": _cancel,
    "order.cancel_all": _cancel_all,
    "position.close": _close,
    "chart.wider": _interval,
    "chart.narrower": _narrower,
    "chart.back": _pan,
    "chart.forth": _forth,
    "history.view": _history_view,
    "risk.edit": _opens("e", "Limits of the risk profile"),
    "risk.pair": _opens("p", "Limits of BTCUSDT alone"),
    "risk.rules": _opens("o", "No rules of your own yet."),
    "risk.resolve": _opens("r", "There is no risk on this row."),
    "risk.ignore": _opens("i", "There is no risk on this row."),
    "risk.lift": _opens("L", "No loss lock is on."),
    "row.details": _details,
    "row.copy": _copy,
    "line.open": _line,
    "line.again": _again,
    "filter": _filter,
    "help": _help,
    "palette": _palette,
    "switch.percent": _percent,
    "panel.zoom": _zoom,
    "panel.freeze": _freeze,
    "panel.close": _close_panel,
    "back": _back,
    **{f"go.{panel}": _goes(panel, letter) for panel, letter in zip(PANELS, "wcbdophflr", strict=True)},
    "move.down": _moves(("j",), 1),
    "move.up": _moves(("j", "j", "k"), 1),
    "move.top": _moves(("G", "g", "g"), 0),
    "move.bottom": _moves(("G",), 2),
    "move.half_down": _moves(("ctrl+d",), 2),
    "move.half_up": _moves(("G", "ctrl+u"), 0),
    "focus.left": _focuses("h", "chart"),
    "focus.right": _focuses("l", "trades"),
    "focus.next": _focuses("tab", "trades"),
    "focus.previous": _focuses("shift+tab", "chart"),
    "redraw": _redraw,
    "halt": _halt,
    "halt.show": _certificate,
    "leave": _leave,
}


def test_every_row_of_the_table_has_a_check():
    assert set(CHECKS) == {action.id for action in ACTIONS}


@pytest.mark.parametrize("action", sorted(CHECKS))
async def test_the_key_does_what_its_help_says(action: str):
    async with console(busy_desk()) as it:
        await CHECKS[action](it)


@pytest.mark.parametrize("panel", PANELS)
async def test_every_panel_is_reached_at_80_by_24(panel: str):
    async with console(busy_desk(), size=(80, 24)) as it:
        await at(it, panel)
        await it.until(lambda: it.screen.stage.panels[panel].region.area > 0, "shown")
        await it.see(it.screen.stage.panels[panel].title)


async def test_a_key_that_cannot_be_used_says_why():
    async with console() as it:
        await at(it, "orders")
        await it.press("c")
        await it.see("There is no row here.")


async def test_a_setting_replaces_the_keys_of_an_action():
    async with console(keymap={"order.buy": ("B",)}) as it:
        await it.press("b")
        assert "COMMAND" not in it.text()
        await it.press("B")
        await it.see("buy btcusdt")


def test_an_unknown_action_in_the_keymap_is_refused_with_the_nearest():
    with pytest.raises(SettingsError, match=r'no action "order.by"; the nearest is "order.buy"'):
        Keymap({"order.by": ("b",)})


def test_a_key_used_twice_is_refused():
    with pytest.raises(SettingsError, match='"s" would mean both'):
        Keymap({"order.buy": ("s",)})


def test_a_key_that_begins_longer_ones_is_refused():
    with pytest.raises(SettingsError, match="also begins longer keys"):
        Keymap({"order.buy": ("g",)})


def test_the_footer_leaves_out_what_cannot_be_used():
    keymap = Keymap()
    away = keymap.footer(Situation("watch", may_trade=False, rows=3))
    assert "buy" not in [label for _, label in away]


def test_every_key_has_label_and_help():
    assert all(action.label and action.help.endswith(".") for action in ACTIONS)


async def test_colon_q_leaves_and_the_desk_goes_on():
    async with console() as it:
        await it.press("colon")
        await it.type("q")
        await it.press("enter")
        await it.until(lambda: it.app.return_value == 0, "left")
        assert not it.desk.stopped


async def test_shutdown_wants_its_word_typed():
    async with console(busy_desk()) as it:
        await it.press("colon")
        await it.type("shutdown")
        await it.press("enter")
        await it.see("type shutdown and Enter", "3 open orders stay at the exchange")
        await it.hear()
        await it.press("enter")
        assert not it.desk.stopped
        await it.type("shutdown")
        await it.press("enter")
        await it.until(lambda: it.desk.stopped, "stopped")


async def test_escape_after_x_closes_nothing():
    async with console(busy_desk()) as it:
        await at(it, "positions")
        await it.press("x", "escape")
        await it.see("NORMAL")
        assert it.desk.asked == []


async def test_moving_through_the_watchlist_turns_the_market():
    async with console() as it:
        await it.press("j")
        await it.see("Chart ETHUSDT")
        await it.until(lambda: it.desk.interests[-1].book == "ETHUSDT", "followed")


async def test_clicking_a_panel_gives_it_the_keys_and_a_row_the_cursor():
    async with console(busy_desk()) as it:
        await it.pilot.click("#orders", offset=(5, 3))
        await it.until(lambda: it.screen.stage.focused == "orders" and it.screen.stage.orders.cursor == 1, "row 1")
        await it.pilot.click("#positions", offset=(22, 0))
        await it.until(lambda: it.screen.stage.focused == "balances", "tab")


async def test_keys_pressed_at_once_close_a_sheet_once_and_nothing_below_it() -> None:
    async with console() as it:
        await it.press("question_mark")
        await it.see("Esc closes")
        for key in ("escape", "q", "enter", "escape"):
            it.app.post_message(Key(key, None))
        await it.lose("Esc closes")
        await it.see("Watchlist")
        assert it.app.screen is it.screen
