"""The REST endpoints: method, path, weight, security and limits, as one table."""

from enum import StrEnum
from typing import Final, NamedTuple


class Host(StrEnum):
    """Base addresses of the venue."""

    REST = "https://api.mexc.com"
    WS = "wss://wbs-api.mexc.com/ws"


class Endpoint(NamedTuple):
    """One call. ``signed`` needs key, timestamp and signature; ``order_limit`` counts on the shared 12/s limit."""

    method: str
    path: str
    weight: int = 1
    signed: bool = False
    order_limit: bool = False


HEADER_KEY: Final = "X-MEXC-APIKEY"
CONTENT_TYPE: Final = "application/json"
"""The only content type a signed call may name, even with an empty or form-encoded body."""

PING: Final = Endpoint("GET", "/api/v3/ping")
TIME: Final = Endpoint("GET", "/api/v3/time")
DEFAULT_SYMBOLS: Final = Endpoint("GET", "/api/v3/defaultSymbols")
SYMBOL_OFFLINE: Final = Endpoint("GET", "/api/v3/symbol/offline", 10)
EXCHANGE_INFO: Final = Endpoint("GET", "/api/v3/exchangeInfo", 25)
DEPTH: Final = Endpoint("GET", "/api/v3/depth", 3)
TRADES: Final = Endpoint("GET", "/api/v3/trades", 5)
AGG_TRADES: Final = Endpoint("GET", "/api/v3/aggTrades")
KLINES: Final = Endpoint("GET", "/api/v3/klines")
AVG_PRICE: Final = Endpoint("GET", "/api/v3/avgPrice")
TICKER_24HR: Final = Endpoint("GET", "/api/v3/ticker/24hr", 25)
TICKER_PRICE: Final = Endpoint("GET", "/api/v3/ticker/price", 10)
TICKER_BOOK: Final = Endpoint("GET", "/api/v3/ticker/bookTicker", 10)

SELF_SYMBOLS: Final = Endpoint("GET", "/api/v3/selfSymbols", signed=True)
UID: Final = Endpoint("GET", "/api/v3/uid", signed=True)
KYC_STATUS: Final = Endpoint("GET", "/api/v3/kyc/status", signed=True)
ACCOUNT: Final = Endpoint("GET", "/api/v3/account", 10, signed=True)
TRADE_FEE: Final = Endpoint("GET", "/api/v3/tradeFee", 20, signed=True)
MX_DEDUCT_GET: Final = Endpoint("GET", "/api/v3/mxDeduct/enable", signed=True)
MX_DEDUCT_SET: Final = Endpoint("POST", "/api/v3/mxDeduct/enable", signed=True)
CAPITAL_CONFIG: Final = Endpoint("GET", "/api/v3/capital/config/getall", 10, signed=True)

ORDER_PLACE: Final = Endpoint("POST", "/api/v3/order", signed=True, order_limit=True)
ORDER_CANCEL: Final = Endpoint("DELETE", "/api/v3/order", signed=True, order_limit=True)
ORDER_QUERY: Final = Endpoint("GET", "/api/v3/order", 2, signed=True)
ORDER_TEST: Final = Endpoint("POST", "/api/v3/order/test", signed=True)
BATCH_PLACE: Final = Endpoint("POST", "/api/v3/batchOrders", signed=True, order_limit=True)
OPEN_CANCEL: Final = Endpoint("DELETE", "/api/v3/openOrders", signed=True, order_limit=True)
ALL_CANCEL: Final = Endpoint("DELETE", "/api/v3/order/all", signed=True, order_limit=True)
OPEN_ORDERS: Final = Endpoint("GET", "/api/v3/openOrders", 3, signed=True)
ALL_ORDERS: Final = Endpoint("GET", "/api/v3/allOrders", 10, signed=True)
MY_TRADES: Final = Endpoint("GET", "/api/v3/myTrades", 10, signed=True)

LISTEN_CREATE: Final = Endpoint("POST", "/api/v3/userDataStream", signed=True)
LISTEN_LIST: Final = Endpoint("GET", "/api/v3/userDataStream", signed=True)
LISTEN_RENEW: Final = Endpoint("PUT", "/api/v3/userDataStream", signed=True)
LISTEN_CLOSE: Final = Endpoint("DELETE", "/api/v3/userDataStream", signed=True)

GROUP_CREATE: Final = Endpoint("POST", "/api/v3/strategy/group", 20, signed=True)
GROUP_LIST: Final = Endpoint("GET", "/api/v3/strategy/group", 20, signed=True)
GROUP_DELETE: Final = Endpoint("DELETE", "/api/v3/strategy/group", 20, signed=True)
GROUP_UID_ADD: Final = Endpoint("POST", "/api/v3/strategy/group/uid", 20, signed=True)
GROUP_UID_LIST: Final = Endpoint("GET", "/api/v3/strategy/group/uid", 20, signed=True)
GROUP_UID_DELETE: Final = Endpoint("DELETE", "/api/v3/strategy/group/uid", 20, signed=True)

CONTRACT_DETAIL: Final = Endpoint("GET", "/api/v1/contract/detail")
"""Futures list; a spot venue answers it empty, because ccxt always asks."""

ENDPOINTS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Endpoint))
"""Every endpoint above."""

BY_ROUTE: Final = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}
"""Endpoint by (method, path)."""
