"""The server over the venue it was made for: books that add up, trades between two accounts, lagging reads."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, cast

import httpx
import pytest
import websockets

from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.server import faults, serving
from tui_trader.exchange.sim.server.gateway import ApiKey
from tui_trader.exchange.sim.server.serving import Running
from tui_trader.exchange.wire import channels, signature
from tui_trader.exchange.wire.mexcwire_pb2 import PublicAggreDepthsV3Api, PushDataV3ApiWrapper

BTC = "BTCUSDT"
Side = dict[Decimal, Decimal]


class Client:
    def __init__(self, running: Running, http: httpx.AsyncClient) -> None:
        self.running = running
        self.http = http

    async def public(self, path: str, **params: str) -> Any:
        return (await self.http.get(f"{self.running.rest_url}/api/v3/{path}", params={"symbol": BTC, **params})).json()

    async def signed(self, method: str, path: str, key: ApiKey | None = None, **params: str) -> Any:
        key = key or self.running.credentials
        stamp = str(self.running.house.server_ms())
        query = signature.signed_query(key.secret, {"symbol": BTC, **params, "timestamp": stamp})
        headers = {"X-MEXC-APIKEY": key.key, "Content-Type": "application/json"}
        return (
            await self.http.request(method, f"{self.running.rest_url}/api/v3/{path}?{query}", headers=headers)
        ).json()

    async def order(self, side: str, price: str, key: ApiKey | None = None, **extra: str) -> Any:
        order = {"side": side, "type": "LIMIT", "quantity": "0.01", "price": price, **extra}
        return await self.signed("POST", "order", key, **order)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    config = VenueConfig(seed=11, symbols=(BTC,))
    async with serving.simulator(config, limits=False) as running, httpx.AsyncClient(timeout=10) as http:
        yield Client(running, http)


async def receive(socket: websockets.ClientConnection) -> PushDataV3ApiWrapper:
    async with asyncio.timeout(10):
        while not isinstance(frame := await socket.recv(), bytes):
            pass
        return PushDataV3ApiWrapper.FromString(frame)


def apply(bids: Side, asks: Side, push: PublicAggreDepthsV3Api) -> None:
    for side, levels in ((bids, push.bids), (asks, push.asks)):
        for level in levels:
            side[Decimal(level.price)] = Decimal(level.quantity)
            if not side[Decimal(level.price)]:
                del side[Decimal(level.price)]


def read(snapshot: Any) -> tuple[Side, Side]:
    bids, asks = ({Decimal(p): Decimal(q) for p, q in snapshot[side]} for side in ("bids", "asks"))
    return bids, asks


async def test_a_book_kept_by_the_strict_rule_equals_the_next_snapshot(client: Client) -> None:
    async with websockets.connect(client.running.ws_url) as socket:
        await socket.send(json.dumps({"method": "SUBSCRIPTION", "params": [channels.depth(BTC).name]}))
        first = await receive(socket)
        start = await client.public("depth", limit="5000")
        bids, asks = read(start)
        version = start["lastUpdateId"]
        assert int(first.publicAggreDepths.fromVersion) <= version + 1
        await client.order("BUY", str((await client.public("depth"))["asks"][3][0]))
        end: Any = None
        while end is None or version < end["lastUpdateId"]:
            push = (await receive(socket)).publicAggreDepths
            if int(push.toVersion) <= version:
                continue
            assert int(push.fromVersion) <= version + 1
            apply(bids, asks, push)
            version = int(push.toVersion)
            if end is None or version > end["lastUpdateId"]:
                end = await client.public("depth", limit="5000")
        assert (bids, asks) == read(end)


async def test_two_accounts_trade_with_each_other_and_the_maker_hears_of_it(client: Client) -> None:
    url = f"{client.running.rest_url}/control/trader"
    body = {"account": "other", "balances": {"USDT": "100000", "BTC": "1"}}
    made = (await client.http.post(url, content=json.dumps(body))).json()
    other = ApiKey(made["key"], made["secret"], "other")
    best = (await client.public("ticker/bookTicker"))["bidPrice"]
    key = (await client.signed("POST", "userDataStream"))["listenKey"]
    names = [str(channels.Kind.OWN_DEALS), str(channels.Kind.OWN_ORDERS)]
    async with websockets.connect(f"{client.running.ws_url}?listenKey={key}") as socket:
        await socket.send(json.dumps({"method": "SUBSCRIPTION", "params": names}))
        await socket.recv()
        inside = str(Decimal(best) + Decimal("0.01"))
        mine = await client.order("BUY", inside, newClientOrderId="maker1")
        for _ in range(50):
            taken = await client.order("SELL", inside, other, type="IMMEDIATE_OR_CANCEL")
            assert "orderId" in taken
            if (await client.signed("GET", "order", orderId=mine["orderId"]))["status"] == "FILLED":
                break
        pushes = [await receive(socket)]
        while not pushes[-1].HasField("privateDeals"):
            pushes.append(await receive(socket))
    deal = pushes[-1].privateDeals
    assert (deal.orderId, deal.clientOrderId, deal.tradeType) == (mine["orderId"], "maker1", 1)
    assert pushes[0].privateOrders.clientId == "maker1"
    rows = await client.signed("GET", "myTrades")
    assert deal.tradeId in [row["id"] for row in rows]


async def test_a_stale_read_does_not_find_an_order_that_was_just_placed(client: Client) -> None:
    client.running.house.faults.add(faults.stale(60_000, "/api/v3/order", count=1))
    low = str(Decimal((await client.public("ticker/price"))["price"]) * Decimal("0.97"))[:8]
    order = await client.order("BUY", low, newClientOrderId="fresh1")
    missing = await client.signed("GET", "order", origClientOrderId="fresh1")
    assert missing == {"msg": "Order does not exist.", "code": -2013, "_extend": None}
    assert (await client.signed("GET", "order", origClientOrderId="fresh1"))["orderId"] == order["orderId"]


async def test_a_repeated_client_order_id_is_refused(client: Client) -> None:
    low = str(Decimal((await client.public("ticker/price"))["price"]) * Decimal("0.97"))[:8]
    await client.order("BUY", low, newClientOrderId="twice")
    again = await client.order("BUY", low, newClientOrderId="twice")
    assert again == {"msg": "duplicate client order id", "code": 400}


async def test_a_candle_push_agrees_with_the_candle_read(client: Client) -> None:
    async with websockets.connect(client.running.ws_url) as socket:
        await socket.send(json.dumps({"method": "SUBSCRIPTION", "params": [channels.kline(BTC, "Day1").name]}))
        pushed = (await receive(socket)).publicSpotKline
    row = (await client.public("klines", interval="1d", limit="1"))[0]
    assert (pushed.windowStart * 1000, pushed.windowEnd * 1000) == (row[0], row[6])
    assert cast("str", row[1]) == pushed.openingPrice
