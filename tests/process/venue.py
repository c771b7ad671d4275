"""The truth of a simulated exchange, asked over its signed REST wire with nothing but the standard library."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.process.household import until

TOO_MANY = 429


class Venue:
    """One account at an exchange that speaks MEXC's wire."""

    def __init__(self, rest_url: str, key: str, secret: str) -> None:
        self._rest_url, self._key, self._secret = rest_url, key, secret

    @classmethod
    def of(cls, ready: Path) -> Venue:
        """Read where a simulator answers, and its account, from the line it printed when it was ready."""
        said = json.loads(ready.read_text())
        return cls(said["rest_url"], said["key"], said["secret"])

    def open_orders(self, symbol: str) -> dict[str, tuple[str, Decimal, Decimal]]:
        """Return side, price and quantity of each resting order by client order id."""
        rows = self._signed("/api/v3/openOrders", symbol=symbol)
        return {r["clientOrderId"]: (r["side"], Decimal(r["price"]), Decimal(r["origQty"])) for r in rows}

    def balances(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Return what is free and what is locked, by asset."""
        rows = self._signed("/api/v3/account")["balances"]
        return {r["asset"]: (Decimal(r["free"]), Decimal(r["locked"])) for r in rows}

    def place(self, symbol: str, side: str, price: Decimal, quantity: str, client_order_id: str = "") -> str:
        """Place a limit order past every desk; returns the venue's id of it."""
        named = {"newClientOrderId": client_order_id} if client_order_id else {}
        terms = {"symbol": symbol, "side": side, "type": "LIMIT", "price": f"{price:f}", "quantity": quantity}
        return str(self._signed("/api/v3/order", "POST", **terms, **named)["orderId"])

    def cancel(self, symbol: str, venue_order_id: str) -> None:
        """Cancel an order past every desk."""
        self._signed("/api/v3/order", "DELETE", symbol=symbol, orderId=venue_order_id)

    def _signed(self, path: str, method: str = "GET", **fields: str) -> Any:
        return until(lambda: self._answer(path, method, fields), f"an answer to {path}", every=0.5)[0]

    def _answer(self, path: str, method: str, fields: Mapping[str, str]) -> Any:
        """Return the answer in a list; nothing while the desk has used up the requests that this address may make."""
        query = urlencode({**fields, "timestamp": str(time.time_ns() // 1_000_000)})
        signature = hmac.new(self._secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            f"{self._rest_url}{path}?{query}&signature={signature}",
            method=method,
            headers={"X-MEXC-APIKEY": self._key, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return [json.load(answer)]
        except HTTPError as refusal:
            if refusal.code != TOO_MANY:
                raise
            refusal.close()
            return []
