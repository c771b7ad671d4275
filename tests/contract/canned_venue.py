"""A venue's REST face over respx: just enough state for orders to be placed, looked up, filled and cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import httpx
import respx

from tui_trader.exchange.wire import signature

SECRET = "canned-secret"
KEY = "mx0canned"
PRICE = Decimal(100)
Params = dict[str, str]


class Refusal(Exception):
    """An error body with HTTP 400."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.body = {"msg": message, "code": code, "_extend": None}


def now() -> int:
    """Return the wall time in ms."""
    return time.time_ns() // 1_000_000


class CannedVenue:
    """One pair, one price, orders that rest below it and fill above it."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.trades: list[dict[str, Any]] = []
        self._routes: dict[tuple[str, str], Callable[[Params], Any]] = {
            ("GET", "ping"): lambda _p: {},
            ("GET", "time"): lambda _p: {"serverTime": now()},
            ("GET", "uid"): lambda _p: {"uid": "80001"},
            ("GET", "selfSymbols"): lambda _p: {"data": ["BTCUSDT"], "code": 0, "msg": "success"},
            ("GET", "exchangeInfo"): lambda _p: {"symbols": [PAIR, PAIR | {"symbol": "OFFUSDT"}, {"symbol": "BAD"}]},
            ("GET", "account"): lambda _p: {"balances": [{"asset": "USDT", "free": "1000", "locked": "0"}]},
            ("GET", "tradeFee"): lambda _p: {
                "data": {"makerCommission": 0.0, "takerCommission": 0.0005}, "code": 0, "msg": "success",
            },
            ("GET", "klines"): self.klines,
            ("GET", "trades"): lambda _p: [
                {"id": None, "price": "100", "qty": "1", "quoteQty": "100", "time": now() - n, "isBuyerMaker": n > 1}
                for n in range(3)
            ],
            ("GET", "ticker/24hr"): lambda _p: [
                {"symbol": "BTCUSDT", "lastPrice": "100", "openPrice": "98", "highPrice": "101", "lowPrice": "97",
                 "volume": "5", "quoteVolume": "500", "priceChangePercent": "0.02", "closeTime": now()},
            ],
            ("GET", "ticker/bookTicker"): lambda _p: [
                {"symbol": "BTCUSDT", "bidPrice": "99.99", "bidQty": "1", "askPrice": "100.01", "askQty": "1"},
                {"symbol": "DEADUSDT", "bidPrice": "", "bidQty": "", "askPrice": "", "askQty": ""},
            ],
            ("POST", "order"): self.place,
            ("POST", "order/test"): lambda p: self.check(p) or {},
            ("GET", "order"): lambda p: self.find(p, -2013, "Order does not exist."),
            ("DELETE", "order"): self.cancel,
            ("GET", "openOrders"): lambda _p: [o for o in self.orders.values() if o["status"] == "NEW"],
            ("DELETE", "openOrders"): self.cancel_all,
            ("GET", "allOrders"): lambda p: [o for o in self.orders.values() if self.within(p, o["time"])],
            ("GET", "myTrades"): lambda p: [t for t in self.trades if self.within(p, t["time"])],
        }  # fmt: skip

    def mount(self, router: respx.Router) -> None:
        """Answer for every route."""
        router.route(host="canned.test").mock(side_effect=self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; a signed one must be signed over exactly what was sent."""
        query = request.url.query.decode()
        if "signature=" in query and not signature.verify(SECRET, query):
            return httpx.Response(400, json={"code": 700002, "msg": "Signature for this request is not valid."})
        route = self._routes[request.method, request.url.path.removeprefix("/api/v3/")]
        try:
            return httpx.Response(200, json=route(dict(parse_qsl(query))))
        except Refusal as refusal:
            return httpx.Response(400, json=refusal.body)

    def check(self, params: Params) -> None:
        """Refuse what the real venue would."""
        if params["symbol"] != "BTCUSDT":
            raise Refusal(10007, "bad symbol")
        if -Decimal(params["quantity"]).as_tuple().exponent > 6:  # type: ignore[operator]  # always finite here
            raise Refusal(400, " quantity scale is invalid")

    def place(self, params: Params) -> dict[str, Any]:
        """Take an order; one that reaches the price fills at once."""
        self.check(params)
        number, quantity = f"C02__{len(self.orders)}", Decimal(params["quantity"])
        price = Decimal(params.get("price", "105"))
        taken = price >= PRICE and params["side"] == "BUY"
        quote = format(quantity * PRICE, "f") if taken else "0"
        self.orders[number] = {
            "symbol": "BTCUSDT", "orderId": number, "clientOrderId": params["newClientOrderId"],
            "price": format(price, "f"), "origQty": params["quantity"],
            "executedQty": params["quantity"] if taken else "0", "cummulativeQuoteQty": quote,
            "status": "FILLED" if taken else "NEW", "type": params["type"], "side": params["side"], "time": now(),
            "updateTime": None,
        }  # fmt: skip
        if taken:
            self.trades.append({
                "symbol": "BTCUSDT", "id": f"{number}X1", "orderId": number, "price": "100",
                "qty": params["quantity"], "quoteQty": quote, "commission": "0.01", "commissionAsset": "USDT",
                "time": now(), "isBuyer": True, "isMaker": False, "clientOrderId": params["newClientOrderId"],
            })  # fmt: skip
        return {"symbol": "BTCUSDT", "orderId": number, "price": params.get("price", "105"),
                "origQty": params["quantity"], "type": params["type"], "side": params["side"],
                "transactTime": now()}  # fmt: skip

    def find(self, params: Params, code: int, message: str) -> dict[str, Any]:
        """Return the order that is named."""
        for order in self.orders.values():
            if params.get("orderId") == order["orderId"] or params.get("origClientOrderId") == order["clientOrderId"]:
                return order
        raise Refusal(code, message)

    def cancel(self, params: Params) -> dict[str, Any]:
        """Cancel an order and answer with its state before."""
        order = self.find(params, -2011, "Unknown order sent.")
        if order["status"] != "NEW":
            raise Refusal(-2011, "Order filled.")
        before = dict(order)
        order["status"] = "CANCELED"
        return before

    def cancel_all(self, _params: Params) -> list[dict[str, Any]]:
        """Cancel what rests."""
        return [self.cancel({"orderId": o["orderId"]}) for o in self.orders.values() if o["status"] == "NEW"]

    def klines(self, params: Params) -> list[list[Any]]:
        """Return flat minutes, the last one running."""
        last = now() // 60_000 * 60_000
        starts = range(last - (int(params["limit"]) - 1) * 60_000, last + 1, 60_000)
        return [[at, "100", "101", "99", "100", "5", at + 60_000, "500"] for at in starts]

    @staticmethod
    def within(params: Params, at: int) -> bool:
        """Tell whether a time is inside the asked window."""
        return int(params["startTime"]) <= at <= int(params["endTime"])


PAIR = {
    "symbol": "BTCUSDT", "status": "1", "baseAsset": "BTC", "quoteAsset": "USDT", "baseAssetPrecision": 6,
    "quotePrecision": 2, "quoteAssetPrecision": 2, "orderTypes": ["LIMIT", "MARKET", "LIMIT_MAKER"],
    "isSpotTradingAllowed": True, "quoteAmountPrecision": "1", "baseSizePrecision": "0.000001",
    "quoteAmountPrecisionMarket": "1", "maxQuoteAmount": "4000000", "maxQuoteAmountMarket": "100000",
    "permissions": ["SPOT"], "makerCommission": "0", "takerCommission": "0.0005", "fullName": "Bitcoin",
    "filters": [{"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "0.1", "askMultiplierDown": "0.1"}],
    "tradeSideType": 1, "st": False,
}  # fmt: skip
