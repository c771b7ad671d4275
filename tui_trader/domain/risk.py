"""What an owner can bear, and what the gate found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_trader.domain.risk_profile import RiskProfile

__all__ = ["Breach", "GateState", "Level", "RiskProfile"]


class GateState(StrEnum):
    """The five states of the gate (design.md, Rulings)."""

    RECONCILING = "RECONCILING"
    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    CANCEL_ONLY = "CANCEL_ONLY"
    HALTED = "HALTED"


class Level(StrEnum):
    """How hard a breach is: ``HARD`` refuses, ``SOFT`` asks for a confirmation, ``WARN`` only says so."""

    HARD = "HARD"
    SOFT = "SOFT"
    WARN = "WARN"


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that an order touched: a stable ``code``, a sentence, the figure and the limit as text."""

    code: str
    level: Level
    message: str
    figure: str = ""
    limit: str = ""
    suggestion: str = ""
