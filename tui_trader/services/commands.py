"""Typed lines: worked out, confirmed and carried out, statement by statement. Fulfils ``faces.Commands``.

Statement *n* of a line has the intent id ``{intent_id}-n``, so that a line sent twice places nothing twice.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_trader.clock import Clock
from tui_trader.errors import ConfirmationRequired, Conflict, NotFound, TraderError
from tui_trader.grammar.commands import Join, Script
from tui_trader.grammar.parser import parse
from tui_trader.services.faces import Orders
from tui_trader.services.gate import Gate
from tui_trader.services.gate_lines import gate_word, preview_gate, run_gate
from tui_trader.services.halting_face import Risk
from tui_trader.services.line_context import Contexts
from tui_trader.services.line_plan import Plan, Planner, ask_for_many, exact_line
from tui_trader.services.line_words import cancelled_sentence
from tui_trader.services.model import LineContext, LineOutcome, LineStep, Outcome, Placement
from tui_trader.services.outcome_words import placement

TOKEN_LIFE_S = 10.0
KEPT = 512
SKIPPED = "Not done: the statement before it did not succeed."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A line that waits for a confirmation of the numbers in ``plans``."""

    token: str
    line: str
    at: float
    plans: Sequence[Plan]


class CommandService:
    """Previews and runs lines."""

    def __init__(
        self, orders: Orders, planner: Planner, contexts: Contexts, gate: Gate, risk: Risk, clock: Clock
    ) -> None:
        self._orders = orders
        self._planner = planner
        self._contexts = contexts
        self._gate = gate
        self._risk = risk
        self._clock = clock
        self._asked: OrderedDict[str, _Asked] = OrderedDict()
        self._runs: OrderedDict[str, tuple[str, asyncio.Task[LineOutcome]]] = OrderedDict()

    async def preview(self, line: str, context: LineContext) -> LineOutcome:
        """Work a line out and send nothing.

        Raises:
            GrammarError: the line is not understood.

        """
        word = gate_word(line)
        if word is not None:
            return preview_gate(*word, self._gate, self._risk)
        plans = await self._plans(self._script(line, context))
        return LineOutcome(
            all(plan.shown.refused is None for plan in plans), [p.shown for p in plans], exact_line(plans)
        )

    async def run(
        self, intent_id: str, line: str, context: LineContext, confirmation: str | None = None
    ) -> LineOutcome:
        """Carry a line out; the same ``intent_id`` gets the same answer and sends nothing again.

        Raises:
            GrammarError: the line is not understood; nothing was sent.
            ConfirmationRequired: an order touches a soft limit; nothing was sent, and the numbers worked out stand
                for ten seconds.
            Conflict: the id was used for another line.

        """
        known = self._runs.get(intent_id)
        if known is None or (known[1].done() and (known[1].cancelled() or known[1].exception() is not None)):
            task = asyncio.create_task(self._run(intent_id, line, context, confirmation), name=f"line {intent_id}")
            known = self._runs[intent_id] = (line, task)
            self._forget_finished()
        elif known[0] != line:
            raise Conflict(f"The intent id {intent_id} was used for another line; make a new id for a new line.")
        return await asyncio.shield(known[1])

    # -- inside

    def _forget_finished(self) -> None:
        """Let the oldest answers go, but no line that still runs: sent again, it would run beside itself."""
        while len(self._runs) > KEPT:
            oldest = next((name for name, (_, task) in self._runs.items() if task.done()), None)
            if oldest is None:
                return
            del self._runs[oldest]

    def _script(self, line: str, context: LineContext) -> Script:
        return parse(line, self._contexts.make(context))

    async def _plans(self, script: Script) -> list[Plan]:
        return ask_for_many([await self._planner.plan(step) for step in script.steps])

    async def _run(self, intent_id: str, line: str, context: LineContext, confirmation: str | None) -> LineOutcome:
        word = gate_word(line)
        if word is not None:
            return await run_gate(intent_id, *word, self._gate, self._risk)
        confirmed = self._confirmed(intent_id, line, confirmation)
        plans = await self._plans(self._script(line, context)) if confirmed is None else list(confirmed)
        refused = await self._refused_beforehand(intent_id, plans)
        if refused is not None:
            return refused
        if confirmed is None:
            self._ask(intent_id, line, plans)
        return await self._carry_out(intent_id, plans, confirmed=confirmed is not None)

    def _confirmed(self, intent_id: str, line: str, token: str | None) -> Sequence[Plan] | None:
        """Return the plans that a token confirms, using it up."""
        asked = self._asked.get(intent_id)
        if token is None or asked is None or asked.token != token or asked.line != line:
            return None
        del self._asked[intent_id]
        return asked.plans if self._clock.monotonic() - asked.at <= TOKEN_LIFE_S else None

    async def _refused_beforehand(self, intent_id: str, plans: Sequence[Plan]) -> LineOutcome | None:
        """Refuse the whole line while nothing is sent, where no earlier statement could heal the refusal."""
        for index, plan in enumerate(plans):
            if plan.shown.refused is not None:
                if await self._placed_before(f"{intent_id}-{index + 1}") is not None:
                    return None
                return LineOutcome(False, [each.shown for each in plans])
            if plan.frees and not plan.step.preview:
                return None
        return None

    def _ask(self, intent_id: str, line: str, plans: Sequence[Plan]) -> None:
        """Ask for a confirmation where an order touches a soft limit."""
        soft = [breach for plan in plans if not plan.step.preview for breach in plan.soft]
        if not soft:
            return
        token = secrets.token_urlsafe(12)
        self._asked[intent_id] = _Asked(token, line, self._clock.monotonic(), plans)
        while len(self._asked) > KEPT:
            self._asked.popitem(last=False)
        details = {
            "breaches": [
                {"code": b.code, "level": b.level.value, "message": b.message, "figure": b.figure, "limit": b.limit}
                for b in soft
            ],
            "sentences": [plan.shown.sentence for plan in plans],
        }
        raise ConfirmationRequired(" ".join(breach.message for breach in soft), token=token, details=details)

    async def _carry_out(self, intent_id: str, plans: Sequence[Plan], *, confirmed: bool) -> LineOutcome:
        """Do one statement after the other, each after the acknowledgement of the one before."""
        done: list[LineStep] = []
        well = True
        for index, plan in enumerate(plans):
            if plan.step.join is Join.IF_DONE and not well:
                done.append(replace(plan.shown, refused=SKIPPED))
                continue
            earlier = any(each.frees for each in plans[:index])
            current = await self._planner.plan(plan.step) if earlier and not confirmed else plan
            shown = await self._do(f"{intent_id}-{index + 1}", current, confirmed=confirmed)
            well = _succeeded(shown)
            done.append(shown)
        return LineOutcome(all(_succeeded(step) for step in done), done)

    async def _do(self, intent_id: str, plan: Plan, *, confirmed: bool) -> LineStep:
        """Do one statement; a refusal becomes part of its step."""
        if plan.step.preview:
            return plan.shown
        try:
            before = await self._placed_before(intent_id)
            if before is not None:
                return replace(plan.shown, refused=None, placement=before, confirm="none")
            if plan.shown.refused is not None:
                return plan.shown
            if plan.request is not None:
                placed = await self._place(intent_id, plan, confirmed=confirmed)
                return replace(plan.shown, placement=placed, confirm="none")
            if plan.targets:
                outcome = await self._orders.cancel_many(ids=[order.id for order in plan.targets])
                return replace(
                    plan.shown, sentence=cancelled_sentence(outcome), cancelled=outcome, orders=(), confirm="none"
                )
        except TraderError as error:
            return replace(plan.shown, refused=str(error), confirm="none")
        return plan.shown

    async def _place(self, intent_id: str, plan: Plan, *, confirmed: bool) -> Placement:
        """Place an order; limits that a person confirmed for the line are confirmed for it, no others."""
        assert plan.request is not None  # noqa: S101 - the caller looked
        try:
            return await self._orders.place(intent_id, plan.request)
        except ConfirmationRequired as asked:
            shown = {breach.code for breach in plan.soft}
            now = {breach.get("code") for breach in asked.details.get("breaches", [])}
            if not confirmed or not now <= shown:
                raise
            return await self._orders.place(intent_id, plan.request, asked.token)

    async def _placed_before(self, intent_id: str) -> Placement | None:
        """Find what an earlier run of the same line placed, before a restart, say."""
        try:
            order = await self._orders.get(intent_id)
        except NotFound:
            return None
        return placement(order)


def _succeeded(step: LineStep) -> bool:
    if step.refused is not None:
        return False
    if step.placement is not None:
        return step.placement.outcome is Outcome.ACCEPTED
    return step.cancelled is None or not step.cancelled.failures
