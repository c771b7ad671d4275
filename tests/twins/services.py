"""Hand-written twins of the services, as the API is given them: scripted answers, and a record of what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

from tests.twins.risk_state import RiskStateTwin
from tui_trader.domain.assessment import Action, Assessment, Constraint, Operator, RiskType
from tui_trader.domain.balance import EquitySample
from tui_trader.domain.events import Event, EventKind, FeedHealth
from tui_trader.domain.fill import Fill
from tui_trader.domain.halt import Certificate, Fate, HaltedOrder
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.ledger import LedgerBreak
from tui_trader.domain.market import Book, Candle, DayTicker, Interval, Quote, Trade
from tui_trader.domain.order import Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType
from tui_trader.domain.risk import Breach, GateState, Level, RiskProfile
from tui_trader.errors import NotFound, Refused
from tui_trader.rules.reservation import Reservation
from tui_trader.rules.risk.limit_changes import ProfileChange, Waiting
from tui_trader.rules.risk.limit_use import Usage, limit_uses
from tui_trader.rules.risk.loss_lock import LossState
from tui_trader.rules.risk.rule_changes import RuleWait
from tui_trader.services import model
from tui_trader.services.faces import Services
from tui_trader.services.limits_face import Profile, RiskStatus
from tui_trader.services.ports import Backup, ChainHead, Difference, JournalEntry, Rebuilt, Rows
from tui_trader.services.sizing_face import SizeFound, SizeWish

NOW = 1_760_000_000_000


def an_instrument(symbol: str = "BTCUSDT") -> Instrument:
    return Instrument(
        symbol=symbol,
        base=symbol.removesuffix("USDT"),
        quote="USDT",
        tick=D("0.01"),
        lot=D("0.000001"),
        min_quantity=D("0.000001"),
        min_notional=D(1),
        min_notional_market=D(1),
        max_notional=D(4_000_000),
        max_notional_market=D(4_000_000),
        order_types=frozenset(OrderType),
        sides=frozenset(Side),
        api_tradable=True,
        online=True,
        maker_fee=D(0),
        taker_fee=D("0.0005"),
    )


def a_request(**fields: Any) -> OrderRequest:
    return OrderRequest(
        **{
            "symbol": "BTCUSDT",
            "side": Side.BUY,
            "type": OrderType.LIMIT,
            "quantity": D("0.1"),
            "price": D(100),
            **fields,
        }
    )


def an_order(order_id: str = "01HF7YAT00ZZZZZZZZZZZZZZZZ", **fields: Any) -> Order:
    request = fields.pop("request", a_request())
    return Order(
        **{
            "id": order_id,
            "client_order_id": f"m1{order_id}",
            "intent_id": "intent-0001",
            "request": request,
            "status": OrderStatus.LIVE,
            "quantity": D("0.1"),
            "price": D(100),
            "created_at": NOW,
            "updated_at": NOW,
            "venue_order_id": "C02__1",
            **fields,
        }
    )


def a_fill(**fields: Any) -> Fill:
    return Fill(
        **{
            "venue_order_id": "C02__1",
            "trade_id": "7X1",
            "symbol": "BTCUSDT",
            "side": Side.BUY,
            "price": D("1E+2"),
            "quantity": D("0.00000001"),
            "quote": D("0.000001"),
            "fee": D("0.0000000005"),
            "fee_asset": "USDT",
            "maker": False,
            "at": NOW,
            **fields,
        }
    )


def a_position(**fields: Any) -> Position:
    return Position(
        **{
            "id": "p1",
            "symbol": "BTCUSDT",
            "side": PositionSide.LONG,
            "status": PositionStatus.OPEN,
            "source": PositionSource.BY_HAND,
            "type": PositionType.MANUAL,
            "quantity": D(2),
            "entry_price": D(100),
            "opened_at": NOW,
            "updated_at": NOW,
            "current_price": D(110),
            "stop_loss": D(90),
            "take_profit": D(130),
            **fields,
        }
    )


class Asked:
    """A record of calls; ``fail`` makes the next call raise."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.fail: Exception | None = None

    def note(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
        if self.fail is not None:
            error, self.fail = self.fail, None
            raise error

    @property
    def last(self) -> tuple[str, tuple[Any, ...]]:
        return self.calls[-1]


class OrdersTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.outcome = model.Outcome.ACCEPTED

    async def place(self, intent_id: str, request: OrderRequest, confirmation: str | None = None) -> model.Placement:
        self.asked.note("place", intent_id, request, confirmation)
        return model.Placement(self.outcome, an_order(request=request, intent_id=intent_id), "Resting.")

    async def preview(self, request: OrderRequest) -> model.OrderPreview:
        self.asked.note("preview", request)
        return a_preview(request)

    async def calculate(self, symbol: str, side: Side, amount: D) -> model.AmountQuote:
        self.asked.note("calculate", symbol, side, amount)
        return model.AmountQuote(symbol, side, amount, D(1), D(100), D(101), D("0.05"), "USDT", D("100.05"), True)

    async def cancel(self, key: str, symbol: str | None = None) -> model.CancelOutcome:
        self.asked.note("cancel", key, symbol)
        return model.CancelOutcome([an_order(key)], [])

    async def cancel_many(self, **filters: Any) -> model.CancelOutcome:
        self.asked.note("cancel_many", filters)
        return model.CancelOutcome([an_order()], ["Order X could not be cancelled."])

    async def get(self, key: str, symbol: str | None = None) -> Order:
        self.asked.note("get", key, symbol)
        return an_order(key)

    def working(self, symbol: str | None = None) -> list[Order]:
        self.asked.note("working", symbol)
        return [order for order in (an_order(f"0{n}") for n in range(3)) if symbol in {None, order.symbol}]

    def unknown_until(self, order: Order) -> int:
        return order.updated_at + 120_000

    def locked(self, order: Order) -> Reservation:
        return Reservation(order.id, "USDT", D("10.005"), seen=True)


def a_preview(request: OrderRequest) -> model.OrderPreview:
    return model.OrderPreview(
        request=request,
        sentence="Buy 0.1 BTC.",
        quantity=D("0.1"),
        price=D(100),
        average_price=None,
        worst_price=None,
        slippage_percent=None,
        notional=D(10),
        fee=D(0),
        fee_asset="USDT",
        cost=D(10),
        cost_asset="USDT",
        free_after=D(90),
        new_average_cost=None,
        breaches=(),
        quote_age_ms=12,
    )


def a_certificate(**fields: Any) -> Certificate:
    halted = HaltedOrder("01HF7YAT00ZZZZZZZZZZZZZZZZ", "BTCUSDT", Side.BUY, D(100), D("0.1"), D("0.02"), Fate.GONE)
    usual = Certificate("1-1", "enough", "api", False, NOW, 4.2, 180.0, (halted,), done=True)
    return replace(usual, **fields)


class RiskTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    async def halt(
        self, reason: str = "", *, everything: bool = False, by: str = "person", intent_id: str = ""
    ) -> Certificate:
        self.asked.note("halt", reason, everything, intent_id)
        return a_certificate(reason=reason, everything=everything)

    def certificate(self) -> Certificate | None:
        self.asked.note("certificate")
        return a_certificate()

    async def resume(self, reason: str, *, intent_id: str) -> str:
        self.asked.note("resume", reason, intent_id)
        return "The gate stands at ACTIVE."

    def barred(self, phrase: str) -> str:
        return "" if phrase == "ACCEPT LOSS 12.34" else "No loss lock is on."

    async def lift(self, phrase: str, *, intent_id: str) -> str:
        self.asked.note("lift", phrase, intent_id)
        return "The loss lock is lifted."


RULE = Constraint("p1", RiskType.LIQUIDITY, "spread_percent", Operator.GT, D("0.5"), Action.WARN, "BTCUSDT")
WAITS = (
    Waiting("max_order_value", D(600), NOW + 60_000),
    Waiting("overrides.BTCUSDT.max_order_value", None, NOW + 60_000),
    Waiting("symbols", (), NOW + 60_000),
    Waiting("auto_risk_control", False, NOW + 60_000),
)


class LimitsTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.limits = RiskProfile(symbols=("BTCUSDT",), overrides={"BTCUSDT": {"max_order_value": D(100)}})
        self.lock: LossState | None = None
        self.found: tuple[Assessment, ...] = ()
        self.rule_waits: dict[str, RuleWait] = {}

    def profile(self) -> Profile:
        return Profile(self.limits, WAITS, "", "USDT")

    async def change_profile(self, intent_id: str, change: ProfileChange) -> Profile:
        self.asked.note("change_profile", intent_id, change)
        return self.profile()

    def constraints(self) -> list[Constraint]:
        return [RULE]

    def waiting_rules(self) -> dict[str, RuleWait]:
        return self.rule_waits

    async def create_constraint(self, intent_id: str, fields: Mapping[str, Any]) -> Constraint:
        self.asked.note("create_constraint", intent_id, fields)
        return Constraint(id="rule1", **fields)

    async def update_constraint(self, rule_id: str, intent_id: str, fields: Mapping[str, Any]) -> Constraint:
        self.asked.note("update_constraint", rule_id, intent_id, fields)
        return replace(RULE, **fields)

    async def delete_constraint(self, rule_id: str) -> None:
        self.asked.note("delete_constraint", rule_id)

    def status(self) -> RiskStatus:
        uses = limit_uses(Usage(working={"BTCUSDT": 10}), self.limits, "USDT")
        return RiskStatus(NOW, GateState.REDUCING, "A loss.", self.profile(), uses, self.lock, self.found)


class SizingTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    async def size(self, wish: SizeWish) -> SizeFound:
        self.asked.note("size", wish)
        if wish.stop is None:
            raise Refused("stop: give it.", code="bad_size", details={"field": "stop"})
        breach = Breach("max_order_value", Level.HARD, "Too much.", "600 USDT", "500 USDT")
        return SizeFound(
            symbol=wish.symbol,
            side=wish.side,
            method=wish.method,
            quantity=D("0.04"),
            price=wish.price or D(100),
            stop=wish.stop,
            stop_distance=D(5),
            notional=D(4),
            fees=D("0.004"),
            slippage=D(0),
            loss_at_stop=D("0.204"),
            what="Buy 0.04 BTC",
            why="0.5 % is 5 USDT.",
            breaches=(breach,),
        )


class CommandsTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    async def preview(self, line: str, context: model.LineContext) -> model.LineOutcome:
        self.asked.note("preview_line", line, context)
        return model.LineOutcome(True, [model.LineStep("Buy.", line, preview=a_preview(a_request()))])

    async def run(
        self, intent_id: str, line: str, context: model.LineContext, confirmation: str | None = None
    ) -> model.LineOutcome:
        self.asked.note("run_line", intent_id, line, context, confirmation)
        placement = model.Placement(model.Outcome.ACCEPTED, an_order(), "Resting.")
        cancelled = model.CancelOutcome([an_order()], [])
        return model.LineOutcome(True, [model.LineStep("Buy.", line, placement=placement, cancelled=cancelled)])


class PositionsTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.kept = [a_position(id="p1", opened_at=NOW), a_position(id="p2", opened_at=NOW + 1, symbol="AAAUSDT")]

    def list(self, where: dict[str, Any]) -> list[Position]:
        self.asked.note("list", where)
        return self.kept

    def get(self, position_id: str) -> Position:
        for position in self.kept:
            if position.id == position_id:
                return position
        raise NotFound(f"There is no position {position_id}.")

    def protected_quantity(self, position: Position) -> D:
        return D(0)

    def open_order_ids(self, position: Position) -> tuple[str, ...]:
        return ("01",)

    def summary(self) -> model.BookSummary:
        return model.BookSummary(2, 2, 0, D(440), D(40), D(0), D(20), D(40), D(0), {"BTCUSDT": D(220)}, {"MANUAL": 2})

    async def performance(self, position_id: str) -> model.PerformanceFigures:
        return model.PerformanceFigures(self.get(position_id), 1000, D(20), D(10), D(3), None, None, None)

    async def create(self, intent_id: str, fields: dict[str, Any]) -> Position:
        self.asked.note("create", intent_id, fields)
        return self.kept[0]

    async def update(self, position_id: str, fields: dict[str, Any]) -> Position:
        self.asked.note("update", position_id, fields)
        return replace(self.get(position_id), **{k: tuple(v) if k == "tags" else v for k, v in fields.items()})

    async def set_price(self, position_id: str, price: D) -> Position:
        self.asked.note("set_price", position_id, price)
        return replace(self.get(position_id), current_price=price)

    async def close(
        self, position_id: str, intent_id: str, fields: dict[str, Any]
    ) -> tuple[Position, model.Placement | None]:
        self.asked.note("close", position_id, intent_id, fields)
        closed = replace(self.get(position_id), status=PositionStatus.CLOSED, exit_price=D(120), closed_at=NOW)
        return closed, model.Placement(model.Outcome.ACCEPTED, an_order(), "Resting.")

    async def delete(self, position_id: str) -> None:
        self.asked.note("delete", position_id)

    def side_of(self, text: str) -> PositionSide:
        return PositionSide(text)


class InterestTwin:
    def __init__(self, market: MarketTwin) -> None:
        self.market = market

    def close(self) -> None:
        self.market.watching -= 1


class MarketTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.watching = 0
        self.known = {symbol: an_instrument(symbol) for symbol in ("BTCUSDT", "ETHUSDT")}
        self.last = D(100)

    def instruments(self) -> list[Instrument]:
        return list(self.known.values())

    def instrument(self, symbol: str) -> Instrument:
        if symbol not in self.known:
            raise NotFound(f"There is no pair {symbol[:20]}; did you mean BTCUSDT?")
        return self.known[symbol]

    def ticker(self, symbol: str) -> DayTicker:
        return DayTicker(symbol, self.last, D(90), D(120), D(80), D(5), D(500), D("0.1"), NOW, NOW)

    def tickers(self, symbols: list[str] | None = None) -> list[DayTicker]:
        return [self.ticker(symbol) for symbol in (self.known if symbols is None else symbols)]

    def quote(self, symbol: str) -> Quote:
        return Quote(symbol, self.last - 1, D(1), self.last + 1, D(1), NOW, NOW)

    async def book(self, symbol: str, depth: int) -> Book:
        self.asked.note("book", symbol, depth)
        return a_book(symbol)

    async def candles(self, symbol: str, interval: Interval, **window: Any) -> list[Candle]:
        self.asked.note("candles", symbol, interval, window)
        return [a_candle(symbol, interval)]

    async def trades(self, symbol: str, limit: int = 100) -> list[Trade]:
        self.asked.note("trades", symbol, limit)
        return [a_trade(symbol)]

    def watch(self, **wishes: Any) -> InterestTwin:
        self.asked.note("watch", wishes)
        self.watching += 1
        return InterestTwin(self)


def a_book(symbol: str = "BTCUSDT") -> Book:
    bids = tuple((D(100) - n, D(n + 1)) for n in range(40))
    return Book(symbol, bids, tuple((D(101) + n, D(n + 1)) for n in range(40)), 7, NOW, NOW)


def a_candle(symbol: str = "BTCUSDT", interval: Interval = Interval.M1) -> Candle:
    return Candle(symbol, interval, NOW, D(1), D(3), D("0.5"), D(2), D(10), D(15), closed=False)


def a_trade(symbol: str = "BTCUSDT", price: str = "100") -> Trade:
    return Trade(symbol, D(price), D("0.5"), Side.BUY, NOW)


class AccountTwin:
    def balances(self) -> list[model.BalanceRow]:
        return [model.BalanceRow("USDT", D(90), D(10), D(0), D(100), NOW)]

    def wealth(self) -> model.Wealth:
        return model.Wealth(EquitySample(NOW, D(100), D(90), ("XYZ",)), "USDT", D("1.5"))

    async def equity(self, start: int, end: int) -> list[EquitySample]:
        return [EquitySample(start, D(99), D(90)), EquitySample(end, D(100), D(90))]


class LedgerTwin:
    async def rows(self) -> list[model.LedgerRow]:
        figures = (D(100), D(-20), D("-0.01"), D(30), D(0), D("109.99"), D(110), D("0.01"))
        return [model.LedgerRow("USDT", *figures, broken=True, at=NOW)]


class HistoryTwin:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    async def orders(self, where: Any, limit: int, cursor: str | None, offset: int) -> Rows[Order]:
        self.asked.note("orders", where, limit, cursor, offset)
        return Rows([an_order()], 1, "next")

    async def fills(self, where: Any, limit: int, cursor: str | None, offset: int) -> Rows[Fill]:
        self.asked.note("fills", where, limit, cursor, offset)
        return Rows([a_fill()], 1, None)

    async def journal(self, **filters: Any) -> list[JournalEntry]:
        self.asked.note("journal", filters)
        return [JournalEntry("order.sending", NOW, {"price": "100"}, "01", "CONSOLE", 5, "ff")]


class UpkeepTwin:
    async def verified(self) -> ChainHead:
        return ChainHead(7, "ab" * 32)

    async def rebuilt(self) -> Rebuilt:
        return Rebuilt(3, 2, 1, 1, (Difference("order 01", "status", "FILLED", "LIVE"),))

    async def backup(self) -> Backup:
        return Backup("/state/backups/backup-20260131T120000Z.db", 4096, ChainHead(7, "ab" * 32))


class DeskTwin:
    def __init__(self) -> None:
        self.stopping = False
        self.consoles = 0

    def status(self) -> model.DeskStatus:
        return model.DeskStatus(
            mode="paper",
            profile="default",
            venue="simulator",
            gate=GateState.ACTIVE,
            gate_reason="",
            schema_version=1,
            started_at=NOW,
            now=NOW + 500,
            feeds=[FeedHealth("public", True, NOW)],
            clock_offset_ms=1.5,
            clock_error_ms=2.0,
            latency_ms=3.0,
            budget_used=0.25,
            working_orders=1,
            unknown_orders=0,
            open_positions=1,
            wealth=AccountTwin().wealth(),
            sequence=9,
            consoles=self.consoles,
            breaks=(LedgerBreak("USDT", D("109.99"), D(110), NOW),),
        )

    @contextmanager
    def console_attached(self) -> Iterator[None]:
        self.consoles += 1
        try:
            yield
        finally:
            self.consoles -= 1

    def request_stop(self) -> None:
        self.stopping = True


class BusTwin:
    def __init__(self) -> None:
        self.readers: list[asyncio.Queue[Event | None]] = []
        self.past: list[Event] = []

    def publish(self, *events: Event) -> None:
        for reader in self.readers:
            for event in events:
                reader.put_nowait(event)

    def end(self) -> None:
        for reader in self.readers:
            reader.put_nowait(None)

    @contextmanager
    def subscribe(self, kinds: frozenset[EventKind] | None = None) -> Iterator[AsyncIterator[Event]]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self.readers.append(queue)
        try:
            yield self._read(queue, kinds)
        finally:
            self.readers.remove(queue)

    async def _read(
        self, queue: asyncio.Queue[Event | None], kinds: frozenset[EventKind] | None
    ) -> AsyncIterator[Event]:
        while (event := await queue.get()) is not None:
            if kinds is None or event.kind in kinds:
                yield event

    async def replay(self, after: int) -> AsyncIterator[Event]:
        for event in self.past:
            if (event.sequence or 0) > after:
                yield event


class ServicesTwin:
    """All of them, and what they were asked."""

    def __init__(self) -> None:
        self.asked = Asked()
        self.orders = OrdersTwin(self.asked)
        self.market = MarketTwin(self.asked)
        self.positions = PositionsTwin(self.asked)
        self.desk = DeskTwin()
        self.bus = BusTwin()
        self.limits = LimitsTwin(self.asked)
        self.risk_state = RiskStateTwin(self.asked, NOW)
        self.all = Services(
            orders=self.orders,
            commands=CommandsTwin(self.asked),
            positions=self.positions,  # type: ignore[arg-type] # a twin takes narrower arguments
            market=self.market,  # type: ignore[arg-type] # as above
            account=AccountTwin(),
            ledger=LedgerTwin(),
            history=HistoryTwin(self.asked),
            upkeep=UpkeepTwin(),
            desk=self.desk,
            bus=self.bus,
            risk=RiskTwin(self.asked),
            sizing=SizingTwin(self.asked),
            limits=self.limits,
            risk_state=self.risk_state.all,
        )
