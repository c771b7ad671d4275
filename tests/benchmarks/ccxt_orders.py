"""The peer's half of ``lane.py``: CPU of ccxt async's bare ``create_order``. Runs in the peer's environment."""

import asyncio
import json
import statistics
import sys
import time

import ccxt.async_support as ccxt

WARM_UP = 50


async def main(settings):
    exchange = ccxt.mexc({"apiKey": settings["key"], "secret": settings["secret"], "enableRateLimit": False})
    for group in ("spot", "contract"):
        for name, url in exchange.urls["api"][group].items():
            exchange.urls["api"][group][name] = url.replace("https://api.mexc.com", settings["rest_url"])
    exchange.has["fetchCurrencies"] = False
    await exchange.load_markets()
    book = await exchange.fetch_order_book("BTC/USDT", 5)
    price = float(exchange.price_to_precision("BTC/USDT", book["bids"][0][0] * 0.9))
    costs = []
    for number in range(settings["orders"] + WARM_UP):
        start = time.process_time_ns()
        order = await exchange.create_order(
            "BTC/USDT", "limit", "buy", 0.001, price, {"clientOrderId": f"c1{time.time_ns()}{number}"}
        )
        costs.append(time.process_time_ns() - start)
        await exchange.cancel_order(order["id"], "BTC/USDT")
    await exchange.close()
    figure = statistics.median(costs[WARM_UP:]) / 1000
    print(json.dumps({"name": f"ccxt {ccxt.__version__} async", "figure": figure}))


asyncio.run(main(json.loads(sys.argv[1])))
