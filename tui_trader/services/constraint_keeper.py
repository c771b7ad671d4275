"""A person's own rules: made, changed and taken away while the desk runs, each with a line of before and after.

What is made or tightened holds at once; a rule that refuses is loosened or goes after a minute, over a restart too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Constraint
from tui_trader.domain.events import Notice
from tui_trader.domain.ids import constraint_id
from tui_trader.domain.text import clean
from tui_trader.errors import Conflict, NotFound
from tui_trader.rules.gate_constraints import constraint_flaws
from tui_trader.rules.risk.limit_changes import WAIT_MS, nonsense
from tui_trader.rules.risk.rule_changes import RuleWait, loosens, rule_words
from tui_trader.services import rule_waits
from tui_trader.services.due import whenever_due
from tui_trader.services.inner import Publisher
from tui_trader.services.limit_keeper import STARTING
from tui_trader.services.notices import tell
from tui_trader.services.ports import Change, Store
from tui_trader.services.risk_lines import constraint_line

MOST = 200
"""So many rules at once at most: every order is measured against all of them."""
DESCRIPTION = 200
DESK = "desk"
"""Who lets hold what has waited long enough."""

_log = logging.getLogger(__name__)


class ConstraintKeeper:
    """``put`` is given the rules whenever they change. Life: :meth:`load`, then :meth:`keep` for ever."""

    def __init__(
        self, store: Store, bus: Publisher, clock: Clock, put: Callable[[tuple[Constraint, ...]], None]
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._put = put
        self._loaded = False
        self._one_by_one = asyncio.Lock()
        self._rules: dict[str, Constraint] = {}
        self._waiting: dict[str, RuleWait] = {}
        self._due: dict[str, float] = {}
        self._news = asyncio.Event()

    async def load(self) -> None:
        """Take over what was stored; a rule that cannot be read refuses orders until it is deleted.

        Raises:
            StoreError: the store cannot be read.

        """
        text = await self._store.setting(rule_waits.SETTING)
        self._rules = {each.id: each for each in await self._store.constraints()}
        self._put(self.all())
        await self._go_on_waiting(text)
        self._loaded = True
        for each in self.all():
            if not each.readable:
                text = f"Your rule {each.id} could not be read, so that it refuses all orders but those that reduce; "
                await self._say("error", f"{text}delete it and make it anew.")

    def all(self) -> tuple[Constraint, ...]:
        """List the rules in the order of their making."""
        return tuple(self._rules.values())

    @property
    def waiting(self) -> Mapping[str, RuleWait]:
        """What waits for its minute to pass, by the rule's id."""
        return self._waiting

    async def keep(self) -> None:
        """Loosen what has waited long enough, for ever; run it under supervision."""
        await whenever_due(self._left, self._news, self._loosen, self._clock)

    async def create(self, intent_id: str, fields: Mapping[str, Any], by: str) -> Constraint:
        """Make a rule; the same ``intent_id`` gives the same rule.

        Raises:
            Refused: it makes no sense (``details["flaws"]``).
            Conflict: there are too many, or those stored are not read yet.
            StoreError: it could not be written, so there is none.

        """
        made = _checked(Constraint(id=constraint_id(intent_id), **fields))
        async with self._changing():
            known = self._rules.get(made.id)
            if known is not None:
                return known
            if len(self._rules) >= MOST:
                raise Conflict(f"There are {MOST} rules already; take one away first.")
            await self._write(None, made, by)
        return made

    async def update(self, rule_id: str, fields: Mapping[str, Any], by: str) -> Constraint:
        """Change the fields given and return the rule that holds; what it is to become may wait in its place.

        Raises:
            NotFound: there is no such rule.
            Refused: it would make no sense (``details["flaws"]``).
            Conflict: the stored rules are not read yet, or this one could not be read.
            StoreError: it could not be written, so nothing is changed.

        """
        async with self._changing():
            before = self._find(rule_id)
            if not before.readable:
                raise Conflict(f"The rule {rule_id} could not be read; delete it and make it anew.")
            after = _checked(replace(before, **fields))
            await self._change(before, after, by)
            return self._rules[rule_id]

    async def delete(self, rule_id: str, by: str) -> None:
        """Take a rule away; one that refuses goes when it has waited.

        Raises:
            NotFound: there is no such rule.
            Conflict: the stored rules are not read yet.
            StoreError: it could not be written, so it stays.

        """
        async with self._changing():
            await self._change(self._find(rule_id), None, by)

    # -- inside

    def _changing(self) -> asyncio.Lock:
        if not self._loaded:
            raise Conflict(STARTING)
        return self._one_by_one

    def _find(self, rule_id: str) -> Constraint:
        found = self._rules.get(rule_id)
        if found is None:
            raise NotFound(f"There is no rule {rule_id[:40]!r}.")
        return found

    async def _change(self, before: Constraint, after: Constraint | None, by: str) -> None:
        """Let a change hold, or wait; the newest word about a rule takes the place of what waits."""
        waits = self._waiting.get(before.id)
        if not loosens(before, after):
            if waits is not None or after != before:
                await self._write(before, after, by)
        elif waits is None or waits.after != after:
            await self._ask(before, after, by)

    async def _ask(self, rule: Constraint, after: Constraint | None, by: str) -> None:
        """Write down what a rule is to become, then let it wait."""
        now = self._clock.wall_ms()
        wait = RuleWait(after, now + WAIT_MS)
        waiting = {**self._waiting, rule.id: wait}
        settings = {rule_waits.SETTING: rule_waits.to_text(waiting)}
        await self._store.write(Change(journal=(rule_waits.line(now, rule, wait, by),), settings=settings))
        self._waiting = waiting
        self._due[rule.id] = self._clock.monotonic() + WAIT_MS / 1000
        self._news.set()
        await self._say("info", f"Own rule that holds for {WAIT_MS // 1000} s more: {rule_words(rule)} → {wait.words}.")

    async def _write(self, before: Constraint | None, after: Constraint | None, by: str) -> None:
        """Write a change with its line, then let it hold; nothing waits for the rule any more."""
        at, about = self._clock.wall_ms(), before or after
        lines = [] if before == after else [constraint_line(at, before, after, by)]
        waiting = {key: each for key, each in self._waiting.items() if about is None or key != about.id}
        settings: dict[str, str] = {}
        if waiting != self._waiting:
            settings = {rule_waits.SETTING: rule_waits.to_text(waiting)}
            if by != DESK and about is not None:
                lines.append(rule_waits.line(at, about, None, by))
        kept = () if after is None else (after,)
        gone = (before.id,) if before is not None and after is None else ()
        await self._store.write(Change(journal=lines, constraints=kept, removed_constraints=gone, settings=settings))
        self._waiting, self._due = waiting, {key: due for key, due in self._due.items() if key in waiting}
        self._news.set()
        self._rules = {key: each for key, each in self._rules.items() if key not in gone}
        self._rules |= {each.id: each for each in kept}
        self._put(self.all())
        await self._say("info", _told(before, after))

    def _left(self) -> float | None:
        """Return the seconds until something has waited long enough; ``None`` while nothing waits."""
        return min(self._due.values()) - self._clock.monotonic() if self._due else None

    async def _loosen(self) -> None:
        async with self._one_by_one:
            now = self._clock.monotonic()
            for rule_id in [key for key, due in self._due.items() if due <= now]:
                await self._write(self._rules[rule_id], self._waiting[rule_id].after, DESK)

    async def _go_on_waiting(self, text: str | None) -> None:
        """Take over what waited before a restart: for the rest of its minute, a whole one at most."""
        try:
            kept = {} if text is None else rule_waits.from_text(text)
        except ValueError as error:
            _log.error("What own rules were to become cannot be read: %s", error)
            kept = {}
            await self._say("warning", "What your own rules were to become could not be read; they stay as they are.")
        now, wall = self._clock.monotonic(), self._clock.wall_ms()
        self._waiting = {key: each for key, each in kept.items() if key in self._rules}
        self._due = {key: now + min(max(each.at - wall, 0), WAIT_MS) / 1000 for key, each in self._waiting.items()}

    async def _say(self, level: str, text: str) -> None:
        await tell(self._store, self._bus, self._clock, Notice(level, text, "constraint"))


def _checked(rule: Constraint) -> Constraint:
    """Return a rule that makes sense, its description made harmless."""
    found = constraint_flaws(rule)
    if found:
        raise nonsense(found)
    return replace(rule, description=clean(rule.description, DESCRIPTION).strip())


def _told(before: Constraint | None, after: Constraint | None) -> str:
    """Say what became of a rule."""
    said = {before is None: "made", after is None: "taken away", before == after: "stays"}.get(True, "changed")
    shown = dict.fromkeys(rule_words(each) for each in (before, after) if each is not None)
    return f"Own rule {said}: {' → '.join(shown)}."
