"""``GET /events``: everything that happens, as server-sent events, at the pace that the reader asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tui_trader.api import risk_views, views
from tui_trader.api.envelope import failure
from tui_trader.api.frames import Frames, encode
from tui_trader.api.interest import MARKET_KINDS, Wanted, read_wanted
from tui_trader.contract.events import GateView, NoticeView
from tui_trader.domain.events import Event, EventKind
from tui_trader.errors import TraderError
from tui_trader.services.faces import Services

STATUS_PERIOD = 1.0
"""Seconds between two ``status`` events, which are also what keeps a quiet line alive."""
MAX_WAITING = 4 * 1024 * 1024
"""Bytes a reader may be behind before it is let go; it resumes by sequence."""
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]

_log = logging.getLogger(__name__)


async def events(request: Request, services: Services) -> Response:
    """Answer a reader with a stream that ends when it leaves."""
    try:
        wanted = read_wanted(dict(request.query_params), request.headers.get("last-event-id"))
        for symbol in {*wanted.tickers, wanted.book, wanted.trades, wanted.candles and wanted.candles[0]} - {None}:
            services.market.instrument(str(symbol))
    except TraderError as error:
        return failure(error)
    return EventStream(services, wanted)


class EventStream(Response):
    """The stream of one reader: what it missed, then what happens."""

    def __init__(self, services: Services, wanted: Wanted) -> None:
        super().__init__()
        self._services = services
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Write until the reader leaves or lags too far."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        writing = asyncio.create_task(self._write(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writing.cancel()
            leaving.cancel()
            await asyncio.gather(writing, leaving, return_exceptions=True)

    async def _write(self, send: Send) -> None:
        services, wanted = self._services, self._wanted
        with ExitStack() as stack:
            if wanted.kinds != MARKET_KINDS:
                stack.enter_context(services.desk.console_attached())
            reading = stack.enter_context(services.bus.subscribe(wanted.kinds))
            if wanted.market:
                interest = services.market.watch(
                    tickers=wanted.tickers, book=wanted.book, trades=wanted.trades, candles=wanted.candles
                )
                stack.callback(interest.close)
            await _piece(send, b": open\n\n")
            repeated = await self._repeat(send)
            outbox = Outbox(services, wanted, repeated)
            pumps = [asyncio.create_task(outbox.pump(reading)), asyncio.create_task(outbox.tick())]
            stack.callback(lambda: [pump.cancel() for pump in pumps])
            while (piece := await outbox.next()) is not None:
                await _piece(send, piece)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _repeat(self, send: Send) -> int:
        """Send what was missed; return the last sequence sent.

        A reader may know a number from before the journal was begun anew: it proves nothing of what comes.
        """
        last = 0
        if self._wanted.after is None:
            return last
        async for event in self._services.bus.replay(self._wanted.after):
            last = max(last, event.sequence or 0)
            if event.kind in self._wanted.kinds:
                await _piece(send, write(self._services, event))
        return last


async def _piece(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _left(receive: Receive) -> None:
    """Wait until the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Outbox:
    """Bytes ready for one reader, and market values kept for the next frame."""

    def __init__(self, services: Services, wanted: Wanted, repeated: int) -> None:
        self._services = services
        self._wanted = wanted
        self._repeated = repeated
        self._frames = Frames(services, wanted)
        self._ready = bytearray()
        self._ended = False
        self._wake = asyncio.Event()
        self._frame_due = 0.0

    async def pump(self, reading: AsyncIterator[Event]) -> None:
        """Take events from the bus; a reader too far behind is ended and resumes by sequence."""
        try:
            async for event in reading:
                self._take(event)
        except TraderError:
            pass
        except Exception:  # noqa: BLE001 - whatever it was, the reader must not wait in silence
            _log.exception("An event could not be written; its reader is let go.")
        finally:
            self._ended = True
            self._wake.set()

    def _take(self, event: Event) -> None:
        if event.kind in MARKET_KINDS:
            self._frames.put(event)
        elif event.sequence is None or event.sequence > self._repeated:
            self._ready += write(self._services, event)
        self._ended = self._ended or len(self._ready) > MAX_WAITING
        self._wake.set()

    async def tick(self) -> None:
        """Say how the desk is, about once a second, to readers of more than the market."""
        while EventKind.STATUS in self._wanted.kinds:
            status = self._services.desk.status()
            self._ready += encode(EventKind.STATUS, views.status_view(status), status.now)
            self._wake.set()
            await asyncio.sleep(STATUS_PERIOD)

    async def next(self) -> bytes | None:
        """Wait for bytes to send; ``None`` ends the stream."""
        loop = asyncio.get_running_loop()
        while True:
            if self._ended:
                return None
            if self._frames.waiting and loop.time() >= self._frame_due:
                self._ready += self._frames.take()
                self._frame_due = loop.time() + self._wanted.period
            if self._ready:
                piece = bytes(self._ready)
                self._ready.clear()
                return piece
            self._wake.clear()
            with suppress(TimeoutError):
                wait = self._frame_due - loop.time() if self._frames.waiting else None
                async with asyncio.timeout(wait):
                    await self._wake.wait()


def write(services: Services, event: Event) -> bytes:
    """Write a domain event that is not of the market."""
    return encode(event.kind, _VIEWS[event.kind](services, event.data), event.at, event.sequence)


_VIEWS: dict[EventKind, Callable[[Services, Any], Any]] = {
    EventKind.ORDER: views.order_view,
    EventKind.FILL: lambda _, fill: views.fill_view(fill),
    EventKind.POSITION: views.position_view,
    EventKind.BALANCE: lambda _, row: views.balance_view(row),
    EventKind.EQUITY: lambda _, wealth: views.wealth_view(wealth),
    EventKind.GATE: lambda _, change: GateView.model_validate(change),
    EventKind.HALT: lambda _, certificate: views.certificate_view(certificate),
    EventKind.NOTICE: lambda _, notice: NoticeView.model_validate(notice),
    EventKind.ASSESSMENT: lambda _, risk: risk_views.assessment_view(risk),
    EventKind.STATUS: lambda _, status: views.status_view(status),
}
"""What shows the data of each kind."""
