"""A venue in memory, with the promises of ``tui_trader.exchange.port.Exchange`` and a script for trouble.

It keeps orders, balances and fills, but matches nothing by itself: a test says what trades (:meth:`ExchangeTwin.fill`)
and how the next requests go wrong (:attr:`ExchangeTwin.script`).
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tests.twins.clock import VirtualClock
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import FeedHealth
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.errors import NotSent, VenueRejected, VenueUnavailable, VenueUnknown
from tui_trader.exchange.port import NewOrder, OrderAck, StreamGap, UserEvent, VenueOrder, VenueStatus

D = Decimal


def instrument(symbol: str = "BTCUSDT", **changes: Any) -> Instrument:
    """Return a pair with MEXC-like rules."""
    usual = Instrument(
        symbol=symbol,
        base=symbol.removesuffix("USDT"),
        quote="USDT",
        tick=D("0.01"),
        lot=D("0.000001"),
        min_quantity=D("0.000001"),
        min_notional=D(1),
        min_notional_market=D(1),
        max_notional=D(4_000_000),
        max_notional_market=D(100_000),
        order_types=frozenset(OrderType),
        sides=frozenset(Side),
        api_tradable=True,
        online=True,
        maker_fee=D(0),
        taker_fee=D("0.0005"),
    )
    return replace(usual, **changes)


@dataclass
class Trouble:
    """How one request goes wrong: ``error`` is raised after (``reaches``) or before the venue acted on it.

    ``wait`` holds the answer back until it is set; ``ack`` changes the answer on its way.
    """

    error: Exception | None = None
    reaches: bool = True
    wait: asyncio.Event | None = None
    ack: Callable[[Any], Any] | None = None


CUT = VenueUnknown("The connection was cut after the request was written.")
NEVER_SENT = NotSent("The connection could not be opened.")
REFUSED = VenueRejected("Insufficient position", code=30004, http_status=400)
UNAVAILABLE = VenueUnavailable("The venue does not answer.")


class Watch:
    """A running watch."""

    def __init__(self, close: Callable[[], None]) -> None:
        self.close = close


class ExchangeTwin:
    """A venue that does what it is told.

    ``script`` holds, per method name, the troubles of the coming calls; without one the call succeeds.
    ``hidden`` are client ids that lookups do not show although they are there (read lag). ``calls`` logs the names and
    the main argument of every request.
    """

    def __init__(self, clock: VirtualClock | None = None, *, quiet: bool = False) -> None:
        self.clock = clock or VirtualClock()
        self.pairs: dict[str, Instrument] = {name: instrument(name) for name in ("BTCUSDT", "ETHUSDT")}
        self.wallet: dict[str, Balance] = {
            "USDT": Balance("USDT", D(10_000), D(0)),
            "BTC": Balance("BTC", D(1), D(0)),
        }
        self.book_of_orders: dict[str, VenueOrder] = {}
        self.executions: list[Fill] = []
        self.script: dict[str, deque[Trouble]] = {}
        self.hidden: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.budget = 0.1
        self.sent: list[NewOrder] = []
        self.account = "1001"
        self.quiet = quiet
        self.quote_rows: dict[str, Quote] = {}
        self.book_rows: dict[str, Book] = {}
        self.ticker_rows: list[DayTicker] = []
        self.candle_rows: dict[tuple[str, Interval], list[Candle]] = {}
        self.trade_rows: dict[str, list[Trade]] = {}
        self.sinks: dict[tuple[Any, ...], list[Callable[[Any], None]]] = {}
        self.opened = False
        self.lane = asyncio.Event()
        """Orders wait for it before they are written."""
        self.lane.set()
        self.offset: tuple[float, float] | None = (0.0, 20.0)
        self.clock_age: float | None = 1.0
        self.stream_up = True
        self._pushes: asyncio.Queue[UserEvent | Exception | None] = asyncio.Queue()
        self._numbers = itertools.count(1)

    def next(self, method: str, *troubles: Trouble) -> None:
        """Script the coming calls of a method."""
        self.script.setdefault(method, deque()).extend(troubles)

    def push(self, *events: UserEvent) -> None:
        """Send events down the private stream."""
        for event in events:
            self._pushes.put_nowait(event)

    def break_stream(self, error: Exception) -> None:
        """Let the private stream raise."""
        self._pushes.put_nowait(error)

    def requests(self, method: str) -> list[str]:
        """List the main arguments of the calls of a method."""
        return [argument for name, argument in self.calls if name == method]

    def find(self, client_order_id: str) -> VenueOrder:
        """Return an order as the venue has it."""
        return self.book_of_orders[client_order_id]

    def rest(self, **fields: Any) -> VenueOrder:
        """Put an order on the venue that the desk did not send."""
        number = next(self._numbers)
        usual = VenueOrder(
            venue_order_id=f"V{number}",
            client_order_id="",
            symbol="BTCUSDT",
            side=Side.BUY,
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            status=VenueStatus.NEW,
            price=D(90),
            quantity=D(1),
            executed=D(0),
            quote=D(0),
            created_at=self.clock.wall_ms(),
            updated_at=self.clock.wall_ms(),
        )
        order = replace(usual, **fields)
        self.book_of_orders[order.client_order_id or order.venue_order_id] = order
        return order

    def fill(
        self,
        client_order_id: str,
        quantity: Decimal,
        price: Decimal | None = None,
        *,
        push: bool = True,
        push_order: bool = True,
        fee: Decimal = Decimal(0),
        fee_asset: str = "USDT",
    ) -> Fill:
        """Let an order trade, and move the coins; ``push`` says whether the stream tells of the execution."""
        order = self.book_of_orders[client_order_id]
        at_price = price or order.price or D(100)
        executed = order.executed + quantity
        done = VenueStatus.FILLED if executed == order.quantity else VenueStatus.PARTIALLY_FILLED
        order = replace(
            order,
            executed=executed,
            quote=order.quote + quantity * at_price,
            status=order.status if order.status.closed else done,
            updated_at=self.clock.wall_ms(),
        )
        self.book_of_orders[client_order_id] = order
        number = next(self._numbers)
        execution = Fill(
            venue_order_id=order.venue_order_id,
            trade_id=f"T{number}",
            symbol=order.symbol,
            side=order.side,
            price=at_price,
            quantity=quantity,
            quote=quantity * at_price,
            fee=fee,
            fee_asset=fee_asset,
            maker=True,
            at=self.clock.wall_ms(),
            client_order_id=order.client_order_id,
        )
        self.executions.append(execution)
        self._pay(execution)
        if push:
            self.push(replace(execution, source="push"))
            if push_order:
                self.push(order)
        return execution

    def _pay(self, execution: Fill) -> None:
        """Move what an execution moves."""
        pair, sign = self.pairs[execution.symbol], execution.side.sign
        self.give(pair.base, execution.quantity * sign)
        self.give(pair.quote, -execution.quote * sign)
        self.give(execution.fee_asset, -execution.fee)

    def give(self, asset: str, amount: Decimal) -> Balance:
        """Move free coins of an asset in, or with a negative amount out; nothing is pushed."""
        before = self.wallet.get(asset, Balance(asset, D(0), D(0)))
        self.wallet[asset] = replace(before, free=before.free + amount, at=self.clock.wall_ms())
        return self.wallet[asset]

    def end(self, client_order_id: str, *, push: bool = True) -> VenueOrder:
        """Close an order as cancelled."""
        order = self.book_of_orders[client_order_id]
        status = VenueStatus.PARTIALLY_CANCELED if order.executed else VenueStatus.CANCELED
        order = replace(order, status=status, updated_at=self.clock.wall_ms())
        self.book_of_orders[client_order_id] = order
        if push:
            self.push(order)
        return order

    async def _meet(self, method: str, argument: str, act: Callable[[], Any]) -> Any:
        """Log a call, act, and go wrong as scripted."""
        self.calls.append((method, argument))
        await asyncio.sleep(0)
        waiting = self.script.get(method)
        trouble = waiting.popleft() if waiting else Trouble()
        answer = act() if trouble.reaches else None
        if trouble.wait is not None:
            await trouble.wait.wait()
        if trouble.error is not None:
            raise trouble.error
        return trouble.ack(answer) if trouble.ack is not None else answer

    async def place(self, order: NewOrder) -> OrderAck:
        """Take an order."""
        self.sent.append(order)
        if self.clock.wall_ms() > order.not_after:
            raise NotSent("The decision was too old.")
        await self.lane.wait()
        if not order.wanted():
            raise NotSent("It is not wanted any more.")
        answer: OrderAck = await self._meet("place", order.client_order_id, lambda: self._take(order))
        return answer

    def _take(self, order: NewOrder) -> OrderAck:
        now = self.clock.wall_ms()
        venue = self.rest(
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            time_in_force=order.time_in_force,
            price=order.price,
            quantity=order.quantity or D(0),
        )
        if not self.quiet:
            self.push(venue)
        return OrderAck(venue.venue_order_id, order.symbol, order.side, order.price, order.quantity, now)

    async def test(self, order: NewOrder) -> None:
        """Check an order."""
        await self._meet("test", order.client_order_id, lambda: None)

    async def cancel(self, symbol: str, *, client_order_id: str = "", venue_order_id: str = "") -> VenueOrder | None:
        """Cancel one order, or answer -2011."""
        key = client_order_id or venue_order_id

        def act() -> VenueOrder:
            order = self._named(client_order_id, venue_order_id)
            if order is None or order.symbol != symbol or order.status.closed:
                raise VenueRejected("Unknown order sent.", code=-2011, http_status=400)
            return self.end(order.client_order_id or order.venue_order_id, push=not self.quiet)

        answer: VenueOrder | None = await self._meet("cancel", key, act)
        return answer

    async def cancel_all(self, symbol: str) -> Sequence[VenueOrder]:
        """Cancel all of a pair."""
        await self._meet("cancel_all", symbol, lambda: None)
        return [self.end(key) for key, order in list(self.book_of_orders.items()) if self._open(order, symbol)]

    @staticmethod
    def _open(order: VenueOrder, symbol: str | None) -> bool:
        return not order.status.closed and symbol in {None, order.symbol}

    def _named(self, client_order_id: str, venue_order_id: str) -> VenueOrder | None:
        for order in self.book_of_orders.values():
            if client_order_id and order.client_order_id == client_order_id:
                return order
            if venue_order_id and order.venue_order_id == venue_order_id:
                return order
        return None

    def _visible(self, order: VenueOrder) -> bool:
        return (order.client_order_id or order.venue_order_id) not in self.hidden

    async def order(self, symbol: str, *, client_order_id: str = "", venue_order_id: str = "") -> VenueOrder | None:
        """Look one order up."""

        def act() -> VenueOrder | None:
            found = self._named(client_order_id, venue_order_id)
            return found if found and found.symbol == symbol and self._visible(found) else None

        answer: VenueOrder | None = await self._meet("order", client_order_id or venue_order_id, act)
        return answer

    async def open_orders(self, symbol: str | None = None) -> Sequence[VenueOrder]:
        """List what rests."""
        answer: Sequence[VenueOrder] = await self._meet(
            "open_orders",
            symbol or "",
            lambda: [o for o in self.book_of_orders.values() if self._open(o, symbol) and self._visible(o)],
        )
        return answer

    async def all_orders(self, symbol: str, start: int, end: int) -> Sequence[VenueOrder]:
        """List orders of a window."""
        answer: Sequence[VenueOrder] = await self._meet(
            "all_orders",
            symbol,
            lambda: [
                order
                for order in self.book_of_orders.values()
                if order.symbol == symbol and start <= order.created_at <= end and self._visible(order)
            ],
        )
        return answer

    async def fills(self, symbol: str, start: int, end: int, venue_order_id: str = "") -> Sequence[Fill]:
        """List executions of a window."""
        answer: Sequence[Fill] = await self._meet(
            "fills",
            symbol,
            lambda: [
                fill
                for fill in self.executions
                if fill.symbol == symbol and start <= fill.at <= end and venue_order_id in {"", fill.venue_order_id}
            ],
        )
        return answer

    async def uid(self) -> str:
        """Return the account's number."""
        answer: str = await self._meet("uid", "", lambda: self.account)
        return answer

    async def balances(self) -> Sequence[Balance]:
        """List balances."""
        answer: Sequence[Balance] = await self._meet("balances", "", lambda: list(self.wallet.values()))
        return answer

    async def fees(self, symbol: str) -> tuple[Decimal, Decimal]:
        """Return the pair's fees."""
        pair = self.pairs[symbol]
        answer: tuple[Decimal, Decimal] = await self._meet("fees", symbol, lambda: (pair.maker_fee, pair.taker_fee))
        return answer

    def renew_user_stream(self, reason: str) -> None:
        """Remember that a new connection was wanted; from then on the stream tells again."""
        self.calls.append(("renew_user_stream", reason))
        self.quiet = False
        self.push(StreamGap(reason))

    async def user_events(self) -> AsyncIterator[UserEvent]:
        """Repeat what tests push."""
        while True:
            event = await self._pushes.get()
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event

    async def server_time(self) -> int:
        """Return the clock's time."""
        return self.clock.wall_ms()

    async def instruments(self) -> Sequence[Instrument]:
        """List pairs."""
        answer: Sequence[Instrument] = await self._meet("instruments", "", lambda: list(self.pairs.values()))
        return answer

    async def day_tickers(self) -> Sequence[DayTicker]:
        """List 24 h figures."""
        answer: Sequence[DayTicker] = await self._meet("day_tickers", "", lambda: list(self.ticker_rows))
        return answer

    async def quotes(self) -> Sequence[Quote]:
        """List quotes."""
        answer: Sequence[Quote] = await self._meet("quotes", "", lambda: list(self.quote_rows.values()))
        return answer

    async def candles(
        self, symbol: str, interval: Interval, *, start: int | None = None, end: int | None = None, limit: int = 500
    ) -> Sequence[Candle]:
        """List bars."""
        rows = self.candle_rows.get((symbol, interval), [])
        answer: Sequence[Candle] = await self._meet(
            "candles",
            symbol,
            lambda: [
                bar
                for bar in rows
                if (start is None or bar.open_time >= start) and (end is None or bar.open_time <= end)
            ][-limit:],
        )
        return answer

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[Trade]:
        """List public trades."""
        answer: Sequence[Trade] = await self._meet("trades", symbol, lambda: self.trade_rows.get(symbol, [])[-limit:])
        return answer

    def show(self, *key: Any, value: Any) -> None:
        """Send a market value to those who watch, e.g. ``show("quote", "BTCUSDT", value=quote)``."""
        for sink in list(self.sinks.get(key, [])):
            sink(value)

    def watched(self, *key: Any) -> int:
        """Say how many watch something."""
        return len(self.sinks.get(key, []))

    def _watch(self, key: tuple[Any, ...], sink: Callable[[Any], None]) -> Watch:
        self.calls.append((f"watch_{key[0]}", str(key[1]) if len(key) > 1 else ""))
        sinks = self.sinks.setdefault(key, [])
        sinks.append(sink)
        return Watch(lambda: sinks.remove(sink) if sink in sinks else None)

    def watch_quote(self, symbol: str, sink: Callable[[Quote], None]) -> Watch:
        """Watch best prices; key ``("quote", symbol)``."""
        return self._watch(("quote", symbol), sink)

    def watch_book(self, symbol: str, sink: Callable[[Book], None], depth: int = 50) -> Watch:
        """Watch a book; key ``("book", symbol)``. The first one comes at once where ``book_rows`` has it."""
        if symbol in self.book_rows:
            asyncio.get_running_loop().call_soon(sink, self.book_rows[symbol])
        return self._watch(("book", symbol), sink)

    def watch_trades(self, symbol: str, sink: Callable[[Sequence[Trade]], None]) -> Watch:
        """Watch trades; key ``("trades", symbol)``."""
        return self._watch(("trades", symbol), sink)

    def watch_candle(self, symbol: str, interval: Interval, sink: Callable[[Candle], None]) -> Watch:
        """Watch the running bar; key ``("candle", symbol, interval)``."""
        return self._watch(("candle", symbol, interval), sink)

    def watch_day_tickers(self, sink: Callable[[Sequence[DayTicker]], None]) -> Watch:
        """Watch 24 h figures; key ``("day_tickers",)``."""
        return self._watch(("day_tickers",), sink)

    def feeds(self) -> Sequence[FeedHealth]:
        """Everything is up."""
        return [FeedHealth("user", up=self.opened, last_message=self.clock.wall_ms())]

    def clock_offset(self) -> tuple[float, float] | None:
        """Return ``offset``."""
        return self.offset

    def clock_age_s(self) -> float | None:
        """Return ``clock_age``."""
        return self.clock_age

    def private_stream_up(self) -> bool:
        """Return ``stream_up``."""
        return self.stream_up

    def latency_ms(self) -> float | None:
        """Return a figure."""
        return 40.0

    def budget_used(self) -> float:
        """Return a figure."""
        return self.budget

    async def open(self) -> None:
        """Remember that it is open."""
        self.opened = True

    async def close(self) -> None:
        """End the private stream."""
        self.opened = False
        self._pushes.put_nowait(None)
