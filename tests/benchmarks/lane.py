"""CPU per order for the lane alone (sign, send, parse the answer), beside ccxt async's bare ``create_order``.

Run as ``python -m tests.benchmarks.lane --peer-python PATH``; both trade on one simulator process. CPU is this
process's own, measured around each placing; the cancel that makes room for the next order is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from decimal import Decimal

from tests.benchmarks.peers import add_peer_flag, compare, run_peer
from tests.simulator import Simulator, running
from tui_trader.clock import SystemClock
from tui_trader.credentials import Credentials
from tui_trader.domain.ids import client_order_id, ulid
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.budget import Budget, Window
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.mexc.sender import Sender
from tui_trader.exchange.port import NewOrder
from tui_trader.exchange.wire.limits import Rate

WARM_UP = 50


class Unlimited(Budget):
    """The budget with windows that never fill, so that the benchmark does not wait; it still counts."""

    def __init__(self, clock: SystemClock) -> None:
        super().__init__(clock)
        self._weight, self._signed, self._orders, self._requests = (Window(Rate(10**9, 1.0)) for _ in range(4))


async def ours(simulator: Simulator, orders: int) -> float:
    """Return the median CPU in µs of placing one order."""
    clock = SystemClock()
    credentials = Credentials(simulator.key, simulator.secret)
    exchange = MexcExchange(MexcEndpoints(simulator.rest_url, simulator.ws_url), credentials, clock)
    core = exchange.core
    assert core.lane is not None
    await core.server_clock.ensure()
    await core.lane.open()
    core.sender = Sender(simulator.rest_url, core.lane, core.signer, Unlimited(clock), core.trip, clock, core.troubles)
    quote = next(quote for quote in await exchange.quotes() if quote.symbol == "BTCUSDT")
    price = (quote.bid * Decimal("0.9")).quantize(Decimal("0.01"))
    costs = []
    for number in range(orders + WARM_UP):
        now = core.server_clock.now_ms()
        name = client_order_id(ulid(now, number.to_bytes(10, "big")), "b1")
        order = NewOrder(
            name, "BTCUSDT", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, Decimal("0.001"), None, price, now + 5000, 5000
        )
        start = time.process_time_ns()
        ack = await exchange.place(order)
        costs.append(time.process_time_ns() - start)
        await exchange.cancel("BTCUSDT", venue_order_id=ack.venue_order_id)
    await exchange.close()
    return statistics.median(costs[WARM_UP:]) / 1000


def main() -> None:
    """Print both figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=500)
    add_peer_flag(parser)
    options = parser.parse_args()
    with running("--no-limits") as simulator:
        settings = {
            "rest_url": simulator.rest_url,
            "key": simulator.key,
            "secret": simulator.secret,
            "orders": options.orders,
        }
        first = asyncio.run(ours(simulator, options.orders))
        peer = run_peer(options.peer_python, "ccxt_orders.py", settings)
        second = asyncio.run(ours(simulator, options.orders))
    compare("CPU per order, lane alone", "µs", (first + second) / 2, peer)


if __name__ == "__main__":
    main()
