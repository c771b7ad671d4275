"""The MEXC spot client as one object."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import httpx

from tui_trader.clock import Clock
from tui_trader.credentials import Credentials
from tui_trader.domain.events import FeedHealth
from tui_trader.errors import UsageError
from tui_trader.exchange.mexc.account import AccountReads
from tui_trader.exchange.mexc.addresses import MexcEndpoints
from tui_trader.exchange.mexc.core import Core
from tui_trader.exchange.mexc.line import LIFE_S
from tui_trader.exchange.mexc.market import MarketReads
from tui_trader.exchange.mexc.orders import Orders
from tui_trader.exchange.mexc.watches import Watches
from tui_trader.exchange.port import Exchange, UserEvent


class MexcExchange(Orders, AccountReads, MarketReads, Watches):
    """A venue that speaks MEXC's wire, behind ``exchange.port.Exchange``.

    Without credentials only public data is served. ``transport`` takes orders in place of the lane, and
    ``stream_life`` is the age in seconds at which a stream moves to a new connection; tests set them. ``rate``
    multiplies the venue's request limits: above 1 only towards a simulated venue that has none.

    Raises:
        UsageError: an address or a key is malformed.

    """

    def __init__(
        self,
        settings: MexcEndpoints,
        credentials: Credentials | None,
        clock: Clock,
        logger: logging.Logger | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        stream_life: float = LIFE_S,
        rate: int = 1,
    ) -> None:
        log = logger or logging.getLogger(__name__)
        super().__init__(Core(settings, credentials, clock, log, transport, stream_life, rate))

    async def open(self) -> None:
        """Connect and measure the clock; with credentials, wait a moment for the private stream.

        Raises:
            VenueError: the venue does not answer; it may be called again.

        """
        await self.core.open()

    async def close(self) -> None:
        """Close everything."""
        await self.core.close()

    def user_events(self) -> AsyncIterator[UserEvent]:
        """Own orders, fills and balances as they happen; a gap comes first after every interruption.

        Events wait for whoever takes them, from ``open`` on. All iterators share one queue.

        Raises:
            UsageError: there are no credentials.

        """
        if self.core.user is None:
            raise UsageError("This needs an API key; set one with `tui-trader keys set`.")
        return self.core.user.events()

    def renew_user_stream(self, reason: str) -> None:
        """Have the private stream's connection replaced: it seems to miss news. A gap is told as after any cut."""
        if self.core.user is not None:
            self.core.user.abandon(reason)

    def feeds(self) -> Sequence[FeedHealth]:
        """List the order lane, the reads, the private stream, each public connection and each public channel."""
        trip = self.core.trip
        feeds = [FeedHealth("rest", trip.answered_at is not None, trip.answered_at)]
        if self.core.lane is not None:
            feeds.insert(0, FeedHealth("orders", self.core.lane.warm, trip.answered_at))
        if self.core.user is not None:
            feeds.append(self.core.user.feed())
        return [*feeds, *self.core.streams.feeds()]

    def clock_offset(self) -> tuple[float, float] | None:
        """Return (server minus local, error bound) in ms, or ``None`` before the first sample."""
        return self.core.server_clock.offset()

    def clock_age_s(self) -> float | None:
        """Return the seconds since the clock was read; ``None`` when no reading holds: none yet, or time jumped."""
        return self.core.server_clock.age_s()

    def private_stream_up(self) -> bool:
        """Tell whether own orders, fills and balances are being pushed now; never without credentials."""
        return self.core.user is not None and self.core.user.up

    def latency_ms(self) -> float | None:
        """Return the last round trip."""
        return self.core.trip.last_ms

    def budget_used(self) -> float:
        """Return the share (0 to 1) of the request budget in use."""
        return self.core.budget.used()


if TYPE_CHECKING:
    _fulfilled: type[Exchange] = MexcExchange
    """The type checker's proof that the whole port is there."""
