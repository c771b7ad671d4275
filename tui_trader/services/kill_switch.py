"""The kill switch: latch HALTED first, then cancel what would increase exposure, and prove that it is gone.

While one press is pursued another joins it. What cannot be confirmed is pursued in the background, beyond a restart
too, and each change of the certificate is journalled and told.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass, replace

from tui_trader.clock import Clock
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.halt import Certificate
from tui_trader.domain.risk import GateState
from tui_trader.domain.text import clean
from tui_trader.errors import StoreError
from tui_trader.services.gate import Gate
from tui_trader.services.idempotency import Intents
from tui_trader.services.inner import Publisher
from tui_trader.services.journal_lines import certificate_of, halt_line
from tui_trader.services.kill_pursuit import Means, Pursuit
from tui_trader.services.ports import Change, HaltMark, Store
from tui_trader.services.tasks import Tasks, within

SETTING = "halt"
LATCH_AGAIN = 5.0
"""Seconds before the latch is written again where that failed."""
LATCH_PATIENCE = 0.5
"""Seconds that the journal may take over the latch before cancels go out without it."""
ANSWER_WITHIN = 2.0
"""Seconds after which a press is answered with what is known by then."""
REASON_LENGTH = 200
COMING_UP = "The desk is coming up; cancels go out once it has read its orders."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Controls:
    """What the switch writes with. ``mark`` says that trading is halted where the store cannot."""

    store: Store
    publisher: Publisher
    gate: Gate
    tasks: Tasks
    clock: Clock
    mark: HaltMark | None = None


class KillSwitch:
    """Halts. :meth:`begin` tells it that the orders are loaded; a press before that latches and then waits for it."""

    def __init__(self, controls: Controls, means: Means) -> None:
        self._controls = controls
        self._means = means
        self._intents: Intents[Certificate] = Intents()
        self._loaded = asyncio.Event()
        self._pursuit: Pursuit | None = None
        self._ended = asyncio.Event()
        self._pressed = 0.0
        self._presses = 0
        self.certificate: Certificate | None = None
        """What the newest press has done so far; ``None`` before the first one."""

    async def begin(self) -> None:
        """Go on with what was pursued before a restart; cancels go out from here on."""
        text = await self._controls.store.setting(SETTING)
        if text is not None and self.certificate is None:
            self.certificate = certificate_of(json.loads(text))
            if self._controls.gate.latched is GateState.HALTED and not self.certificate.done:
                self._pursue(self.certificate)
        self._loaded.set()

    async def halt(
        self, reason: str = "", *, everything: bool = False, by: str = "person", intent_id: str = ""
    ) -> Certificate:
        """Halt trading and cancel what would increase exposure, or ``everything``; the caller may go away.

        Answers when nothing is left to cancel, or after two seconds with what is known by then. The same
        ``intent_id`` gets the same answer.

        Raises:
            Conflict: the intent id was used for another press.

        """
        words = clean(reason, REASON_LENGTH).strip() or "The kill switch was pressed."
        if not intent_id:
            return await asyncio.shield(asyncio.ensure_future(self._press(words, by, everything=everything)))
        return await self._intents.once(
            intent_id, (reason, everything), lambda: self._press(words, by, everything=everything)
        )

    def abandon(self, why: str) -> None:
        """End the pursuit: an order that is wished away goes on being asked about and cancelled by itself."""
        if self._pursuit is not None and self.certificate is not None:
            self._controls.tasks.end(_name(self.certificate))
            self._become(replace(self.certificate, done=True, trouble=why))
            self._rest()

    async def _press(self, reason: str, by: str, *, everything: bool) -> Certificate:
        """Join the press that is under way, or begin another one."""
        self._controls.gate.shut(reason)
        if self._pursuit is None or self.certificate is None:
            self._presses += 1
            now = self._controls.clock.wall_ms()
            certificate = Certificate(f"{now}-{self._presses}", reason, by, everything, now)
            self._pursue(certificate)
        else:
            certificate = self.certificate
            if everything and not certificate.everything:
                self._pursuit.everything = True
                self._become(replace(certificate, everything=True))
        await within(self._ended.wait(), ANSWER_WITHIN, self._controls.clock)
        return self.certificate or certificate

    def _pursue(self, certificate: Certificate) -> None:
        """Begin to carry a press out, under supervision."""
        clock = self._controls.clock
        self.certificate, self._ended = certificate, asyncio.Event()
        self._pressed = clock.monotonic() - max(0, clock.wall_ms() - certificate.pressed_at) / 1000
        pursuit = self._pursuit = Pursuit(self._means, everything=certificate.everything)
        self._controls.tasks.run(_name(certificate), lambda: self._carry_out(pursuit, certificate), ends=True)

    async def _carry_out(self, pursuit: Pursuit, certificate: Certificate) -> None:
        journal_answers = await self._latch(certificate)
        if not self._loaded.is_set():
            pursuit.trouble = COMING_UP
            self._update(pursuit)
            await self._loaded.wait()
        pursuit.note()
        if not journal_answers:
            await pursuit.cancel_unrecorded()
        await pursuit.run(lambda: self._update(pursuit))
        self._update(pursuit, done=True)
        self._rest()

    def _rest(self) -> None:
        self._pursuit = None
        self._ended.set()

    async def _latch(self, certificate: Certificate) -> bool:
        """Commit HALTED; tell whether the journal answers. Where HALTED is not written in time, the mark is tried."""
        controls, tried = self._controls, asyncio.Event()
        if certificate.latched_ms is not None:
            return True
        controls.tasks.run("latch HALTED", lambda: self._commit_latch(certificate, tried), ends=True)
        answers = await within(tried.wait(), LATCH_PATIENCE, controls.clock)
        written = self.certificate is not None and self.certificate.latched_ms is not None
        if not written and controls.mark is not None:
            controls.tasks.spawn("make the HALT file", controls.mark.make(certificate.reason))
        return answers

    async def _commit_latch(self, certificate: Certificate, tried: asyncio.Event) -> None:
        """Write HALTED, again and again where that fails, until it is on the disk or no longer true."""
        controls = self._controls
        while controls.gate.latched is GateState.HALTED:
            with suppress(StoreError):
                await controls.gate.change(GateState.HALTED, certificate.reason, certificate.by)
                now = self.certificate or certificate
                self._become(replace(now, latched_ms=self._since()) if now.id == certificate.id else now)
                tried.set()
                return
            tried.set()
            await controls.clock.sleep(LATCH_AGAIN)

    def _update(self, pursuit: Pursuit, *, done: bool = False) -> None:
        """Bring the certificate up to date."""
        before = self.certificate
        if before is None or pursuit is not self._pursuit:
            return
        clear = pursuit.begun and not pursuit.left()
        cleared = before.cleared_ms if before.cleared_ms is not None and clear else self._since() if clear else None
        self._become(replace(before, orders=pursuit.verdicts(), cleared_ms=cleared, done=done, trouble=pursuit.trouble))

    def _become(self, certificate: Certificate) -> None:
        """Keep a certificate, and write and tell it where it says something new."""
        if certificate != self.certificate:
            self.certificate = certificate
            self._controls.tasks.spawn("write the certificate", self._write(certificate))

    async def _write(self, certificate: Certificate) -> None:
        """Journal a certificate and tell it; what cannot be written is told all the same."""
        at = self._controls.clock.wall_ms()
        line = halt_line(certificate, at)
        sequence: int | None = None
        try:
            change = Change(journal=(line,), settings={SETTING: json.dumps(dict(line.body))})
            sequence = await self._controls.store.write(change)
        except StoreError as error:
            _log.warning("The kill switch's certificate could not be written: %s", error)
        self._controls.publisher.publish(Event(EventKind.HALT, at, certificate, sequence))

    def _since(self) -> float:
        return round((self._controls.clock.monotonic() - self._pressed) * 1000, 1)


def _name(certificate: Certificate) -> str:
    return f"kill switch {certificate.id}"
