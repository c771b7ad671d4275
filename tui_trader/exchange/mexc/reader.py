"""Reads: safe to repeat, so they are, a bounded number of times."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from tui_trader.clock import Clock
from tui_trader.errors import VenueRejected, VenueUnavailable
from tui_trader.exchange.mexc.addresses import USER_AGENT
from tui_trader.exchange.mexc.answers import MAX_BODY, RATE_LIMITED, Answer, Unreadable, read_data, seconds_of
from tui_trader.exchange.mexc.budget import Budget, BudgetExceeded, Urgency
from tui_trader.exchange.mexc.lane import TARGET
from tui_trader.exchange.mexc.round_trip import RoundTrip
from tui_trader.exchange.mexc.sender import RATE_LIMIT_PAUSE_S
from tui_trader.exchange.mexc.signing import Signer, encode
from tui_trader.exchange.mexc.troubles import Troubles
from tui_trader.exchange.mexc.waiting import backoff
from tui_trader.exchange.wire import codes
from tui_trader.exchange.wire.endpoints import Endpoint

ATTEMPTS = 3
PATIENCE_S = 20.0
"""How long a read may wait for the budget and between attempts, in all."""
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_T = TypeVar("_T")


def read_client(tls: ssl.SSLContext | bool) -> httpx.AsyncClient:
    """Return the client of reads: HTTP/1.1, a long keep-alive, no redirects, nothing taken from the environment."""
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT},
        verify=tls,
        http1=True,
        http2=False,
        timeout=TIMEOUT,
        limits=httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=120.0),
        follow_redirects=False,
        trust_env=False,
    )


class Reader:
    """Sends reads and turns their answers into values."""

    def __init__(
        self,
        base: str,
        client: httpx.AsyncClient,
        signer: Signer,
        budget: Budget,
        trip: RoundTrip,
        clock: Clock,
        troubles: Troubles,
    ) -> None:
        self._base = base
        self._client = client
        self._signer = signer
        self._budget = budget
        self._trip = trip
        self._clock = clock
        self._troubles = troubles

    async def read(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        read: Callable[[Any], _T],
        *,
        urgency: Urgency = Urgency.READ,
        attempts: int = ATTEMPTS,
    ) -> _T:
        """Ask, again if need be, and read the answer.

        Raises:
            VenueRejected: the venue refuses this request.
            VenueUnavailable: no usable answer.

        """
        deadline = self._clock.monotonic() + PATIENCE_S
        pauses = backoff(0.25, 2.0)
        for left in reversed(range(attempts)):
            try:
                return await self._once(endpoint, params, read, urgency, deadline)
            except VenueRejected as refusal:
                if refusal.code != codes.TIMESTAMP_OUTSIDE or not left:
                    raise
                await self._signer.clock.resync()
            except VenueUnavailable as failure:
                pause = max(next(pauses), failure.retry_after or 0.0)
                if not left or self._clock.monotonic() + pause > deadline:
                    raise
                await self._clock.sleep(pause)
        raise VenueUnavailable("The exchange does not answer.")

    async def _once(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        read: Callable[[Any], _T],
        urgency: Urgency,
        deadline: float,
    ) -> _T:
        if endpoint.signed:
            await self._signer.clock.ensure()
        try:
            await self._budget.acquire(endpoint, urgency, deadline)
        except BudgetExceeded as full:
            raise VenueUnavailable("The exchange's request limit leaves no room.", retry_after=full.wait) from None
        answer = await self._exchange(endpoint, params)
        try:
            return read(read_data(answer))
        except Unreadable as problem:
            raise VenueUnavailable(f"The exchange's answer cannot be read: {problem}.") from None

    async def _exchange(self, endpoint: Endpoint, params: Mapping[str, str]) -> Answer:
        query = self._signer.query(params) if endpoint.signed else encode(params)
        request = self._client.build_request(
            endpoint.method,
            self._base + endpoint.path,
            headers=self._signer.headers if endpoint.signed else {"Accept-Encoding": "identity"},
            extensions={TARGET: f"{endpoint.path}?{query}".rstrip("?").encode()},
        )
        start = self._clock.monotonic()
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await _bounded(response)
            finally:
                await response.aclose()
        except (httpx.TransportError, httpx.DecodingError) as failure:
            self._troubles.unreached(failure)
            raise VenueUnavailable("The exchange does not answer.") from None
        self._trip.since(start)
        retry_after = seconds_of(response.headers.get("retry-after"))
        self._troubles.answered(response.status_code, retry_after)
        if response.status_code in RATE_LIMITED:
            retry_after = retry_after or RATE_LIMIT_PAUSE_S
            self._budget.pause(retry_after)
        return Answer(response.status_code, body, retry_after)


async def _bounded(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_BODY:
            raise VenueUnavailable("The exchange's answer is larger than any this client reads.")
        parts.append(part)
    return b"".join(parts)
