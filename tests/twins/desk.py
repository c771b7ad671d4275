"""Hand-written twin of ``DeskPort``: a desk in memory with a scripted market, orders, and failures on demand.

``asked`` lists every call that changes something. ``failures[name]`` is raised by the next call of that method,
``outcomes`` decides what becomes of the next placings, ``drop()`` cuts every event stream as a dead desk would.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.twins.desk_market import PAIRS, ScriptedMarket
from tests.twins.desk_risk import TwinRisk
from tui_trader.client.port import MarketInterest
from tui_trader.contract import API_VERSION
from tui_trader.contract.account import BalanceView, EquityView, LedgerView
from tui_trader.contract.base import Page
from tui_trader.contract.commands import Confirm, LineContext, LineResult, Step
from tui_trader.contract.events import EventView
from tui_trader.contract.history import JournalView
from tui_trader.contract.market import BookView, CandleView, InstrumentView, TickerView, TradeView
from tui_trader.contract.orders import (
    BreachView,
    CancelResult,
    FillView,
    OrderView,
    Outcome,
    Placement,
    PlaceOrder,
    Preview,
)
from tui_trader.contract.positions import (
    Closed,
    ClosePosition,
    CreatePosition,
    Performance,
    PositionSummary,
    PositionView,
    UpdatePosition,
)
from tui_trader.contract.risk import CertificateView, HaltedOrderView, ResumedView
from tui_trader.contract.status import FeedView, Health, Status
from tui_trader.domain.events import EventKind
from tui_trader.domain.halt import Fate
from tui_trader.domain.order import WORKING, CancelState, OrderStatus, OrderType, Origin, Side, TimeInForce
from tui_trader.errors import DeskUnavailable, NotFound, TraderError
from tui_trader.grammar.commands import Cancel, Close, Command, Focus, Look, Place
from tui_trader.grammar.context import Context, Pair
from tui_trader.grammar.parser import parse
from tui_trader.grammar.sentence import describe


class TwinDesk:
    """A desk that does what its test wrote into it."""

    def __init__(self, market: ScriptedMarket | None = None, mode: str = "paper") -> None:
        self.market = market or ScriptedMarket()
        self.mode = mode
        self.gate = "ACTIVE"
        self.api_version = API_VERSION
        self.asked: list[tuple[Any, ...]] = []
        self.failures: dict[str, TraderError] = {}
        self.risk = TwinRisk(self.asked, self._check, lambda: self.market.now, lambda: self.gate)
        self.outcomes: deque[Outcome] = deque()
        self.refused_as = OrderStatus.REJECTED
        """The state of an order whose outcome is ``REJECTED``."""
        self.refusal: str | None = None
        self.exact = ""
        """The line that a preview says means exactly what it shows; empty: none."""
        self.breaches: list[BreachView] = []
        self.sizing = ""
        self.confirm = Confirm.NONE
        self.word: str | None = None
        self.orders: dict[str, OrderView] = {}
        self.past: list[OrderView] = []
        self.journal_body: dict[str, Any] = {"reason": "the market was quiet", "empty": None}
        self.fill_rows: list[FillView] = []
        self.position_rows: dict[str, PositionView] = {}
        self.balance_rows = {
            "USDT": self.balance("USDT", "25000", "0", "25000"),
            "BTC": self.balance("BTC", "0.15", "0", "9814.81"),
        }
        self._numbers = itertools.count(100)
        self.alive = True
        self.stopped = False
        self.sequence = 10
        self.resumed_after: list[int | None] = []
        self.interests: list[MarketInterest] = []
        self._readers: list[tuple[asyncio.Queue[EventView | None], MarketInterest | None]] = []

    # What a test does

    def balance(self, asset: str, free: str, locked: str, value: str) -> BalanceView:
        total = Decimal(free) + Decimal(locked)
        return BalanceView(
            asset=asset,
            free=Decimal(free),
            locked=Decimal(locked),
            total=total,
            reserved=Decimal(0),
            value=Decimal(value),
            at=self.market.now,
        )

    def make_order(self, number: int, **changes: Any) -> OrderView:
        values: dict[str, Any] = {
            "id": f"01ORDER{number:019d}",
            "client_order_id": f"tt01ORDER{number:019d}",
            "venue_order_id": f"C02__{number}",
            "intent_id": f"intent{number:04d}",
            "symbol": "BTCUSDT",
            "side": Side.BUY,
            "type": OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC,
            "status": OrderStatus.LIVE,
            "cancel": CancelState.NONE,
            "state": "working",
            "price": Decimal("65000.00"),
            "quantity": Decimal("0.01"),
            "executed": Decimal(0),
            "quote": Decimal(0),
            "remaining": Decimal("0.01"),
            "average_price": None,
            "fees": {},
            "origin": Origin.CONSOLE,
            "tags": [],
            "note": "",
            "reason": "",
            "message": "",
            "late_fill": False,
            "created_at": self.market.now - 90_000 + number,
            "updated_at": self.market.now - 60_000 + number,
        }
        return OrderView(**values | changes)

    def make_position(self, symbol: str, quantity: str, entry: str, **changes: Any) -> PositionView:
        price, held, cost = self.market.last[symbol], Decimal(quantity), Decimal(entry)
        values: dict[str, Any] = {
            "id": f"pos-{symbol}",
            "symbol": symbol,
            "side": "LONG",
            "status": "OPEN",
            "source": "FILLS",
            "type": "MANUAL",
            "quantity": held,
            "closed_quantity": Decimal(0),
            "entry_price": cost,
            "exit_price": None,
            "current_price": price,
            "priced_at": self.market.now - 100,
            "value": held * price,
            "unrealised_pnl": held * (price - cost),
            "realised_pnl": Decimal(0),
            "pnl_percent": (price - cost) / cost * 100,
            "fees": Decimal("0.5"),
            "other_fees": {},
            "stop_loss": None,
            "take_profit": None,
            "risk_reward": None,
            "protected_quantity": Decimal(0),
            "strategy": None,
            "tags": [],
            "notes": None,
            "entry_order_ids": [],
            "exit_order_ids": [],
            "open_order_ids": [],
            "opened_at": self.market.now - 3_600_000,
            "closed_at": None,
            "updated_at": self.market.now,
            "max_profit": Decimal(0),
            "max_drawdown": Decimal(0),
        }
        return PositionView(**values | changes)

    def make_fill(self, number: int, **changes: Any) -> FillView:
        values: dict[str, Any] = {
            "trade_id": f"t{number}",
            "venue_order_id": f"C02__{number}",
            "order_id": f"01ORDER{number:019d}",
            "symbol": "BTCUSDT",
            "side": Side.BUY,
            "price": Decimal("65100.00"),
            "quantity": Decimal("0.01"),
            "quote": Decimal(651),
            "fee": Decimal("0.3255"),
            "fee_asset": "USDT",
            "maker": False,
            "at": self.market.now - 600_000 + number,
        }
        return FillView(**values | changes)

    def publish(self, kind: EventKind, data: Any) -> None:
        """Send an event to every reader that would get it."""
        durable = kind in {EventKind.ORDER, EventKind.FILL, EventKind.GATE, EventKind.NOTICE}
        market = kind in {EventKind.TICKER, EventKind.BOOK, EventKind.TRADES, EventKind.CANDLE}
        if durable:
            self.sequence += 1
        event = EventView(kind=kind, at=self.market.now, sequence=self.sequence if durable else None, data=data)
        for queue, interest in self._readers:
            if market == (interest is not None):
                queue.put_nowait(event)

    def put_order(self, order: OrderView) -> OrderView:
        """Change an order and tell it."""
        self.orders[order.id] = order
        if order.status not in WORKING:
            del self.orders[order.id]
            self.past.insert(0, order)
        self.publish(EventKind.ORDER, order)
        return order

    def move(self, symbol: str, price: str) -> None:
        """Move the market and tell it."""
        self.market.move(symbol, Decimal(price))
        self.publish(EventKind.TICKER, [self.market.ticker(symbol)])

    def drop(self) -> None:
        """Go away: streams end, calls fail until ``alive`` is set again."""
        self.alive = False
        for queue, _ in self._readers:
            queue.put_nowait(None)

    async def connect(self) -> TwinDesk:
        """Be what a console attaches to."""
        self._check("connect")
        return self

    # What a console asks

    def _check(self, name: str) -> None:
        failure = self.failures.pop(name, None)
        if failure is not None:
            raise failure
        if not self.alive:
            raise DeskUnavailable("No desk answers on its socket.")

    async def health(self) -> Health:
        self._check("health")
        return Health(
            ok=True, api_version=self.api_version, version="0.1.0", mode=self.mode, profile="default", gate=self.gate
        )

    async def status(self) -> Status:
        self._check("status")
        equity = EquityView(
            at=self.market.now,
            equity=Decimal("34814.81"),
            cash=Decimal(25000),
            currency="USDT",
            day_pnl=Decimal("152.37"),
        )
        return Status(
            mode=self.mode,
            profile="default",
            venue="twin",
            gate=self.gate,
            gate_reason="",
            version="0.1.0",
            api_version=self.api_version,
            schema_version=1,
            pid=1,
            started_at=self.market.now - 60_000,
            now=self.market.now,
            feeds=[FeedView(name="public", up=True, age_ms=40), FeedView(name="private", up=True, age_ms=900)],
            clock_offset_ms=0.4,
            clock_error_ms=1.0,
            latency_ms=23.0,
            budget_percent=4.0,
            working_orders=len(self.orders),
            unknown_orders=sum(order.status is OrderStatus.UNKNOWN for order in self.orders.values()),
            open_positions=len(self.position_rows),
            equity=equity,
            sequence=self.sequence,
            consoles=1,
        )

    async def stop(self) -> None:
        self._check("stop")
        self.asked.append(("stop",))
        self.stopped = True

    async def place(self, order: PlaceOrder) -> Placement:
        self._check("place")
        self.asked.append(("place", order))
        return self._place(order.symbol, order.side, order.quantity or Decimal(0), order.price, order.intent_id)

    async def preview(self, order: PlaceOrder) -> Preview:
        self._check("preview")
        return self._preview(order.symbol, order.side, order.quantity or Decimal(0), order.price, "An order.")

    async def preview_line(self, line: str, context: LineContext) -> LineResult:
        self._check("preview_line")
        steps = [self._step(step.command, line) for step in parse(line, self._context(context)).steps]
        return LineResult(ok=not self.refusal, steps=steps, line=self.exact)

    async def run_line(
        self, intent_id: str, line: str, context: LineContext, confirmation: str | None = None
    ) -> LineResult:
        self.asked.append(("run_line", intent_id, line, confirmation))
        self._check("run_line")
        steps = [self._run(step.command, line, intent_id) for step in parse(line, self._context(context)).steps]
        return LineResult(ok=True, steps=steps)

    async def cancel(self, intent_id: str, order_id: str, symbol: str) -> CancelResult:
        self.asked.append(("cancel", intent_id, order_id, symbol))
        self._check("cancel")
        return self._cancel([order_id])

    async def cancel_many(
        self, intent_id: str, *, symbol: str | None = None, side: str | None = None, ids: Sequence[str] | None = None
    ) -> CancelResult:
        self.asked.append(("cancel_many", intent_id, symbol, side, ids))
        self._check("cancel_many")
        return self._cancel(list(ids if ids is not None else self.orders))

    async def halt(self, intent_id: str, reason: str = "", *, everything: bool = False) -> CertificateView:
        self.asked.append(("halt", reason, everything))
        self._check("halt")
        self.gate = "HALTED"
        found = self.certify(done=False)
        self.publish(EventKind.HALT, found)
        return found

    async def certificate(self) -> CertificateView:
        self._check("certificate")
        return self.certify()

    async def resume(self, intent_id: str, reason: str) -> ResumedView:
        self.asked.append(("resume", reason))
        self._check("resume")
        self.gate = "ACTIVE"
        return ResumedView(gate="ACTIVE", message="The gate stands at ACTIVE.")

    def certify(self, **changes: Any) -> CertificateView:
        """Write a certificate of the orders that are open."""
        orders = [
            HaltedOrderView(
                order_id=order.id,
                symbol=order.symbol,
                side=order.side,
                price=order.price,
                quantity=order.quantity,
                filled=Decimal(0),
                fate=Fate.GONE,
            )
            for order in self.orders.values()
        ]
        usual: dict[str, Any] = {
            "id": "1-1",
            "reason": "enough",
            "by": "api",
            "everything": False,
            "pressed_at": self.market.now,
            "latched_ms": 4.0,
            "cleared_ms": 180.0,
            "cancelled": len(orders),
            "filled": 0,
            "kept": 0,
            "unconfirmed": 0,
            "orders": orders,
            "done": True,
            "trouble": "",
            "sentence": f"Trading is halted, on the disk after 4 ms. {len(orders)} cancelled.",
        }
        return CertificateView(**usual | changes)

    async def order(self, symbol: str, order_id: str) -> OrderView:
        self._check("order")
        known = (*self.orders.values(), *self.past)
        found = next((order for order in known if order_id in {order.id, order.intent_id}), None)
        if found is None:
            raise NotFound(f"There is no order {order_id} on {symbol}.")
        return found

    async def open_orders(self, symbol: str | None = None) -> Sequence[OrderView]:
        self._check("open_orders")
        return list(self.orders.values())

    async def order_history(
        self, filters: Mapping[str, str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[OrderView]:
        self._check("order_history")
        return self._page(self.past, filters, limit, cursor)

    async def fills(
        self, filters: Mapping[str, str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[FillView]:
        self._check("fills")
        return self._page(self.fill_rows, filters, limit, cursor)

    async def journal(self, order_id: str) -> Sequence[JournalView]:
        self._check("journal")
        body = self.journal_body
        return [
            JournalView(sequence=1, kind="INTENT", at=self.market.now, order_id=order_id, origin="CONSOLE", body=body)
        ]

    async def positions(self, filters: Mapping[str, str] | None = None) -> Page[PositionView]:
        self._check("positions")
        rows = list(self.position_rows.values())
        return Page(items=rows, total=len(rows))

    async def position_summary(self) -> PositionSummary:
        raise NotFoundInTwin("position_summary")

    async def performance(self, position_id: str) -> Performance:
        raise NotFoundInTwin("performance")

    async def create_position(self, position: CreatePosition) -> PositionView:
        raise NotFoundInTwin("create_position")

    async def update_position(self, position_id: str, change: UpdatePosition) -> PositionView:
        raise NotFoundInTwin("update_position")

    async def close_position(self, position_id: str, close: ClosePosition) -> Closed:
        raise NotFoundInTwin("close_position")

    async def delete_position(self, position_id: str) -> None:
        raise NotFoundInTwin("delete_position")

    async def balances(self) -> Sequence[BalanceView]:
        self._check("balances")
        return list(self.balance_rows.values())

    async def ledger(self) -> Sequence[LedgerView]:
        return []

    async def equity(self, start: int | None = None) -> Sequence[EquityView]:
        return []

    async def instruments(self) -> Sequence[InstrumentView]:
        self._check("instruments")
        return self.market.instruments()

    async def tickers(self, symbols: Sequence[str] = ()) -> Sequence[TickerView]:
        self._check("tickers")
        return [self.market.ticker(symbol) for symbol in symbols if symbol in PAIRS]

    async def book(self, symbol: str, depth: int = 20) -> BookView:
        self._check("book")
        return self.market.book(symbol, depth)

    async def candles(
        self, symbol: str, interval: str, limit: int = 300, end: int | None = None
    ) -> Sequence[CandleView]:
        self._check("candles")
        return self.market.candles(symbol, interval, limit)

    async def trades(self, symbol: str, limit: int = 100) -> Sequence[TradeView]:
        self._check("trades")
        return self.market.trades(symbol, limit)

    async def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        raise NotFoundInTwin(path)

    async def events(
        self, after: int | None = None, interest: MarketInterest | None = None, *, durable: bool = True
    ) -> AsyncIterator[EventView]:
        self._check("events")
        if interest is None:
            self.resumed_after.append(after)
        else:
            self.interests.append(interest)
        queue: asyncio.Queue[EventView | None] = asyncio.Queue()
        reader = (queue, interest)
        self._readers.append(reader)
        try:
            for event in self._snapshot(interest):
                yield event
            while (found := await queue.get()) is not None:
                yield found
            raise DeskUnavailable("The desk went away.")
        finally:
            self._readers.remove(reader)

    async def close(self) -> None:
        """Nothing is held."""

    # How it does it

    def _snapshot(self, interest: MarketInterest | None) -> list[EventView]:
        if interest is None:
            return []
        market, found = self.market, []
        found.append((EventKind.TICKER, [market.ticker(symbol) for symbol in interest.tickers if symbol in PAIRS]))
        if interest.book in PAIRS:
            found.append((EventKind.BOOK, market.book(interest.book, interest.depth)))
        if interest.trades in PAIRS:
            found.append((EventKind.TRADES, market.trades(interest.trades, 60)))
        if interest.candles and interest.candles[0] in PAIRS:
            found.append((EventKind.CANDLE, market.candles(*interest.candles, 1)[0]))
        return [EventView(kind=kind, at=market.now, sequence=None, data=data) for kind, data in found]

    def _context(self, context: LineContext) -> Context:
        pairs = {symbol: Pair(pair[0], pair[1]) for symbol, pair in PAIRS.items()}
        rows = {order.id: order.symbol for order in self.orders.values()}
        return Context(pairs, context.focus, tuple(context.rows), context.selected, rows)

    def _price(self, command: Place | Close, side: Side) -> Decimal | None:
        if command.price.market:
            return None
        if command.price.absolute is not None:
            return command.price.absolute
        return self.market.bid(command.symbol) if side is Side.BUY else self.market.ask(command.symbol)

    def _preview(self, symbol: str, side: Side, quantity: Decimal, price: Decimal | None, sentence: str) -> Preview:
        level = price if price is not None else self.market.ask(symbol)
        crossing = price is None
        return Preview(
            sentence=sentence,
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            quantity=quantity,
            price=price,
            average_price=level if crossing else None,
            worst_price=level if crossing else None,
            slippage_percent=Decimal("0.012") if crossing else None,
            notional=quantity * level,
            fee=quantity * level * Decimal("0.0005"),
            fee_asset="USDT",
            cost=quantity * level * Decimal("1.0005"),
            cost_asset="USDT",
            free_after=Decimal(25000) - quantity * level,
            new_average_cost=level,
            breaches=self.breaches,
            quote_age_ms=80,
            sizing=self.sizing,
        )

    def _step(self, command: Command, line: str) -> Step:
        sentence = describe(command)
        if isinstance(command, Look):
            return Step(sentence=sentence, line=line, look=command.view.value)
        if isinstance(command, Focus):
            return Step(sentence=sentence, line=line, focus=command.symbol)
        if isinstance(command, Place | Close):
            side = command.side if isinstance(command, Place) else Side.SELL
            preview = self._preview(command.symbol, side, command.size.value, self._price(command, side), sentence)
            return Step(
                sentence=sentence,
                line=line,
                preview=preview,
                confirm=self.confirm,
                word=self.word,
                refused=self.refusal,
            )
        return Step(sentence=sentence, line=line, confirm=self.confirm, word=self.word, refused=self.refusal)

    def _run(self, command: Command, line: str, intent_id: str) -> Step:
        step = self._step(command, line)
        if isinstance(command, Place | Close):
            side = command.side if isinstance(command, Place) else Side.SELL
            placement = self._place(command.symbol, side, command.size.value, self._price(command, side), intent_id)
            return step.model_copy(update={"placement": placement})
        if isinstance(command, Cancel):
            ids = list(command.ids) or [order.id for order in self.orders.values()]
            return step.model_copy(update={"cancelled": self._cancel(ids)})
        return step

    def _place(self, symbol: str, side: Side, quantity: Decimal, price: Decimal | None, intent_id: str) -> Placement:
        outcome = self.outcomes.popleft() if self.outcomes else Outcome.ACCEPTED
        status = {
            Outcome.ACCEPTED: OrderStatus.LIVE,
            Outcome.UNKNOWN: OrderStatus.UNKNOWN,
            Outcome.REJECTED: self.refused_as,
            Outcome.DENIED: OrderStatus.DENIED,
        }[outcome]
        state = {OrderStatus.LIVE: "working", OrderStatus.UNKNOWN: "unknown, being looked up"}.get(
            status, status.value.lower()
        )
        order = self.make_order(
            next(self._numbers),
            symbol=symbol,
            side=side,
            quantity=quantity,
            remaining=quantity,
            price=price,
            status=status,
            state=state,
            intent_id=intent_id,
            unknown_until=self.market.now + 125_000 if status is OrderStatus.UNKNOWN else None,
            locked=quantity * (price or Decimal(0)) if status in WORKING else None,
            locked_asset="USDT" if status in WORKING else "",
        )
        self.put_order(order)
        message = {
            Outcome.DENIED: "the order value 650.00 is above the limit 500.00",
            Outcome.REJECTED: "MEXC refuses it: 30005",
        }
        return Placement(outcome=outcome, order=order, message=message.get(outcome, ""))

    def _cancel(self, ids: list[str]) -> CancelResult:
        found = [self.orders[each] for each in ids if each in self.orders]
        done = [
            order.model_copy(update={"status": OrderStatus.CANCELED, "cancel": CancelState.DONE, "state": "cancelled"})
            for order in found
        ]
        for order in done:
            self.put_order(order)
        return CancelResult(
            orders=done, failures=[f"{each} is not open." for each in ids if each not in {order.id for order in found}]
        )

    def _page(
        self, rows: Sequence[Any], filters: Mapping[str, str] | None, limit: int, cursor: str | None
    ) -> Page[Any]:
        kept = [row for row in rows if all(str(getattr(row, name)) == value for name, value in (filters or {}).items())]
        start = int(cursor or 0)
        following = str(start + limit) if start + limit < len(kept) else None
        return Page(items=kept[start : start + limit], total=len(kept), cursor=following)


class NotFoundInTwin(TraderError):
    """The console does not use this yet."""
