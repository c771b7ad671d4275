"""One desk, one exchange and the proxy between them, and what a row of the matrix does with them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from decimal import ROUND_DOWN, Decimal
from typing import Any

from tests.process.desk_process import eventually
from tests.process.fault_matrix.desk_on_stage import MODE, SETTLED, SETTLES_S, SYMBOL, DeskOnStage
from tests.process.fault_matrix.proxy import Fault, Proxy, Strike, proxy_to
from tests.process.household import Household
from tests.process.oracle import Truth, compare, leaks
from tests.process.venue import Venue
from tests.simulator import Simulator, running
from tui_trader.contract.orders import OrderView, Placement, PlaceOrder
from tui_trader.domain.order import FINAL, OrderStatus, Side, TimeInForce
from tui_trader.errors import ConfirmationRequired, DeskUnavailable, Refused, TraderError

__all__ = ["MODE", "ORDER", "SYMBOL", "Scenario", "Stage", "plays", "stage"]

D = Decimal
ORDER = "/api/v3/order"
OPENING: Mapping[str, Decimal] = {"USDT": D(100_000), "BTC": D(1), "MX": D(1000)}


class Stage(DeskOnStage):
    """What a row acts on: orders of the desk, faults in the proxy and in the simulator, and the verdict."""

    def __init__(
        self, household: Household, simulator: Simulator, proxy: Proxy, env: Mapping[str, str], *, kill: bool
    ) -> None:
        super().__init__(household, simulator, proxy, env, kill=kill)
        self.simulator = simulator
        self.account = Venue(simulator.rest_url, simulator.key, simulator.secret)
        """The account itself, as its owner uses it somewhere else."""
        self.opening = dict(OPENING)

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
