"""The nine outcomes of a request on its way to the venue (reliability.md §4.6), each as one rule for one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.process.kill_loop.mix import LATE_MS, REFUSED, UNAVAILABLE

TOO_MANY = {
    "action": "answer", "status": 429, "body": '{"code":429,"msg":"Too Many Requests"}', "retry_after": 1,
}  # fmt: skip
LOST_MS = 700
"""A request lost on its way hears nothing for so long before the line is cut."""

OUTCOMES: Mapping[str, Mapping[str, Any] | None] = {
    "ack": None,
    "accepted+cut": {"action": "drop", "accepted": True},
    "accepted+5xx": {**UNAVAILABLE, "accepted": True},
    "accepted late+5xx": {**UNAVAILABLE, "accepted": True, "late_ms": LATE_MS},
    "accepted+429": {**TOO_MANY, "accepted": True},
    "refused+cut": {"action": "drop"},
    "refused+5xx": UNAVAILABLE,
    "definite 4xx": REFUSED,
    "lost": {"action": "drop", "before_ms": LOST_MS},
}
"""Outcomes by name; nothing happens to an acknowledged one."""
ACCEPTED = tuple(name for name, rule in OUTCOMES.items() if rule is None or rule.get("accepted"))


def rule(outcome: str, method: str) -> list[dict[str, Any]]:
    """Return the rules that give the next order (``POST``) or cancel (``DELETE``) this outcome."""
    found = OUTCOMES[outcome]
    return [] if found is None else [{"method": method, "path": "/api/v3/order", "count": 1, **found}]
