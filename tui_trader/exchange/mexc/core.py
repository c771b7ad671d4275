"""What the parts of the client share, built and taken down in one place."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx

from tui_trader.clock import Clock
from tui_trader.credentials import Credentials
from tui_trader.errors import VenueError
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.addresses import MexcEndpoints, tls_context
from tui_trader.exchange.mexc.book_feed import BookFeed
from tui_trader.exchange.mexc.budget import Budget
from tui_trader.exchange.mexc.lane import Lane
from tui_trader.exchange.mexc.line import LIFE_S, Environment
from tui_trader.exchange.mexc.listen_key import ListenKey
from tui_trader.exchange.mexc.reader import Reader, read_client
from tui_trader.exchange.mexc.round_trip import RoundTrip
from tui_trader.exchange.mexc.sender import Sender
from tui_trader.exchange.mexc.server_clock import ServerClock
from tui_trader.exchange.mexc.signing import Signer
from tui_trader.exchange.mexc.streams import Streams
from tui_trader.exchange.mexc.troubles import Troubles
from tui_trader.exchange.mexc.user_stream import UserStream
from tui_trader.exchange.mexc.waiting import end
from tui_trader.exchange.wire.endpoints import TIME


def server_time_of(data: Any) -> int:
    """Read the answer to GET /time."""
    return fields.moment(fields.row_of(data), "serverTime")


class Core:
    """Transports, clocks, budget and streams towards one account.

    ``transport`` replaces the order lane in tests; streams move to new connections after ``stream_life`` seconds.
    ``rate`` multiplies the venue's request limits.
    """

    def __init__(
        self,
        settings: MexcEndpoints,
        credentials: Credentials | None,
        clock: Clock,
        log: logging.Logger,
        transport: httpx.AsyncBaseTransport | None = None,
        stream_life: float = LIFE_S,
        rate: int = 1,
    ) -> None:
        tls = tls_context() if settings.rest.tls or settings.ws.tls else None
        base = f"{settings.rest.scheme}://{settings.rest.netloc}"
        self.clock = clock
        self.log = log
        self.server_clock = ServerClock(clock, self._server_time)
        self.signer = Signer(credentials, self.server_clock)
        self.budget = Budget(clock, rate)
        self.trip = RoundTrip(clock)
        self.troubles = Troubles(clock)
        self.lane = Lane(settings.rest, clock, tls) if transport is None else None
        self.client = read_client(tls or False)
        self.reader = Reader(base, self.client, self.signer, self.budget, self.trip, clock, self.troubles)
        sending = transport or self.lane or httpx.AsyncHTTPTransport(trust_env=False)
        self.sender = Sender(base, sending, self.signer, self.budget, self.trip, clock, self.troubles)
        environment = Environment(clock, tls, stream_life)
        self.streams = Streams(environment, settings.ws_url)
        self.books: dict[str, BookFeed] = {}
        key = ListenKey(self.reader, clock)
        self.user = UserStream(environment, settings.ws_url, key) if self.signer.able else None
        if self.user is not None:
            self.troubles.tell = self.user.tell
        self._syncing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Measure the clock, then connect what stays connected. May be called again after a failure.

        Raises:
            VenueError: the venue does not answer.

        """
        await self.server_clock.ensure()
        if self.lane is not None:
            await self.lane.open()
        self._syncing = asyncio.create_task(self.server_clock.run(VenueError), name="mexc-clock")
        if self.user is not None:
            await self.user.open()

    async def close(self) -> None:
        """Take everything down."""
        await end(self._syncing)
        for book in self.books.values():
            book.close()
        if self.user is not None:
            await self.user.close()
        await self.streams.close()
        await self.budget.close()
        if self.lane is not None:
            await self.lane.aclose()
        await self.client.aclose()

    async def _server_time(self) -> int:
        return await self.reader.read(TIME, {}, server_time_of, attempts=1)


class Part:
    """A part of the client: it uses the shared core and owns nothing."""

    def __init__(self, core: Core) -> None:
        self.core = core
