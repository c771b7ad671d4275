"""The whole order path over twins, for tests of its behaviour."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from tests.twins.clock import VirtualClock, settle, until
from tests.twins.exchange import ExchangeTwin
from tests.twins.keepers import BalancesTwin, Ear, FiguresTwin, PositionsTwin, PricesTwin
from tests.twins.profiles import WIDE
from tests.twins.store import StoreTwin
from tui_trader.domain.events import Event
from tui_trader.domain.order import Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.bus import EventBus
from tui_trader.services.journal_fold import fold
from tui_trader.services.model import Placement
from tui_trader.services.order_path import OrderPath, Surroundings
from tui_trader.services.ports import JournalEntry
from tui_trader.services.tasks import Tasks
from tui_trader.services.working import WorkingOrders

D = Decimal
T = TypeVar("T")
PREFIX = "m1"
LIMIT_BUY = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=D(1), price=D(99))


class HearingBus(EventBus):
    """The bus, with an ear of the test on it."""

    def __init__(self, store: StoreTwin) -> None:
        super().__init__(store)
        self.ear = Ear()

    def publish(self, event: Event) -> None:
        """Keep and hand on."""
        self.ear.publish(event)
        super().publish(event)


class Rig:
    """One run of a desk's order path. A second rig over the same store and exchange is a restart."""

    def __init__(
        self,
        *,
        store: StoreTwin | None = None,
        exchange: ExchangeTwin | None = None,
        clock: VirtualClock | None = None,
        **given: Any,
    ) -> None:
        self.clock = clock or (exchange.clock if exchange else VirtualClock())
        self.store = store or StoreTwin()
        self.exchange = exchange or ExchangeTwin(self.clock)
        self.bus = HearingBus(self.store)
        self.ear = self.bus.ear
        self.tasks = Tasks(self.bus, self.clock)
        self.prices = PricesTwin(self.clock)
        self.working = WorkingOrders(self.prices, self.clock)
        self.positions = PositionsTwin()
        self.balances = BalancesTwin()
        self.figures = FiguresTwin()
        self.path = OrderPath(
            Surroundings(
                exchange=self.exchange,
                store=self.store,
                bus=self.bus,
                tasks=self.tasks,
                clock=self.clock,
                prices=self.prices,
                working=self.working,
                positions=self.positions,
                balances=self.balances,
                ledger=AccountLedger(self.store, self.prices, self.balances, self.clock),
                figures=self.figures,
                **{"profile": WIDE, "prefix": PREFIX, **given},
            )
        )
        self.orders = self.path.orders
        self.gate = self.path.gate
        self._intents = itertools.count(1)

    async def start(self, *, clean: bool = True) -> None:
        """Start, and wait for the first comparison."""
        await self.path.start()
        if clean:
            await asyncio.wait_for(self.path.reconciler.clean(), 5)
            await settle()

    async def stop(self) -> None:
        """Die: everything in memory is gone, the store and the exchange stay."""
        await self.tasks.close()

    async def place(self, request: OrderRequest = LIMIT_BUY, intent: str | None = None, **changes: Any) -> Placement:
        """Place an order under an intent of its own."""
        given = intent or f"intent-{next(self._intents):04d}"
        return await self.orders.place(given, replace(request, **changes))

    def order(self, key: str) -> Order:
        """Return an order in memory."""
        found = self.working.find(key)
        assert found is not None
        return found

    def stored(self, key: str) -> Order:
        """Return an order as the store has it."""
        return self.store.order_rows[key]

    async def becomes(self, key: str, status: OrderStatus) -> Order:
        """Wait until the store has an order in a state."""
        await until(lambda: key in self.store.order_rows and self.stored(key).status is status)
        return self.stored(key)


async def waited(rig: Rig, wanted: Awaitable[T], seconds: float = 5.0) -> T:
    """Let virtual time pass until something comes."""
    task = asyncio.ensure_future(wanted)
    for _ in range(round(seconds / 0.02)):
        await settle()
        if task.done():
            break
        await rig.clock.advance(0.02)
    assert task.done(), "it did not come in time"
    return task.result()


@asynccontextmanager
async def running(**given: Any) -> AsyncIterator[Rig]:
    """Run an order path, end it, and see whether what it left in the tables follows from what it journalled."""
    rig = Rig(**given)
    await rig.start()
    try:
        yield rig
    finally:
        await rig.stop()
    follows(rig.store)


def follows(store: StoreTwin) -> None:
    """Fold the journal and compare it with the tables; rows that a test put there itself have no lines."""
    lines: dict[str, list[JournalEntry]] = {}
    for line in store.lines:
        lines.setdefault(line.order_id, []).append(line)
    folded = {order_id: fold(told) for order_id, told in lines.items() if order_id}
    assert {order_id: each.order for order_id, each in folded.items()} == {
        order_id: order for order_id, order in store.order_rows.items() if order_id in folded
    }
    fills = {key: fill for each in folded.values() for key, fill in each.fills.items()}
    assert fills == {key: fill for key, fill in store.fill_rows.items() if fill.order_id in folded}
