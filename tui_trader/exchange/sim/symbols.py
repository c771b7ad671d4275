"""The pairs the venue lists: their trading rules, and how their generated market behaves.

Figures are those of MEXC's published symbol rules for such pairs (rest.md §4): price step is
``10^-price_decimals``, quantity step ``10^-quantity_decimals``; the misnamed MEXC fields are given in brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.exchange.wire.vocabulary import OrderType, TradeSideType


@dataclass(frozen=True, slots=True)
class SymbolRules:
    """Trading rules of one pair.

    ``min_quantity`` [baseSizePrecision] in base, 0 = none; ``min_value`` [quoteAmountPrecision] and
    ``max_value`` [maxQuoteAmount] in quote for limit orders, the ``_market`` twins for market orders;
    ``band_up``/``band_down`` the PERCENT_PRICE_BY_SIDE ratios, None = no band; fees are ratios of the quote value.
    ``order_types`` are those published; IOC and FOK work though never listed.
    """

    symbol: str
    base: str
    quote: str
    price_decimals: int
    quantity_decimals: int
    full_name: str = ""
    min_quantity: Decimal = Decimal(0)
    min_value: Decimal = Decimal(1)
    min_value_market: Decimal = Decimal(1)
    max_value: Decimal = Decimal(4_000_000)
    max_value_market: Decimal = Decimal(4_000_000)
    band_up: Decimal | None = None
    band_down: Decimal | None = None
    maker_fee: Decimal = Decimal(0)
    taker_fee: Decimal = Decimal("0.0005")
    order_types: tuple[OrderType, ...] = (OrderType.LIMIT, OrderType.MARKET, OrderType.LIMIT_MAKER)
    open_to_api: bool = True
    status: str = "1"
    trade_side: TradeSideType = TradeSideType.BOTH
    listed_ms: int = 1_577_836_800_000
    replayed: bool = False
