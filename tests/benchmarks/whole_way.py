"""CPU per order for the whole way: gate, durable journal, lane, answer, events, beside ccxt async's ``create_order``.

Run as ``python -m tests.benchmarks.whole_way --peer-python PATH``; both trade on one simulator process. CPU is this
process's own, the store's thread included, from the call until the event of the accepted order has been read from the
bus; the cancel that makes room for the next order is not counted, and is over before the next one begins. Tickers of
the pair stream in beside, as they do in a desk.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import threading
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.lane import Unlimited
from tests.benchmarks.peers import add_peer_flag, compare, run_peer
from tests.simulator import Simulator, running
from tests.twins.profiles import WIDE
from tui_trader.clock import SystemClock
from tui_trader.credentials import Credentials
from tui_trader.desk.assembly import Desk, assemble
from tui_trader.desk.start import come_up
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.order import OrderRequest, OrderStatus, OrderType, Side
from tui_trader.domain.risk import GateState
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.mexc.sender import Sender
from tui_trader.paths import Folders, Paths
from tui_trader.services.status import DeskIdentity
from tui_trader.settings import Settings
from tui_trader.store.sqlite_store import SqliteStore

WARM_UP = 50
LIMITS = replace(
    WIDE,
    max_orders_per_second=10**6,
    max_orders_per_minute=10**6,
    price_collar_percent=Decimal(50),
    max_messages_per_fill=10**6,
)


async def ours(simulator: Simulator, orders: int, folder: Path) -> tuple[float, float, float]:
    """Return the medians in µs of one order's whole way: CPU, the store's thread's part of it, and wall time."""
    clock = SystemClock()
    paths = Paths(Folders(folder / "c", folder / "s", folder / "k"), "bench", "paper").prepare()
    store = await SqliteStore.open(paths.database, clock)
    endpoints = MexcEndpoints(simulator.rest_url, simulator.ws_url)
    exchange = MexcExchange(endpoints, Credentials(simulator.key, simulator.secret), clock)
    identity = DeskIdentity("paper", "bench", "simulator", 1, clock.wall_ms())
    desk = assemble(replace(Settings(), risk=LIMITS), identity, exchange, store, clock, "b1", lambda _: None)
    with ExitStack() as held:
        await come_up(desk, paths, "simulator", clock, held, asyncio.Event(), live=False)
        while desk.services.desk.status().gate is not GateState.ACTIVE:
            await asyncio.sleep(0.01)
        core = exchange.core
        assert core.lane is not None
        core.sender = Sender(
            simulator.rest_url, core.lane, core.signer, Unlimited(clock), core.trip, clock, core.troubles
        )
        try:
            return await _place_all(desk, orders)
        finally:
            await desk.path.stop()
            await desk.tasks.close()
            await desk.market.close()
            await exchange.close()
            await store.close()


async def _place_all(desk: Desk, orders: int) -> tuple[float, float, float]:
    services = desk.services
    interest = services.market.watch(tickers=["BTCUSDT"])
    quote = services.market.quote("BTCUSDT")
    assert quote is not None
    clock = _store_clock()
    cpu, stored, wall = [], [], []
    with services.bus.subscribe(frozenset({EventKind.ORDER})) as events:
        for number in range(orders + WARM_UP):
            # a price of its own each time, or the duplicate check would ask for a confirmation
            price = (quote.bid * Decimal("0.9")).quantize(Decimal(1)) - number
            request = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=Decimal("0.001"), price=price)
            start, storing, began = time.process_time_ns(), time.clock_gettime_ns(clock), time.perf_counter_ns()
            placed = await services.orders.place(f"bench-{number:06}", request)
            await _told(events, placed.order.id, OrderStatus.LIVE)
            cpu.append(time.process_time_ns() - start)
            stored.append(time.clock_gettime_ns(clock) - storing)
            wall.append(time.perf_counter_ns() - began)
            await services.orders.cancel(placed.order.id)
            await _told(events, placed.order.id, OrderStatus.CANCELED)
    interest.close()
    whole, store, elapsed = (statistics.median(series[WARM_UP:]) / 1000 for series in (cpu, stored, wall))
    return whole, store, elapsed


def _store_clock() -> int:
    """Return the clock of the CPU that the store's thread uses (Linux)."""
    ident = next(thread.ident for thread in threading.enumerate() if thread.name == "store")
    assert ident is not None
    return time.pthread_getcpuclockid(ident)


async def _told(events: AsyncIterator[Event], order_id: str, status: OrderStatus) -> None:
    """Read events until one tells that an order has a status; it is on the disk then."""
    async for event in events:
        if event.data.id == order_id and event.data.status is status:
            return


def main() -> None:
    """Print both figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=500)
    add_peer_flag(parser)
    options = parser.parse_args()
    with running("--no-limits") as simulator, TemporaryDirectory(prefix="tt") as folder:
        settings = {
            "rest_url": simulator.rest_url,
            "key": simulator.key,
            "secret": simulator.secret,
            "orders": options.orders,
        }
        first, stored, wall = asyncio.run(ours(simulator, options.orders, Path(folder) / "1"))
        peer = run_peer(options.peer_python, "ccxt_orders.py", settings)
        second, *_ = asyncio.run(ours(simulator, options.orders, Path(folder) / "2"))
    compare("CPU per order, the whole way", "µs", (first + second) / 2, peer)
    print(f"of it on the store's thread, two commits: {stored:,.0f} µs")
    print(f"wall time of the whole way on loopback: {wall:,.0f} µs")


if __name__ == "__main__":
    main()
