"""Looks: the whole screen at three sizes and in each theme, with frozen data; and strips that keep to their widget."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from tests.console.driving import console
from tests.twins.desk import TwinDesk
from tui_trader.domain.order import CancelState, OrderStatus, Side
from tui_trader.ui.app import ConsoleApp
from tui_trader.ui.keymap import PANELS
from tui_trader.ui.options import SMALLEST, ConsoleSettings
from tui_trader.ui.panels.dialogue import Phase
from tui_trader.ui.widgets.panel import Face


def full_desk(mode: str = "paper") -> TwinDesk:
    desk = TwinDesk(mode=mode)
    rows = (
        ("BTCUSDT", Side.BUY, "65120", "0.02", "0", OrderStatus.LIVE, "working"),
        ("BTCUSDT", Side.SELL, "66000", "0.01", "0.004", OrderStatus.PART, "part filled"),
        ("ETHUSDT", Side.BUY, "2440.5", "1.25", "0", OrderStatus.LIVE, "working"),
        ("MXUSDT", Side.BUY, "2.41", "250", "0", OrderStatus.UNKNOWN, "unknown, being looked up"),
    )
    for number, (symbol, side, price, quantity, done, status, state) in enumerate(rows):
        order = desk.make_order(
            number,
            symbol=symbol,
            side=side,
            price=Decimal(price),
            quantity=Decimal(quantity),
            executed=Decimal(done),
            status=status,
            state=state,
            cancel=CancelState.SENDING if number == 2 else CancelState.NONE,
            unknown_until=desk.market.now + 103_000 if status is OrderStatus.UNKNOWN else None,
            locked=Decimal(price) * Decimal(quantity),
            locked_asset="USDT",
        )
        desk.orders[order.id] = order
    desk.position_rows = {
        "a": desk.make_position(
            "BTCUSDT", "0.15", "64880.12", stop_loss=Decimal(64000), protected_quantity=Decimal("0.15")
        ),
        "b": desk.make_position("ETHUSDT", "1.2", "2501.2"),
    }
    desk.past = [desk.make_order(500 - number, status=OrderStatus.FILLED, state="filled") for number in range(30)]
    desk.fill_rows = [desk.make_fill(number, at=desk.market.now - number * 420_000) for number in range(4)]
    return desk


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def app_of(desk: TwinDesk, **settings: Any) -> ConsoleApp:
    return ConsoleApp(
        desk.connect,
        ConsoleSettings(**{"mode": desk.mode, "rate": 60, "theme": "dark", **settings}),
        lambda: desk.market.now,
    )


async def settled(pilot: Any) -> None:
    screen = pilot.app.screen_stack[0]
    for _ in range(1000):
        await pilot.pause(0.01)
        shown = [screen.stage.panels[key] for key in screen.stage.visible()]
        if screen.model.candles and all(panel.face is Face.FULL for panel in shown):
            break
    for _ in range(3):
        screen.changed({"link"})
        await pilot.pause(0.05)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_the_screen_looks_as_it_should(snap_compare, size):
    assert snap_compare(app_of(full_desk()), terminal_size=size, run_before=settled)


@pytest.mark.parametrize(
    "settings", [{"theme": "light"}, {"theme": "mono"}, {"theme": "basic"}, {"ascii": True}, {"mode": "live"}]
)
def test_each_theme_looks_as_it_should(snap_compare, settings):
    assert snap_compare(app_of(full_desk(), **settings), terminal_size=(120, 40), run_before=settled)


def test_a_question_looks_as_it_should(snap_compare):
    async def ask(pilot: Any) -> None:
        await settled(pilot)
        await pilot.press("b", *"0.01", "space", *"@65000", "enter")
        ticket = pilot.app.screen_stack[0].stage.ticket
        for _ in range(1000):
            await pilot.pause(0.01)
            if ticket.phase is Phase.ASK:
                break
        await pilot.pause(0.05)

    assert snap_compare(app_of(full_desk("live")), terminal_size=(80, 24), run_before=ask)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (97, 33), (120, 40), (200, 60)])
async def test_no_widget_draws_beside_its_region(size):
    async with console(full_desk(), size=size) as it:
        for panel in PANELS:
            it.screen.go_to(panel)
            await it.pilot.pause()
            for widget in it.screen.stage.widgets():
                if widget.region.area:
                    lengths = {widget.render_line(y).cell_length for y in range(widget.size.height)}
                    assert lengths == {widget.size.width}, widget


async def test_ascii_mode_draws_with_ascii_only():
    async with console(full_desk(), ascii=True) as it:
        await it.see("Open orders 4")
        strange = {char for char in it.text() if ord(char) > 126}
        assert not strange


async def test_a_console_of_any_size_survives_being_resized():
    async with console(full_desk()) as it:
        for size in ((60, 16), (30, 8), (200, 60), (80, 24), (120, 40)):
            await it.pilot.resize_terminal(*size)
            if size >= SMALLEST:
                await it.see("Watchlist", "Open orders", "8 Balances")
