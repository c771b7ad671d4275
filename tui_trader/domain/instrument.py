"""A tradable pair and the exchange's rules for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.order import OrderType, Side


@dataclass(frozen=True, slots=True)
class Instrument:
    """A spot pair. Prices and minimum values are in the quote asset, quantities in the base asset.

    ``tick`` and ``lot`` are the price and quantity steps. ``sides`` are the sides open for trading. Fees are
    ratios (0.0005 is 0.05 %). MEXC publishes these in ``exchangeInfo`` under misleading names.
    """

    symbol: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    min_quantity: Decimal
    min_notional: Decimal
    min_notional_market: Decimal
    max_notional: Decimal
    max_notional_market: Decimal
    order_types: frozenset[OrderType]
    sides: frozenset[Side]
    api_tradable: bool
    online: bool
    maker_fee: Decimal
    taker_fee: Decimal
    name: str = ""
    price_band_up: Decimal | None = None
    price_band_down: Decimal | None = None
    special_treatment: bool = False

    @property
    def tradable(self) -> bool:
        """Whether an order may be sent at all."""
        return self.online and self.api_tradable and bool(self.sides)

    @property
    def price_decimals(self) -> int:
        """Decimals shown for a price."""
        return max(0, -int(self.tick.normalize().as_tuple().exponent))

    @property
    def quantity_decimals(self) -> int:
        """Decimals shown for a quantity."""
        return max(0, -int(self.lot.normalize().as_tuple().exponent))
