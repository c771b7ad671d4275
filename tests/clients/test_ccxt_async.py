"""ccxt 4.5.90: the asynchronous REST client, and ccxt.pro over WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.clients.conftest import peer, point, settings
from tests.simulator import Simulator

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("default")]
BTC = "BTC/USDT"
PATIENCE_S = 20


async def resting_price(exchange: Any, symbol: str = BTC) -> str:
    last = (await exchange.fetch_ticker(symbol))["last"]
    return str(exchange.price_to_precision(symbol, last * 0.97))


@pytest.fixture
async def exchange(simulator: Simulator) -> AsyncIterator[Any]:
    exchange = point(peer("ccxt.async_support").mexc(settings(simulator)), simulator)
    await exchange.load_markets()
    yield exchange
    await exchange.cancel_all_orders()
    await exchange.close()


@pytest.fixture
async def pro(simulator: Simulator) -> AsyncIterator[Any]:
    exchange = point(peer("ccxt.pro").mexc(settings(simulator)), simulator)
    await exchange.load_markets()
    yield exchange
    await exchange.cancel_all_orders()
    await exchange.close()


async def within(waiting: Any) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        return await waiting


async def test_reads_fit_together(exchange: Any) -> None:
    ticker, book, candles, trades, balance, tickers, fee = await asyncio.gather(
        exchange.fetch_ticker(BTC),
        exchange.fetch_order_book(BTC),
        exchange.fetch_ohlcv(BTC, "1m", limit=5),
        exchange.fetch_trades(BTC),
        exchange.fetch_balance(),
        exchange.fetch_tickers(),
        exchange.fetch_trading_fee(BTC),
    )
    assert ticker["bid"] < ticker["ask"]
    assert book["bids"][0][0] < book["asks"][0][0]
    assert len(candles) == 5
    assert trades
    assert balance["USDT"]["free"] > 0
    assert BTC in tickers
    assert fee["taker"] >= 0


@pytest.mark.parametrize(
    ("kind", "params", "status"),
    [
        ("limit", {}, "open"),
        ("limit", {"postOnly": True}, "open"),
        ("limit", {"timeInForce": "IOC"}, "canceled"),
        ("limit", {"timeInForce": "FOK"}, "canceled"),
        ("market", {}, "closed"),
    ],
)
async def test_each_order_type_ends_where_it_should(exchange: Any, kind: str, params: Any, status: str) -> None:
    price = await resting_price(exchange) if kind == "limit" else None
    order = await exchange.create_order(BTC, kind, "buy", 0.001, price, params)
    assert (await exchange.fetch_order(order["id"], BTC))["status"] == status
    if status == "open":
        await exchange.cancel_order(order["id"], BTC)
        assert await exchange.fetch_open_orders(BTC) == []


async def test_a_burst_of_orders_all_land_once(exchange: Any) -> None:
    price = await resting_price(exchange)
    placed = await asyncio.gather(
        *(exchange.create_order(BTC, "limit", "buy", 0.001, price, {"clientOrderId": f"burst{n}"}) for n in range(20))
    )
    resting = await exchange.fetch_open_orders(BTC)
    assert {row["id"] for row in resting} == {row["id"] for row in placed}
    await exchange.cancel_all_orders(BTC)
    assert await exchange.fetch_open_orders() == []


async def test_batch_orders(exchange: Any) -> None:
    row = {"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.001, "price": await resting_price(exchange)}
    assert len(await exchange.create_orders([row, row])) == 2
    assert len(await exchange.fetch_open_orders(BTC)) == 2


async def test_pro_watches_trades_ticker_and_candles(pro: Any) -> None:
    trades, ticker, candles = await asyncio.gather(
        within(pro.watch_trades(BTC)), within(pro.watch_ticker(BTC)), within(pro.watch_ohlcv(BTC, "1m"))
    )
    assert trades[-1]["price"] > 0
    assert trades[-1]["side"] in {"buy", "sell"}
    assert ticker["bid"] < ticker["ask"]
    opened, open_, high, low, close, _ = candles[-1]
    assert opened % 60_000 == 0
    assert low <= min(open_, close) <= max(open_, close) <= high


async def test_pro_keeps_an_order_book_that_agrees_with_rest(pro: Any) -> None:
    for _ in range(5):
        book = await within(pro.watch_order_book(BTC))
        assert book["bids"][0][0] < book["asks"][0][0]
    snapshot = await pro.fetch_order_book(BTC)
    assert abs(book["bids"][0][0] / snapshot["bids"][0][0] - 1) < 0.01


async def test_pro_hears_of_own_orders_trades_and_balance(pro: Any) -> None:
    # a first watch of each opens the private socket and subscribes; the pushes come with the orders below
    watches = [asyncio.ensure_future(w) for w in (pro.watch_orders(BTC), pro.watch_my_trades(BTC), pro.watch_balance())]
    orders, trades, balance = watches
    placed: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while not all(watch.done() for watch in watches):
            order = await pro.create_order(BTC, "market", "buy", 0.001, None, {"clientOrderId": f"pro{len(placed)}"})
            placed.append(order["id"])
            await asyncio.sleep(0.3)
    assert orders.result()[-1]["id"] in placed
    assert orders.result()[-1]["symbol"] == BTC
    trade = trades.result()[-1]
    assert trade["order"] in placed
    assert (trade["amount"], trade["side"], trade["fee"]["currency"]) == (0.001, "buy", "USDT")
    assert balance.result()["USDT"]["free"] > 0


async def test_pro_follows_a_limit_order_from_open_to_cancelled(pro: Any) -> None:
    watch = asyncio.ensure_future(pro.watch_orders(BTC))
    price = await resting_price(pro)
    async with asyncio.timeout(PATIENCE_S):
        while not watch.done():
            order = await pro.create_order(BTC, "limit", "buy", 0.001, price)
            await asyncio.sleep(0.3)
    assert watch.result()[-1]["status"] == "open"
    await pro.cancel_order(order["id"], BTC)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            seen = await pro.watch_orders(BTC)
            if any(row["id"] == order["id"] and row["status"] == "canceled" for row in seen):
                return
