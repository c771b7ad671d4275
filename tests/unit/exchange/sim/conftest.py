"""A bench: the engine with one pair whose book holds only what a test puts there."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.exchange.sim.candles import Candles
from tui_trader.exchange.sim.engine import Engine
from tui_trader.exchange.sim.events import Event
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import Balance, Fill, Order, OrderRequest
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import Side

NOW = 1_763_850_000_000
RULES = SymbolRules("MXUSDT", "MX", "USDT", 2, 1, min_quantity=Decimal("0.1"), max_value=Decimal(100_000))


class Bench:
    """Drives an engine by texts and tells what it finds in Decimals."""

    def __init__(self, rules: SymbolRules = RULES, **options: object) -> None:
        settings = {"refuse_repeated_ids": True, "max_open_orders": 500, "queue_share": Decimal(1), **options}
        self.engine = Engine(**settings)  # type: ignore[arg-type]
        self.market = Market(
            rules, Candles(None, NOW), self.engine.tell, self.engine.clearing.settle, itertools.count()
        )
        self.market.last = 100_00
        self.engine.markets[rules.symbol] = self.market
        self.engine.fund("me", {"USDT": Decimal(10_000), "MX": Decimal(100)}, NOW)
        self.engine.events.clear()

    def synthetic(self, side: str, price: str, quantity: str) -> None:
        """Put synthetic size into the book."""
        scale = self.market.scale
        ticks = int(Decimal(price).scaleb(scale.price_decimals))
        lots = int(Decimal(quantity).scaleb(scale.quantity_decimals))
        self.market.book.side(side == "BUY").set_synthetic(ticks, lots)

    def hit(self, taker: str, price: str, quantity: str) -> None:
        """Let a synthetic taker trade."""
        scale = self.market.scale
        ticks = int(Decimal(price).scaleb(scale.price_decimals))
        lots = int(Decimal(quantity).scaleb(scale.quantity_decimals))
        side = self.market.book.side(taker == "SELL")
        self.market.hit(side.take(ticks, lots), Side(taker), NOW)
        self.market.publish()

    def place(self, side: str, kind: str, *, account: str = "me", **terms: str) -> Order:
        """Place an order."""
        request = OrderRequest("MXUSDT", side, kind, **terms)
        return self.engine.place(self.engine.account(account), self.market, request, NOW).snapshot()

    def limit(self, side: str, price: str, quantity: str, **terms: str) -> Order:
        """Place a limit order."""
        return self.place(side, "LIMIT", price=price, quantity=quantity, **terms)

    def cancel(self, order: Order) -> None:
        """Cancel an order."""
        self.engine.cancel(self._live(order), NOW)

    def now(self, order: Order) -> Order:
        """Look at an order again."""
        return self._live(order).snapshot()

    def fills(self) -> list[Fill]:
        """Every fill so far, oldest first."""
        return self.engine.records.history()[1]

    def balance(self, asset: str, account: str = "me") -> Balance:
        """Look at a balance."""
        return self.engine.account(account).balance(asset)

    def change_rules(self, **changes: object) -> None:
        """Change the pair's rules."""
        self.market.rules = replace(self.market.rules, **changes)  # type: ignore[arg-type]

    def events(self) -> list[Event]:
        """Take the events so far."""
        events, self.engine.events[:] = self.engine.events[:], []
        return events

    def _live(self, order: Order):  # type: ignore[no-untyped-def]
        found = self.engine.records.find(order.account, order.symbol, order.order_id, None)
        assert found
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def make_bench() -> type[Bench]:
    return Bench
