"""One execution of one of our orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.order import Side

SYNTHETIC = "synthetic"
"""The source of a stand-in: made from the venue's sums while the executions themselves do not come."""


@dataclass(frozen=True, slots=True)
class Fill:
    """An execution. ``(venue_order_id, trade_id)`` identifies it; ``fee`` may be in base, quote or a third asset.

    ``order_id`` is ours, and empty for an order placed elsewhere. ``at`` is UTC ms. ``source`` names the channel
    it was learnt from (``push``, ``rest``, :data:`SYNTHETIC`).
    """

    venue_order_id: str
    trade_id: str
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    quote: Decimal
    fee: Decimal
    fee_asset: str
    maker: bool
    at: int
    order_id: str = ""
    client_order_id: str = ""
    source: str = "rest"

    @property
    def key(self) -> tuple[str, str]:
        """What makes two reports of one execution the same."""
        return (self.venue_order_id, self.trade_id)
