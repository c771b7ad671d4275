"""The control channel: faults, the clock, foreign money and the record of what truly happened, as JSON over HTTP.

Served under ``/control`` only when it was asked for. It is for tests and demonstrations and knows no key.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.server import market_rows, order_rows
from tui_trader.exchange.sim.server.faults import Rule
from tui_trader.exchange.sim.server.gateway import ApiKey, Request
from tui_trader.exchange.sim.server.house import House
from tui_trader.exchange.sim.server.rest import Rest, read_request
from tui_trader.exchange.sim.server.sockets import Sockets

RULE: Final = TypeAdapter(Rule)
"""Reads a fault from JSON; unknown fields are refused."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Disconnect(_Body):
    """Cut sockets that watch a matching channel; ``private`` narrows to those with or without a listen key."""

    channel: str = "*"
    private: bool | None = None
    abrupt: bool = True


class Offset(_Body):
    """Shift the server's clock by so many milliseconds."""

    offset_ms: int


class Seed(_Body):
    """Draw which faults strike from this seed on."""

    seed: int


class Latency(_Body):
    """Delay every answer by so many milliseconds."""

    latency_ms: int


class Deposit(_Body):
    """Add (or take, when negative) free funds of an account, the first one when none is named."""

    asset: str
    amount: Decimal
    account: str = ""


class Trader(_Body):
    """Open one more account with a key of its own, to trade against."""

    account: str
    balances: dict[str, Decimal]


class SymbolChange(_Body):
    """Change a pair's rules: open or close it for the API, pause it."""

    symbol: str
    open_to_api: bool | None = None
    status: str | None = None


class Control:
    """Control channel of one simulator."""

    def __init__(self, house: House, rest: Rest, sockets: Sockets) -> None:
        self._house = house
        self._rest = rest
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one control request; bad input gets 400 with a sentence."""
        request = await read_request(scope, receive)
        route = ROUTES.get((request.method, request.path))
        try:
            answer = {"error": f"no {request.method} {request.path}"} if route is None else route(self, request)
            status = 404 if route is None else 200
        except (ValidationError, Refusal, ValueError) as error:
            answer, status = {"error": str(error)}, 400
        self._house.settle()
        await JSONResponse(answer, status)(scope, receive, send)

    def add_fault(self, request: Request) -> Any:
        """Put a fault in force."""
        return {"id": self._house.faults.add(RULE.validate_json(request.body))}

    def faults(self, _request: Request) -> Any:
        """List the faults in force, and how often each has struck."""
        book = self._house.faults
        return {str(number): {**asdict(rule), "hits": book.hits(number)} for number, rule in book.rules().items()}

    def seed(self, request: Request) -> Any:
        """Seed the chance by which faults strike."""
        self._house.faults.draw_from(Seed.model_validate_json(request.body).seed)
        return {}

    def remove_faults(self, request: Request) -> Any:
        """End the fault ``id``, or all of them."""
        number = request.params.get("id")
        self._house.faults.remove(int(number) if number else None)
        return {}

    def disconnect(self, request: Request) -> Any:
        """Cut sockets."""
        order = Disconnect.model_validate_json(request.body or "{}")
        return {"closed": self._sockets.disconnect(order.channel, private=order.private, abrupt=order.abrupt)}

    def clock(self, request: Request) -> Any:
        """Shift the clock."""
        self._house.faults.clock_offset_ms = Offset.model_validate_json(request.body).offset_ms
        return {"server_ms": self._house.server_ms()}

    def latency(self, request: Request) -> Any:
        """Set the latency."""
        self._house.faults.latency_ms = Latency.model_validate_json(request.body).latency_ms
        return {}

    def deposit(self, request: Request) -> Any:
        """Move funds in or out."""
        order = Deposit.model_validate_json(request.body)
        account = order.account or self._house.venue.accounts()[0]
        self._house.venue.deposit(account, order.asset, order.amount, self._house.clock.wall_ms())
        return {}

    def trader(self, request: Request) -> Any:
        """Open an account and return its key."""
        order = Trader.model_validate_json(request.body)
        key = ApiKey(f"mx{secrets.token_hex(8)}", secrets.token_hex(16), order.account)
        self._house.venue.open_account(order.account, order.balances)
        self._house.keys[key.key] = key
        return {"key": key.key, "secret": key.secret}

    def change_symbol(self, request: Request) -> Any:
        """Change a pair's rules."""
        order = SymbolChange.model_validate_json(request.body)
        changes = order.model_dump(exclude={"symbol"}, exclude_none=True)
        return market_rows.symbol_info(self._house.venue.change_rules(order.symbol, **changes))

    def orders(self, _request: Request) -> Any:
        """Every order ever accepted, in its latest state, with its account and client id."""
        return [{**order_rows.order(order), "account": order.account} for order in self._house.oracle.orders()]

    def fills(self, _request: Request) -> Any:
        """Every own execution."""
        return [{**order_rows.fill(fill), "account": fill.account} for fill in self._house.oracle.fills()]

    def requests(self, _request: Request) -> Any:
        """List the latest REST requests with the status they got, oldest first; signatures left out."""
        return list(self._rest.log)

    def sockets(self, _request: Request) -> Any:
        """How many sockets are open, and whether the replays have ended."""
        ends = {rules.symbol: self._house.venue.replay_finished(rules.symbol) for rules in self._house.venue.symbols()}
        return {"open": len(self._sockets), "replay_finished": ends}


ROUTES: Final[Mapping[tuple[str, str], Callable[[Control, Request], Any]]] = {
    ("POST", "/control/faults"): Control.add_fault,
    ("GET", "/control/faults"): Control.faults,
    ("DELETE", "/control/faults"): Control.remove_faults,
    ("POST", "/control/seed"): Control.seed,
    ("POST", "/control/disconnect"): Control.disconnect,
    ("POST", "/control/clock"): Control.clock,
    ("POST", "/control/latency"): Control.latency,
    ("POST", "/control/deposit"): Control.deposit,
    ("POST", "/control/trader"): Control.trader,
    ("POST", "/control/symbol"): Control.change_symbol,
    ("GET", "/control/orders"): Control.orders,
    ("GET", "/control/fills"): Control.fills,
    ("GET", "/control/requests"): Control.requests,
    ("GET", "/control/state"): Control.sockets,
}
"""What each control request does."""
