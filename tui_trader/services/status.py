"""The desk as a whole: how it is, who looks, when it may leave. Fulfils ``faces.Desk``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tui_trader.clock import Clock
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.order import OrderStatus
from tui_trader.domain.position import PositionSource
from tui_trader.domain.timing import TimingName
from tui_trader.exchange.port import Health
from tui_trader.services.account import AccountService
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.bus import EventBus
from tui_trader.services.gate import Gate
from tui_trader.services.model import DeskStatus
from tui_trader.services.position_keeper import PositionKeeper
from tui_trader.services.working import WorkingOrders

TELL_EVERY_S = 1.0
IDLE_LEAVES_S = 900.0
DOUBTFUL = frozenset({OrderStatus.UNKNOWN, OrderStatus.QUARANTINED})


@dataclass(frozen=True, slots=True)
class DeskIdentity:
    """What does not change while a desk runs. ``leaves_when_idle`` is true on paper."""

    mode: str
    profile: str
    venue: str
    schema_version: int
    leaves_when_idle: bool
    timing: str = TimingName.NORMAL.value


@dataclass(frozen=True, slots=True)
class Looked:
    """What the status is read from."""

    health: Health
    gate: Gate
    working: WorkingOrders
    positions: PositionKeeper
    account: AccountService
    bus: EventBus
    ledger: AccountLedger


class DeskService:
    """Status, attached consoles, and the wish to stop. ``on_stop`` is called once, with the reason."""

    def __init__(self, identity: DeskIdentity, looked: Looked, clock: Clock, on_stop: Callable[[str], None]) -> None:
        self._identity = identity
        self._looked = looked
        self._clock = clock
        self._on_stop = on_stop
        self._started_at = clock.wall_ms()
        self._consoles = 0
        self._busy_at = clock.monotonic()

    def status(self) -> DeskStatus:
        """Say how it is."""
        found = self._looked
        offset = found.health.clock_offset()
        orders = found.working.working()
        return DeskStatus(
            mode=self._identity.mode,
            profile=self._identity.profile,
            venue=self._identity.venue,
            gate=found.gate.state,
            gate_reason=found.gate.reason,
            schema_version=self._identity.schema_version,
            started_at=self._started_at,
            now=self._clock.wall_ms(),
            feeds=found.health.feeds(),
            clock_offset_ms=None if offset is None else offset[0],
            clock_error_ms=None if offset is None else offset[1],
            latency_ms=found.health.latency_ms(),
            budget_used=found.health.budget_used(),
            working_orders=len(orders),
            unknown_orders=sum(1 for order in orders if order.status in DOUBTFUL),
            open_positions=sum(1 for each in found.positions.book.open() if each.source is PositionSource.FILLS),
            wealth=found.account.wealth(),
            sequence=found.bus.sequence,
            consoles=self._consoles,
            timing=self._identity.timing,
            breaks=tuple(found.ledger.breaks.values()),
        )

    def console_attached(self) -> AbstractContextManager[None]:
        """Count a console while the context is open."""
        return self._attached()

    def request_stop(self) -> None:
        """Begin an orderly end of the process."""
        self._on_stop("asked to stop")

    async def keep(self) -> None:
        """Tell the status once a second to whoever looks, and leave when nothing is left to do."""
        while True:
            await self._clock.sleep(TELL_EVERY_S)
            if self._consoles:
                self._looked.bus.publish(Event(EventKind.STATUS, self._clock.wall_ms(), self.status()))
            if self._consoles or self._looked.working.working():
                self._busy_at = self._clock.monotonic()
            elif self._identity.leaves_when_idle and self._clock.monotonic() - self._busy_at >= IDLE_LEAVES_S:
                self._on_stop("no console and nothing working for 15 minutes")
                await asyncio.Event().wait()

    @contextmanager
    def _attached(self) -> Iterator[None]:
        self._consoles += 1
        try:
            yield
        finally:
            self._consoles -= 1
            self._busy_at = self._clock.monotonic()
