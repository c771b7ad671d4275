"""Signed queries: the venue's time and a signature behind the parameters, exactly as they go out."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from tui_trader.credentials import Credentials
from tui_trader.errors import UsageError
from tui_trader.exchange.mexc.addresses import USER_AGENT
from tui_trader.exchange.mexc.server_clock import ServerClock
from tui_trader.exchange.wire.endpoints import CONTENT_TYPE, HEADER_KEY
from tui_trader.exchange.wire.limits import RECV_WINDOW_DEFAULT_MS
from tui_trader.exchange.wire.signature import encode_query, sign

_PRINTABLE = re.compile(r"[!-~]{1,256}")
_PLAIN = re.compile(r"[A-Za-z0-9._=&-]*")


class Signer:
    """Puts time and signature behind parameters. Without credentials only public calls can be made.

    Raises:
        UsageError: key or secret is empty or holds blanks, control characters or non-ASCII text.

    """

    def __init__(self, credentials: Credentials | None, clock: ServerClock) -> None:
        self._credentials = credentials
        self.clock = clock
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Content-Type": CONTENT_TYPE}
        if credentials is not None:
            for name, value in (("API key", credentials.key), ("API secret", credentials.secret)):
                if not _PRINTABLE.fullmatch(value):
                    raise UsageError(f"The {name} is empty or holds blanks or odd characters; copy it again from MEXC.")
            headers[HEADER_KEY] = credentials.key
        self.headers = httpx.Headers(headers)

    @property
    def able(self) -> bool:
        """Whether there are credentials."""
        return self._credentials is not None

    def query(self, params: Mapping[str, str], recv_window: int = RECV_WINDOW_DEFAULT_MS) -> str:
        """Return the finished query text of a signed call, stamped with the venue's time of this moment.

        Raises:
            UsageError: there are no credentials.

        """
        if self._credentials is None:
            raise UsageError("This needs an API key; set one with `tui-trader keys set`.")
        stamped = {**params, "recvWindow": str(recv_window), "timestamp": str(self.clock.now_ms())}
        text = encode(stamped)
        return f"{text}&signature={sign(self._credentials.secret, text)}"


def encode(params: Mapping[str, str]) -> str:
    """Percent-encode parameters as the wire does; the usual plain ones are only joined, which is the same text."""
    joined = "&".join([f"{name}={value}" for name, value in params.items()])
    plain = _PLAIN.fullmatch(joined) and joined.count("=") == len(params) and joined.count("&") == len(params) - 1
    return joined if plain else encode_query(params)
