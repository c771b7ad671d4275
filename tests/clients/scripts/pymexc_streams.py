"""pymexc's threaded WebSocket client, public and private; prints the first message of each stream as JSON."""

import json
import os
import sys
import threading

from pymexc import base, base_websocket

ready = json.loads(sys.stdin.readline())
base.SPOT, base_websocket.SPOT = ready["rest_url"], ready["ws_url"]

from pymexc import spot  # noqa: E402 - the addresses must be set before

BTC = "BTCUSDT"
PATIENCE_S = 25
seen = {}
everything = threading.Event()
WANTED = {"deals", "depth", "limit_depth", "kline", "book", "batch", "mini", "minis", "order", "deal", "account"}


def keep(name, fields):
    def callback(message):
        seen.setdefault(name, {field: str(getattr(message, field)) for field in fields})
        if set(seen) >= WANTED:
            everything.set()

    return callback


public = spot.WebSocket()
public.endpoint = ready["ws_url"]
public.deals_stream(keep("deals", ["eventType"]), BTC, "100ms")
public.depth_stream(keep("depth", ["fromVersion", "toVersion"]), BTC, "100ms")
public.limit_depth_stream(keep("limit_depth", ["version"]), BTC, 5)
public.kline_stream(keep("kline", ["interval", "closingPrice"]), BTC, "Min1")
public.book_ticker_stream(keep("book", ["bidPrice", "askPrice"]), BTC, "100ms")
public.book_ticker_batch_stream(keep("batch", ["items"]), [BTC])
public.mini_ticker_stream(keep("mini", ["symbol", "price"]), BTC, "UTC+8")
public.mini_tickers_stream(keep("minis", ["items"]), "UTC+8")

private = spot.WebSocket(api_key=ready["key"], api_secret=ready["secret"])
private.endpoint = f"{ready['ws_url']}?listenKey={private.listenKey}"
private.account_orders(keep("order", ["id", "clientId", "status"]))
private.account_deals(keep("deal", ["orderId", "tradeId", "quantity"]))
private.account_update(keep("account", ["vcoinName", "type"]))

http = spot.HTTP(api_key=ready["key"], api_secret=ready["secret"])
for _ in range(PATIENCE_S * 2):
    http.order(BTC, "BUY", "MARKET", quantity="0.001")
    if everything.wait(0.5):
        break
print(json.dumps(seen), flush=True)
os._exit(0)  # the client's threads have no orderly end
