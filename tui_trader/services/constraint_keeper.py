"""A person's own rules: made, changed and taken away while the desk runs, each with a line of before and after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Constraint
from tui_trader.domain.events import Notice
from tui_trader.domain.ids import constraint_id
from tui_trader.domain.money import canonical
from tui_trader.domain.text import clean
from tui_trader.errors import Conflict, NotFound
from tui_trader.rules.gate_constraints import constraint_flaws
from tui_trader.rules.risk.limit_changes import nonsense
from tui_trader.services.inner import Publisher
from tui_trader.services.limit_keeper import STARTING
from tui_trader.services.notices import tell
from tui_trader.services.ports import Change, Store
from tui_trader.services.risk_lines import constraint_line

MOST = 200
"""So many rules at once at most: every order is measured against all of them."""
DESCRIPTION = 200


class ConstraintKeeper:
    """``put`` is given the rules whenever they change. Life: :meth:`load`."""

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

    async def load(self) -> None:
        """Take over what was stored; a rule that cannot be read refuses orders until it is deleted.

        Raises:
            StoreError: the store cannot be read.

        """
        self._rules = {each.id: each for each in await self._store.constraints()}
        self._loaded = True
        self._put(self.all())
        for each in self.all():
            if not each.readable:
                text = f"Your rule {each.id} could not be read, so that it refuses all orders but those that reduce; "
                await self._say("error", f"{text}delete it and make it anew.")

    def all(self) -> tuple[Constraint, ...]:
        """List the rules in the order of their making."""
        return tuple(self._rules.values())

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
        """Change the fields given.

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
            if after != before:
                await self._write(before, after, by)
        return after

    async def delete(self, rule_id: str, by: str) -> None:
        """Take a rule away.

        Raises:
            NotFound: there is no such rule.
            Conflict: the stored rules are not read yet.
            StoreError: it could not be written, so it stays.

        """
        async with self._changing():
            await self._write(self._find(rule_id), None, by)

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

    async def _write(self, before: Constraint | None, after: Constraint | None, by: str) -> None:
        """Write a change with its line, then let it hold."""
        line = constraint_line(self._clock.wall_ms(), before, after, by)
        kept = () if after is None else (after,)
        gone = (before.id,) if before is not None and after is None else ()
        await self._store.write(Change(journal=(line,), constraints=kept, removed_constraints=gone))
        self._rules = {key: each for key, each in self._rules.items() if key not in gone}
        self._rules |= {each.id: each for each in kept}
        self._put(self.all())
        words = "Own rule made" if before is None else "Own rule taken away" if after is None else "Own rule changed"
        shown = " → ".join(_words(each) for each in (before, after) if each is not None)
        await self._say("info", f"{words}: {shown}.")

    async def _say(self, level: str, text: str) -> None:
        await tell(self._store, self._bus, self._clock, Notice(level, text, "constraint"))


def _checked(rule: Constraint) -> Constraint:
    """Return a rule that makes sense, its description made harmless."""
    found = constraint_flaws(rule)
    if found:
        raise nonsense(found)
    return replace(rule, description=clean(rule.description, DESCRIPTION).strip())


def _words(rule: Constraint) -> str:
    """Say a rule in a few words."""
    if not rule.readable:
        return f"{rule.id}, which could not be read"
    where = f"{rule.parameter} {'above' if rule.operator == 'GT' else 'below'} {canonical(rule.value)}"
    about = f" on {rule.symbol}" if rule.symbol else ""
    return f"{rule.action} {where}{about}{'' if rule.active else ' (off)'}"
