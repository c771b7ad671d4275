"""One desk, one exchange and the proxy between them, and what a row of the matrix does with them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from decimal import ROUND_DOWN, Decimal
from typing import Any

from tests.process.desk_process import DeskProcess, eventually
from tests.process.fault_matrix.proxy import Fault, Proxy, Strike, proxy_to
from tests.process.household import Household
from tests.process.oracle import Books, Truth, compare, leaks
from tests.process.venue import Venue
from tests.simulator import Simulator, running
from tui_trader.client.desk import DeskClient
from tui_trader.client.port import MarketInterest
from tui_trader.contract.commands import LineContext
from tui_trader.contract.market import BookView
from tui_trader.contract.orders import OrderView, Placement, PlaceOrder
from tui_trader.contract.status import Status
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import FINAL, OrderStatus, Side, TimeInForce
from tui_trader.errors import ConfirmationRequired, DeskUnavailable, Refused, TraderError

D = Decimal
ORDER = "/api/v3/order"
SYMBOL = "BTCUSDT"
MODE = "live"
OPENING: Mapping[str, Decimal] = {"USDT": D(100_000), "BTC": D(1), "MX": D(1000)}
SETTLES_S = 40.0
"""The proof timing's horizon and ten seconds, and room for a machine that does other things as well."""
HEALTHY = ("ACTIVE",)
SETTLED = ("ACTIVE", "REDUCING", "CANCEL_ONLY", "HALTED")
PROOF = {
    "TUI_TRADER_TIMING": "proof",
    "TUI_TRADER_RISK_MAX_ORDERS_PER_SECOND": "50",
    "TUI_TRADER_RISK_MAX_ORDERS_PER_MINUTE": "500",
}


class Stage:
    """What a row acts on. ``kill`` is whether the desk is killed in the middle."""

    def __init__(
        self, household: Household, simulator: Simulator, proxy: Proxy, env: Mapping[str, str], *, kill: bool
    ) -> None:
        self.household, self.simulator, self.proxy, self.kill = household, simulator, proxy, kill
        keys = {"TUI_TRADER_API_KEY": simulator.key, "TUI_TRADER_API_SECRET": simulator.secret}
        self.env = {**PROOF, **keys, **env}
        self.desk = DeskProcess(household, MODE, ("--rest-url", proxy.rest_url, "--ws-url", proxy.ws_url))
        self.client = DeskClient(household.paths(MODE).socket)
        self.account = Venue(simulator.rest_url, simulator.key, simulator.secret)
        """The account itself, as its owner uses it somewhere else."""
        self.opening = dict(OPENING)
        self.killed = 0
        self.heard: set[str] = set()
        """Codes of the notices that a console was told."""
        self._serial = itertools.count(1)

    # -- the desk

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

    # -- orders

    async def bid(self, factor: str = "1") -> Decimal:
        """Return the best bid, times a factor, on the tick."""

        async def priced() -> Decimal | None:
            (row,) = await self.client.tickers((SYMBOL,))
            return row.bid

        best: Decimal = await eventually(priced, "a price")
        return (best * D(factor)).quantize(D("0.01"), ROUND_DOWN)

    async def wish(self, factor: str = "0.98", quantity: str = "0.0003", **changes: Any) -> PlaceOrder:
        """Make an order: by default a buy that rests."""
        usual = {"intent_id": self.intent(), "symbol": SYMBOL, "side": Side.BUY, "quantity": D(quantity)}
        # the quantity differs each time, so that no two orders look like one pressed twice
        usual["quantity"] += D(next(self._serial)) / 1_000_000
        return PlaceOrder(**{**usual, "price": await self.bid(factor), **changes})

    async def crossing(self, quantity: str = "0.0003") -> PlaceOrder:
        """Make an order that executes at once."""
        return await self.wish("1.004", quantity, time_in_force=TimeInForce.IOC)

    async def placed(self, wish: PlaceOrder, strike: Strike | None = None) -> OrderView | None:
        """Place an order. With a kill the desk dies as the fault strikes; the order is then what is left of it.

        ``None`` when the desk, killed or refusing, wrote nothing down.
        """
        asking = asyncio.create_task(self.client.place(wish))
        if strike is not None:
            striking = asyncio.create_task(strike.struck.wait())
            await asyncio.wait((asking, striking), return_when=asyncio.FIRST_COMPLETED)
            striking.cancel()
            await self.killing(gates=SETTLED)
        try:
            placement: Placement = await asking
            return placement.order
        except DeskUnavailable:
            return await self.of(wish)

    async def placed_unless_refused(self, wish: PlaceOrder, strike: Strike) -> OrderView | None:
        """Place an order that the gate may refuse; ``None`` when it did."""
        try:
            return await self.placed(wish, strike)
        except TraderError:
            return None

    async def pressed(self, wish: PlaceOrder) -> None:
        """Place an order as somebody does who confirms whatever is asked, and minds no refusal."""
        try:
            await self.client.place(wish)
        except ConfirmationRequired as asked:
            with suppress(TraderError):
                await self.client.place(wish.model_copy(update={"confirmation": asked.token}))
        except TraderError:
            return

    async def refused(self, wish: PlaceOrder) -> None:
        """Demand that the gate refuses an order, and that nothing of it leaves."""
        before = self.proxy.seen("POST", ORDER)
        try:
            placement = await self.client.place(wish)
        except Refused:
            assert self.proxy.seen("POST", ORDER) == before
            return
        raise AssertionError(f"not refused: {placement}")

    async def refused_or_not_sent(self, wish: PlaceOrder) -> None:
        """Demand that nothing of an order leaves, whoever sees to that."""
        before = self.proxy.seen("POST", ORDER)
        with suppress(Refused):
            placement = await self.client.place(wish)
            assert placement.order.status is OrderStatus.NOT_SENT
        assert self.proxy.seen("POST", ORDER) == before

    async def settled(self, wish: PlaceOrder) -> OrderView:
        """Wait until an order has come to its end."""
        return await self.becomes(wish, *FINAL)

    async def halted_unless_killed(self) -> None:
        """Demand that the desk halted by itself; one that was killed before it heard the answer could not know."""
        if not self.kill:
            await self.gate("HALTED")

    async def of(self, wish: PlaceOrder) -> OrderView | None:
        """Look an order up by its intent."""
        try:
            return await self.client.order(wish.symbol, wish.intent_id)
        except DeskUnavailable:
            raise
        except TraderError:
            return None

    async def becomes(self, wish: PlaceOrder, *states: OrderStatus, seconds: float = SETTLES_S) -> OrderView:
        """Wait until an order stands so."""

        async def there() -> OrderView | None:
            order = await self.of(wish)
            return order if order is not None and order.status in states else None

        found: OrderView = await eventually(there, f"the order to be {', '.join(states)}", seconds)
        return found

    async def cancel_all(self) -> None:
        """Cancel everything that works."""
        await self.client.cancel_many(self.intent())

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

    # -- the exchange

    def strikes(self, method: str, path: str, fault: Fault, **how: Any) -> Strike:
        """Put a fault in force in the proxy."""
        return self.proxy.on(method, path, fault, **how)

    def script(self, action: str, **rule: Any) -> int:
        """Put a fault in force in the simulator; returns its number."""
        number: int = self.simulator.control("POST", "/faults", {"action": action, **rule})["id"]
        return number

    def truth(self) -> Truth:
        """Ask the exchange."""
        return Truth.read(self.simulator)

    def posts(self) -> int:
        """Count the orders that reached the exchange."""
        return sum((each["method"], each["path"]) == ("POST", ORDER) for each in self.truth().requests)

    async def heal(self) -> None:
        """End every fault."""
        await self.proxy.heal()
        self.simulator.control("DELETE", "/faults")

    # -- the end

    def notices(self) -> set[str]:
        """Give the codes of what a person was told, by a console or by the journal."""
        return self.heard | Books.read(self.household.paths(MODE).database).codes()

    async def told(self, *codes: str, seconds: float = SETTLES_S) -> None:
        """Wait until a person was told one of these."""

        async def said() -> bool:
            return bool(self.notices() & set(codes))

        await eventually(said, f"a notice {' or '.join(codes)}", seconds)

    async def verdict(self, *expected: str) -> list[str]:
        """Heal, wait until desk and exchange agree, end the desk, and say what is wrong then.

        ``expected`` are beginnings of violations that this row is about.
        """
        await self.heal()
        end = time.monotonic() + SETTLES_S
        while time.monotonic() < end and self._wrong(expected):
            await asyncio.sleep(0.3)
        self.desk.signal(signal.SIGTERM)
        _, said, _ = await asyncio.to_thread(self.desk.ended)
        wrong = self._wrong(expected) + leaks(self.household.home, {self.simulator.secret, *self.proxy.secrets})
        return wrong + ([f"the desk said: {said[-500:]}"] if "Traceback" in said else [])

    def _wrong(self, expected: Collection[str]) -> list[str]:
        found = compare(self.household.paths(MODE).database, self.truth(), self.opening)
        return [each for each in found if not each.startswith(tuple(expected))] if expected else found


Scenario = Callable[[bool], Awaitable[list[str]]]
"""A row of the matrix, played with or without a kill in the middle; what is wrong at its end."""


def plays(*expected: str, **given: Any) -> Callable[[Callable[[Stage], Awaitable[None]]], Scenario]:
    """Make a scenario of what happens on a stage; ``expected`` and ``given`` are for its verdict and its setting."""

    def scenario(play: Callable[[Stage], Awaitable[None]]) -> Scenario:
        async def run(kill: bool) -> list[str]:
            async with stage(kill=kill, **given) as scene:
                await play(scene)
                return await scene.verdict(*expected)

        run.__doc__ = play.__doc__
        return run

    return scenario


@asynccontextmanager
async def stage(
    *, kill: bool, env: Mapping[str, str] | None = None, flags: Collection[str] = (), tls: ssl.SSLContext | None = None
) -> AsyncIterator[Stage]:
    """Set a stage and take it down. The simulator refuses no repeated id and knows no limits of its own."""
    household = Household()
    coins = ",".join(f"{asset}={amount}" for asset, amount in OPENING.items())
    usual = ("--control", "--allow-repeated-ids", "--no-limits", "--symbols", "BTCUSDT,MXUSDT", "--balances", coins)
    async with AsyncExitStack() as undo:
        undo.callback(household.close)
        simulator = undo.enter_context(running(*usual, *flags))
        proxy = await undo.enter_async_context(proxy_to(simulator.rest_url, tls))
        found = Stage(household, simulator, proxy, env or {}, kill=kill)
        listening = asyncio.create_task(found.listen())
        try:
            await found.up()
            yield found
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await found.client.close()
            process = found.desk.process
            if process is not None and process.poll() is None:
                process.kill()
                with suppress(ValueError):
                    process.communicate(timeout=10)
            if process is not None and process.stderr is not None:
                with contextlib.suppress(OSError):
                    process.stderr.close()
