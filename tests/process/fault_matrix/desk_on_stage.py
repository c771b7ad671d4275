"""One desk in its home, between a console and the proxy: started, killed, asked, listened to."""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress

from tests.process.desk_process import DeskProcess, eventually
from tests.process.fault_matrix.proxy import Proxy
from tests.process.household import Household
from tests.process.oracle import Books
from tests.simulator import Simulator
from tui_trader.client.desk import DeskClient
from tui_trader.client.port import MarketInterest
from tui_trader.contract.commands import LineContext
from tui_trader.contract.market import BookView
from tui_trader.contract.status import Status
from tui_trader.domain.events import EventKind
from tui_trader.errors import TraderError

SYMBOL = "BTCUSDT"
MODE = "live"
SETTLES_S = 40.0
"""The proof timing's horizon and ten seconds, and room for a machine that does other things as well."""
HEALTHY = ("ACTIVE",)
SETTLED = ("ACTIVE", "REDUCING", "CANCEL_ONLY", "HALTED")
PROOF = {
    "TUI_TRADER_TIMING": "proof",
    "TUI_TRADER_RISK_MAX_ORDERS_PER_SECOND": "50",
    "TUI_TRADER_RISK_MAX_ORDERS_PER_MINUTE": "500",
}


class DeskOnStage:
    """A desk that trades through the proxy. ``kill`` is whether it is killed in the middle of the row."""

    def __init__(
        self, household: Household, simulator: Simulator, proxy: Proxy, env: Mapping[str, str], *, kill: bool
    ) -> None:
        self.household, self.proxy, self.kill = household, proxy, kill
        keys = {"TUI_TRADER_API_KEY": simulator.key, "TUI_TRADER_API_SECRET": simulator.secret}
        self.env = {**PROOF, **keys, **env}
        self.desk = DeskProcess(household, MODE, ("--rest-url", proxy.rest_url, "--ws-url", proxy.ws_url))
        self.client = DeskClient(household.paths(MODE).socket)
        self.killed = 0
        self.heard: set[str] = set()
        """Codes of the notices that a console was told."""
        self._serial = itertools.count(1)

    async def up(self, gates: Collection[str] = HEALTHY) -> Status:
        """Start the desk, unlock it, and wait for the gate."""
        self.desk.start(**self.env)
        return await self.opens(gates)

    async def opens(self, gates: Collection[str] = HEALTHY) -> Status:
        """Unlock a desk that came up, and wait for the gate."""

        async def there() -> Status | None:
            status = await self.client.status()
            if status.gate != "RECONCILING" and "is locked" in status.gate_reason:
                phrase = status.gate_reason.rpartition("typing: ")[2]
                await self.client.run_line(self.intent(), f"unlock {phrase}", LineContext())
                status = await self.client.status()
            return status if status.gate in gates else None

        found: Status = await eventually(there, f"the gate to be one of {gates}", SETTLES_S)
        return found

    async def killing(self, gates: Collection[str] = HEALTHY) -> None:
        """Where the row is run with a kill: kill the desk now, and start it again in the same folder."""
        if self.kill:
            await self.ended()
            await self.up(gates)

    async def ended(self) -> None:
        """Kill the desk."""
        self.desk.signal(signal.SIGKILL)
        await asyncio.to_thread(self.desk.ended)
        self.killed += 1
        await self.client.close()
        self.client = DeskClient(self.household.paths(MODE).socket)

    def intent(self) -> str:
        """Make an intent id."""
        return f"matrix-{time.monotonic_ns()}-{next(self._serial)}"

    async def gate(self, *states: str, seconds: float = SETTLES_S) -> Status:
        """Wait until the gate stands at one of these."""

        async def there() -> Status | None:
            status = await self.client.status()
            return status if status.gate in states else None

        found: Status = await eventually(there, f"the gate to be one of {states}", seconds)
        return found

    async def stays(self, holds: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Demand that something holds all the time for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert await holds()
            await asyncio.sleep(0.2)

    async def listen(self, interest: MarketInterest | None = None, books: list[BookView] | None = None) -> None:
        """Hear what a console would be told, over every restart of the desk: notices, and books where wanted."""
        while True:
            with suppress(TraderError):
                async for event in self.client.events(interest=interest):
                    if event.kind is EventKind.NOTICE:
                        self.heard.add(event.data.code)
                    if event.kind is EventKind.BOOK and books is not None:
                        books.append(event.data)
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def watching(self, symbol: str = SYMBOL) -> AsyncIterator[list[BookView]]:
        """Look at a market as a console does; gives the books that it is shown."""
        seen: list[BookView] = []
        interest = MarketInterest(tickers=(symbol,), book=symbol, rate=20)
        task = asyncio.create_task(self.listen(interest, seen))
        try:
            yield seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def notices(self) -> set[str]:
        """Give the codes of what a person was told, by a console or by the journal."""
        return self.heard | Books.read(self.household.paths(MODE).database).codes()

    async def told(self, *codes: str, seconds: float = SETTLES_S) -> None:
        """Wait until a person was told one of these."""

        async def said() -> bool:
            return bool(self.notices() & set(codes))

        await eventually(said, f"a notice {' or '.join(codes)}", seconds)
