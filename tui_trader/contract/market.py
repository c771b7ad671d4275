"""Market data as the desk passes it on. Every figure carries when it was received."""

from __future__ import annotations

from tui_trader.contract.base import Answer, Money, Time
from tui_trader.domain.market import Interval
from tui_trader.domain.order import Side


class InstrumentView(Answer):
    """A pair and its rules."""

    symbol: str
    base: str
    quote: str
    name: str
    tick: Money
    lot: Money
    price_decimals: int
    quantity_decimals: int
    min_quantity: Money
    min_notional: Money
    max_notional: Money
    maker_fee: Money
    taker_fee: Money
    tradable: bool
    special_treatment: bool


class QuoteView(Answer):
    """Best bid and ask."""

    symbol: str
    bid: Money
    bid_quantity: Money
    ask: Money
    ask_quantity: Money
    at: Time
    received: Time


class TickerView(Answer):
    """A row of the watchlist: last price, day figures, best prices. ``change`` is a ratio (0.01 is 1 %)."""

    symbol: str
    last: Money
    open: Money
    high: Money
    low: Money
    volume: Money
    quote_volume: Money
    change: Money
    bid: Money | None = None
    ask: Money | None = None
    at: Time
    received: Time


class BookView(Answer):
    """Levels ``[price, quantity]``, best first."""

    symbol: str
    bids: list[tuple[Money, Money]]
    asks: list[tuple[Money, Money]]
    version: int
    at: Time
    received: Time


class TradeView(Answer):
    """A public trade; ``side`` is the taker's."""

    symbol: str
    price: Money
    quantity: Money
    side: Side
    at: Time


class CandleView(Answer):
    """One bar."""

    symbol: str
    interval: Interval
    open_time: Time
    open: Money
    high: Money
    low: Money
    close: Money
    volume: Money
    quote_volume: Money
    closed: bool
