"""Calls that change something: each one is sent at most once, and its outcome is named for what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from tui_trader.clock import Clock
from tui_trader.errors import NotSent, VenueError, VenueRejected, VenueUnknown
from tui_trader.exchange.mexc.answers import RATE_LIMITED, Answer, Unreadable, order_data, seconds_of
from tui_trader.exchange.mexc.budget import Budget, BudgetExceeded, Urgency
from tui_trader.exchange.mexc.lane import TARGET, URGENT, WANTED, WRITE_BY
from tui_trader.exchange.mexc.round_trip import RoundTrip
from tui_trader.exchange.mexc.signing import Signer
from tui_trader.exchange.mexc.troubles import Troubles
from tui_trader.exchange.wire import codes
from tui_trader.exchange.wire.endpoints import Endpoint

PATIENCE_S = 5.0
"""How long a call without a moment of its own may wait for the budget."""
RATE_LIMIT_PAUSE_S = 10.0
"""How long everything but cancels is held back after a 429 that names no time."""
_T = TypeVar("_T")
_EMPTY = httpx.ByteStream(b"")
_NEVER_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def was_written(failure: httpx.TransportError) -> bool:
    """Tell whether a request may have left: our own lane knows, of httpx's failures only those before the write."""
    written = getattr(failure, "written", None)
    return written if isinstance(written, bool) else not isinstance(failure, _NEVER_WRITTEN)


class Sender:
    """Signs and sends over one transport. Waits for the budget first, never for longer than the order's moment."""

    def __init__(
        self,
        base: str,
        transport: httpx.AsyncBaseTransport,
        signer: Signer,
        budget: Budget,
        trip: RoundTrip,
        clock: Clock,
        troubles: Troubles,
    ) -> None:
        self._base = base
        self._transport = transport
        self._signer = signer
        self._budget = budget
        self._trip = trip
        self._clock = clock
        self._troubles = troubles
        self._frames: dict[Endpoint, tuple[httpx.URL, httpx.Headers]] = {}

    async def send(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        read: Callable[[Any], _T],
        *,
        recv_window: int,
        urgency: Urgency = Urgency.ORDER,
        not_after: int | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> _T:
        """Send a call once and read its answer. ``not_after`` is server time in ms.

        Raises:
            NotSent: nothing was written; ``not_after`` may have passed, or it is not ``wanted`` any more.
            VenueRejected: a definite refusal.
            VenueUnknown: anything else.

        """
        write_by = await self._admit(endpoint, urgency, not_after)
        extensions: dict[str, Any] = {WRITE_BY: write_by, **({URGENT: True} if urgency is Urgency.CANCEL else {})}
        if wanted is not None:
            extensions[WANTED] = wanted
        answer = await self._exchange(endpoint, self._signer.query(params, recv_window), extensions)
        try:
            return read(order_data(answer, cancel=urgency is Urgency.CANCEL))
        except Unreadable as problem:
            raise VenueUnknown(f"The exchange's answer cannot be read: {problem}.") from None
        except VenueRejected as refusal:
            if refusal.code == codes.TIMESTAMP_OUTSIDE:
                self._signer.clock.want_resync()
            raise

    async def _admit(self, endpoint: Endpoint, urgency: Urgency, not_after: int | None) -> float:
        """Wait for clock and budget; return the monotonic second up to which the request may be written."""
        server = self._signer.clock
        if not server.synced:
            try:
                await server.ensure()
            except VenueError:
                raise NotSent("Not sent: the exchange does not tell its time.") from None
        write_by = self._clock.monotonic() + PATIENCE_S if not_after is None else server.monotonic_at(not_after)
        try:
            await self._budget.acquire(endpoint, urgency, write_by)
        except BudgetExceeded:
            raise NotSent("Not sent: the exchange's request limit leaves no room in time.") from None
        # the venue's clock may have been read anew meanwhile, and the signature is dated by that reading
        if self._clock.monotonic() > write_by or (not_after is not None and server.now_ms() > not_after):
            raise NotSent("Not sent: the moment up to which it may be sent has passed.")
        return write_by

    async def _exchange(self, endpoint: Endpoint, query: str, extensions: dict[str, Any]) -> Answer:
        url, headers = self._frame(endpoint)
        target = f"{endpoint.path}?{query}".encode()
        request = httpx.Request(
            endpoint.method, url, headers=headers, stream=_EMPTY, extensions={TARGET: target, **extensions}
        )
        start = self._clock.monotonic()
        try:
            response = await self._transport.handle_async_request(request)
            body = await _whole(response)
        except httpx.TransportError as failure:
            self._troubles.unreached(failure)
            if was_written(failure):
                raise VenueUnknown("No answer from the exchange: no telling whether it was done.") from None
            raise NotSent(
                f"Not sent. {failure}" if hasattr(failure, "written") else "Not sent: no connection."
            ) from None
        self._trip.since(start)
        retry_after = seconds_of(response.headers.get("retry-after"))
        self._troubles.answered(response.status_code, retry_after)
        if response.status_code in RATE_LIMITED:
            self._budget.pause(retry_after or RATE_LIMIT_PAUSE_S)
        return Answer(response.status_code, body, retry_after)

    def _frame(self, endpoint: Endpoint) -> tuple[httpx.URL, httpx.Headers]:
        """Return the parts of a call that are always the same."""
        frame = self._frames.get(endpoint)
        if frame is None:
            url = httpx.URL(self._base + endpoint.path)
            headers = self._signer.headers.copy()
            headers["Host"] = url.netloc.decode()
            headers["Content-Length"] = "0"
            frame = self._frames[endpoint] = (url, headers)
        return frame


async def _whole(response: httpx.Response) -> bytes:
    """Return the body as it came; identity was asked for, so what is encoded nevertheless will not be JSON."""
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise httpx.StreamError("an asynchronous transport answers with an asynchronous stream")
    try:
        return b"".join([part async for part in stream])
    finally:
        await stream.aclose()
