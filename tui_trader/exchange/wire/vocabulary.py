"""MEXC's words and their numbers: sides, order types, statuses, candle intervals, causes of a balance change."""

from enum import IntEnum, StrEnum
from typing import Final, NamedTuple


class Side(StrEnum):
    """Side of an order in REST."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """Order type in REST. Time in force is part of the type; STOP_MARKET_ORDER shows up in queries only."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    LIMIT_MAKER = "LIMIT_MAKER"
    IMMEDIATE_OR_CANCEL = "IMMEDIATE_OR_CANCEL"
    FILL_OR_KILL = "FILL_OR_KILL"
    STOP_MARKET_ORDER = "STOP_MARKET_ORDER"


class OrderStatus(StrEnum):
    """Order status in REST; PARTIALLY_CANCELED is terminal: cancelled after a partial fill."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    PARTIALLY_CANCELED = "PARTIALLY_CANCELED"


class SymbolStatus(StrEnum):
    """``status`` of a symbol in exchangeInfo. It does not tell what can be traded: ``isSpotTradingAllowed`` does."""

    ONLINE = "1"
    PAUSED = "2"
    OFFLINE = "3"


class TradeSideType(IntEnum):
    """``tradeSideType`` of a symbol: which sides are open. The venue has sent it as number and as text."""

    BOTH = 1
    BUY_ONLY = 2
    SELL_ONLY = 3
    CLOSED = 4


class StpMode(StrEnum):
    """Self-trade prevention of an order; works only for accounts in a strategy group."""

    OFF = ""
    CANCEL_MAKER = "cancel_maker"
    CANCEL_TAKER = "cancel_taker"
    CANCEL_BOTH = "cancel_both"


class AccountCause(StrEnum):
    """``type`` of a private account push: what changed the balance. The venue may send others."""

    ORDER_PLACED = "ENTRUST_PLACE"
    FILL = "ENTRUST"
    ORDER_CANCELED = "ENTRUST_CANCEL"
    RETURNED = "ENTRUST_UNFROZEN"
    FEE = "TRADE_FEE"
    DEPOSIT = "DEPOSIT"
    DEPOSIT_FEE = "DEPOSIT_FEE"
    WITHDRAW = "WITHDRAW"
    WITHDRAW_FEE = "WITHDRAW_FEE"
    AIRDROP = "SUGAR"


PLACEABLE: Final = frozenset(OrderType) - {OrderType.STOP_MARKET_ORDER}
"""Order types that the API takes."""

BATCH_TYPE_SUFFIX: Final = "_ORDER"
"""The batch sample of the documentation writes LIMIT_ORDER for LIMIT; both spellings are in use."""

SIDE_NUMBER: Final = {Side.BUY: 1, Side.SELL: 2}
"""``tradeType`` in pushes: own side in private ones, the taker's in public ones."""

ORDER_TYPE_NUMBER: Final = {
    OrderType.LIMIT: 1,
    OrderType.LIMIT_MAKER: 2,
    OrderType.IMMEDIATE_OR_CANCEL: 3,
    OrderType.FILL_OR_KILL: 4,
    OrderType.MARKET: 5,
    OrderType.STOP_MARKET_ORDER: 100,
}
"""``orderType`` in pushes; 101 and 102 (OCO legs made on the website) have no REST word."""

ORDER_STATUS_NUMBER: Final = {
    OrderStatus.NEW: 1,
    OrderStatus.FILLED: 2,
    OrderStatus.PARTIALLY_FILLED: 3,
    OrderStatus.CANCELED: 4,
    OrderStatus.PARTIALLY_CANCELED: 5,
}
"""``status`` in pushes; 0 is seen on pending stop and OCO legs."""

SIDE_OF_NUMBER: Final = {number: side for side, number in SIDE_NUMBER.items()}
ORDER_TYPE_OF_NUMBER: Final = {number: kind for kind, number in ORDER_TYPE_NUMBER.items()}
ORDER_STATUS_OF_NUMBER: Final = {number: status for status, number in ORDER_STATUS_NUMBER.items()}


class Interval(NamedTuple):
    """One candle interval: our name, the REST code, the WebSocket code, its length (a month counts 30 days)."""

    name: str
    rest: str
    ws: str
    seconds: int


INTERVALS: Final = (
    Interval("1m", "1m", "Min1", 60),
    Interval("5m", "5m", "Min5", 300),
    Interval("15m", "15m", "Min15", 900),
    Interval("30m", "30m", "Min30", 1_800),
    Interval("1h", "60m", "Min60", 3_600),
    Interval("4h", "4h", "Hour4", 14_400),
    Interval("1d", "1d", "Day1", 86_400),
    Interval("1w", "1W", "Week1", 604_800),
    Interval("1M", "1M", "Month1", 2_592_000),
)
"""Intervals that both REST and WebSocket serve (WebSocket alone also has Hour8)."""

INTERVAL_BY_NAME: Final = {interval.name: interval for interval in INTERVALS}
INTERVAL_BY_REST: Final = {interval.rest: interval for interval in INTERVALS}
INTERVAL_BY_WS: Final = {interval.ws: interval for interval in INTERVALS}
