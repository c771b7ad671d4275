"""pymexc's REST client from markets to cancel-all; reads the simulator's JSON line, prints what it saw as one."""

import json
import sys

from pymexc import base

ready = json.loads(sys.stdin.readline())
base.SPOT = ready["rest_url"]

from pymexc import spot  # noqa: E402 - the address must be set before

BTC = "BTCUSDT"
http = spot.HTTP(api_key=ready["key"], api_secret=ready["secret"])
seen = {}
seen["time"] = http.time()["serverTime"]
seen["symbols"] = [row["symbol"] for row in http.exchange_info()["symbols"]]
seen["default_symbols"] = http.default_symbols()["data"]
seen["book"] = http.order_book(BTC, 5)
seen["trades"] = len(http.trades(BTC, 10))
seen["agg_trades"] = len(http.agg_trades(BTC))
seen["klines"] = http.klines(BTC, "60m", limit=3)
seen["average"] = http.avg_price(BTC)["price"]
seen["day"] = http.ticker_24h(BTC)["symbol"]
seen["price"] = last = float(http.ticker_price(BTC)["price"])
seen["best"] = http.ticker_book_price(BTC)["bidPrice"]
seen["balances"] = {row["asset"]: row["free"] for row in http.account_information()["balances"]}
seen["fee"] = http.query_symbol_commission(BTC)["data"]
seen["uid"] = http.get_uid()["uid"]
seen["kyc"] = http.get_kyc_status()["status"]
seen["self_symbols"] = http.get_default_symbols()["data"]
seen["deduct"] = http.query_mx_deduct_status()["data"]
seen["coins"] = [row["coin"] for row in http.get_currency_info()]

away = f"{last * 0.97:.2f}"
through = f"{last * 1.003:.2f}"
seen["test"] = http.test_order(BTC, "BUY", "LIMIT", quantity="0.01", price=away)
limit = http.order(BTC, "BUY", "LIMIT", quantity="0.01", price=away, new_client_order_id="pyLimit")
seen["limit"] = http.query_order(BTC, order_id=limit["orderId"])
seen["by_client_id"] = http.query_order(BTC, orig_client_order_id="pyLimit")["orderId"] == limit["orderId"]
seen["open"] = [row["orderId"] for row in http.current_open_orders(BTC)] == [limit["orderId"]]
seen["canceled"] = http.cancel_order(BTC, order_id=limit["orderId"])["status"]
seen["after"] = http.query_order(BTC, order_id=limit["orderId"])["status"]
for kind, price in (
    ("LIMIT_MAKER", away),
    ("IMMEDIATE_OR_CANCEL", through),
    ("FILL_OR_KILL", through),
    ("MARKET", None),
):
    order = http.order(BTC, "BUY", kind, quantity="0.001", price=price)
    seen[kind] = http.query_order(BTC, order_id=order["orderId"])["status"]
seen["own_trades"] = len(http.account_trade_list(BTC))
seen["all_orders"] = len(http.all_orders(BTC))
seen["cancel_all"] = [row["type"] for row in http.cancel_all_open_orders(BTC)]
try:
    http.cancel_order(BTC, order_id="C02__nope")
except Exception as error:  # noqa: BLE001 - whatever the client makes of a refusal is what is looked at
    seen["refused"] = str(error)
key = http.create_listen_key()["listenKey"]
seen["listed"] = key in http.get_listen_keys()["listenKey"]
seen["renewed"] = http.keep_alive_listen_key(key)["listenKey"] == key
seen["closed"] = http.close_listen_key(key)["listenKey"] == key
print(json.dumps(seen))
