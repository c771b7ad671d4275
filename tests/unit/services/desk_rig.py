"""All services of a desk over twins of venue and store, for tests of what they do together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.twins.clock import VirtualClock, settle, until
from tests.twins.exchange import ExchangeTwin, instrument
from tests.twins.gate_figures import deep_book
from tests.twins.profiles import WIDE
from tests.twins.store import StoreTwin
from tui_trader.desk.assembly import Desk, assemble
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade
from tui_trader.domain.order import Side
from tui_trader.services.model import LineContext, LineOutcome
from tui_trader.services.status import DeskIdentity
from tui_trader.settings import Mode, Settings

D = Decimal
DAY_MS = 86_400_000
NOWHERE = LineContext()


def quote(clock: VirtualClock, symbol: str = "BTCUSDT", bid: str = "100", ask: str = "100.1") -> Quote:
    """Make best prices received now."""
    return Quote(symbol, D(bid), D(5), D(ask), D(5), clock.wall_ms(), clock.wall_ms())


def ticker(clock: VirtualClock, symbol: str = "BTCUSDT", last: str = "100") -> DayTicker:
    """Make day figures received now."""
    now = clock.wall_ms()
    return DayTicker(symbol, D(last), D(80), D(120), D(70), D(1000), D(100_000), D("0.25"), now, now)


def bar(open_time: int, close: str = "100", volume: str = "1", **changes: Any) -> Candle:
    """Make a one-minute bar of BTCUSDT."""
    price = D(close)
    made = Candle(
        "BTCUSDT", Interval.M1, open_time, price, price, price, price, D(volume), price * D(volume), closed=True
    )
    return replace(made, **changes)


def days(clock: VirtualClock, symbol: str) -> list[Candle]:
    """Make twenty quiet daily bars, the last one running."""
    today = clock.wall_ms() // DAY_MS * DAY_MS
    usual = replace(bar(today), symbol=symbol, interval=Interval.D1)
    return [replace(usual, open_time=today - DAY_MS * back, closed=back > 0) for back in range(19, -1, -1)]


def trade(price: str, at: int = 1, symbol: str = "BTCUSDT") -> Trade:
    """Make a public trade."""
    return Trade(symbol, D(price), D(1), Side.BUY, at, f"{price}-{at}")


def book(clock: VirtualClock, symbol: str = "BTCUSDT") -> Book:
    """Make a book of three levels a side."""
    now = clock.wall_ms()
    bids = tuple((D(100) - D(step) / 10, D(1)) for step in range(3))
    asks = tuple((D("100.1") + D(step) / 10, D(1)) for step in range(3))
    return Book(symbol, bids, asks, 7, now, now)


class DeskRig:
    """One desk. A second one over the same store and exchange is a restart."""

    def __init__(
        self, *, store: StoreTwin | None = None, exchange: ExchangeTwin | None = None, settings: Settings | None = None
    ) -> None:
        self.clock = exchange.clock if exchange else VirtualClock()
        self.store = store or StoreTwin()
        self.exchange = exchange or ExchangeTwin(self.clock)
        if exchange is None:
            self.exchange.pairs["MXUSDT"] = instrument("MXUSDT")
            self.exchange.pairs["ETHBTC"] = replace(instrument("ETHBTC"), base="ETH", quote="BTC")
        self.reasons: list[str] = []
        chosen = settings or Settings(risk=WIDE)
        identity = DeskIdentity(chosen.mode.value, "default", "twin", 1, chosen.mode is Mode.PAPER)
        self.desk: Desk = assemble(chosen, identity, self.exchange, self.store, self.clock, "m1", self.reasons.append)
        self.market = self.desk.market
        self.services = self.desk.services
        self.lines = 0

    async def start(self) -> None:
        """Come up as the process does, and wait for the first comparison."""
        for symbol in ("BTCUSDT", "ETHUSDT", "MXUSDT"):
            self.exchange.quote_rows.setdefault(symbol, quote(self.clock, symbol))
        if not self.exchange.ticker_rows:
            self.exchange.ticker_rows = [ticker(self.clock, each) for each in self.exchange.quote_rows]
        for symbol in self.exchange.quote_rows:
            best = self.exchange.quote_rows[symbol]
            self.exchange.book_rows.setdefault(symbol, deep_book(symbol, best.bid, best.ask, self.clock.wall_ms()))
            self.exchange.candle_rows.setdefault((symbol, Interval.D1), days(self.clock, symbol))
        await self.desk.watch.limits.load()
        await self.exchange.open()
        self.market.begin()
        await self.market.load()
        await self.desk.positions.load()
        await self.desk.positions.begin_with(await self.exchange.balances())
        await self.desk.account.load()
        await self.desk.watch.load()
        for name, work in (("market", self.market.keep), ("positions", self.desk.positions.keep)):
            self.desk.tasks.run(name, work)
        self.desk.tasks.run("account", self.desk.account.keep)
        self.desk.watch.begin(self.desk.tasks)
        self.desk.tasks.run("desk", self.desk.desk.keep)
        await self.desk.path.start()
        await self.desk.path.reconciler.clean()
        await settle()

    async def stop(self) -> None:
        """Die."""
        await self.desk.path.stop()
        await self.desk.tasks.close()
        await self.market.close()

    async def run(self, line: str, **given: Any) -> LineOutcome:
        """Run a typed line under an intent of its own."""
        self.lines += 1
        return await self.services.commands.run(f"line-{self.lines:04d}", line, given.pop("context", NOWHERE), **given)

    async def preview(self, line: str, context: LineContext = NOWHERE) -> LineOutcome:
        """Preview a typed line."""
        return await self.services.commands.preview(line, context)

    async def bought(self, quantity: str = "1", price: str = "99", line: str | None = None) -> str:
        """Buy bitcoin with a resting order that is then filled; returns the order's id."""
        outcome = await self.run(line or f"buy btc {quantity} @{price}")
        placement = outcome.steps[0].placement
        assert placement is not None, outcome
        held = self.desk.positions.held("BTCUSDT")
        self.exchange.fill(placement.order.client_order_id, D(quantity))
        await until(lambda: self.desk.positions.held("BTCUSDT") == held + D(quantity))
        await settle()
        return placement.order.id


def richer(exchange: ExchangeTwin, **coins: str) -> None:
    """Set the account's coins."""
    exchange.wallet = {name: Balance(name, D(amount), D(0)) for name, amount in coins.items()}


@asynccontextmanager
async def desk(**given: Any) -> AsyncIterator[DeskRig]:
    """Run a desk, and end it."""
    rig = DeskRig(**given)
    await rig.start()
    try:
        yield rig
    finally:
        await rig.stop()


@asynccontextmanager
async def hearing(rig: DeskRig) -> AsyncIterator[list[Event]]:
    """Collect what the bus tells while the context is open."""
    heard: list[Event] = []

    async def listen(reading: AsyncIterator[Event]) -> None:
        async for event in reading:
            heard.append(event)  # noqa: PERF401 - the list is looked at meanwhile

    with rig.services.bus.subscribe() as reading:
        task = asyncio.create_task(listen(reading))
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def of(heard: list[Event], kind: EventKind) -> list[Any]:
    """List the values of the events of a kind."""
    return [event.data for event in heard if event.kind is kind]
