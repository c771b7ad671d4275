"""Figures of a healthy market, account and conduct: with them no check has anything to say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Quote
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.rules.gate import GateInput
from tui_trader.rules.gate_figures import AccountFigures, ClockReading, ConductFigures, MarketFigures

D = Decimal
NOW = 1_000_100

GOOD_CLOCK = ClockReading(0.0, 20.0, 1.0)
GOOD_MARKET = MarketFigures(
    rules_age_ms=1000,
    volume=D(10_000_000),
    change=D("0.01"),
    volatility=D(2),
    age_hours=1000,
    peg=D(1),
)
GOOD_ACCOUNT = AccountFigures(
    equity=D(10_000),
    peak=D(10_000),
    day_loss=D(0),
    week_loss=D(0),
    exposure=D(0),
    held=D(0),
    position_loss_percent=D(0),
)
GOOD_CONDUCT = ConductFigures(budget_used=0.1, slippage_paid=D(0))
PAIR = Instrument(
    "BTCUSDT", "BTC", "USDT", D("0.01"), D("0.0001"), D("0.0001"), D(5), D(5), D(100_000), D(100_000),
    frozenset(OrderType), frozenset(Side), True, True, D(0), D("0.001"),
)  # fmt: skip
QUOTE = Quote("BTCUSDT", D("99.99"), D(1), D("100.01"), D(1), 0, NOW - 100)
BUY = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT)
SELL = replace(BUY, side=Side.SELL)


def deep_book(symbol: str, bid: Decimal, ask: Decimal, received: int = 0) -> Book:
    """Return a book that bears any order of a test."""
    return Book(symbol, ((bid, D(100_000)),), ((ask, D(100_000)),), 1, received, received)


def good_input(request: OrderRequest = BUY, **fields: Any) -> GateInput:
    """Return an order of one coin at 100 that no check objects to, changed as asked.

    A dotted name reaches into a part: ``good_input(**{"account.equity": D(5)})``.
    """
    given = GateInput(
        request=request,
        quantity=D(1),
        price=D(100),
        instrument=PAIR,
        state=GateState.ACTIVE,
        profile=RiskProfile(),
        now=NOW,
        clock=GOOD_CLOCK,
        stream_up=True,
        quote=QUOTE,
        last=D(100),
        book=deep_book("BTCUSDT", QUOTE.bid, QUOTE.ask),
        balances={"USDT": Balance("USDT", D(10_000), D(0)), "BTC": Balance("BTC", D(30), D(0))},
        market=GOOD_MARKET,
        account=GOOD_ACCOUNT,
        conduct=GOOD_CONDUCT,
    )
    for name, value in fields.items():
        part, _, inner = name.partition(".")
        given = replace(given, **{part: replace(getattr(given, part), **{inner: value}) if inner else value})
    return given
