"""When the desk compares itself with the venue, and what the gate is told of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from tui_trader.clock import Clock
from tui_trader.domain.ledger import LedgerBreak
from tui_trader.domain.order import Order
from tui_trader.domain.risk import GateState
from tui_trader.errors import VenueError
from tui_trader.exchange.port import Exchange
from tui_trader.services.comparison import Comparison
from tui_trader.services.cursors import Cursors
from tui_trader.services.evidence import ahead_ms
from tui_trader.services.gate import Gate
from tui_trader.services.ports import Change, JournalEntry, Store
from tui_trader.services.recorder import Recorder
from tui_trader.services.working import WorkingOrders

ACCOUNT = "account_uid"
DAY_S = 24 * 3600.0
HISTORY_AGAIN_S = 600.0
"""Before another try after the history could not be read."""
IDLE_TURNS, ALL_TURNS = 3, 6
"""With nothing working only every third one is made; with every sixth, executions and balances are read too."""

_log = logging.getLogger(__name__)


class Reconciler:
    """Runs comparisons: on request in full, with the gate closed, and in part every few seconds."""

    def __init__(
        self,
        exchange: Exchange,
        store: Store,
        comparison: Comparison,
        recorder: Recorder,
        working: WorkingOrders,
        gate: Gate,
        clock: Clock,
        unknown_until: Callable[[Order], int | None],
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._comparison = comparison
        self._recorder = recorder
        self._working = working
        self._gate = gate
        self._clock = clock
        self._timing = gate.timing
        self._unknown_until = unknown_until
        self._cursors: Cursors | None = None
        self.on_clean: Callable[[], None] = lambda: None
        """Hears of each clean end of a whole comparison."""
        self._wanted = asyncio.Event()
        self._clean = asyncio.Event()
        self._wrong_account = False
        self._one_at_a_time = asyncio.Lock()

    def request(self, reason: str) -> None:
        """Close the gate and have everything compared."""
        self._clean.clear()
        self._gate.begin(f"The desk is comparing its books with the exchange: {reason}")
        self._wanted.set()

    async def clean(self) -> None:
        """Wait until nothing is left to compare."""
        await self._clean.wait()

    async def now(self, reason: str = "asked for") -> None:
        """Compare everything and wait for the end."""
        self.request(reason)
        await self.clean()

    @property
    def breaks(self) -> Sequence[LedgerBreak]:
        """What the last comparison found that the ledger does not explain."""
        return self._comparison.breaks

    async def accept_breaks(self, by: str, reason: str = "") -> Sequence[LedgerBreak]:
        """Book what the last comparison could not explain as adjustments, by a person's word; returns what it was.

        Compare first (:meth:`now`), so that only what is really left is accepted.

        Raises:
            StoreError: nothing was booked.

        """
        async with self._one_at_a_time:
            return await self._comparison.accept_breaks(by, reason)

    async def work(self) -> None:
        """Carry out requests for ever; run it under supervision."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._until_read()
                await self._until_known()
                await self._again()
            except Exception:
                self._wanted.set()  # the gate stays closed, so the next run must begin with this one
                raise
            if not self._wanted.is_set() and not self._wrong_account:
                await self._gate.clean()
                self._clean.set()
                self.on_clean()

    async def _until_read(self) -> None:
        failures, pauses = 0, self._timing.read_again_s
        while not await self._try():
            await self._clock.sleep(pauses[min(failures, len(pauses) - 1)])
            failures += 1

    async def _again(self) -> None:
        """Read once more what one reading of the balances cannot tell: executions and readings may be late."""
        if self._comparison.unjudged:
            await self._read_again()
        if self._comparison.doubts:
            await self._clock.sleep(self._timing.guard_ms / 1000)
            await self._read_again()

    async def _read_again(self) -> None:
        if self._cursors is not None:
            async with self._one_at_a_time:
                with suppress(VenueError):  # the next comparison in part reads it
                    await self._comparison.fills_and_balances(self._cursors)

    async def _until_known(self) -> None:
        """Wait for orders whose outcome may still become known, until another comparison is wanted (§2.5)."""
        while not self._wanted.is_set() and (open_until := self._open_until()):
            count, last = len(open_until), datetime.fromtimestamp(max(open_until) / 1000, UTC)
            orders = "1 order is" if count == 1 else f"{count} orders are"
            self._gate.begin(f"The outcome of {orders} not known yet; it will be by {last:%H:%M:%S} UTC.")
            await self._clock.sleep(self._timing.first_look_s)

    def _open_until(self) -> list[int]:
        """List until when (UTC ms) each order of unknown outcome may still turn up; those past that are left out."""
        now = self._clock.wall_ms()
        known_at = (self._unknown_until(order) for order in self._working.working())
        return [at for at in known_at if at is not None and at >= now]

    async def watch(self) -> None:
        """Compare in part for ever, a little at a time; run it under supervision."""
        turn = 0
        while True:
            await self._clock.sleep(self._timing.open_every_s)
            turn += 1
            if self._clean.is_set() and (self._working.working() or turn % IDLE_TURNS == 0):
                try:
                    await self._in_part(everything=turn % ALL_TURNS == 0)
                except VenueError as error:
                    _log.warning("The exchange could not be read for a comparison: %s", error)

    async def read_history(self) -> None:
        """Read seven days of history each day, for ever; run it under supervision."""
        pause = DAY_S
        while True:
            await self._clock.sleep(pause)
            await self.clean()
            try:
                async with self._one_at_a_time:
                    if self._cursors is not None:
                        await self._comparison.history(self._cursors)
                pause = DAY_S
            except VenueError as error:
                _log.warning("The exchange's history could not be read: %s", error)
                pause = HISTORY_AGAIN_S

    async def _in_part(self, *, everything: bool) -> None:
        async with self._one_at_a_time:
            await self._comparison.open_orders()
            if everything and self._cursors is not None:
                await self._comparison.fills_and_balances(self._cursors)
        if everything:
            await self._again()

    async def _try(self) -> bool:
        """Compare everything once; false when the venue could not be read."""
        try:
            async with self._one_at_a_time:
                if await self._account_fits():
                    now = self._clock.wall_ms() + ahead_ms(self._exchange)
                    self._cursors = self._cursors or await Cursors.load(self._store, now)
                    await self._comparison.everything(self._cursors)
        except VenueError as error:
            _log.warning("The comparison with the exchange has to be repeated: %s", error)
            self._recorder.say("warning", f"The exchange could not be read: {error}", "reconcile_repeated")
            return False
        return True

    async def _account_fits(self) -> bool:
        """Bind this journal to the account at first sight; another account halts the desk."""
        uid, bound = await self._exchange.uid(), await self._store.setting(ACCOUNT)
        self._gate.account = uid
        if bound is None:
            line = JournalEntry("account", self._clock.wall_ms(), {"uid": uid})
            await self._store.write(Change(journal=(line,), settings={ACCOUNT: uid}))
        elif bound != uid:
            self._wrong_account = True
            text = f"This journal belongs to account {bound}, the key to account {uid}; use another profile or key."
            self._gate.latch(GateState.HALTED, text, keep=False)
            return False
        return True
