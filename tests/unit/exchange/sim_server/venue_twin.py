"""A venue that matches nothing: the façade's hand-written twin, for tests of what the server says and refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tui_trader.errors import UsageError
from tui_trader.exchange.sim.events import BalanceChanged, Event, OrderChanged
from tui_trader.exchange.sim.model import (
    OPEN,
    Balance,
    BestPrices,
    Candle,
    DayTicker,
    Depth,
    Fill,
    Order,
    OrderRequest,
    PublicTrade,
)
from tui_trader.exchange.sim.refusals import (
    INVALID_SYMBOL,
    NO_SUCH_ORDER,
    ORDER_ID_MISSING,
    TOO_LITTLE_QUOTE,
    UNKNOWN_ORDER,
    Refusal,
)
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import AccountCause, OrderStatus, OrderType, Side

BTC = SymbolRules("BTCUSDT", "BTC", "USDT", 2, 6, "Bitcoin")
ETH = SymbolRules("ETHUSDT", "ETH", "USDT", 2, 5, "Ethereum", open_to_api=False, status="2")
BEST = BestPrices("BTCUSDT", 42, Decimal("99.5"), Decimal(1), Decimal("100.5"), Decimal(2), 5_000)
MINUTE = 60_000


@dataclass
class TwinVenue:
    """Rests every order it is given; ``events`` is what the next drain returns; ``committed`` counts commits."""

    orders: dict[str, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    committed: int = 0
    broken: bool = False
    closed: bool = False
    candles: list[Candle] = field(default_factory=list)
    seed: int = 1

    def advance(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def drain(self) -> list[Event]:
        events, self.events = self.events, []
        return events

    def commit(self) -> None:
        if self.broken:
            raise UsageError("Cannot write venue.log: No space left; free some space and start again.")
        self.committed += 1

    def close(self) -> None:
        self.closed = True

    def symbols(self) -> tuple[SymbolRules, ...]:
        return (BTC, ETH)

    def rules(self, symbol: str) -> SymbolRules:
        for rules in self.symbols():
            if rules.symbol == symbol:
                return rules
        raise Refusal(*INVALID_SYMBOL)

    def change_rules(self, symbol: str, **changes: object) -> SymbolRules:
        return replace(self.rules(symbol), **changes)  # type: ignore[arg-type]

    def depth(self, symbol: str, limit: int = 100) -> Depth:
        self.rules(symbol)
        bids = tuple((Decimal(99) - level, Decimal(1)) for level in range(min(limit, 30)))
        asks = tuple((Decimal(101) + level, Decimal(1)) for level in range(min(limit, 30)))
        return Depth(symbol, 42, bids, asks, 5_000)

    def best(self, symbol: str) -> BestPrices:
        return replace(BEST, symbol=self.rules(symbol).symbol)

    def last_price(self, symbol: str) -> Decimal:
        self.rules(symbol)
        return Decimal("100.10")

    def trades(self, symbol: str, limit: int = 500) -> list[PublicTrade]:
        newest = [self._print(symbol, number, Side.SELL if number % 2 else Side.BUY) for number in (3, 2, 1)]
        return newest[:limit]

    def trades_between(self, symbol: str, start_ms: int | None, end_ms: int | None, limit: int) -> list[PublicTrade]:
        found = [t for t in self.trades(symbol)[::-1] if (start_ms or 0) <= t.time_ms <= (end_ms or 10**15)]
        return found[:limit]

    def _print(self, symbol: str, number: int, side: Side) -> PublicTrade:
        self.rules(symbol)
        return PublicTrade(symbol, f"T{number}", Decimal(100), Decimal("0.5"), side, number * 1000)

    def klines(
        self, symbol: str, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        self.rules(symbol)
        found = [c for c in self.candles if (start_ms or 0) <= c.open_ms < (end_ms or 10**15)]
        return found[-limit:]

    def current_candle(self, symbol: str, interval: str) -> Candle | None:
        return self.candles[-1] if self.candles else None

    def ticker(self, symbol: str) -> DayTicker:
        best = self.best(symbol)
        low, high = Decimal(90), Decimal(110)
        figures = (Decimal(102), Decimal(100), high, low, Decimal(7), Decimal(700), Decimal(2), Decimal("0.02"))
        return DayTicker(symbol, *figures, best, 0, 86_400_000)

    def average_price(self, symbol: str) -> Decimal:
        return self.last_price(symbol)

    def symbol_time(self, symbol: str) -> int:
        return 5_000

    def replay_finished(self, symbol: str) -> bool | None:
        return None

    def open_account(self, account: str, balances: Mapping[str, Decimal]) -> None:
        self.opened = (account, dict(balances))

    def accounts(self) -> tuple[str, ...]:
        return ("paper",)

    def balances(self, account: str) -> list[Balance]:
        return [Balance("USDT", Decimal("950.50"), Decimal(50)), Balance("XRP", Decimal(0), Decimal(0))]

    def deposit(self, account: str, asset: str, amount: Decimal, now_ms: int) -> None:
        zero = Decimal(0)
        cause = AccountCause.DEPOSIT
        self.events.append(BalanceChanged(account, asset, amount, amount, zero, zero, cause, now_ms))

    def place(self, account: str, request: OrderRequest, now_ms: int) -> Order:
        self.check(account, request, now_ms)
        order = Order(
            account=account,
            symbol=request.symbol,
            order_id=f"C02__{len(self.orders) + 1}",
            client_order_id=request.client_order_id,
            side=Side(request.side),
            type=OrderType(request.type),
            price=Decimal(request.price or 0),
            quantity=Decimal(request.quantity or 0),
            quote_order_qty=None,
            executed_quantity=Decimal(0),
            executed_quote=Decimal(0),
            status=OrderStatus.NEW,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self.orders[order.order_id] = order
        self.events.append(OrderChanged(order))
        return order

    def check(self, account: str, request: OrderRequest, now_ms: int) -> None:
        if request.price == "666":
            raise Refusal(*TOO_LITTLE_QUOTE)

    def cancel(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        *,
        order_id: str | None = None,
        client_order_id: str | None = None,
    ) -> Order:
        try:
            before = self.order(account, symbol, order_id=order_id, client_order_id=client_order_id)
        except Refusal as refusal:
            raise (Refusal(*UNKNOWN_ORDER) if refusal.code == NO_SUCH_ORDER[0] else refusal) from None
        if before.status not in OPEN:
            raise Refusal(*UNKNOWN_ORDER)
        self.orders[before.order_id] = replace(before, status=OrderStatus.CANCELED, updated_ms=now_ms)
        self.events.append(OrderChanged(self.orders[before.order_id]))
        return before

    def cancel_symbols(self, account: str, symbols: Sequence[str], now_ms: int) -> list[Order]:
        resting = [order for order in self.open_orders(account) if order.symbol in symbols]
        return [self.cancel(account, order.symbol, now_ms, order_id=order.order_id) for order in resting]

    def cancel_everything(self, account: str, now_ms: int) -> list[Order]:
        return self.cancel_symbols(account, ["BTCUSDT", "ETHUSDT"], now_ms)

    def order(
        self, account: str, symbol: str, *, order_id: str | None = None, client_order_id: str | None = None
    ) -> Order:
        if order_id is None and client_order_id is None:
            raise Refusal(*ORDER_ID_MISSING)
        for order in self.orders.values():
            if order.symbol == symbol and (order.order_id == order_id or order.client_order_id == client_order_id):
                return order
        raise Refusal(*NO_SUCH_ORDER)

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        return [order for order in self.orders.values() if order.status in OPEN and symbol in {None, order.symbol}]

    def all_orders(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[Order]:
        return [order for order in self.orders.values() if order.symbol == symbol][:limit]

    def my_trades(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        order_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 100,
    ) -> list[Fill]:
        return [fill for fill in self.fills if fill.symbol == symbol][:limit]
