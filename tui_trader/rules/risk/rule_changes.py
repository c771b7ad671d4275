"""Changes of a person's own rules: what lets pass what is refused now waits like a loosened limit (R37)."""

from __future__ import annotations

from dataclasses import dataclass

from tui_trader.domain.assessment import Action, Constraint, Operator
from tui_trader.domain.money import canonical


@dataclass(frozen=True, slots=True)
class RuleWait:
    """What a rule becomes at ``at`` (UTC ms), ``None`` for a rule that goes; until then it holds as it is."""

    after: Constraint | None
    at: int

    @property
    def words(self) -> str:
        """Say what becomes of the rule."""
        if self.after is None:
            return "deleted"
        return rule_words(self.after) if self.after.active else "off"


def loosens(before: Constraint, after: Constraint | None) -> bool:
    """Tell whether a change lets orders pass that the rule refuses now; a rule that looks at something else does."""
    if not before.active or before.action is not Action.BLOCK:
        return False
    if after is None or not after.active or after.action is not Action.BLOCK:
        return True
    if (after.type, after.parameter, after.operator) != (before.type, before.parameter, before.operator):
        return True
    if after.symbol not in {None, before.symbol}:
        return True
    return after.value > before.value if before.operator is Operator.GT else after.value < before.value


def rule_words(rule: Constraint) -> str:
    """Say a rule in a few words."""
    if not rule.readable:
        return f"{rule.id}, which could not be read"
    where = f"{rule.parameter} {'above' if rule.operator is Operator.GT else 'below'} {canonical(rule.value)}"
    about = f" on {rule.symbol}" if rule.symbol else ""
    return f"{rule.action} {where}{about}{'' if rule.active else ' (off)'}"
