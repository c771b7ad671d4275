"""Coins of one asset, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Balance:
    """What the venue says is there: ``free`` to trade and ``locked`` in orders. ``at`` is UTC ms."""

    asset: str
    free: Decimal
    locked: Decimal
    at: int = 0

    @property
    def total(self) -> Decimal:
        """Free and locked together."""
        return self.free + self.locked


class Mover(StrEnum):
    """What moved a balance, as far as the venue's word for the cause tells."""

    ORDERS = "orders"
    ELSEWHERE = "elsewhere"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class EquitySample:
    """The account's worth at a moment, in the account currency; ``None`` parts had no price."""

    at: int
    equity: Decimal
    cash: Decimal
    unpriced: tuple[str, ...] = ()
