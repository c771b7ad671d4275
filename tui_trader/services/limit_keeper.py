"""The limits that hold: configured ones, and what an owner changed while the desk ran.

What is tightened holds at once; what is loosened waits for a minute, over a restart too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from tui_trader.clock import Clock
from tui_trader.domain.events import Notice
from tui_trader.domain.risk import RiskProfile
from tui_trader.errors import Conflict, StoreError
from tui_trader.rules.risk import limit_changes
from tui_trader.rules.risk.limit_changes import WAIT_MS, LimitState, ProfileChange, Step, Waiting
from tui_trader.rules.risk.profile_values import fallback, values_of
from tui_trader.services import limit_record
from tui_trader.services.due import whenever_due
from tui_trader.services.inner import Publisher
from tui_trader.services.limit_record import LINE, SETTING, Record
from tui_trader.services.limit_words import told, unusable
from tui_trader.services.notices import tell
from tui_trader.services.ports import Change, JournalEntry, Store

FALLBACK = "FALLBACK"
"""The effect in the line that tells that what was stored could not be used."""
STARTING = "The desk has not read its limits yet; try again in a moment."

_log = logging.getLogger(__name__)


class LimitKeeper:
    """``put`` is given the limits whenever they are others than before; orders are judged by what it was given last.

    Life: :meth:`load`, then :meth:`keep` for ever.
    """

    def __init__(
        self, store: Store, bus: Publisher, clock: Clock, configured: RiskProfile, put: Callable[[RiskProfile], None]
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._configured = configured
        self._put = put
        self._loaded = False
        self._intent = ""
        self._one_by_one = asyncio.Lock()
        self._news = asyncio.Event()
        self._due: dict[Waiting, float] = {}
        self.state = LimitState(values_of(configured))
        self.trouble = ""
        """What was wrong with the stored limits and what holds instead; empty when all is well."""

    async def load(self) -> None:
        """Take over what was stored; what cannot be read gives way to conservative limits.

        They hold even where they cannot be written.

        Raises:
            StoreError: the store cannot be read.

        """
        text, mine = await self._store.setting(SETTING), values_of(self._configured)
        try:
            record = Record(LimitState(mine), mine) if text is None else limit_record.from_text(text)
            state, steps = limit_changes.merged(record.state, record.laid_on, mine)
        except ValueError as error:
            await self._fall_back(error)
        else:
            self._intent = record.intent
            self._due = self._since_before(state.waiting)
            self._hold(state)
            try:
                await self._write(text, state, steps)
                await self._loosen()
            except StoreError:
                _log.exception("The risk profile could not be written.")
        self._loaded = True

    async def keep(self) -> None:
        """Loosen what has waited long enough, for ever; run it under supervision."""
        await whenever_due(self._left, self._news, self._loosen, self._clock)

    async def change(self, intent_id: str, change: ProfileChange, by: str) -> None:
        """Take a change in; the newest ``intent_id`` again changes nothing.

        Raises:
            Refused: something in it makes no sense (``details["flaws"]``); nothing is changed.
            Conflict: the stored limits are not read yet.
            StoreError: it could not be written, so nothing is changed.

        """
        if not self._loaded:
            raise Conflict(STARTING)
        async with self._one_by_one:
            if intent_id == self._intent:
                return
            state, steps = limit_changes.ask(self.state, change, self._clock.wall_ms())
            await self._take(state, steps, by, intent_id)

    # -- inside

    def _left(self) -> float | None:
        """Return the seconds until something has waited long enough; ``None`` while nothing waits."""
        return min(self._due.values()) - self._clock.monotonic() if self._due else None

    async def _loosen(self) -> None:
        async with self._one_by_one:
            now = self._clock.monotonic()
            due = [each for each, at in self._due.items() if at <= now]
            if due:
                await self._take(*limit_changes.loosen(self.state, due), "desk")

    async def _take(self, state: LimitState, steps: Iterable[Step], by: str, intent_id: str | None = None) -> None:
        """Write new limits down with a line for each, then let them hold."""
        steps, at = tuple(steps), self._clock.wall_ms()
        intent = self._intent if intent_id is None else intent_id
        lines = [limit_record.line(each, at, by) for each in steps]
        await self._store.write(Change(journal=lines, settings={SETTING: self._record(state, intent)}))
        self._intent, self.trouble = intent, ""
        self._hold(state)
        if steps:
            await self._say("info", told(steps))

    async def _write(self, text: str | None, state: LimitState, steps: Iterable[Step]) -> None:
        """Write what the start came to, where that is news."""
        if self._record(state, self._intent) != text:
            await self._take(state, steps, "configuration")

    def _record(self, state: LimitState, intent: str) -> str:
        return limit_record.to_text(Record(state, values_of(self._configured), intent))

    def _since_before(self, waiting: Iterable[Waiting]) -> dict[Waiting, float]:
        """Say when what waited before a restart holds: after the rest of its minute, a whole one at most."""
        now, wall = self._clock.monotonic(), self._clock.wall_ms()
        return {each: now + min(max(each.at - wall, 0), WAIT_MS) / 1000 for each in waiting}

    def _hold(self, state: LimitState) -> None:
        """Let limits hold from now on; a minute is one of this run's own time, whatever the wall clock does."""
        until = self._clock.monotonic() + WAIT_MS / 1000
        self._due = {each: self._due.get(each, until) for each in state.waiting}
        self.state = state
        self._put(state.profile)
        self._news.set()

    async def _fall_back(self, error: ValueError) -> None:
        """Let conservative limits hold; what is stored stays as it is until a person changes something."""
        _log.error("The stored risk profile cannot be used: %s", error)
        state, at = LimitState(values_of(fallback(self._configured))), self._clock.wall_ms()
        self._hold(state)
        self.trouble = unusable(error)
        body = {"effect": FALLBACK, "reason": str(error)[:200], "limits": limit_record.listed(state)}
        with suppress(StoreError):
            await self._store.write(Change(journal=(JournalEntry(LINE, at, body),)))
        await self._say("error", self.trouble)

    async def _say(self, level: str, text: str) -> None:
        await tell(self._store, self._bus, self._clock, Notice(level, text, "limits"))
