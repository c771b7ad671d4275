"""The venue's published limits. Weights count per endpoint (``endpoints.py``); windows are in seconds."""

from typing import Final, NamedTuple


class Rate(NamedTuple):
    """At most ``amount`` (weight or requests) within any ``window`` seconds."""

    amount: int
    window: float


IP_WEIGHT: Final = Rate(300, 10.0)
"""Sum of weights of all calls from one address."""
UID_WEIGHT: Final = Rate(500, 10.0)
"""Sum of weights of all signed calls of one account."""
ORDER_CALLS: Final = Rate(12, 1.0)
"""Place, cancel, cancel-all and batch calls together."""
BATCH_CALLS: Final = Rate(2, 1.0)
ACCOUNT_CALLS: Final = Rate(2, 1.0)
PRIVATE_CALLS: Final = Rate(20, 1.0)
"""All signed calls; a figure of the venue's support, not of its documentation."""
SOCKET_MESSAGES: Final = Rate(100, 1.0)
"""Frames that one connection may send to the venue."""

MAX_OPEN_ORDERS: Final = 500
MAX_BATCH_ORDERS: Final = 20
MAX_CLIENT_ORDER_ID: Final = 32

RECV_WINDOW_DEFAULT_MS: Final = 5_000
RECV_WINDOW_MAX_MS: Final = 60_000
CLOCK_AHEAD_MS: Final = 1_000
"""A timestamp must be smaller than the server's clock plus this."""

MAX_KLINES: Final = 500
MAX_TRADES: Final = 1_000
MAX_MY_TRADES: Final = 100
MAX_ALL_ORDERS: Final = 1_000
DEFAULT_ROWS: Final = 500
DEFAULT_DEPTH: Final = 100
MAX_DEPTH: Final = 5_000
ALL_ORDERS_SPAN_MS: Final = 7 * 86_400_000
ALL_ORDERS_DEFAULT_SPAN_MS: Final = 86_400_000
MY_TRADES_SPAN_MS: Final = 30 * 86_400_000

SUBSCRIPTIONS_PER_SOCKET: Final = 30
SOCKET_LIFE_S: Final = 24 * 3600.0
SOCKET_UNSUBSCRIBED_S: Final = 30.0
"""A socket without a valid subscription is closed after this."""
SOCKET_IDLE_S: Final = 60.0
"""A socket without traffic is closed after this; a PING counts as traffic."""

LISTEN_KEY_LIFE_S: Final = 3600.0
LISTEN_KEY_RENEW_S: Final = 1800.0
LISTEN_KEYS_PER_UID: Final = 60
SOCKETS_PER_LISTEN_KEY: Final = 5
