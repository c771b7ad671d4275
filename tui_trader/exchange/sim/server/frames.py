"""Push frames: venue events and figures as MEXC's protobuf messages (websocket.md §4)."""

from collections.abc import Sequence
from decimal import Decimal

from tui_trader.domain.money import canonical
from tui_trader.exchange.sim.events import BalanceChanged, DepthChanged
from tui_trader.exchange.sim.model import (
    BestPrices,
    Candle,
    DayTicker,
    Depth,
    Fill,
    Order,
    PriceLevel,
    PublicTrade,
)
from tui_trader.exchange.wire import mexcwire_pb2 as pb
from tui_trader.exchange.wire.vocabulary import ORDER_STATUS_NUMBER, ORDER_TYPE_NUMBER, SIDE_NUMBER


def deals(event_type: str, trades: Sequence[PublicTrade]) -> pb.PublicAggreDealsV3Api:
    """Trades of one interval."""
    items = [
        pb.PublicAggreDealsV3ApiItem(
            price=canonical(trade.price),
            quantity=canonical(trade.quantity),
            tradeType=SIDE_NUMBER[trade.side],
            time=trade.time_ms,
            tradeId=trade.trade_id,
        )
        for trade in trades
    ]
    return pb.PublicAggreDealsV3Api(deals=items, eventType=event_type)


def depth(event_type: str, changes: Sequence[DepthChanged]) -> pb.PublicAggreDepthsV3Api:
    """Book changes of consecutive versions, merged: the last quantity of a level counts."""
    return pb.PublicAggreDepthsV3Api(
        asks=_merged([change.asks for change in changes]),
        bids=_merged([change.bids for change in changes]),
        eventType=event_type,
        fromVersion=str(changes[0].version),
        toVersion=str(changes[-1].version),
    )


def _merged(sides: Sequence[Sequence[PriceLevel]]) -> list[pb.PublicAggreDepthV3ApiItem]:
    levels = {price: quantity for side in sides for price, quantity in side}
    return [
        pb.PublicAggreDepthV3ApiItem(price=canonical(price), quantity=canonical(quantity))
        for price, quantity in levels.items()
    ]


def limit_depth(event_type: str, book: Depth) -> pb.PublicLimitDepthsV3Api:
    """Top levels of a book."""
    return pb.PublicLimitDepthsV3Api(
        asks=[_level(level) for level in book.asks],
        bids=[_level(level) for level in book.bids],
        eventType=event_type,
        version=str(book.version),
    )


def _level(level: PriceLevel) -> pb.PublicLimitDepthV3ApiItem:
    return pb.PublicLimitDepthV3ApiItem(price=canonical(level[0]), quantity=canonical(level[1]))


def book_ticker(best: BestPrices) -> pb.PublicAggreBookTickerV3Api:
    """Best bid and ask."""
    return pb.PublicAggreBookTickerV3Api(
        bidPrice=canonical(best.bid),
        bidQuantity=canonical(best.bid_quantity),
        askPrice=canonical(best.ask),
        askQuantity=canonical(best.ask_quantity),
        version=str(best.version),
    )


def book_ticker_batch(best: BestPrices) -> pb.PublicBookTickerBatchV3Api:
    """Best bid and ask, as a list of one."""
    item = pb.PublicBookTickerV3Api(
        bidPrice=canonical(best.bid),
        bidQuantity=canonical(best.bid_quantity),
        askPrice=canonical(best.ask),
        askQuantity=canonical(best.ask_quantity),
    )
    return pb.PublicBookTickerBatchV3Api(items=[item], version=str(best.version))


def kline(interval: str, candle: Candle) -> pb.PublicSpotKlineV3Api:
    """One candle; its window goes out in seconds."""
    return pb.PublicSpotKlineV3Api(
        interval=interval,
        windowStart=candle.open_ms // 1000,
        openingPrice=canonical(candle.open),
        closingPrice=canonical(candle.close),
        highestPrice=canonical(candle.high),
        lowestPrice=canonical(candle.low),
        volume=canonical(candle.volume),
        amount=canonical(candle.quote_volume),
        windowEnd=candle.close_ms // 1000,
    )


def mini_ticker(ticker: DayTicker, zoned_ratio: Decimal) -> pb.PublicMiniTickerV3Api:
    """24-hour figures; ``zoned_ratio`` is the change since the time zone's midnight."""
    rate, zoned = canonical(ticker.change_ratio), canonical(zoned_ratio)
    return pb.PublicMiniTickerV3Api(
        symbol=ticker.best.symbol,
        price=canonical(ticker.last),
        rate=rate,
        zonedRate=zoned,
        high=canonical(ticker.high),
        low=canonical(ticker.low),
        volume=canonical(ticker.quote_volume),
        quantity=canonical(ticker.volume),
        lastCloseRate=rate,
        lastCloseZonedRate=zoned,
        lastCloseHigh=canonical(ticker.high),
        lastCloseLow=canonical(ticker.low),
    )


def own_order(order: Order) -> pb.PrivateOrdersV3Api:
    """One state of an own order."""
    message = pb.PrivateOrdersV3Api(
        id=order.order_id,
        clientId=order.client_order_id or "",
        price=canonical(order.price),
        quantity=canonical(order.quantity),
        amount=canonical(order.value),
        avgPrice=canonical(order.average_price),
        orderType=ORDER_TYPE_NUMBER[order.type],
        tradeType=SIDE_NUMBER[order.side],
        isMaker=order.is_maker,
        remainAmount=canonical(order.remaining_value),
        remainQuantity=canonical(order.remaining_quantity),
        cumulativeQuantity=canonical(order.executed_quantity),
        cumulativeAmount=canonical(order.executed_quote),
        status=ORDER_STATUS_NUMBER[order.status],
        createTime=order.created_ms,
    )
    if order.last_quantity:
        message.lastDealQuantity = canonical(order.last_quantity)
    return message


def own_deal(fill: Fill) -> pb.PrivateDealsV3Api:
    """One own execution; ``tradeId`` equals the id of myTrades."""
    return pb.PrivateDealsV3Api(
        price=canonical(fill.price),
        quantity=canonical(fill.quantity),
        amount=canonical(fill.quote_quantity),
        tradeType=SIDE_NUMBER[fill.side],
        isMaker=fill.is_maker,
        isSelfTrade=fill.is_self_trade,
        tradeId=fill.trade_id,
        clientOrderId=fill.client_order_id or "",
        orderId=fill.order_id,
        feeAmount=canonical(fill.fee),
        feeCurrency=fill.fee_asset,
        time=fill.time_ms,
    )


def account(change: BalanceChanged) -> pb.PrivateAccountV3Api:
    """One changed asset."""
    return pb.PrivateAccountV3Api(
        vcoinName=change.asset,
        coinId=change.asset.lower(),
        balanceAmount=canonical(change.free),
        balanceAmountChange=canonical(change.free_change),
        frozenAmount=canonical(change.locked),
        frozenAmountChange=canonical(change.locked_change),
        type=str(change.cause),
        time=change.time_ms,
    )
