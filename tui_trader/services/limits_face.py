"""Limits, own rules and how they stand, as the API sees them; ``limits`` fulfils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tui_trader.domain.assessment import Assessment, Constraint
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.rules.risk.limit_changes import ProfileChange, Waiting
from tui_trader.rules.risk.limit_use import Use
from tui_trader.rules.risk.loss_lock import LossState
from tui_trader.rules.risk.rule_changes import RuleWait


@dataclass(frozen=True, slots=True)
class Profile:
    """The limits that hold, those that wait, and what was wrong with the stored ones; ``currency`` is the account's."""

    limits: RiskProfile
    waiting: Sequence[Waiting]
    trouble: str
    currency: str


@dataclass(frozen=True, slots=True)
class RiskStatus:
    """How risk stands at ``at`` (UTC ms): the gate, how far limits are used, the loss lock, risks that were found.

    ``lock`` is the state of losses while the lock is on.
    """

    at: int
    gate: GateState
    gate_reason: str
    profile: Profile
    uses: Sequence[Use]
    lock: LossState | None
    assessments: Sequence[Assessment]


class Limits(Protocol):
    """What an owner sets, and how it stands. The same ``intent_id`` gets the same answer and changes nothing again."""

    def profile(self) -> Profile:
        """Return the limits."""
        ...

    async def change_profile(self, intent_id: str, change: ProfileChange) -> Profile:
        """Change limits; ``Refused`` with ``details["flaws"]`` when something makes no sense."""
        ...

    def constraints(self) -> Sequence[Constraint]:
        """List own rules as they hold."""
        ...

    def waiting_rules(self) -> Mapping[str, RuleWait]:
        """Say what own rules are to become when they have waited, by their id."""
        ...

    async def create_constraint(self, intent_id: str, fields: Mapping[str, Any]) -> Constraint:
        """Make a rule from the fields of ``domain.assessment.Constraint``; ``Refused`` as for limits."""
        ...

    async def update_constraint(self, rule_id: str, intent_id: str, fields: Mapping[str, Any]) -> Constraint:
        """Change the fields given and return the rule that holds, for what loosens it waits; ``Refused`` as above."""
        ...

    async def delete_constraint(self, rule_id: str) -> None:
        """Take a rule away; one that refuses goes when it has waited."""
        ...

    def status(self) -> RiskStatus:
        """Say how everything stands."""
        ...
