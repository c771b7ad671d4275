"""One stall: a real console whose terminal nobody reads, and a desk that is asked all the time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import statistics
import struct
import termios
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.process.household import Household
from tests.process.screen import RESTING, last_price, opened
from tests.process.terminal import Terminal
from tui_trader.client.desk import DeskClient

PAUSE_S = 0.02
BEFORE_S = 3.0
COUNT = re.compile(r"5 Open orders (\d+)")


@dataclass
class Stall:
    """What was seen: times of ``/status`` in ms before and during, bytes stuck in the terminal, CPU of the console."""

    seconds: float
    before: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)
    order_ms: float = 0.0
    stuck: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    catch_up_s: float = 0.0
    prices_while_stalled: int = 0

    def line(self) -> str:
        """Write the figures."""
        return (
            f"stalled_s={self.seconds:g} status_calls={len(self.during)} "
            f"before_p50_ms={_part(self.before, 50):.1f} before_p99_ms={_part(self.before, 99):.1f} "
            f"stalled_p50_ms={_part(self.during, 50):.1f} stalled_p99_ms={_part(self.during, 99):.1f} "
            f"stalled_max_ms={max(self.during):.1f} order_ms={self.order_ms:.1f} prices={self.prices_while_stalled} "
            f"unread_bytes={self.stuck[-1]} console_cpu_s={self.cpu_s:.2f} catch_up_s={self.catch_up_s:.2f}"
        )


def stall(household: Household, seconds: float) -> Stall:
    """Let a console's terminal stand still for a while with an order resting and another one placed meanwhile."""
    found, console = Stall(seconds), opened(household, columns=120, rows=40)
    with _Reader(console):
        asyncio.run(_before(household, found))
    console.wait(RESTING.search, "the resting order")
    cpu = _cpu_s(console.process.pid)
    asyncio.run(_during(household, console, found))
    found.cpu_s = _cpu_s(console.process.pid) - cpu
    assert console.process.poll() is None, "the console ended"
    began = time.monotonic()
    truth = {order["price"] for order in household.told("orders")}
    console.wait(
        lambda screen: _prices(screen) == {Decimal(price) for price in truth}, "the same orders as the API has"
    )
    console.wait(lambda screen: screen != "" and _shows_now(household, screen), "the price of now", 60)
    found.catch_up_s = time.monotonic() - began
    console.press("5", "C")
    console.shows("Cancel the 2 orders shown?")
    return found


class _Reader:
    """Reads a terminal on a thread, as a terminal that works does, for the length of a block."""

    def __init__(self, console: Terminal) -> None:
        self._console, self._over = console, threading.Event()
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        while not self._over.is_set():
            self._console.settle(0.05, 0.1)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


async def _before(household: Household, found: Stall) -> None:
    client = DeskClient(household.paths().socket)
    try:
        await _place(client, "before-stall", "0.0005", "-1%")
        await _ask(client, found.before, BEFORE_S)
    finally:
        await client.close()


async def _during(household: Household, console: Terminal, found: Stall) -> None:
    """Ask the desk while nobody reads; the second order is placed once the terminal is full."""
    client = DeskClient(household.paths().socket)
    prices: set[str] = set()

    async def look() -> None:
        found.stuck.append(_unread(console))
        prices.add((await client.request("GET", "/market/tickers?symbols=BTCUSDT"))[0]["last"])

    try:
        await _ask(client, found.during, found.seconds / 2, look)
        began = time.monotonic()
        await _place(client, "during-stall", "0.0006", "-2%")
        found.order_ms = (time.monotonic() - began) * 1000
        await _ask(client, found.during, found.seconds / 2, look)
    finally:
        await client.close()
    found.prices_while_stalled = len(prices)
    assert found.stuck[-1] == found.stuck[len(found.stuck) // 2] > 0, "the terminal was not full"


async def _place(client: DeskClient, intent: str, quantity: str, offset: str) -> None:
    body = {"intent_id": intent, "line": f"buy btc {quantity} @{offset}"}
    result = await client.request("POST", "/commands", body)
    assert result["steps"][0]["placement"]["outcome"] == "accepted", result


async def _ask(
    client: DeskClient, times: list[float], seconds: float, look: Callable[[], Awaitable[Any]] | None = None
) -> None:
    """Ask for the status again and again, a look now and then between."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        await client.request("GET", "/status")
        times.append((time.monotonic() - began) * 1000)
        if look is not None and len(times) % 10 == 0:
            await look()
        await asyncio.sleep(PAUSE_S)


def _prices(screen: str) -> set[Decimal]:
    return {Decimal(row[0].replace(",", "")) for row in RESTING.findall(screen)}


def _shows_now(household: Household, screen: str) -> bool:
    (ticker,) = household.ask("/market/tickers?symbols=BTCUSDT")
    shown = last_price(screen).replace(",", "")
    return bool(shown) and Decimal(shown) == Decimal(ticker["last"])


def _unread(console: Terminal) -> int:
    """Return how many bytes wait to be read."""
    return int(struct.unpack("i", fcntl.ioctl(console.fileno(), termios.FIONREAD, b"\0" * 4))[0])


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _part(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]
