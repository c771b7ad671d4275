"""Own rules that wait to be loosened, as they are kept over restarts and told in the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui_trader.domain.assessment import Constraint
from tui_trader.rules.gate_constraints import constraint_flaws
from tui_trader.rules.risk.rule_changes import RuleWait
from tui_trader.services.ports import JournalEntry
from tui_trader.services.risk_lines import AFTER, BEFORE, constraint_body, constraint_of

SETTING = "risk.constraints.waiting"
LINE = "risk.constraint_waits"
"""Tells that a rule is to be loosened, or that it is not any more: ``at`` is when, null where it is not."""


def to_text(waiting: Mapping[str, RuleWait]) -> str:
    """Write what waits, by the rule's id."""
    return json.dumps({key: {AFTER: _body(each.after), "at": each.at} for key, each in waiting.items()})


def from_text(text: str) -> dict[str, RuleWait]:
    """Read what :func:`to_text` wrote.

    Raises:
        ValueError: it is none of it.

    """
    try:
        return {key: _wait(key, each) for key, each in json.loads(text).items()}
    except (AttributeError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def line(at: int, rule: Constraint, wait: RuleWait | None, by: str) -> JournalEntry:
    """Tell that a rule waits for something, or with ``None`` that it stays as it is."""
    after = rule if wait is None else wait.after
    body = {"by": by, BEFORE: _body(rule), AFTER: _body(after), "at": None if wait is None else wait.at}
    return JournalEntry(LINE, at, body)


def _body(rule: Constraint | None) -> dict[str, object] | None:
    return None if rule is None else constraint_body(rule)


def _wait(rule_id: str, body: Mapping[str, Any]) -> RuleWait:
    after = None if body[AFTER] is None else constraint_of(body[AFTER])
    if not isinstance(body["at"], int) or (after is not None and (after.id != rule_id or constraint_flaws(after))):
        raise ValueError(f"the rule {rule_id[:40]} cannot become this")
    return RuleWait(after, body["at"])
