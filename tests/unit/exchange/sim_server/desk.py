"""What the tests of the server share: a house on a twin venue and a virtual clock, and signed requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tests.twins.clock import VirtualClock
from tests.unit.exchange.sim_server.venue_twin import TwinVenue
from tui_trader.exchange.sim.server import params as parameters
from tui_trader.exchange.sim.server import serving
from tui_trader.exchange.sim.server.gateway import ApiKey, Request
from tui_trader.exchange.sim.server.rest import Rest
from tui_trader.exchange.sim.venue import Venue
from tui_trader.exchange.wire import signature

KEY = ApiKey("k", "sekret", "paper")
HEADERS = {"x-mexc-apikey": "k", "content-type": "application/json"}


@dataclass
class Reply:
    status: int
    data: Any
    retry_after: int | None


class Counter:
    """A house of twins, asked as over HTTP but without a socket."""

    def __init__(self, *, limits: bool = True, control: bool = True) -> None:
        self.clock = VirtualClock()
        self.venue = TwinVenue()
        venue = cast("Venue", self.venue)
        self.house = serving.furnish(venue, KEY, clock=self.clock, limits=limits, control=control)
        self.rest = Rest(self.house)

    def ask(
        self, method: str, path: str, query: str = "", body: str = "", headers: Mapping[str, str] | None = None
    ) -> Reply:
        request = Request(
            method=method,
            path=path,
            query=query,
            body=body,
            headers=HEADERS if headers is None else headers,
            params=parameters.read(query, body),
            address="127.0.0.1",
        )
        answer = self.rest.perform(request)
        return Reply(answer.status, json.loads(answer.body), answer.retry_after)

    def signed(self, method: str, path: str, lag_ms: int = 0, **params: str) -> Reply:
        query = signature.signed_query(KEY.secret, {**params, "timestamp": str(self.clock.wall_ms())})
        request = Request(method, path, query, "", HEADERS, parameters.read(query, ""), "127.0.0.1")
        answer = self.rest.perform(request, lag_ms)
        return Reply(answer.status, json.loads(answer.body), answer.retry_after)

    def buy(self, client_id: str = "c1", price: str = "99") -> Reply:
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "1", "price": price}
        return self.signed("POST", "/api/v3/order", newClientOrderId=client_id, **order)
