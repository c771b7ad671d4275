"""Each kind of event shows where it belongs."""

from __future__ import annotations

from decimal import Decimal

from tests.console.driving import console
from tests.twins.desk import TwinDesk
from tui_trader.contract.account import EquityView
from tui_trader.contract.events import GateView, NoticeView
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import CancelState, OrderStatus
from tui_trader.domain.position import PositionStatus
from tui_trader.errors import VenueUnavailable


async def test_the_gate_shows_in_the_top_line_with_its_reason_and_in_the_log():
    async with console() as it:
        it.desk.publish(EventKind.GATE, GateView(state="REDUCING", reason="daily loss", by="risk"))
        await it.see("\u25b2 REDUCING daily loss")
        await it.press("9")
        await it.see("Gate REDUCING: daily loss (by risk)")


async def test_a_notice_stands_in_the_log_with_its_level():
    async with console() as it:
        await it.press("9")
        it.desk.publish(EventKind.NOTICE, NoticeView(level="warning", text="The feed was cut for 3 s."))
        await it.see("warning", "The feed was cut for 3 s.")


async def test_a_position_appears_moves_and_goes():
    async with console() as it:
        position = it.desk.make_position("ETHUSDT", "1", "2400")
        it.desk.publish(EventKind.POSITION, position)
        await it.see("Positions 1", "+56.78")
        it.desk.publish(EventKind.POSITION, position.model_copy(update={"unrealised_pnl": Decimal("-12.5")}))
        await it.see("-12.50")
        it.desk.publish(EventKind.POSITION, position.model_copy(update={"status": PositionStatus.CLOSED}))
        await it.see("No positions.")


async def test_balance_and_equity_change_where_they_stand():
    async with console() as it:
        await it.press("8")
        it.desk.publish(EventKind.BALANCE, it.desk.balance("SOL", "12.5", "3", "2000"))
        await it.see("Balances 3", "12.5")
        it.desk.publish(
            EventKind.EQUITY,
            EquityView(at=1, equity=Decimal(99), cash=Decimal(9), currency="USDT", day_pnl=Decimal("-1.25")),
        )
        await it.see("equity 99.00 USDT", "day -1.25")


async def test_a_fill_is_marked_on_the_chart_once():
    async with console() as it:
        fill = it.desk.make_fill(1, at=it.desk.market.now - 1000, price=it.desk.market.last["BTCUSDT"])
        it.desk.publish(EventKind.FILL, fill)
        it.desk.publish(EventKind.FILL, fill)
        await it.see("\u25b2")
        assert len(it.screen.model.fills) == 1


async def test_a_fill_reloads_the_history_that_is_on_the_screen():
    async with console() as it:
        await it.press("7", "v")
        await it.see("History fills")
        fill = it.desk.make_fill(7)
        it.desk.fill_rows.insert(0, fill)
        it.desk.publish(EventKind.FILL, fill)
        await it.see("History fills 1", "taker")


async def test_history_that_cannot_be_read_says_so_and_is_asked_again():
    desk = TwinDesk()
    desk.failures["order_history"] = VenueUnavailable("The database is busy.")
    async with console(desk) as it:
        await it.press("7")
        await it.see("The database is busy.", "Press v to try again.")
        await it.press("v", "v")
        await it.see("No history yet.")


async def test_unknown_orders_and_feeds_that_are_down_stand_in_the_top_line():
    async with console(size=(160, 40)) as it:
        status = await it.desk.status()
        down = [feed.model_copy(update={"up": False}) for feed in status.feeds]
        it.desk.publish(EventKind.STATUS, status.model_copy(update={"unknown_orders": 2, "feeds": down}))
        await it.see("2 UNKNOWN", "feed down: public, private")


async def test_the_palette_finds_an_action_and_does_it():
    async with console() as it:
        await it.press("ctrl+p")
        await it.until(lambda: len(it.app.screen_stack) == 2, "palette")
        await it.type("whole screen")
        await it.see("Give this panel the whole screen")
        await it.press("enter")
        await it.until(lambda: it.screen.stage.zoom == "watch", "zoomed")


async def test_cancelling_what_is_gone_and_failures_of_a_cancel_are_said():
    desk = TwinDesk()
    desk.orders = {"x": desk.make_order(1, id="x")}
    desk.failures["cancel"] = VenueUnavailable("The exchange does not answer.")
    async with console(desk) as it:
        await it.press("5", "c")
        await it.see("The exchange does not answer.", "Open orders 1")


async def test_an_answer_slower_than_the_event_of_a_later_change_brings_no_order_back():
    async with console() as it:
        order = it.desk.make_order(7, version=3)
        it.desk.publish(EventKind.ORDER, order)
        await it.see("Open orders 1")
        ended = order.model_copy(update={"status": OrderStatus.CANCELED, "cancel": CancelState.DONE, "version": 5})
        it.desk.publish(EventKind.ORDER, ended)
        await it.see("No open orders")
        accepted = order.model_copy(update={"cancel": CancelState.ACKED, "version": 4})
        assert it.screen.model.orders_changed([accepted]) == set()
        assert order.id not in it.screen.model.orders


async def test_a_list_read_at_a_connection_takes_nothing_back_that_was_told_meanwhile():
    async with console() as it:
        model, begun = it.screen.model, it.desk.market.now
        old = it.desk.make_order(7, version=3, updated_at=begun - 5)
        placed = it.desk.make_order(8, version=1, updated_at=begun + 5)
        moved = old.model_copy(update={"version": 4, "cancel": CancelState.ACKED, "updated_at": begun + 6})
        model.orders_changed([old, placed, moved])
        model.take_orders([old], begun)
        assert model.orders == {old.id: moved, placed.id: placed}
        model.take_orders([], begun + 60_000)
        assert model.orders == {}
