"""Halting, resuming and lifting the loss lock as the API sees them. Fulfils ``faces.Risk``."""

from __future__ import annotations

from tui_trader.domain.halt import Certificate
from tui_trader.domain.money import canonical
from tui_trader.domain.risk import GateState
from tui_trader.domain.text import clean
from tui_trader.errors import Conflict
from tui_trader.services.idempotency import Intents
from tui_trader.services.kill_switch import REASON_LENGTH, Controls, KillSwitch
from tui_trader.services.ports import Change, JournalEntry
from tui_trader.services.resuming import Resumption
from tui_trader.services.risk_losses import LossKeeper

RESUMED = "resume"
"""Setting: the intent id that trading was last resumed with; asked again after a restart, it resumes nothing."""
ABANDONED = "Trading was resumed before everything was confirmed."
NO_LOCK = "No loss lock is on."
BEFORE = "Trading was resumed with this request before."


class RiskService:
    """The kill switch and the way back."""

    def __init__(self, controls: Controls, kill: KillSwitch, resumption: Resumption) -> None:
        self._controls = controls
        self._kill = kill
        self._resumption = resumption
        self._intents: Intents[str] = Intents()
        self.losses: LossKeeper | None = None
        """Who keeps the loss lock."""

    async def halt(
        self, reason: str = "", *, everything: bool = False, by: str = "person", intent_id: str = ""
    ) -> Certificate:
        """Halt trading and cancel what would increase exposure, or everything.

        Raises:
            Conflict: the intent id was used for another press.

        """
        return await self._kill.halt(reason, everything=everything, by=by, intent_id=intent_id)

    def certificate(self) -> Certificate | None:
        """Return what the newest press of the kill switch has done so far."""
        return self._kill.certificate

    async def resume(self, reason: str, *, intent_id: str) -> str:
        """Trade again after a clean comparison, and say where the gate stands then; a HALT file is removed.

        The same ``intent_id`` gets the same answer and resumes nothing a second time.

        Raises:
            UsageError: there is no reason, or the HALT file cannot be removed.
            Conflict: the comparison did not come to a clean end, or the intent id was used with another reason.
            StoreError: it could not be written down, so trading stays halted.

        """
        words = clean(reason, REASON_LENGTH).strip()
        return await self._intents.once(intent_id, words, lambda: self._resume(words, intent_id))

    def barred(self, phrase: str) -> str:
        """Say why a phrase would not lift the loss lock now; empty where it would."""
        return NO_LOCK if self.losses is None else self.losses.barred(phrase)

    async def lift(self, phrase: str, *, intent_id: str) -> str:
        """Lift the loss lock by its phrase, and say what is left to do; the gate is opened by :meth:`resume`.

        Raises:
            Conflict: there is no lock, it is too early, the phrase is wrong, equity is not known, or the intent id was
                used for something else.
            StoreError: it could not be written, so the lock stays.

        """
        words = clean(phrase, REASON_LENGTH).strip()
        return await self._intents.once(intent_id, ("lift", words), lambda: self._lift(words))

    async def _lift(self, phrase: str) -> str:
        if self.losses is None:
            raise Conflict(NO_LOCK)
        lifted = await self.losses.lift(phrase)
        said = f"The loss lock is lifted; losses count anew from {canonical(lifted.day_high)}."
        gate = self._controls.gate
        return said if gate.state is GateState.ACTIVE else f"{said} {self._said('Trade again with: resume REASON')}"

    async def _resume(self, reason: str, intent_id: str) -> str:
        controls = self._controls
        if await controls.store.setting(RESUMED) == intent_id:
            return self._said(BEFORE)
        removed = await self._resumption.resume(reason)
        if controls.gate.latched is not GateState.HALTED:  # else the switch was pressed anew while this was written
            self._kill.abandon(ABANDONED)
        line = JournalEntry(RESUMED, controls.clock.wall_ms(), {"reason": reason, "file_removed": removed})
        await controls.store.write(Change(journal=(line,), settings={RESUMED: intent_id}))
        return self._said(f"The file {removed} was removed." if removed else "")

    def _said(self, note: str) -> str:
        gate = self._controls.gate
        parts = (f"The gate stands at {gate.state.value}.", gate.reason, note)
        return " ".join(part for part in parts if part)
