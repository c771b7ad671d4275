"""What an owner sets, live on the desk: limits, own rules, and how far limits are used. Fulfils ``faces.Limits``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Assessment, Constraint
from tui_trader.rules.risk.limit_changes import ProfileChange
from tui_trader.rules.risk.limit_use import limit_uses
from tui_trader.rules.risk.rule_changes import RuleWait
from tui_trader.services.constraint_keeper import ConstraintKeeper
from tui_trader.services.gate import Gate
from tui_trader.services.idempotency import Intents
from tui_trader.services.limit_keeper import LimitKeeper
from tui_trader.services.limit_usage import usage
from tui_trader.services.limits_face import Profile, RiskStatus
from tui_trader.services.risk_figures import Figures


class LimitsService:
    """``assessments`` gives the active ones, worst first.

    Life: :meth:`load`, then :meth:`keep` and :meth:`keep_rules` for ever.
    """

    def __init__(
        self, keeper: LimitKeeper, rules: ConstraintKeeper, figures: Figures, gate: Gate, clock: Clock
    ) -> None:
        self._keeper = keeper
        self._rules = rules
        self._figures = figures
        self._gate = gate
        self._clock = clock
        self._profiles: Intents[Profile] = Intents()
        self._changes: Intents[Constraint] = Intents()
        self.assessments: Callable[[], Sequence[Assessment]] = tuple

    async def load(self) -> None:
        """Take over what was stored.

        Raises:
            StoreError: it cannot be read.

        """
        await self._keeper.load()
        await self._rules.load()

    async def keep(self) -> None:
        """Let limits hold that have waited long enough, for ever; run it under supervision."""
        await self._keeper.keep()

    async def keep_rules(self) -> None:
        """Let own rules be loosened that have waited long enough, for ever; run it under supervision."""
        await self._rules.keep()

    def profile(self) -> Profile:
        """Return the limits."""
        state = self._keeper.state
        return Profile(state.profile, state.waiting, self._keeper.trouble, self._figures.currency)

    async def change_profile(self, intent_id: str, change: ProfileChange) -> Profile:
        """Change limits; what is loosened waits.

        Raises:
            Refused: something in it makes no sense; nothing is changed.
            Conflict: the intent id was used for something else, or the stored limits are not read yet.
            StoreError: it could not be written; nothing is changed.

        """

        async def work() -> Profile:
            await self._keeper.change(intent_id, change, "person")
            return self.profile()

        return await self._profiles.once(intent_id, change, work)

    def constraints(self) -> Sequence[Constraint]:
        """List own rules in the order of their making."""
        return self._rules.all()

    def waiting_rules(self) -> Mapping[str, RuleWait]:
        """Say what own rules are to become, by their id."""
        return self._rules.waiting

    async def create_constraint(self, intent_id: str, fields: Mapping[str, Any]) -> Constraint:
        """Make a rule; raises as :meth:`ConstraintKeeper.create`."""
        return await self._changes.once(intent_id, fields, lambda: self._rules.create(intent_id, fields, "person"))

    async def update_constraint(self, rule_id: str, intent_id: str, fields: Mapping[str, Any]) -> Constraint:
        """Change the fields given and return the rule that holds; raises as :meth:`ConstraintKeeper.update`."""
        return await self._changes.once(
            intent_id, (rule_id, fields), lambda: self._rules.update(rule_id, fields, "person")
        )

    async def delete_constraint(self, rule_id: str) -> None:
        """Take a rule away; raises as :meth:`ConstraintKeeper.delete`."""
        await self._rules.delete(rule_id, "person")

    def status(self) -> RiskStatus:
        """Say how everything stands."""
        now, profile = self._clock.wall_ms(), self.profile()
        return RiskStatus(
            at=now,
            gate=self._gate.state,
            gate_reason=self._gate.reason,
            profile=profile,
            uses=limit_uses(usage(self._figures, now), profile.limits, profile.currency),
            lock=self._figures.losses.lock,
            assessments=self.assessments(),
        )
