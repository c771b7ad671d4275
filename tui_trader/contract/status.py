"""How the desk is, in one answer."""

from __future__ import annotations

from tui_trader.contract.account import BreakView, EquityView
from tui_trader.contract.base import Answer, Time


class FeedView(Answer):
    """One connection or stream. ``age_ms`` is of its last payload, by the desk's clock."""

    name: str
    up: bool
    age_ms: int | None
    detail: str = ""


class Status(Answer):
    """``GET /status`` and the ``status`` event, about once a second."""

    mode: str
    profile: str
    venue: str
    gate: str
    gate_reason: str
    version: str
    api_version: int
    schema_version: int
    pid: int
    started_at: Time
    now: Time
    feeds: list[FeedView]
    clock_offset_ms: float | None
    clock_error_ms: float | None
    latency_ms: float | None
    budget_percent: float
    working_orders: int
    unknown_orders: int
    open_positions: int
    equity: EquityView | None
    sequence: int
    consoles: int
    timing: str = "normal"
    breaks: tuple[BreakView, ...] = ()


class Health(Answer):
    """``GET /health``, without a token: whether this is a desk that speaks our version."""

    ok: bool
    api_version: int
    version: str
    mode: str
    profile: str
    gate: str
