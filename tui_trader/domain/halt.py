"""The kill switch's certificate: what was stopped, what was filled meanwhile, what stays, and what is not proved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.money import ZERO
from tui_trader.domain.order import Side


class Fate(StrEnum):
    """What became of an order that was working when trading was halted.

    ``GONE`` is proved to do nothing more (cancelled, refused, never sent or never placed), ``FILLED`` executed in
    full before the cancel reached it, ``KEPT`` stays because it only reduces, ``OPEN`` is not confirmed yet.
    """

    GONE = "GONE"
    FILLED = "FILLED"
    KEPT = "KEPT"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True)
class HaltedOrder:
    """One order of a certificate. ``filled`` is the base quantity executed since the switch was pressed."""

    order_id: str
    symbol: str
    side: Side
    price: Decimal | None
    quantity: Decimal
    filled: Decimal
    fate: Fate


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one press of the kill switch has done so far. ``id`` stays the same while it is pursued.

    ``pressed_at`` is UTC ms. ``latched_ms`` is the time from the press to the durable commit of HALTED, ``None`` while
    it is only in memory; ``cleared_ms`` the time until no order was left to cancel, ``None`` before. ``done`` is false
    while something is still pursued; ``trouble`` says in a sentence what stands in the way.
    """

    id: str
    reason: str
    by: str
    everything: bool
    pressed_at: int
    latched_ms: float | None = None
    cleared_ms: float | None = None
    orders: tuple[HaltedOrder, ...] = ()
    done: bool = False
    trouble: str = ""

    def count(self, fate: Fate) -> int:
        """Return how many orders have met a fate."""
        return sum(1 for order in self.orders if order.fate is fate)

    @property
    def filled(self) -> tuple[HaltedOrder, ...]:
        """The orders that were executed, wholly or in part, after the press."""
        return tuple(order for order in self.orders if order.filled > ZERO)
