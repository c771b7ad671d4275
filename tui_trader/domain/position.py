"""Holdings: what was bought, at what cost, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.money import ZERO


class PositionSide(StrEnum):
    """Direction of a position. SHORT exists only as a record kept by hand."""

    LONG = "LONG"
    SHORT = "SHORT"


class PositionStatus(StrEnum):
    """Whether anything is still held."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class PositionType(StrEnum):
    """Whether a person or a rule opened it."""

    MANUAL = "MANUAL"
    AUTOMATIC = "AUTOMATIC"


class PositionSource(StrEnum):
    """Where a position comes from: a fold over fills, or a record typed by hand."""

    FILLS = "FILLS"
    BY_HAND = "BY_HAND"


@dataclass(frozen=True, slots=True)
class Position:
    """A position. Prices and money in the quote asset, quantities in the base asset, times UTC ms.

    ``entry_price`` is the average cost including fees, ``None`` while the cost of coins that were there before is
    unknown. ``quantity`` is what is still held, ``closed_quantity`` what was sold. ``realised_pnl`` is net of fees;
    ``fees`` are in quote money, fees in a third asset stand in ``other_fees``. Market-dependent figures
    (``current_price``, ``unrealised_pnl``, excursions) are ``None`` or zero until a price was seen.
    """

    id: str
    symbol: str
    side: PositionSide
    status: PositionStatus
    source: PositionSource
    type: PositionType
    quantity: Decimal
    entry_price: Decimal | None
    opened_at: int
    updated_at: int
    closed_quantity: Decimal = ZERO
    exit_price: Decimal | None = None
    current_price: Decimal | None = None
    priced_at: int | None = None
    unrealised_pnl: Decimal | None = None
    realised_pnl: Decimal = ZERO
    fees: Decimal = ZERO
    other_fees: tuple[tuple[str, Decimal], ...] = ()
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    strategy: str | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    entry_order_ids: tuple[str, ...] = ()
    exit_order_ids: tuple[str, ...] = ()
    closed_at: int | None = None
    max_profit: Decimal = ZERO
    max_drawdown: Decimal = ZERO

    @property
    def open(self) -> bool:
        """Whether anything is still held."""
        return self.status is PositionStatus.OPEN
