"""The peer's half of ``frames.py``: ccxt.pro's ``watch_order_book``. Runs in the peer's environment."""

import asyncio
import json
import sys
import time

import ccxt.pro as ccxt


async def main(settings):
    exchange = ccxt.mexc({"enableRateLimit": False})
    for group in ("spot", "contract"):
        for name, url in exchange.urls["api"][group].items():
            exchange.urls["api"][group][name] = url.replace("https://api.mexc.com", settings["rest_url"])
    exchange.urls["api"]["ws"] = {"spot": settings["ws_url"], "swap": settings["ws_url"]}
    exchange.has["fetchCurrencies"] = False
    await exchange.load_markets()
    first = last = None
    while last is None or last[0] < settings["frames"]:
        try:
            book = await asyncio.wait_for(exchange.watch_order_book("BTC/USDT", 50), 3)
        except TimeoutError:  # the last frame may have been applied between two calls
            book = exchange.orderbooks["BTC/USDT"]
            if book["nonce"] is None or book["nonce"] < settings["frames"]:
                raise
        version = book["nonce"]
        if version >= settings["slow"]:
            last = (version, time.process_time_ns())
            first = first or last
    await exchange.close()
    figure = (last[0] - first[0]) / ((last[1] - first[1]) / 1e9)
    print(json.dumps({"name": f"ccxt.pro {ccxt.__version__}", "figure": figure}))


asyncio.run(main(json.loads(sys.argv[1])))
