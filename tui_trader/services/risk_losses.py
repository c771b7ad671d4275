"""Losses while the desk runs: samples of equity in, and the loss lock's effects carried out.

The lock's state is kept in the store, so that a restart neither forgets a high nor opens a lock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.events import EventKind, Notice
from tui_trader.domain.money import canonical
from tui_trader.domain.risk import RiskProfile
from tui_trader.errors import Conflict, StoreError
from tui_trader.rules.risk import loss_lock
from tui_trader.rules.risk.loss_limits import Losses
from tui_trader.rules.risk.loss_lock import LossEffect, LossState, Observed
from tui_trader.services.bus import EventBus
from tui_trader.services.notices import tell
from tui_trader.services.ports import Change, JournalEntry, Store
from tui_trader.services.risk_equity import LedgerEquity
from tui_trader.services.tasks import within

SETTING = "risk.losses"
LINE = "risk.losses"
SAVE_EVERY_S = 30.0
"""How often a new high alone is written down."""
LOOK_EVERY_S = 1.0
"""An account all in cash is worth the same for days, and its periods end all the same."""
HEARD = frozenset({EventKind.EQUITY, EventKind.FILL})
UNREADABLE = "What is stored of earlier losses could not be read."

_log = logging.getLogger(__name__)


class LossKeeper:
    """Watches equity.

    ``equity`` is the account's by its ledger, and ``profile`` gives the limits. ``latch`` sets the gate to REDUCING for
    a reason, ``cancel_entries`` cancels those that rest and may be called again and again. Life: :meth:`load`, then
    :meth:`keep` for ever.
    """

    def __init__(
        self,
        store: Store,
        bus: EventBus,
        clock: Clock,
        equity: LedgerEquity,
        profile: Callable[[], RiskProfile],
        latch: Callable[[str], None],
        cancel_entries: Callable[[], Awaitable[object]],
        currency: str = "USDT",
    ) -> None:
        self._store = store
        self._bus = bus
        self._profile = profile
        self._latch = latch
        self._clock = clock
        self._equity = equity
        self._cancel_entries = cancel_entries
        self._currency = currency
        self._saved_at = clock.monotonic()
        self._one_write = asyncio.Lock()
        self._owed: list[JournalEntry] = []
        self._due = False
        self._unreadable = False
        self.state: LossState | None = None

    async def load(self) -> None:
        """Take over what was kept; what cannot be read locks."""
        text = await self._store.setting(SETTING)
        if text is None:
            return
        try:
            self.state = loss_lock.from_text(text)
        except ValueError:
            _log.exception("The record of losses cannot be read.")
            self._unreadable = True
        self._hold_gate()

    async def keep(self) -> None:
        """Look after each execution and each change of equity, and each second; for ever, under supervision."""
        with self._bus.subscribe(HEARD) as events:
            while True:
                await self.look()
                await within(anext(events), LOOK_EVERY_S, self._clock)

    async def look(self) -> None:
        """Take equity as it is now, and carry out what it calls for.

        While the lock is on, the gate is never looser than it wants, and what it wants cancelled is cancelled until
        nothing of it rests: also what was cut short by a failure or by the end of the process.
        """
        before, equity = self.state, self._known()
        if equity is None:
            self._hold_gate()
        else:
            seen = self._locked_anew(equity) if self._unreadable else self._observed(equity)
            self.state = seen.state
            self._hold_gate()
            self._due |= before is not None and before.outside != seen.state.outside
            await self._keep_record(seen, equity)
        if self.lock is not None and self.lock.cancelled:
            await self._cancel_entries()

    def losses(self) -> Losses:
        """Return the losses of the day and week now; unknown while equity is."""
        equity = self._known()
        return Losses(None, None, None) if self.state is None else self.state.losses(equity)

    @property
    def lock(self) -> LossState | None:
        """The state while the lock is on."""
        return self.state if self.state is not None and self.state.locked else None

    @property
    def bar(self) -> str:
        """Why trading cannot be resumed, in a sentence; empty while no lock is on."""
        if self._unreadable:
            return f"The loss lock is on: {UNREADABLE} What the account is worth has to be known first."
        if self.lock is None:
            return ""
        return f"The loss lock is on: {self.lock.locked} It is lifted by typing: lift {self.lock.phrase}"

    def barred(self, phrase: str) -> str:
        """Say why a phrase would not lift the lock now; empty where it would."""
        try:
            self._lifted(phrase)
        except Conflict as error:
            return str(error)
        return ""

    async def lift(self, phrase: str, by: str = "person") -> LossState:
        """Lift the lock by a person's word; the gate is then opened by ``resume``.

        Raises:
            Conflict: there is no lock, it is too early, the phrase is wrong, or equity is not known.
            StoreError: it could not be written, so it stays.

        """
        async with self._one_write:
            lifted, reason, at = self._lifted(phrase), self.lock.locked if self.lock else "", self._clock.wall_ms()
            body = {"effect": "LIFTED", "by": by, "equity": canonical(lifted.day_high), "reason": reason}
            await self._write(lifted, JournalEntry(LINE, at, body))
            self.state = lifted
        return lifted

    def _lifted(self, phrase: str) -> LossState:
        equity = self._known()
        if self.state is None or equity is None:
            raise Conflict("What the account is worth is not known at the moment; try again.")
        return loss_lock.lift(self.state, phrase, equity, self._clock.wall_ms())

    def _known(self) -> Decimal | None:
        """Return equity; the state is brought to what came from or went elsewhere, or begun, at the same moment."""
        equity = self._equity.worth()
        if equity is None or not equity.is_finite():
            return None
        outside = self._equity.outside()
        if self.state is not None:
            self.state = loss_lock.moved(self.state, outside, self._equity.rate)
        elif not self._unreadable:
            self.state = loss_lock.begin(equity, self._clock.wall_ms(), outside)
        return equity

    def _hold_gate(self) -> None:
        reason = UNREADABLE if self._unreadable else self.lock.locked if self.lock else ""
        if reason:
            self._latch(f"The loss lock closed: {reason}")

    def _observed(self, equity: Decimal) -> Observed:
        return loss_lock.observe(self.state, equity, self._clock.wall_ms(), self._profile(), self._currency)

    def _locked_anew(self, equity: Decimal) -> Observed:
        """Begin anew, locked, for what was lost before is not known."""
        self._unreadable = False
        at = self._clock.wall_ms()
        state = loss_lock.begin(equity, at, self._equity.outside())
        return Observed(replace(state, locked=UNREADABLE, locked_at=at), (LossEffect.LOCK,), UNREADABLE)

    async def _keep_record(self, seen: Observed, equity: Decimal) -> None:
        """Write the state down: at once with what it calls for, a new high alone now and then; tell what it calls for.

        What cannot be written is owed, and written with the state at the next look.
        """
        at = self._clock.wall_ms()
        self._owed += [
            JournalEntry(LINE, at, {"effect": each.value, "reason": seen.reason, "equity": canonical(equity)})
            for each in seen.effects
        ]
        async with self._one_write:
            waited = self._clock.monotonic() - self._saved_at >= SAVE_EVERY_S
            if self.state is not None and (self._owed or self._due or waited):
                try:
                    await self._write(self.state)
                except StoreError as error:
                    _log.warning("The record of losses could not be written; it is tried again: %s", error)
        for each in seen.effects:
            text, level = _WORDS[each]
            notice = Notice(level, f"{text} {seen.reason}".strip(), f"loss_{each.value.lower()}")
            await tell(self._store, self._bus, self._clock, notice)

    async def _write(self, state: LossState, *lines: JournalEntry) -> None:
        """Write a state with what is owed before it; one write at a time, so that no older state lands later."""
        owed, due = tuple(self._owed), self._due
        self._due = False
        try:
            await self._store.write(Change(journal=(*owed, *lines), settings={SETTING: loss_lock.to_text(state)}))
        except StoreError:
            self._due |= due
            raise
        del self._owed[: len(owed)]
        self._saved_at = self._clock.monotonic()


_WORDS = {
    LossEffect.WARN: ("Mind the loss.", "warning"),
    LossEffect.LOCK: ("Entries are locked.", "error"),
    LossEffect.CANCEL_ENTRIES: ("Resting entries are being cancelled.", "error"),
    LossEffect.RELEASE: ("The loss lock has ended with its period; trade again with: resume REASON", "info"),
}
