"""The past: transactions and the journal."""

from __future__ import annotations

from typing import Any

from tui_trader.contract.base import Answer, Time


class JournalView(Answer):
    """One line of the journal."""

    sequence: int
    kind: str
    at: Time
    order_id: str
    origin: str
    body: dict[str, Any]
