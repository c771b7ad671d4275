"""Driving the console in a test: keys in, what the screen says, what the twin of the desk was asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from tests.twins.desk import TwinDesk
from tui_trader.ui.app import ConsoleApp
from tui_trader.ui.keymap import PANELS
from tui_trader.ui.options import ConsoleSettings
from tui_trader.ui.screens.desk import DeskScreen
from tui_trader.ui.widgets.guard import DEAF_SECONDS

PATIENCE = 10.0


def digit(panel: str) -> str:
    """The key that goes to a panel."""
    return str((PANELS.index(panel) + 1) % 10)


class Driver:
    """A running console and its desk."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[int], desk: TwinDesk) -> None:
        self.app, self.pilot, self.desk = app, pilot, desk

    @property
    def screen(self) -> DeskScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DeskScreen)
        return screen

    def text(self) -> str:
        """What a person would read, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def until(self, condition: Callable[[], Any], what: str = "") -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"never held: {what}\n{self.text()}")
            await asyncio.sleep(0.005)

    async def see(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text() for text in texts), " and ".join(texts))

    async def lose(self, text: str) -> None:
        await self.until(lambda: text not in self.text(), f"without {text}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        names = {" ": "space", "@": "@", ".": ".", ":": "colon"}
        await self.pilot.press(*(names.get(char, char) for char in text))
        await self.pilot.pause()

    async def hear(self) -> None:
        """Wait until a question hears keys."""
        await self.see("CONFIRM")
        await asyncio.sleep(0)
        guard = self.screen.stage.ticket._guard
        await self.until(guard.hears, f"deaf for longer than {DEAF_SECONDS} s")

    async def ticket(self, key: str, size: str, price: str) -> None:
        """Open a ticket, fill it in and confirm it."""
        await self.press(key)
        await self.see("Order ticket", "size")
        await self.type(f"{size} {price}")
        await self.press("enter")
        await self.hear()
        await self.press("enter")


@asynccontextmanager
async def console(
    desk: TwinDesk | None = None, size: tuple[int, int] = (120, 40), *, connected: bool = True, **settings: Any
) -> AsyncIterator[Driver]:
    """Run a console on a twin desk."""
    desk = desk or TwinDesk()
    app = ConsoleApp(
        desk.connect,
        ConsoleSettings(**{"mode": desk.mode, "rate": 60, "theme": "dark", **settings}),
        lambda: desk.market.now,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, desk)
        if connected:
            await driver.until(lambda: desk.interests and driver.screen.model.candles, "connected")
            await pilot.pause(0.05)
        yield driver
