"""pymexc's asyncio clients, REST and WebSocket; prints what arrived as one line of JSON."""

import asyncio
import json
import os
import sys

import pymexc._async.base_websocket as async_websocket
from pymexc import base_websocket
from pymexc._async import base

ready = json.loads(sys.stdin.readline())
base.SPOT = ready["rest_url"]
base_websocket.SPOT = async_websocket.SPOT = ready["ws_url"]

from pymexc._async import spot  # noqa: E402 - the addresses must be set before

spot.SPOT_WS = ready["ws_url"]
BTC = "BTCUSDT"
PATIENCE_S = 25
seen = {}


def keep(name, fields):
    async def callback(message):
        seen.setdefault(name, {field: str(getattr(message, field)) for field in fields})

    return callback


async def main():
    http = spot.HTTP(api_key=ready["key"], api_secret=ready["secret"])
    price = float((await http.ticker_price(BTC))["price"])
    public = spot.WebSocket()
    public.endpoint = ready["ws_url"]
    await public.deals_stream(keep("deals", ["eventType"]), BTC, "100ms")
    await public.depth_stream(keep("depth", ["fromVersion"]), BTC, "100ms")
    private = spot.WebSocket(api_key=ready["key"], api_secret=ready["secret"])
    await private.account_orders(keep("order", ["clientId", "status"]))
    await private.account_update(keep("account", ["vcoinName", "type"]))
    placed = 0
    while len(seen) < 4 and placed < PATIENCE_S * 2:
        placed += 1
        order = await http.order(
            BTC, "BUY", "LIMIT", quantity="0.001", price=f"{price * 0.97:.2f}", new_client_order_id=f"async{placed}"
        )
        await asyncio.sleep(0.5)
        await http.cancel_order(BTC, order_id=order["orderId"])
    print(json.dumps(seen), flush=True)
    os._exit(0)  # the client's tasks have no orderly end


asyncio.run(main())
