"""What a desk wrote down, read while none runs: the desk's own API over the store, without venue and socket.

The services are those of a running desk. They are given what the store remembers, and a venue that is not there:
whoever asks for something that only a running desk can do is told so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NoReturn

from tui_trader.api.app import create_app
from tui_trader.clock import SystemClock
from tui_trader.desk.advice import advised
from tui_trader.desk.assembly import assemble
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.position import Position
from tui_trader.errors import DeskUnavailable, StoreError, VenueUnavailable
from tui_trader.lock import FolderLock
from tui_trader.paths import Paths, check_private_file
from tui_trader.services.account import AccountService
from tui_trader.services.account_ledger import AccountLedger
from tui_trader.services.bus import EventBus
from tui_trader.services.faces import Services
from tui_trader.services.ports import Change, Store
from tui_trader.services.status import DeskIdentity
from tui_trader.settings import Mode, Settings
from tui_trader.store.schema import SCHEMA_VERSION
from tui_trader.store.sqlite_store import SqliteStore

App = Callable[[Any, Any, Any], Coroutine[None, None, None]]
"""An ASGI application."""


@dataclass(frozen=True, slots=True)
class Books:
    """The API over what was written down, and the time of the journal's last line (UTC ms, ``None`` without any)."""

    app: App
    at: int | None


@asynccontextmanager
async def open_books(settings: Settings, paths: Paths) -> AsyncIterator[Books]:
    """Take the desk's lock and open its store for as long as the context lasts.

    Raises:
        DeskUnavailable: no desk has ever run there.
        LockHeld: a desk is running, or another reader is here.
        StoreError, UsageError: the files cannot be used.

    """
    if not check_private_file(paths.database):
        raise DeskUnavailable(
            f"There is nothing yet: the desk has never run for profile {settings.profile} in {settings.mode} mode."
        )
    with FolderLock(paths.lock):
        try:
            store = await SqliteStore.open(paths.database, SystemClock())
        except StoreError as error:
            raise advised(error, paths) from None
        try:
            yield Books(create_app(await remembered(settings, store)), await _last_line_at(store))
        finally:
            await store.close()


async def remembered(settings: Settings, store: Store) -> Services:
    """Return the services of a desk that has nothing but its store."""
    clock, live = SystemClock(), settings.mode is Mode.LIVE
    identity = DeskIdentity(settings.mode.value, settings.profile, "none", SCHEMA_VERSION, not live)
    venue: Any = AbsentVenue()
    desk = assemble(settings, identity, venue, store, clock, "", lambda _: None)
    await desk.watch.assessments.load()
    positions = await store.positions()
    for position in positions:
        desk.positions.book.put(position)
    for order in await store.unfinished_orders():
        desk.working.put(order)
    account = AccountService(store, LastPrices(positions), EventBus(store), clock, desk.working.reserved)
    account.take(await store.balances(), complete=True)
    return replace(desk.services, account=account, ledger=AccountLedger(store, desk.market, account, clock))


class AbsentVenue:
    """Stands where a desk has its venue. Only the clock may be asked for; it was never measured."""

    def clock_offset(self) -> None:
        """Say that the venue's clock is not known."""

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        """Answer every call with what to do."""
        return _refuse


def _refuse(*_: object, **__: object) -> NoReturn:
    raise VenueUnavailable("No desk runs; start one with `tui-trader desk`.")


class LastPrices:
    """Rates from the prices at which open positions were valued last."""

    def __init__(self, positions: Sequence[Position]) -> None:
        by_age = sorted(positions, key=lambda each: each.priced_at or 0)
        self._prices = {each.symbol: each.current_price for each in by_age if each.open}

    def find(self, symbol: str) -> Instrument | None:  # noqa: ARG002 - the port's parameter
        """Know no pair's rules."""
        return None

    def rate(self, asset: str, currency: str) -> Decimal | None:
        """Return what one unit of ``asset`` was worth in ``currency``."""
        return Decimal(1) if asset == currency else self._prices.get(asset + currency)

    def heard(self, asset: str, currency: str) -> int | None:  # noqa: ARG002 - the port's parameters
        """Tell nothing of ages: without a desk every price is an old one."""
        return None


async def _last_line_at(store: Store) -> int | None:
    end = await store.write(Change())  # an empty change writes nothing and tells where the journal ends
    lines = await store.journal(after=end - 1, limit=1)
    return lines[-1].at if lines else None
