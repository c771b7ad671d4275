"""REST over ASGI: read the raw request, let faults strike, admit, handle, settle the state, answer."""

import asyncio
import json
import math
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tui_trader.errors import UsageError
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.server import account_routes, market_routes, order_routes, params
from tui_trader.exchange.sim.server.calls import Call, Handler
from tui_trader.exchange.sim.server.faults import Plan, Rule
from tui_trader.exchange.sim.server.gateway import Request, authenticate
from tui_trader.exchange.sim.server.house import House
from tui_trader.exchange.wire import codes, endpoints
from tui_trader.exchange.wire.endpoints import Endpoint

HANDLERS: Final[Mapping[Endpoint, Handler]] = {
    **market_routes.ROUTES,
    **order_routes.ROUTES,
    **account_routes.ROUTES,
}
MAX_BODY: Final = 64 * 1024
KEPT_REQUESTS: Final = 10_000
_PLAIN_ERRORS: Final = range(700_000)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers of one answer."""

    status: int
    body: str
    content_type: str = "application/json"
    retry_after: int | None = None

    def response(self) -> Response:
        """Build what the web framework sends."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Response(self.body, self.status, headers, self.content_type)


_NOTHING: Final = Answer(0, "")
"""Stands for the answer of a request that ends in another way."""


class Rest:
    """The REST face of one simulator. ``log`` remembers what came in, while the control channel is on."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.log: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        request = await read_request(scope, receive)
        self._house.touch()
        plan = self._house.faults.plan(request.method, request.path)
        latency = self._house.faults.latency_ms / 2
        await _pause(plan.before_ms + latency)
        try:
            answer = _struck(plan, accepted=False) or self._answer(request, plan)
        except UsageError:  # the state log is broken: what is not on disk is not answered
            await _cut(scope, receive)
            return
        await _pause(plan.after_ms + latency)
        if plan.drop is not None:
            await _cut(scope, receive)
            return
        await (_struck(plan, accepted=True) or answer).response()(scope, receive, send)

    def _answer(self, request: Request, plan: Plan) -> Answer:
        """Act on a request now, later or not at all; what is not acted on now has no answer of its own."""
        if plan.drop is not None and not plan.drop.accepted:
            return _NOTHING
        if plan.late_ms:
            asyncio.get_running_loop().call_later(plan.late_ms / 1000, self._perform_late, request, plan)
            return _NOTHING
        return self._perform(request, plan)

    def _perform_late(self, request: Request, plan: Plan) -> None:
        with suppress(UsageError):  # nobody is there to be told; the next request meets the broken log itself
            self._perform(request, plan)

    def _perform(self, request: Request, plan: Plan) -> Answer:
        answer = self.perform(request, plan.lag_ms)
        if self._house.control:
            bare = {name: value for name, value in request.params.items() if name != "signature"}
            entry = {"at": self._house.clock.wall_ms(), "method": request.method, "path": request.path}
            self.log.append({**entry, "params": bare, "status": answer.status})
        return answer

    def perform(self, request: Request, lag_ms: int = 0) -> Answer:
        """Answer a request; whatever it changed is on disk when this returns."""
        endpoint = endpoints.BY_ROUTE.get((request.method, request.path))
        if endpoint is None:
            return Answer(404, _text({"status": 404, "error": "Not Found", "path": request.path}))
        try:
            account = self._admit(endpoint, request)
            now = self._house.advance()
            payload = HANDLERS[endpoint](Call(self._house, request.params, now, account, lag_ms))
            return Answer(200, _text(payload))
        except Refusal as refusal:
            return refused(refusal)
        finally:
            self._house.settle()

    def _admit(self, endpoint: Endpoint, request: Request) -> str:
        house = self._house
        account = authenticate(request, house.keys, house.server_ms()) if endpoint.signed else ""
        if house.rates is not None:
            wait = house.rates.admit(endpoint, request.address, account or None)
            if wait > 0:
                raise TooManyRequests(math.ceil(wait))
        return account


class TooManyRequests(Refusal):
    """A limit is used up; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(codes.TOO_MANY_REQUESTS, "Too Many Requests", http_status=429)
        self.retry_after = retry_after


def refused(refusal: Refusal) -> Answer:
    """Write a refusal in the shape of the service that says it: gateway, query services or order engine."""
    code, msg = refusal.code, refusal.msg
    if code < 0:
        return Answer(refusal.http_status, _text({"msg": msg, "code": code, "_extend": None}))
    if isinstance(refusal, TooManyRequests):
        return Answer(429, _text({"code": code, "msg": msg}), retry_after=refusal.retry_after)
    gateway = code not in _PLAIN_ERRORS or code == codes.BAD_KEY
    body = {"code": code, "msg": msg} if gateway else {"msg": msg, "code": code}
    return Answer(refusal.http_status, _text(body))


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read an HTTP request whole: raw query and body stay as they came, for the signature."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > MAX_BODY:
            break
    query, text = scope["query_string"].decode("latin-1"), body.decode("utf-8", "replace")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=query,
        body=text,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        params=params.read(query, text),
        address=scope["client"][0] if scope.get("client") else "",
    )


def _struck(plan: Plan, *, accepted: bool) -> Answer | None:
    rule = plan.answer
    return _fault_answer(rule) if rule is not None and rule.accepted == accepted else None


def _fault_answer(rule: Rule) -> Answer:
    return Answer(rule.status, rule.body, rule.content_type, rule.retry_after)


async def _pause(milliseconds: float) -> None:
    if milliseconds > 0:
        await asyncio.sleep(milliseconds / 1000)


async def _cut(scope: Scope, receive: Receive) -> None:
    scope["state"]["abort"]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _text(payload: object) -> str:
    """Write JSON; broken Unicode that a caller sent comes back as ``?``."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()
