"""The gate's state: what may pass at all. Persisted, journalled and told.

It becomes stricter by itself, and looser only by a person's word. While a comparison with the venue runs it stands at
RECONCILING on top of what is persisted.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Constraint
from tui_trader.domain.events import Event, EventKind, GateChange
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.domain.timing import NORMAL, Timing
from tui_trader.errors import Conflict, StoreError
from tui_trader.services.inner import Publisher
from tui_trader.services.journal_lines import gate_line
from tui_trader.services.ports import Change, Store

SETTING = "gate"
STRICTNESS = {GateState.ACTIVE: 0, GateState.REDUCING: 1, GateState.CANCEL_ONLY: 2, GateState.HALTED: 3}
REJECTS_WINDOW = 60.0

_log = logging.getLogger(__name__)


class Gate:
    """State and reason. ``live`` opens locked: :meth:`unlock` takes the phrase that names the account."""

    def __init__(
        self,
        store: Store,
        publisher: Publisher,
        clock: Clock,
        profile: RiskProfile,
        *,
        timing: Timing = NORMAL,
        live: bool = False,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self.profile = profile
        """The limits that hold; the keeper of limits puts others in their place."""
        self.constraints: tuple[Constraint, ...] = ()
        """A person's own rules; the keeper of rules puts others in their place."""
        self.timing = timing
        self._live = live
        self._locked = live
        self._latched = GateState.ACTIVE
        self._reason = ""
        self._reconciling: str | None = "The desk is starting."
        self._told: tuple[GateState, str] | None = None
        self._rejects: list[float] = []
        self._owes = False
        """Whether what is latched is stricter than what was written."""
        self.heard: tuple[int, str] = (0, "")
        """How many calls to close it has heard, those that changed nothing included, and why the newest one came."""
        self.account = ""
        """The venue's number of the account, once it is known."""
        self.spawn: Callable[..., object] | None = None
        """Lets a change that comes from a callback be written in the background (``Tasks.spawn``)."""

    @property
    def state(self) -> GateState:
        """What applies now."""
        if self._latched is GateState.HALTED:
            return GateState.HALTED
        if self._reconciling is not None:
            return GateState.RECONCILING
        return GateState.CANCEL_ONLY if self._locked else self._latched

    @property
    def reason(self) -> str:
        """Why, in a sentence; empty when active."""
        if self._latched is GateState.HALTED:
            return self._reason
        if self._reconciling is not None:
            return self._reconciling
        if self._locked:
            return f"Live trading is locked. Unlock it by typing: {self.phrase}"
        return self._reason

    @property
    def comparing(self) -> str:
        """What the comparison with the venue is about, or waits for; empty while none runs."""
        return self._reconciling or ""

    @property
    def locked(self) -> bool:
        """Whether live trading waits for :attr:`phrase`."""
        return self._locked

    @property
    def phrase(self) -> str:
        """What a person types to unlock live trading."""
        return f"{self.account} REAL MONEY".strip()

    @property
    def latched(self) -> GateState:
        """What is persisted."""
        return self._latched

    async def load(self) -> None:
        """Take over what was persisted, unless it is looser than what was latched since the start of the process."""
        text = await self._store.setting(SETTING)
        if text is not None:
            kept = json.loads(text)
            if STRICTNESS[GateState(kept["state"])] > STRICTNESS[self._latched]:
                self._latched, self._reason = GateState(kept["state"]), str(kept["reason"])

    def begin(self, reason: str) -> None:
        """Stand at RECONCILING from here on; it is told in the background."""
        self._reconciling = reason
        if self.spawn is not None:
            self.spawn("tell the gate's state", self._tell("desk"))

    async def clean(self) -> None:
        """Return to the persisted state after a comparison without a break."""
        self._reconciling = None
        await self._tell("desk")

    def shut(self, reason: str) -> None:
        """Stand at HALTED in memory from this moment on; :meth:`change` writes and tells it."""
        self._hear(reason)
        self._latched, self._reason = GateState.HALTED, reason

    async def unlock(self, phrase: str, by: str = "person") -> None:
        """Open live trading for the life of the desk.

        Raises:
            Conflict: the phrase is not :attr:`phrase`.

        """
        if self._locked and phrase.strip() != self.phrase:
            raise Conflict(f"That does not unlock live trading; type exactly: {self.phrase}")
        self._locked = False
        await self._tell(by)

    async def lock(self, by: str = "person") -> None:
        """Lock live trading again."""
        self._locked = self._live
        await self._tell(by)

    async def change(self, state: GateState, reason: str, by: str = "person") -> None:
        """Set the persisted state by a person's word, looser or stricter. A stricter one holds even unwritten.

        Raises:
            Conflict: RECONCILING is nobody's to set.
            StoreError: a looser state could not be written, so it does not apply; what closed the gate meanwhile does.

        """
        if state not in STRICTNESS:
            raise Conflict("RECONCILING is the desk's own state; choose ACTIVE, REDUCING, CANCEL_ONLY or HALTED.")
        before = (self._latched, self._reason)
        if state is not GateState.ACTIVE and (state, reason) != before:
            self._hear(reason)
        self._latched, self._reason = state, "" if state is GateState.ACTIVE else reason
        try:
            await self._tell(by, persist=True)
        except StoreError:
            if STRICTNESS[self._latched] < STRICTNESS[before[0]]:
                self._latched, self._reason = before
            raise

    def latch(self, state: GateState, reason: str, by: str = "desk", *, keep: bool = True) -> None:
        """Become stricter at once, and write it in the background; never looser.

        Without ``keep`` it holds for this run only: its cause is found again at the next start.
        """
        self._hear(reason)
        if STRICTNESS[state] <= STRICTNESS[self._latched]:
            return
        self._latched, self._reason = state, reason
        if self.spawn is not None:
            self.spawn("write the gate's state", self._tell(by, persist=keep))

    async def catch_up(self) -> None:
        """Write the state that could not be written when it was latched.

        Raises:
            StoreError: it still cannot be.

        """
        if self._owes:
            await self._tell("desk", persist=True)

    def count_reject(self) -> None:
        """Count a refusal by the venue; a storm of them closes the gate (R26)."""
        now = self._clock.monotonic()
        self._rejects = [at for at in self._rejects if now - at < REJECTS_WINDOW] + [now]
        if len(self._rejects) >= self.timing.rejects_latch:
            self.latch(GateState.CANCEL_ONLY, f"The exchange refused {len(self._rejects)} orders within a minute.")

    def _hear(self, reason: str) -> None:
        self.heard = (self.heard[0] + 1, reason)

    async def _tell(self, by: str, *, persist: bool = False) -> None:
        """Write and tell the state if it differs from what was told."""
        now = (self.state, self.reason)
        if now == self._told and not persist:
            return
        change, at = GateChange(now[0].value, now[1], by), self._clock.wall_ms()
        kept = {"state": self._latched.value, "reason": self._reason, "by": by, "at": at}
        line = gate_line(change, at, kept if persist else None)
        sequence: int | None = None
        try:
            sequence = await self._store.write(
                Change(journal=(line,), settings={SETTING: json.dumps(kept)} if persist else {})
            )
            self._owes = self._owes and not persist
        except StoreError:
            _log.exception("The gate's state could not be written.")
            if persist:
                self._owes = True
                raise
        finally:
            self._told = now
            self._publisher.publish(Event(EventKind.GATE, at, change, sequence))
