"""Open questions about orders, pursued until each is closed by proof (reliability.md §2.3 T12 to T27, §2.4).

One pursuit for an order at a time: it asks what is not known (is it there, what was executed, did the cancel arrive),
waits longer each time, and ends when nothing is open any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_trader.clock import Clock
from tui_trader.domain.order import CancelState, Order, OrderStatus
from tui_trader.domain.timing import Timing
from tui_trader.errors import VenueError
from tui_trader.rules.horizon import Absence, backoff_ms, deadline, horizon, overdue, proved_absent
from tui_trader.rules.order_events import EvidenceMixed, FillsOverdue, LookupMissed, OrderEvent, ProvedAbsent
from tui_trader.services.cancelling import Canceller
from tui_trader.services.evidence import Evidence
from tui_trader.services.intake import Intake, News
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.tasks import Tasks
from tui_trader.services.working import WorkingOrders

WATCHED_MS = 7 * 24 * 3600 * 1000
"""How long the venue remembers an order, and so how long one that was proved absent is watched."""
PATIENT_ATTEMPTS = 80
"""After so many looks (some thirteen minutes) a question is asked patiently."""
NO_ESTIMATE_MS = 1000
"""Clock error while the venue's clock was never read."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Question:
    """What is known about what is not known of one order."""

    absence: Absence
    attempt: int = 0
    cancels: int = 0
    cancel_at: float = 0.0
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Outcomes:
    """Pursues open questions. ``lag_ms`` is how long the venue's parts may differ from each other."""

    def __init__(
        self,
        evidence: Evidence,
        intake: Intake,
        recorder: Recorder,
        working: WorkingOrders,
        canceller: Canceller,
        tasks: Tasks,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._evidence = evidence
        self._intake = intake
        self._recorder = recorder
        self._working = working
        self._canceller = canceller
        self._tasks = tasks
        self._clock = clock
        self._timing = timing
        self.lag_ms = timing.lag_ms
        self._questions: dict[str, Question] = {}

    def pursue(self, order: Order, _note: str = "") -> None:
        """Begin to ask about an order, unless that is being done."""
        if order.id not in self._questions and not self._closed(order):
            self._questions[order.id] = Question(self._fresh())
            self._tasks.spawn(f"look up order {order.id}", self._run(order.id))

    def hurry(self, order: Order) -> None:
        """Ask about an order soon, however long the question has been waiting."""
        question = self._questions.get(order.id)
        if question is None:
            self.pursue(order)
        else:
            question.attempt = 0
            question.wake.set()

    def unknown_until(self, order: Order) -> int | None:
        """Say when an unknown outcome may be concluded at the earliest, UTC ms of this machine."""
        if order.status is not OrderStatus.UNKNOWN:
            return None
        return horizon(order, self._error_ms(), self.lag_ms) - self._offset_ms()

    def _offset_ms(self) -> int:
        known = self._evidence.exchange.clock_offset()
        return 0 if known is None else round(known[0])

    def _error_ms(self) -> int:
        known = self._evidence.exchange.clock_offset()
        return self._timing.clock_slack_ms + (NO_ESTIMATE_MS if known is None else round(known[1]))

    def _fresh(self) -> Absence:
        return Absence(apart_ms=self._timing.round_apart_ms)

    def _now(self) -> int:
        return self._clock.wall_ms()

    def _closed(self, order: Order) -> bool:
        """Tell whether nothing is open about an order."""
        if order.status is OrderStatus.NOT_PLACED:
            return self._clock.wall_ms() - order.created_at > WATCHED_MS
        if order.final:
            return order.venue_executed <= order.executed and not self._stood_in(order)
        waiting = order.cancel in {CancelState.SENDING, CancelState.ACKED, CancelState.UNKNOWN}
        return False if waiting else order.status is OrderStatus.QUARANTINED

    def _stood_in(self, order: Order) -> bool:
        """Tell whether executions are still worth asking for that something stands in for."""
        return self._now() - order.updated_at <= WATCHED_MS and self._working.stood_in(order)

    async def _run(self, order_id: str) -> None:
        """Ask until the question is closed."""
        question = self._questions[order_id]
        try:
            while True:
                await self._wait(self._pause(order_id, question), question.wake)
                order = self._working.find(order_id)
                if order is None or self._closed(order) or await self._look_safely(order, question):
                    return
                question.attempt += 1
        finally:
            del self._questions[order_id]

    async def _wait(self, seconds: float, wake: asyncio.Event) -> None:
        """Wait for a while, or until somebody is in a hurry."""
        wake.clear()
        waits = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(wake.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _pause(self, order_id: str, question: Question) -> float:
        order = self._working.find(order_id)
        if order is not None and order.status is OrderStatus.NOT_PLACED:
            return self._timing.watched_s
        if order is not None and order.final and self._working.stood_in(order):
            return self._timing.patient_s
        unknown = order is not None and order.status is OrderStatus.UNKNOWN
        if question.attempt == 0 and not unknown:
            return self._timing.first_look_s
        if question.attempt > PATIENT_ATTEMPTS:
            return self._timing.patient_s
        return backoff_ms(question.attempt - (0 if unknown else 1), self._timing) / 1000

    async def _look_safely(self, order: Order, question: Question) -> bool:
        """Ask once; whatever that fails of, the question stays open."""
        try:
            return await self._look(order, question)
        except Exception:  # noqa: BLE001 - a question that ends unanswered leaves its order unknown for ever
            _log.exception("Looking up order %s failed in an unforeseen way; it is asked again.", order.id)
            return False

    async def _look(self, order: Order, question: Question) -> bool:
        """Ask once, commit what it brought, and tell whether the question is closed."""
        if order.status is OrderStatus.SENDING:
            return False
        order = await self._repeat_cancel(order, question)
        try:
            found = await self._find(order, question)
            await self._ask_fills(self._working.find(order.id) or order)
        except VenueError:
            found = False
        newest = await self._stand_in(self._working.find(order.id) or order)
        return self._closed(newest) or (found and self._settled(newest))

    async def _ask_fills(self, order: Order) -> None:
        """Read an order's executions where some are known to be missing."""
        missing = order.venue_executed > order.executed or order.status is OrderStatus.CLOSING
        if missing or self._working.stood_in(order):
            await self._take(await self._evidence.fills(order, self._now()), "lookup")

    async def _stand_in(self, order: Order) -> Order:
        """Have the venue's sums, read once more, stand in for executions that do not come (T20)."""
        if order.status is not OrderStatus.CLOSING or self._now() - order.updated_at < self._timing.overdue_ms:
            return order
        try:
            shown = await self._evidence.look(order)
        except VenueError:
            return order
        if shown is not None:
            await self._take([shown], "lookup")
        newest = self._working.find(order.id) or order
        return await self._recorder.record(newest, FillsOverdue(self._now()), "overdue")

    @staticmethod
    def _settled(order: Order) -> bool:
        """Tell whether an order that was seen stands as it should."""
        standing = order.status in {OrderStatus.LIVE, OrderStatus.PART} and order.venue_executed <= order.executed
        return standing and order.cancel in {CancelState.NONE, CancelState.FAILED, CancelState.DONE}

    async def _repeat_cancel(self, order: Order, question: Question) -> Order:
        """Send a cancel again that may not have arrived, or that was taken without an effect, at its own pace."""
        if order.cancel not in {CancelState.UNKNOWN, CancelState.ACKED} or order.final:
            return order
        now = self._clock.monotonic()
        patience = question.attempt > 1 or order.cancel is CancelState.UNKNOWN
        if order.status is OrderStatus.CLOSING or not patience or now < question.cancel_at:
            return order
        pauses = self._timing.cancel_s
        question.cancel_at = now + pauses[min(question.cancels, len(pauses) - 1)]
        question.cancels += 1
        return await self._canceller.ask(order)

    async def _find(self, order: Order, question: Question) -> bool:
        """Look the order up; an unknown one everywhere, a known one by its id alone."""
        if order.final or order.status is OrderStatus.CLOSING:
            return True
        asked_at = self._now()
        if order.status not in {OrderStatus.UNKNOWN, OrderStatus.NOT_PLACED}:
            shown = await self._evidence.look(order)
            if shown is None:
                return await self._missed(order, question, frozenset({"order"}), asked_at)
            return await self._seen([shown], question)
        asked = await self._evidence.round(order, asked_at)
        if asked.found is not None:
            return await self._seen([asked.found], question)
        if asked.fills:
            return await self._seen(asked.fills, question)
        return await self._missed(order, question, asked.missed, asked_at)

    async def _seen(self, items: Sequence[News], question: Question) -> bool:
        question.absence = self._fresh()
        await self._take(items, "lookup")
        return True

    async def _missed(self, order: Order, question: Question, endpoints: frozenset[str], asked_at: int) -> bool:
        """Count an absence, and conclude from it what may be concluded.

        It says nothing about a moment after it was asked for, however late the answer came.
        """
        if not endpoints:
            return False
        server = asked_at + self._offset_ms()
        question.absence = question.absence.miss(server, endpoints, deadline(order))
        await self._recorder.record(order, await self._conclusion(order, question.absence, server), "lookup")
        return False

    async def _conclusion(self, order: Order, absence: Absence, server: int) -> OrderEvent:
        now, limit = self._clock.wall_ms(), horizon(order, self._error_ms(), self.lag_ms)
        if order.status is OrderStatus.UNKNOWN and server > limit:
            residual = await self._evidence.residual(order)
            if proved_absent(absence, server, limit, residual):
                return ProvedAbsent(now)
            if overdue(absence, server, limit, self._timing.mixed_after_ms):
                return EvidenceMixed(now)
        return LookupMissed(now, absence.rounds, absence.span_ms)

    async def _take(self, items: Sequence[News], source: str) -> None:
        await self._intake.acquaint(items)
        draft = Draft()
        self._intake.take(draft, items, source)
        await self._recorder.commit(draft)
