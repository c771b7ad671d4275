"""The risk profile as the store and the journal hold it.

The record has the limits that hold, those that wait, and the configuration that they were laid on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui_trader.rules.risk.limit_changes import LimitState, Step, Waiting
from tui_trader.rules.risk.profile_values import DEFAULTS, GENERAL, Values, parts, read, written
from tui_trader.services.ports import JournalEntry

SETTING = "risk.profile"
LINE = "risk.limit"


@dataclass(frozen=True, slots=True)
class Record:
    """``laid_on`` are the configured values; ``intent`` is the id of the newest change asked for."""

    state: LimitState
    laid_on: Values
    intent: str = ""


def to_text(record: Record) -> str:
    """Write a record down."""
    waiting = [{"key": each.key, "value": written(each.value), "at": each.at} for each in record.state.waiting]
    values = {"values": _written(record.state.values), "configured": _written(record.laid_on)}
    return json.dumps({**values, "waiting": waiting, "intent": record.intent})


def from_text(text: str) -> Record:
    """Read a record; limits that this version does not know are left out.

    Raises:
        ValueError: it is none.

    """
    try:
        kept: Mapping[str, Any] = json.loads(text)
        waiting = tuple(_waiting(each) for each in kept["waiting"] if _known(each["key"]))
        return Record(LimitState(_read(kept["values"]), waiting), _read(kept["configured"]), str(kept["intent"]))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no record of limits ({type(error).__name__})") from None


def line(step: Step, at: int, by: str) -> JournalEntry:
    """Tell what became of one limit."""
    body = {
        "effect": step.effect.value,
        "limit": step.key,
        "before": written(step.before),
        "after": written(step.after),
        "by": by,
    }
    return JournalEntry(LINE, at, body if step.at is None else body | {"at": step.at})


def listed(state: LimitState) -> dict[str, Any]:
    """Write every limit that holds."""
    return _written(state.values)


def _written(values: Values) -> dict[str, Any]:
    return {key: written(value) for key, value in values.items()}


def _read(values: Mapping[str, Any]) -> Values:
    return {key: read(key, value) for key, value in values.items() if _known(key)}


def _waiting(body: Mapping[str, Any]) -> Waiting:
    value = None if body["value"] is None else read(body["key"], body["value"])
    if not isinstance(body["at"], int):
        raise TypeError("a time")
    return Waiting(body["key"], value, body["at"])


def _known(key: str) -> bool:
    symbol, name = parts(key)
    return name in DEFAULTS if symbol is not None else name in GENERAL
