"""The kill switch: pressing it, its certificate, and the way back to trading."""

from __future__ import annotations

from pydantic import Field

from tui_trader.contract.base import Answer, Money, Question, Time
from tui_trader.domain.halt import Fate
from tui_trader.domain.order import Side

INTENT = r"^[A-Za-z0-9_-]+$"


class Halt(Question):
    """``POST /risk/halt``. Without ``everything``, exits and sells for cash stay."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)
    reason: str = Field(default="", max_length=200)
    everything: bool = False


class Resume(Question):
    """``POST /risk/resume``. The reason is kept in the journal."""

    intent_id: str = Field(min_length=8, max_length=64, pattern=INTENT)
    reason: str = Field(min_length=1, max_length=200)


class HaltedOrderView(Answer):
    """One order of a certificate; ``filled`` is the base quantity executed since the press."""

    order_id: str
    symbol: str
    side: Side
    price: Money | None
    quantity: Money
    filled: Money
    fate: Fate


class CertificateView(Answer):
    """What a press of the kill switch has done so far; ``sentence`` says it in English.

    ``latched_ms`` and ``cleared_ms`` count from the press to the durable commit of HALTED and to the moment from which
    no order was left to cancel; ``None`` before. ``done`` is false while something is still pursued: the event ``halt``
    tells of every change.
    """

    id: str
    reason: str
    by: str
    everything: bool
    pressed_at: Time
    latched_ms: float | None
    cleared_ms: float | None
    cancelled: int
    filled: int
    kept: int
    unconfirmed: int
    orders: list[HaltedOrderView]
    done: bool
    trouble: str
    sentence: str


class ResumedView(Answer):
    """Where the gate stands after trading was resumed."""

    gate: str
    message: str
