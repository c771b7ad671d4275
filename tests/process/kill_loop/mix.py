"""What becomes of a request for an order on its way to the venue: the mix of reliability.md §4.6, as rules of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORDER = {"method": "POST", "path": "/api/v3/order"}
UNAVAILABLE = {"action": "answer", "status": 504, "body": "upstream request timeout", "content_type": "text/plain"}
REFUSED = {"action": "answer", "status": 400, "body": '{"msg":"Oversold","code":30005}'}
LATE_MS = 250
"""How long after its 504 an order is accepted: within the window for which its signature is good."""

OUTCOMES: Mapping[str, tuple[int, Mapping[str, Any]]] = {
    "cut": (10, {"action": "drop", "accepted": True}),
    "504": (7, {**UNAVAILABLE, "accepted": True}),
    "refused_504": (6, UNAVAILABLE),
    "refused_cut": (5, {"action": "drop"}),
    "late_504": (6, {**UNAVAILABLE, "accepted": True, "late_ms": LATE_MS}),
    "400": (4, REFUSED),
}
"""Outcomes with their share in percent; the rest is acknowledged."""

PACE = (
    {"action": "delay", "probability": 0.5, "before_ms": 6},
    {"action": "delay", "probability": 0.5, "before_ms": 14},
    {"action": "delay", "probability": 0.5, "after_ms": 9},
    {"action": "delay", "probability": 0.3, "after_ms": 23},
)
"""How long a request is on its way there and back: 0 to 52 ms, as 16 sums of these."""


EVERY: Mapping[str, Any] = {"action": "delay"}
"""Does nothing to any request, and so counts them."""


def rules() -> list[dict[str, Any]]:
    """Return the rules in their order: each strikes with its share of what the ones before it left."""
    left, found = 100, []
    for share, rule in OUTCOMES.values():
        found.append({**ORDER, **rule, "probability": share / left})
        left -= share
    return [*found, *({**ORDER, **each} for each in (*PACE, EVERY))]


def counted(faults: Mapping[str, Any]) -> dict[str, int]:
    """Read how often each outcome came out of the venue's list of faults."""
    hits = [each["hits"] for each in faults.values()]
    struck = dict(zip(OUTCOMES, hits, strict=False))
    return {"ack": hits[-1] - sum(struck.values()), **struck}
