"""Random trading on the simulator's process: the ledger explains every coin of it, here and after a restart."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.benchmarks.lane import Unlimited
from tests.simulator import Simulator, running
from tui_trader.clock import SystemClock
from tui_trader.credentials import Credentials
from tui_trader.desk.assembly import Desk, assemble
from tui_trader.desk.start import come_up
from tui_trader.domain.money import floor_to
from tui_trader.domain.order import OrderRequest, OrderType, Side, TimeInForce
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.domain.timing import TimingName
from tui_trader.errors import TraderError
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.client import MexcExchange
from tui_trader.exchange.mexc.sender import Sender
from tui_trader.exchange.port import NewOrder
from tui_trader.paths import Folders, Paths
from tui_trader.services.model import LedgerRow
from tui_trader.services.status import DeskIdentity
from tui_trader.settings import Settings
from tui_trader.store.sqlite_store import SqliteStore

D = Decimal
SYMBOLS = ("BTCUSDT", "ETHUSDT", "MXUSDT")
ORDERS = 250
PATIENCE_S = 30.0
WIDE = RiskProfile(
    max_order_value=D(10**6), max_position_value=D(10**6), max_total_exposure=D(10**6), max_open_orders=10**4,
    price_collar_percent=D(50), max_orders_per_second=10**6, max_orders_per_minute=10**6, duplicate_window_ms=0,
)  # fmt: skip


@pytest.fixture
def venue() -> Iterator[Simulator]:
    coins = "USDT=100000,BTC=1,ETH=10,MX=1000"
    with running("--control", "--no-limits", "--symbols", ",".join(SYMBOLS), "--balances", coins) as process:
        yield process


@asynccontextmanager
async def desk_on(simulator: Simulator, folder: Path) -> AsyncIterator[Desk]:
    """Run a desk in this process, as wide open as can be."""
    clock = SystemClock()
    paths = Paths(Folders(folder / "c", folder / "s", folder / "k"), "ledger", "paper").prepare()
    store = await SqliteStore.open(paths.database, clock)
    exchange = MexcExchange(
        MexcEndpoints(simulator.rest_url, simulator.ws_url), Credentials(simulator.key, simulator.secret), clock
    )
    settings = replace(Settings(), risk=WIDE, timing=TimingName.PROOF)
    identity = DeskIdentity("paper", "ledger", "simulator", 1, leaves_when_idle=False)
    desk = assemble(settings, identity, exchange, store, clock, "l1", lambda _: None)
    with ExitStack() as held:
        try:
            await come_up(desk, paths, "simulator", clock, held, asyncio.Event(), live=False)
            core = exchange.core
            assert core.lane is not None
            core.sender = Sender(
                simulator.rest_url, core.lane, core.signer, Unlimited(clock), core.trip, clock, core.troubles
            )
            await desk.path.reconciler.clean()
            yield desk
        finally:
            await desk.path.stop()
            await desk.tasks.close()
            await desk.market.close()
            await exchange.close()
            await store.close()


def drawn(desk: Desk, chance: random.Random) -> OrderRequest | None:
    """Draw an order: it rests, trades at once, or does a part of it."""
    symbol, side = chance.choice(SYMBOLS), chance.choice(list(Side))
    pair, quote = desk.market.find(symbol), desk.market.quote(symbol)
    if pair is None or quote is None:
        return None
    away = D(chance.choice(["-0.01", "-0.0005", "0", "0.0005", "0.002"])) * side.sign
    price = floor_to((quote.ask if side is Side.BUY else quote.bid) * (1 + away), pair.tick)
    quantity = floor_to(D(chance.randint(5, 400)) / price, pair.lot)
    terms = chance.choice([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
    return OrderRequest(symbol, side, OrderType.LIMIT, terms, quantity=quantity, price=price)


async def trade(desk: Desk, simulator: Simulator, chance: random.Random, orders: int) -> Decimal:
    """Place orders from here and from elsewhere, cancel some, move coins; returns what was deposited."""
    deposited = D(0)
    for number in range(orders):
        request = drawn(desk, chance)
        if request is None:
            continue
        with suppress(TraderError):
            if number % 10 == 9:
                await elsewhere(desk, request, f"web_{chance.random()}"[:30].replace(".", ""))
            else:
                await desk.path.orders.place(f"ledger-{chance.random()}".replace(".", ""), request)
        if number % 5 == 4:
            resting = desk.path.orders.working()
            if resting:
                with suppress(TraderError):
                    await desk.path.orders.cancel(chance.choice(resting).id)
        if number % 60 == 30:
            amount = D(chance.choice(["-12.34", "1000", "0.00000001"]))
            simulator.control("POST", "/deposit", {"asset": "USDT", "amount": str(amount)})
            deposited += amount
    return deposited


async def elsewhere(desk: Desk, request: OrderRequest, client_order_id: str) -> None:
    """Place an order as the website would: the desk hears of it by the stream."""
    assert request.quantity is not None
    order = NewOrder(
        client_order_id=client_order_id,
        symbol=request.symbol,
        side=request.side,
        type=request.type,
        time_in_force=request.time_in_force,
        quantity=request.quantity,
        quote_quantity=None,
        price=request.price,
        not_after=SystemClock().wall_ms() + 2000,
        recv_window=3000,
    )
    await desk.exchange.place(order)


async def at_rest(desk: Desk) -> dict[str, LedgerRow]:
    """End what works, and wait until every asset is explained; give the rows as they are then."""
    for order in desk.path.orders.working():
        with suppress(TraderError):
            await desk.path.orders.cancel(order.id)
    rows: dict[str, LedgerRow] = {}
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < end:
        await desk.path.reconciler.now()
        rows = {row.asset: row for row in await desk.path.ledger.rows()}
        if not desk.path.orders.working() and not any(row.difference for row in rows.values()):
            break
    return rows


@pytest.mark.timeout(240)
async def test_random_trading_is_explained_to_the_last_digit(venue: Simulator) -> None:
    chance = random.Random(1)
    with TemporaryDirectory(prefix="tt") as folder:
        async with desk_on(venue, Path(folder)) as desk:
            deposited = await trade(desk, venue, chance, ORDERS)
            rows = await at_rest(desk)
            assert {row.asset: row.difference for row in rows.values()} == dict.fromkeys(rows, D(0))
            assert rows["USDT"].external == deposited
            assert rows["USDT"].opening == D(100_000)
            assert rows["USDT"].fees < 0
            assert all(rows[asset].traded for asset in ("BTC", "ETH", "MX", "USDT"))
            assert desk.path.ledger.breaks == {}
            assert desk.path.gate.state is GateState.ACTIVE
            assert (await desk.store.rebuilt()).differing == 0  # type: ignore[attr-defined]  # the port has no audit
        async with desk_on(venue, Path(folder)) as again:
            after = await at_rest(again)
            assert {row.asset: replace(row, at=0) for row in after.values()} == {
                row.asset: replace(row, at=0) for row in rows.values()
            }
            assert again.path.gate.state is GateState.ACTIVE
