"""What the desk tells: one frozen event per thing that happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """Every kind of event. Durable ones carry the journal's sequence; market ones do not."""

    ORDER = "order"
    FILL = "fill"
    POSITION = "position"
    BALANCE = "balance"
    EQUITY = "equity"
    GATE = "gate"
    HALT = "halt"
    NOTICE = "notice"
    ASSESSMENT = "assessment"
    STATUS = "status"
    QUOTE = "quote"
    TICKER = "ticker"
    BOOK = "book"
    TRADES = "trades"
    CANDLE = "candle"


DURABLE = frozenset({EventKind.ORDER, EventKind.FILL, EventKind.GATE, EventKind.HALT, EventKind.NOTICE})
"""Kinds that a client can resume from a sequence number."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``data`` is a domain value; ``at`` is UTC ms; ``sequence`` is the journal's, or ``None``."""

    kind: EventKind
    at: int
    data: Any
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A line for the log panel. ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class GateChange:
    """The gate went from one state to another."""

    state: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One stream or connection: whether it is up, and when its last payload came (UTC ms, ours)."""

    name: str
    up: bool
    last_message: int | None
    detail: str = ""
