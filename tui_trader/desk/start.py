"""From a constructed desk to an active one: open, load, fold, compare. The API answers meanwhile."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from contextlib import ExitStack

from tui_trader.clock import Clock
from tui_trader.desk.assembly import Desk
from tui_trader.desk.venue import account_lock
from tui_trader.domain.balance import Balance
from tui_trader.domain.ids import CROCKFORD
from tui_trader.errors import UsageError, VenueRejected, VenueUnavailable
from tui_trader.paths import Paths
from tui_trader.services.evidence import ahead_ms
from tui_trader.services.ports import Change, Store
from tui_trader.services.reconcile import ACCOUNT

PREFIX = "order_prefix"
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)
"""Seconds before another try while the venue does not answer; the last one repeats."""

_log = logging.getLogger(__name__)


async def order_prefix(store: Store) -> str:
    """Return the two characters that mark this journal's orders; chosen once, kept in the journal's database."""
    kept = await store.setting(PREFIX)
    if kept is None:
        kept = f"m{secrets.choice(CROCKFORD)}"
        await store.write(Change(settings={PREFIX: kept}))
    return kept


async def come_up(
    desk: Desk, paths: Paths, venue: str, clock: Clock, held: ExitStack, loaded: asyncio.Event, *, live: bool
) -> None:
    """Open the venue and load everything, then start the work that never ends. ``loaded`` is set with the market.

    A venue that does not answer is asked again, for as long as it takes. Locks taken on the way are put on ``held``.

    Raises:
        UsageError: the venue refuses the key, or it belongs to another account than this journal.
        LockHeld: another desk trades this account.

    """
    await desk.watch.limits.load()
    failures = 0
    while True:
        try:
            uid, coins = await _open(desk, loaded)
            break
        except VenueUnavailable as error:
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            _log.warning("The exchange does not answer; asked again in %s s: %s", pause, error)
            desk.path.gate.begin(f"The exchange does not answer: {error}")
            await clock.sleep(pause)
            failures += 1
        except VenueRejected as error:
            raise UsageError(f"{venue} refuses this key: {error} Set another with: tui-trader keys set") from None
    await _check_account(desk.store, uid)
    if live:
        held.enter_context(account_lock(paths, venue, uid))
    await desk.path.ledger.load()
    await desk.positions.load(desk.path.ledger.post)
    await desk.positions.begin_with(coins, ahead_ms(desk.exchange))
    await desk.account.load()
    await desk.watch.load()
    for name, work in (
        ("market", desk.market.keep),
        ("positions", desk.positions.keep),
        ("account", desk.account.keep),
    ):
        desk.tasks.run(name, work)
    desk.watch.begin(desk.tasks)
    await desk.path.start()


async def _open(desk: Desk, loaded: asyncio.Event) -> tuple[str, Sequence[Balance]]:
    """Bring the account and the market up side by side; returns the account's number and coins."""
    market = asyncio.create_task(_market(desk, loaded))
    try:
        await desk.exchange.open()
        uid, coins = await desk.exchange.uid(), await desk.exchange.balances()
        await market
    finally:
        market.cancel()
        await asyncio.gather(market, return_exceptions=True)
    return uid, coins


async def _market(desk: Desk, loaded: asyncio.Event) -> None:
    """Bring public data up, which waits for no key and no clock."""
    desk.market.begin()
    await desk.market.load()
    loaded.set()


async def _check_account(store: Store, uid: str) -> None:
    """Refuse to mix two accounts in one journal."""
    bound = await store.setting(ACCOUNT)
    if bound is not None and bound != uid:
        raise UsageError(
            f"This profile's journal belongs to account {bound}, the key to account {uid}; use another profile or key."
        )
