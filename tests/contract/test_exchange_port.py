"""What every venue behind the Exchange port must do, whoever answers."""

import secrets
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from tui_trader.domain.market import Interval
from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.errors import NotSent, VenueRejected
from tui_trader.exchange.port import Exchange, NewOrder, VenueOrder, VenueStatus


def fresh_id() -> str:
    return f"m1{secrets.token_hex(13).upper()}"


async def an_order(exchange: Exchange, **changes: Any) -> NewOrder:
    """A small buy a tenth below the best bid, unless changed."""
    quote = next(quote for quote in await exchange.quotes() if quote.symbol == "BTCUSDT")
    plain = {
        "client_order_id": fresh_id(), "symbol": "BTCUSDT", "side": Side.BUY, "type": OrderType.LIMIT,
        "time_in_force": TimeInForce.GTC, "quantity": Decimal("0.05"), "quote_quantity": None,
        "price": (quote.bid * Decimal("0.92")).quantize(Decimal("0.01")),
        "not_after": await exchange.server_time() + 3000, "recv_window": 3000,
    }  # fmt: skip
    return NewOrder(**(plain | changes))


async def seen(read: Callable[[], Awaitable[VenueOrder | None]], status: VenueStatus) -> VenueOrder:
    """Read an order until it has a status; the venue may lag behind its own answers."""
    for _ in range(50):
        order = await read()
        if order is not None and order.status is status:
            return order
    raise AssertionError(f"the order never became {status}")


async def test_an_order_can_be_placed_found_both_ways_and_cancelled(exchange: Exchange) -> None:
    order = await an_order(exchange)
    ack = await exchange.place(order)
    assert ack.venue_order_id
    assert (ack.symbol, ack.side, ack.price, ack.quantity) == ("BTCUSDT", Side.BUY, order.price, order.quantity)
    by_name = await exchange.order("BTCUSDT", client_order_id=order.client_order_id)
    by_number = await exchange.order("BTCUSDT", venue_order_id=ack.venue_order_id)
    assert by_name == by_number
    assert by_name is not None
    assert (by_name.client_order_id, by_name.price, by_name.quantity, by_name.executed) == (
        order.client_order_id,
        order.price,
        order.quantity,
        Decimal(0),
    )
    assert ack.venue_order_id in {found.venue_order_id for found in await exchange.open_orders()}
    assert ack.venue_order_id in {found.venue_order_id for found in await exchange.open_orders("BTCUSDT")}
    await exchange.cancel("BTCUSDT", client_order_id=order.client_order_id)
    await seen(lambda: exchange.order("BTCUSDT", venue_order_id=ack.venue_order_id), VenueStatus.CANCELED)
    now = await exchange.server_time()
    listed = await exchange.all_orders("BTCUSDT", now - 60_000, now + 1000)
    assert ack.venue_order_id in {found.venue_order_id for found in listed}


async def test_what_does_not_exist_is_none_to_a_look_up_and_refused_to_a_cancel(exchange: Exchange) -> None:
    assert await exchange.order("BTCUSDT", client_order_id=fresh_id()) is None
    with pytest.raises(VenueRejected) as caught:
        await exchange.cancel("BTCUSDT", client_order_id=fresh_id())
    assert caught.value.code == -2011


async def test_a_market_order_fills_and_its_executions_add_up(exchange: Exchange) -> None:
    order = await an_order(
        exchange, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, price=None, quantity=Decimal("0.01")
    )
    start = await exchange.server_time()
    ack = await exchange.place(order)
    done = await seen(lambda: exchange.order("BTCUSDT", venue_order_id=ack.venue_order_id), VenueStatus.FILLED)
    fills = await exchange.fills("BTCUSDT", start - 1000, start + 60_000, ack.venue_order_id)
    own = [fill for fill in fills if fill.venue_order_id == ack.venue_order_id]
    assert sum(fill.quantity for fill in own) == done.executed == Decimal("0.01")
    assert sum(fill.quote for fill in own) == done.quote
    assert all(fill.side is Side.BUY and not fill.maker and fill.fee >= 0 for fill in own)


@pytest.mark.parametrize(
    ("changes", "code"), [({"quantity": Decimal("0.0500001")}, 400), ({"symbol": "NOUSDT"}, 10007)]
)
async def test_a_bad_order_is_refused_for_good(exchange: Exchange, changes: dict[str, Any], code: int) -> None:
    order = await an_order(exchange, **changes)
    for call in (exchange.place, exchange.test):
        with pytest.raises(VenueRejected) as caught:
            await call(order)
        assert caught.value.code == code


async def test_an_order_can_be_checked_and_leaves_nothing(exchange: Exchange) -> None:
    order = await an_order(exchange)
    await exchange.test(order)
    assert await exchange.order("BTCUSDT", client_order_id=order.client_order_id) is None


async def test_nothing_is_sent_after_its_moment(exchange: Exchange) -> None:
    order = await an_order(exchange, not_after=await exchange.server_time() - 5_000)
    with pytest.raises(NotSent):
        await exchange.place(order)
    assert await exchange.order("BTCUSDT", client_order_id=order.client_order_id) is None


async def test_a_pair_is_emptied_in_one_call(exchange: Exchange) -> None:
    for _ in range(2):
        await exchange.place(await an_order(exchange))
    await exchange.cancel_all("BTCUSDT")
    assert list(await exchange.open_orders("BTCUSDT")) == []


async def test_instruments_carry_the_venues_rules(exchange: Exchange) -> None:
    found = {pair.symbol: pair for pair in await exchange.instruments()}
    pair = found["BTCUSDT"]
    assert (pair.base, pair.quote, pair.tick, pair.lot) == ("BTC", "USDT", Decimal("0.01"), Decimal("0.000001"))
    assert pair.tradable
    assert {type(kind) for kind in pair.order_types} == {OrderType}
    assert pair.min_notional > 0
    assert "BAD" not in found


async def test_the_account_tells_its_number_balances_and_fees(exchange: Exchange) -> None:
    assert (await exchange.uid()).isdecimal()
    assert "USDT" in {balance.asset for balance in await exchange.balances()}
    maker, taker = await exchange.fees("BTCUSDT")
    assert 0 <= maker <= taker < Decimal("0.01")


async def test_public_lists_are_ordered_and_exact(exchange: Exchange) -> None:
    candles = await exchange.candles("BTCUSDT", Interval.M1, limit=20)
    times = [candle.open_time for candle in candles]
    assert times == sorted(times)
    assert len(times) == 20
    assert [candle.closed for candle in candles[:-1]] == [True] * 19
    trades = await exchange.trades("BTCUSDT", 10)
    assert [trade.at for trade in trades] == sorted(trade.at for trade in trades)
    quotes = {quote.symbol: quote for quote in await exchange.quotes()}
    assert all(quote.bid < quote.ask for quote in quotes.values())
    ticker = next(ticker for ticker in await exchange.day_tickers() if ticker.symbol == "BTCUSDT")
    assert ticker.low <= ticker.last <= ticker.high
    assert isinstance(ticker.change, Decimal)


async def test_health_is_known_after_opening(exchange: Exchange) -> None:
    await exchange.server_time()
    offset = exchange.clock_offset()
    assert offset is not None
    assert abs(offset[0]) <= offset[1] + 50
    age = exchange.clock_age_s()
    assert age is not None
    assert 0 <= age < 60
    assert (exchange.latency_ms() or 0) > 0
    assert 0 < exchange.budget_used() <= 1
    assert any(feed.name == "rest" and feed.up for feed in exchange.feeds())
