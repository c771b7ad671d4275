"""Risks that were found, kept while they last: looked for on a beat and after executions, told, written down.

Fulfils ``risk_state_face.Assessments``. What is open is in memory and in the store, so that a restart goes on with it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Assessment, AssessmentStatus, Finding, RiskLevel
from tui_trader.domain.events import Event, EventKind, Notice
from tui_trader.domain.ids import ulid
from tui_trader.errors import Conflict, NotFound, StoreError
from tui_trader.rules.risk.tracking import Moment, Thing, Tracked, Turn, look, settled, taken_over
from tui_trader.services.bus import EventBus
from tui_trader.services.idempotency import Intents
from tui_trader.services.notices import tell
from tui_trader.services.ports import Change, Store
from tui_trader.services.risk_lines import assessment_line
from tui_trader.services.tasks import within

BEAT_S = 5.0
SPACED_S = 0.5
"""Executions that come thick have the account looked at no more often than this."""
PAGE = 200
SETTLED = "risk.settled"
"""Setting: what a person settled last, and with which intent id; asked again after a restart, it changes nothing."""
NOTHING: Mapping[str, str] = MappingProxyType({})
OPEN = (AssessmentStatus.ACTIVE, AssessmentStatus.IGNORED)
NOTICES: Mapping[RiskLevel, tuple[str, str]] = {
    RiskLevel.HIGH: ("warning", "risk_high"),
    RiskLevel.CRITICAL: ("error", "risk_critical"),
}

_log = logging.getLogger(__name__)


class AssessmentService:
    """Looks, keeps and tells. ``find`` says what is found now. Life: :meth:`load`, then the works for ever."""

    def __init__(self, store: Store, bus: EventBus, clock: Clock, find: Callable[[], Sequence[Finding]]) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._find = find
        self._known: dict[Thing, Tracked] = {}
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()
        self._intents: Intents[Assessment] = Intents()

    async def load(self) -> None:
        """Take over what an earlier run left open."""
        kept: list[Assessment] = []
        for status in OPEN:
            before: str | None = None
            while page := await self._store.assessments(status, PAGE, before=before):
                kept += page
                before = page[-1].id
        self._known = taken_over(reversed(kept), self._clock.monotonic())

    async def listen(self) -> None:
        """Have the account looked at after executions, for ever; run it under supervision."""
        with self._bus.subscribe(frozenset({EventKind.FILL})) as events:
            async for _ in events:
                self._moved.set()

    async def keep(self) -> None:
        """Look every few seconds and after executions, for ever; run it under supervision."""
        while True:
            await self.look()
            await self._clock.sleep(SPACED_S)
            await within(self._moved.wait(), BEAT_S - SPACED_S, self._clock)
            self._moved.clear()

    async def look(self) -> None:
        """Look once; where it cannot be written down, nothing changed, and the next look tries again."""
        async with self._turn:
            now = Moment(self._clock.wall_ms(), self._clock.monotonic())
            after, turns = look(self._known, self._find(), now, lambda: ulid(now.at, secrets.token_bytes(10)))
            try:
                await self._write(turns)
            except StoreError:
                _log.exception("What was found of risk could not be written down.")
                return
            self._known = after
        for turn in turns:
            if turn.alarming:
                await self._alarm(turn.after)

    def active(self) -> Sequence[Assessment]:
        """List the active ones, worst first, then the newest."""
        found = self._open(AssessmentStatus.ACTIVE)
        return sorted(found, key=lambda each: (each.score, each.created_at), reverse=True)

    async def list(
        self, status: AssessmentStatus, limit: int, *, symbol: str | None = None, before: str | None = None
    ) -> Sequence[Assessment]:
        """List those of a status, newest first; ``before`` is the last id of the page before."""
        if status not in OPEN:
            return await self._store.assessments(status, limit, symbol=symbol, before=before)
        found = (each for each in self._open(status) if symbol in {None, each.finding.symbol})
        older = [each for each in found if before is None or each.id < before]
        return sorted(older, key=lambda each: each.id, reverse=True)[:limit]

    async def settle(self, intent_id: str, assessment_id: str, status: AssessmentStatus) -> Assessment:
        """Have a person say that an active one has gone or is borne; one that has not gone is found again.

        Raises:
            NotFound: there is none of this id.
            Conflict: it is not active any more, or the intent was used for something else.
            StoreError: it could not be written down, so it stays as it is.

        """
        asked = (assessment_id, status)
        return await self._intents.once(intent_id, asked, lambda: self._settle(intent_id, assessment_id, status))

    async def _settle(self, intent_id: str, assessment_id: str, status: AssessmentStatus) -> Assessment:
        async with self._turn:
            tracked = next((each for each in self._known.values() if each.risk and each.risk.id == assessment_id), None)
            if tracked is None or tracked.risk is None or tracked.risk.status is not AssessmentStatus.ACTIVE:
                return await self._settled_before(intent_id, assessment_id, status)
            after = settled(tracked.risk, status, self._clock.wall_ms())
            note = {SETTLED: _note(intent_id, assessment_id, status)}
            await self._write([Turn(tracked.kept, after)], "person", note)
            if status is AssessmentStatus.RESOLVED:
                del self._known[after.finding.about]
            else:
                now = self._clock.monotonic()
                self._known[after.finding.about] = replace(tracked, risk=after, kept=after, kept_at=now)
        return after

    async def _settled_before(self, intent_id: str, assessment_id: str, status: AssessmentStatus) -> Assessment:
        """Give the answer that the newest settling before a restart gave; say why any other cannot be done."""
        found = await self._store.assessment(assessment_id)
        if found is None:
            raise NotFound(f"There is no assessment {assessment_id[:40]!r}.")
        if await self._store.setting(SETTLED) == _note(intent_id, assessment_id, status):
            return found
        raise Conflict(f"The assessment {found.id} is {found.status.value.lower()} already.")

    def _open(self, status: AssessmentStatus) -> Sequence[Assessment]:
        return [each.risk for each in self._known.values() if each.risk is not None and each.risk.status is status]

    async def _write(self, turns: Sequence[Turn], by: str = "desk", note: Mapping[str, str] = NOTHING) -> None:
        """Write changes down, then tell them."""
        if not turns:
            return
        at = self._clock.wall_ms()
        lines = [assessment_line(at, each.before, each.after, by) for each in turns]
        await self._store.write(Change(journal=lines, assessments=[each.after for each in turns], settings=note))
        for each in turns:
            self._bus.publish(Event(EventKind.ASSESSMENT, at, each.after))

    async def _alarm(self, risk: Assessment) -> None:
        """Tell a person of a risk that has become grave."""
        level, code = NOTICES[risk.finding.level]
        text = f"{risk.finding.message} {risk.finding.recommendation}"
        await tell(self._store, self._bus, self._clock, Notice(level, text, code))


def _note(intent_id: str, assessment_id: str, status: AssessmentStatus) -> str:
    return json.dumps([intent_id, assessment_id, status.value])
