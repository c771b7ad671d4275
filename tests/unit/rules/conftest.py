"""Values that the tests of the rules are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Quote
from tui_trader.domain.order import Order, OrderRequest, OrderStatus, OrderType, Side

D = Decimal


@pytest.fixture(scope="session")
def pair() -> Instrument:
    return Instrument(
        symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick=D("0.01"),
        lot=D("0.001"),
        min_quantity=D("0.001"),
        min_notional=D(5),
        min_notional_market=D(6),
        max_notional=D(100000),
        max_notional_market=D(50000),
        order_types=frozenset(OrderType),
        sides=frozenset(Side),
        api_tradable=True,
        online=True,
        maker_fee=D(0),
        taker_fee=D("0.001"),
    )


@pytest.fixture(scope="session")
def quote() -> Quote:
    return Quote("BTCUSDT", D("99.99"), D(1), D("100.01"), D(1), 0, 1_000_000)


@pytest.fixture(scope="session")
def book() -> Book:
    bids = ((D("99.99"), D(1)), (D("99.90"), D(2)))
    asks = ((D("100.01"), D(1)), (D("100.10"), D(2)))
    return Book("BTCUSDT", bids, asks, 1, 0, 0)


@pytest.fixture(scope="session")
def make_order() -> Callable[..., Order]:
    def make(
        status: OrderStatus = OrderStatus.SENDING, *, request: dict[str, Any] | None = None, **fields: Any
    ) -> Order:
        asked = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=D(10), price=D(100))
        order = Order("o1", "m1o1", "i1", replace(asked, **(request or {})), status, D(10), D(100), 0, 0)
        return replace(order, **fields)

    return make


@pytest.fixture(scope="session")
def make_fill() -> Callable[..., Fill]:
    def make(trade: str = "1", quantity: str = "1", price: str = "100", side: Side = Side.BUY, **fields: Any) -> Fill:
        amount, each = D(quantity), D(price)
        fill = Fill("v1", trade, "BTCUSDT", side, each, amount, amount * each, D(0), "USDT", False, 0)
        return replace(fill, **fields)

    return make
