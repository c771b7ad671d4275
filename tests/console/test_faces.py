"""Every panel's five faces, staleness, hostile text, and the desk going away and coming back."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.console.driving import Driver, console, digit
from tests.twins.desk import TwinDesk
from tests.twins.desk_market import ScriptedMarket
from tui_trader.contract.events import NoticeView
from tui_trader.contract.market import BookView
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import OrderStatus
from tui_trader.errors import DeskUnavailable, VenueUnavailable
from tui_trader.ui.keymap import PANELS
from tui_trader.ui.widgets.panel import Face

HOSTILE = "\x1b]0;owned\x07[red]x[/red][@click=app.quit]\u202eevil\u200b\nline\x9b2J"


async def zoomed(it: Driver, panel: str) -> None:
    await it.press(digit(panel), "z")
    await it.until(lambda: it.screen.stage.zoom == panel, "zoomed")


@pytest.mark.parametrize("panel", PANELS)
async def test_a_panel_that_knows_nothing_says_that_it_loads(panel: str):
    desk = TwinDesk()
    desk.failures["connect"] = DeskUnavailable("still starting")
    async with console(desk, connected=False) as it:
        await zoomed(it, panel)
        it.screen.stage.panels[panel].set_face(Face.LOADING)
        await it.see("Loading")


@pytest.mark.parametrize("panel", PANELS)
async def test_an_error_says_what_and_what_next(panel: str):
    async with console() as it:
        await zoomed(it, panel)
        it.screen.fail(panel, "The venue refused it. Press v to try again.")
        await it.see("The venue refused it.", "try again")


@pytest.mark.parametrize(
    ("panel", "says"),
    [
        ("orders", "No open orders. b buys"),
        ("positions", "No positions. What you buy"),
        ("history", "No history yet."),
        ("balances", "No coins here."),
    ],
)
async def test_an_empty_panel_says_what_to_do(panel: str, says: str):
    desk = TwinDesk()
    desk.balance_rows = {}
    async with console(desk) as it:
        await zoomed(it, panel)
        await it.see(says)


async def test_an_empty_book_and_missing_candles_say_so():
    async with console() as it:
        empty = BookView(
            symbol="BTCUSDT", bids=[], asks=[], version=2, at=it.desk.market.now, received=it.desk.market.now
        )
        it.desk.publish(EventKind.BOOK, empty)
        await it.see("The book of this market is")
        it.screen.model.candles = []
        it.screen.changed({"chart"})
        await it.see("No candles of this market yet.")


async def test_a_list_that_cannot_be_read_shows_its_error_and_leaves_the_rest():
    desk = TwinDesk()
    desk.failures["open_orders"] = VenueUnavailable("The exchange does not answer.")
    async with console(desk) as it:
        await it.see("The exchange does not answer.", "BTCUSDT", "equity")


async def test_old_prices_dim_and_say_their_age():
    async with console() as it:
        it.desk.market.now += 9_000
        await it.see("stale 9s", "feed 9s")
        assert it.screen.stage.book.stale


async def test_a_desk_that_goes_away_is_said_with_its_reason_and_nothing_trades():
    async with console() as it:
        it.desk.drop()
        await it.see("NO DESK", "No desk answers on its socket.")
        it.desk.market.now += 3_000
        await it.see("stale 3s")
        assert " buy " not in it.text().splitlines()[-1]
        await it.press("b")
        await it.see("Cannot trade: No desk answers")


async def test_the_desk_coming_back_resumes_after_the_last_event_and_reloads_the_lists():
    async with console() as it:
        it.desk.put_order(it.desk.make_order(1))
        await it.see("Open orders 1")
        seen = it.desk.sequence
        it.desk.drop()
        await it.see("NO DESK")
        it.desk.orders.clear()
        it.desk.orders["new"] = it.desk.make_order(2, id="new", symbol="SOLUSDT")
        it.desk.alive = True
        await it.lose("NO DESK")
        await it.see("Open orders 1", "SOLUSDT")
        assert it.desk.resumed_after[-1] == seen


async def test_another_version_is_view_only_and_says_how_to_restart():
    desk = TwinDesk()
    desk.api_version = 99
    async with console(desk) as it:
        await it.see("VIEW ONLY", "the desk speaks version 99", ":shutdown, then start again")
        await it.press("b")
        await it.see("Cannot trade")


async def test_an_order_that_ends_leaves_open_orders_by_its_event():
    async with console() as it:
        order = it.desk.put_order(it.desk.make_order(1))
        await it.see("Open orders 1")
        it.desk.put_order(order.model_copy(update={"status": OrderStatus.FILLED}))
        await it.see("No open orders")


async def test_a_changed_price_marks_itself_for_a_moment():
    async with console() as it:
        await it.press("1")
        it.desk.move("ETHUSDT", "2500")
        await it.see("2,500.00  \u25b4")
        it.desk.move("ETHUSDT", "2400")
        await it.see("2,400.00  \u25be")
        await it.lose("2,400.00  \u25be")


async def test_the_cursor_keeps_its_row_when_others_come_and_go():
    async with console() as it:
        first = it.desk.put_order(it.desk.make_order(1))
        it.desk.put_order(it.desk.make_order(2, symbol="ETHUSDT"))
        await it.see("Open orders 2")
        await it.press("5", "G")
        assert it.screen.stage.orders.selected == first.id
        it.desk.put_order(it.desk.make_order(3, symbol="SOLUSDT"))
        await it.see("Open orders 3")
        assert it.screen.stage.orders.selected == first.id


@pytest.mark.parametrize("panel", PANELS)
async def test_hostile_text_stays_text_in_every_panel(panel: str):
    desk = TwinDesk()
    order = desk.make_order(1, state=HOSTILE, message=HOSTILE, note=HOSTILE, symbol=f"B{HOSTILE}"[:20])
    desk.orders = {"x": order}
    desk.past = [order]
    desk.position_rows = {"p": desk.make_position("BTCUSDT", "1", "65000", notes=HOSTILE)}
    desk.position_rows["p"] = desk.position_rows["p"].model_copy(update={"symbol": HOSTILE})
    desk.balance_rows = {HOSTILE: desk.balance(HOSTILE, "1", "0", "1")}
    async with console(desk, profile=HOSTILE) as it:
        await zoomed(it, panel)
        desk.publish(EventKind.NOTICE, NoticeView(level=HOSTILE, text=HOSTILE))
        it.screen.fail("trades", HOSTILE)
        await it.until(lambda: it.screen.model.log and HOSTILE[:4] not in it.text(), "told")
        await it.press("enter")
        await it.pilot.pause()
        raw = it.text()
        assert not any(
            (ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 or char in "\u202e\u200b" for char in raw
        )
        assert it.app.return_value is None


async def test_history_pages_while_the_cursor_goes_down():
    desk = TwinDesk()
    desk.past = [desk.make_order(2000 - number, status=OrderStatus.FILLED, state="filled") for number in range(900)]
    async with console(desk) as it:
        await it.press("7")
        await it.see("History orders 900")
        for loaded in (400, 600, 800, 900):
            await it.press("G")
            await it.until(lambda loaded=loaded: len(it.screen.stage.history.rows) >= loaded, f"{loaded} rows")
        assert len({row.key for row in it.screen.stage.history.rows}) == 900


async def test_a_filter_that_names_a_symbol_searches_all_of_history():
    desk = TwinDesk()
    desk.past = [
        desk.make_order(9000 - number, symbol="MXUSDT" if number == 700 else "BTCUSDT", status=OrderStatus.FILLED)
        for number in range(800)
    ]
    async with console(desk) as it:
        await it.press("7")
        await it.see("History orders 800")
        await it.press("slash")
        await it.type("mxusdt")
        await it.until(lambda: len(it.screen.stage.history.rows) == 1, "found")


async def test_the_details_of_an_order_tell_its_journal_or_that_it_cannot_be_read():
    desk = TwinDesk()
    desk.orders = {"x": desk.make_order(1, id="x")}
    async with console(desk, size=(120, 60)) as it:
        await it.press("5", "enter")
        await it.see("client order id", "INTENT: reason the market was quiet")
        await it.press("escape")
        await it.lose("client order id")
        desk.failures["journal"] = VenueUnavailable("The database is busy.")
        await it.press("enter")
        await it.see("It cannot be read now: The database is busy.")


async def test_the_details_of_an_order_tell_which_rules_saw_it_and_with_what_numbers():
    desk = TwinDesk()
    desk.orders = {"x": desk.make_order(1, id="x")}
    rule = {
        "code": "max_order_value",
        "level": "HARD",
        "message": "The order is worth 650 USDT; the limit is 500 USDT.",
        "figure": "650 USDT",
        "limit": "500 USDT",
        "suggestion": "make it smaller",
    }
    desk.journal_body = {"bid": "64999.5", "breaches": [rule, {"code": "odd"}, "junk"]}
    async with console(desk, size=(120, 60)) as it:
        await it.press("5", "enter")
        await it.see("INTENT: bid 64999.5", "rule", "max_order_value hard: The order is worth 650 USDT;")
        await it.see("(650 USDT of 500 USDT)", "Make it smaller.")


async def test_the_details_of_an_order_that_passed_tell_how_many_checks_saw_it():
    desk = TwinDesk()
    desk.orders = {"x": desk.make_order(1, id="x")}
    desk.journal_body = {"checks": 37, "figures": {"equity": "10000.5", "day_loss": "0"}}
    async with console(desk, size=(120, 60)) as it:
        await it.press("5", "enter")
        await it.see("figures", "equity 10,000.5, day loss 0", "rules", "37 checks saw it; none had anything to say.")


async def test_an_answer_that_nobody_foresaw_is_said_and_tried_again():
    desk = TwinDesk()
    desk.failures["status"] = KeyError("gate")  # type: ignore[assignment]
    async with console(desk, connected=False) as it:
        await it.see("its answer could not be understood (KeyError")
        await it.see("ACTIVE")


async def test_a_fault_in_a_journey_is_told_and_the_console_goes_on():
    desk = TwinDesk()
    desk.failures["preview_line"] = ZeroDivisionError("boom")  # type: ignore[assignment]
    async with console(desk) as it:
        await it.press("colon")
        await it.type("bal")
        desk.failures["preview_line"] = ZeroDivisionError("boom")  # type: ignore[assignment]
        await it.press("enter")
        await it.see("through a fault of the console: ZeroDivisionError")
        await it.press("escape")
        await it.see("NORMAL")


async def test_subscribing_again_neither_doubles_trades_nor_leaves_a_gap_in_the_candles():
    async with console() as it:
        await it.until(lambda: it.screen.model.trades, "trades")
        it.desk.drop()
        await it.see("NO DESK")
        it.desk.market.now += 3_600_000
        it.desk.alive = True
        await it.lose("NO DESK")
        await it.until(lambda: it.screen.model.candles and it.screen.model.trades, "market again")
        times = [candle.open_time for candle in it.screen.model.candles or []]
        assert {after - before for before, after in pairwise(times)} == {60_000}
        assert len(it.screen.model.trades or ()) == 60


async def test_own_orders_are_marked_in_the_book_and_on_the_chart():
    market = ScriptedMarket()
    desk = TwinDesk(market)
    order = desk.make_order(1, price=market.bid("BTCUSDT"))
    desk.orders = {order.id: order}
    async with console(desk) as it:
        await it.see("\u25cf 65,432.09")
        await it.until(lambda: it.screen.stage.chart.face is Face.FULL, "drawn")
        desk.put_order(desk.make_order(2, price=Decimal("65300.00")))
        await it.see("B65,300.00")


async def test_nothing_is_drawn_while_nothing_changes():
    async with console() as it:
        await asyncio.sleep(0.2)
        painted: list[object] = []
        it.screen.stage.book.render_line = painted.append  # type: ignore[method-assign]
        it.desk.publish(EventKind.STATUS, await it.desk.status())
        await asyncio.sleep(0.2)
        assert painted == []
