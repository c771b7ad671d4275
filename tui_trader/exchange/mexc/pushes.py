"""Pushed protobuf bodies as domain values. ``received`` is our wall time in ms.

Each function raises :class:`~tui_trader.exchange.mexc.answers.Unreadable` for a body that is not what it should be.
"""

from __future__ import annotations

from decimal import Decimal

from tui_trader.domain.balance import Balance, Mover
from tui_trader.domain.fill import Fill
from tui_trader.domain.market import Candle, DayTicker, Interval, Quote, Trade
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import OrderType, Side
from tui_trader.domain.text import clean
from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.fields import number
from tui_trader.exchange.mexc.order_rows import KINDS, WEBSITE
from tui_trader.exchange.port import BalanceChange, VenueOrder, VenueStatus
from tui_trader.exchange.wire.mexcwire_pb2 import PublicMiniTickerV3Api, PushDataV3ApiWrapper
from tui_trader.exchange.wire.vocabulary import (
    INTERVAL_BY_WS,
    ORDER_STATUS_OF_NUMBER,
    ORDER_TYPE_OF_NUMBER,
    SIDE_OF_NUMBER,
    AccountCause,
)

_SIDES = {value: Side(word) for value, word in SIDE_OF_NUMBER.items()}
_STATUSES = {value: VenueStatus(word) for value, word in ORDER_STATUS_OF_NUMBER.items()}
_KINDS = {value: KINDS[word] for value, word in ORDER_TYPE_OF_NUMBER.items()}
_BY_ORDERS = frozenset(
    {
        AccountCause.ORDER_PLACED,
        AccountCause.FILL,
        AccountCause.ORDER_CANCELED,
        AccountCause.RETURNED,
        AccountCause.FEE,
    }
)
_FROM_ELSEWHERE = frozenset(AccountCause) - _BY_ORDERS


def _amount(text: str, name: str) -> Decimal:
    return number(text, name)


def _or_zero(text: str, name: str) -> Decimal:
    return number(text, name) if text else ZERO


def _side(value: int) -> Side:
    try:
        return _SIDES[value]
    except KeyError:
        raise Unreadable("tradeType is unknown") from None


def _named(text: str, name: str) -> str:
    if not text:
        raise Unreadable(f"{name} is missing")
    return clean(text)


def _expect(push: PushDataV3ApiWrapper, body: str) -> None:
    if not push.HasField(body):
        raise Unreadable(f"{body} is missing")


def quote_of(push: PushDataV3ApiWrapper, received: int) -> Quote | None:
    """Read best bid and ask; ``None`` when a side is empty."""
    _expect(push, "publicAggreBookTicker")
    body = push.publicAggreBookTicker
    bid, ask = _or_zero(body.bidPrice, "bidPrice"), _or_zero(body.askPrice, "askPrice")
    if not bid or not ask:
        return None
    return Quote(
        symbol=_named(push.symbol, "symbol"),
        bid=bid,
        bid_quantity=_or_zero(body.bidQuantity, "bidQuantity"),
        ask=ask,
        ask_quantity=_or_zero(body.askQuantity, "askQuantity"),
        at=push.sendTime or received,
        received=received,
    )


def trades_of(push: PushDataV3ApiWrapper, _received: int) -> list[Trade]:
    """Read a batch of public trades, oldest first."""
    _expect(push, "publicAggreDeals")
    symbol = _named(push.symbol, "symbol")
    return [
        Trade(
            symbol=symbol,
            price=_amount(deal.price, "price"),
            quantity=_amount(deal.quantity, "quantity"),
            side=_side(deal.tradeType),
            at=deal.time,
            id=clean(deal.tradeId),
        )
        for deal in sorted(push.publicAggreDeals.deals, key=lambda deal: deal.time)
    ]


def candle_of(push: PushDataV3ApiWrapper, now: int) -> Candle:
    """Read the running bar; ``now`` is server time in ms. The window is pushed in seconds."""
    _expect(push, "publicSpotKline")
    body = push.publicSpotKline
    interval = INTERVAL_BY_WS.get(body.interval)
    if interval is None:
        raise Unreadable("interval is unknown")
    return Candle(
        symbol=_named(push.symbol, "symbol"),
        interval=Interval(interval.name),
        open_time=body.windowStart * 1000,
        open=_amount(body.openingPrice, "openingPrice"),
        high=_amount(body.highestPrice, "highestPrice"),
        low=_amount(body.lowestPrice, "lowestPrice"),
        close=_amount(body.closingPrice, "closingPrice"),
        volume=_or_zero(body.volume, "volume"),
        quote_volume=_or_zero(body.amount, "amount"),
        closed=body.windowEnd * 1000 <= now,
    )


def day_tickers_of(push: PushDataV3ApiWrapper, received: int) -> list[DayTicker]:
    """Read 24-hour figures of all pairs; those without a price are left out."""
    _expect(push, "publicMiniTickers")
    at = push.sendTime or received
    return [_day_ticker(item, at, received) for item in push.publicMiniTickers.items if item.price]


def _day_ticker(item: PublicMiniTickerV3Api, at: int, received: int) -> DayTicker:
    """Read one; ``rate`` is a ratio over 24 hours, ``volume`` is the turnover and ``quantity`` the base volume."""
    last = _amount(item.price, "price")
    change = _or_zero(item.rate, "rate")
    opened = (last / (1 + change)).quantize(last, context=EXACT) if change > -1 else last
    return DayTicker(
        symbol=_named(item.symbol, "symbol"),
        last=last,
        open=opened,
        high=_or_zero(item.high, "high") or last,
        low=_or_zero(item.low, "low") or last,
        volume=_or_zero(item.quantity, "quantity"),
        quote_volume=_or_zero(item.volume, "volume"),
        change=change,
        at=at,
        received=received,
    )


def order_of(push: PushDataV3ApiWrapper, received: int) -> VenueOrder:
    """Read an own order. A market order's price is its worst price and is left out."""
    _expect(push, "privateOrders")
    body = push.privateOrders
    kind, time_in_force = _KINDS.get(body.orderType, WEBSITE)
    return VenueOrder(
        venue_order_id=_named(body.id, "id"),
        client_order_id=clean(body.clientId),
        symbol=_named(push.symbol, "symbol"),
        side=_side(body.tradeType),
        type=kind,
        time_in_force=time_in_force,
        status=_STATUSES.get(body.status, VenueStatus.OTHER),
        price=_or_zero(body.price, "price") or None if kind is not OrderType.MARKET else None,
        quantity=_or_zero(body.quantity, "quantity"),
        executed=_or_zero(body.cumulativeQuantity, "cumulativeQuantity"),
        quote=_or_zero(body.cumulativeAmount, "cumulativeAmount"),
        created_at=body.createTime,
        updated_at=push.sendTime or received,
    )


def fill_of(push: PushDataV3ApiWrapper, _received: int) -> Fill:
    """Read an own execution."""
    _expect(push, "privateDeals")
    body = push.privateDeals
    return Fill(
        venue_order_id=_named(body.orderId, "orderId"),
        trade_id=_named(body.tradeId, "tradeId"),
        symbol=_named(push.symbol, "symbol"),
        side=_side(body.tradeType),
        price=_amount(body.price, "price"),
        quantity=_amount(body.quantity, "quantity"),
        quote=_amount(body.amount, "amount"),
        fee=_or_zero(body.feeAmount, "feeAmount"),
        fee_asset=clean(body.feeCurrency),
        maker=body.isMaker,
        at=body.time,
        client_order_id=clean(body.clientOrderId),
        source="push",
    )


def balance_of(push: PushDataV3ApiWrapper, received: int) -> BalanceChange:
    """Read a changed balance and the venue's word for the cause."""
    _expect(push, "privateAccount")
    body = push.privateAccount
    balance = Balance(
        asset=_named(body.vcoinName, "vcoinName"),
        free=_or_zero(body.balanceAmount, "balanceAmount"),
        locked=_or_zero(body.frozenAmount, "frozenAmount"),
        at=body.time or push.sendTime or received,
    )
    cause = clean(body.type)
    if cause in _BY_ORDERS:
        return BalanceChange(balance, cause)
    free = _or_zero(body.balanceAmountChange, "balanceAmountChange")
    locked = _or_zero(body.frozenAmountChange, "frozenAmountChange")
    mover = Mover.ELSEWHERE if cause in _FROM_ELSEWHERE else Mover.UNCLEAR
    return BalanceChange(balance, cause, mover, EXACT.add(free, locked))
