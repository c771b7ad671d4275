"""The order that closes a fill-made position."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Quote
from tui_trader.domain.money import floor_to
from tui_trader.domain.order import OrderRequest, OrderType, Origin, Side, TimeInForce
from tui_trader.domain.position import Position
from tui_trader.errors import Refused, VenueUnavailable
from tui_trader.services.market import MarketService

QUOTE_AGE_MS = 5000


async def closing_request(
    position: Position, fields: Mapping[str, Any], market: MarketService, origin: Origin = Origin.API
) -> OrderRequest:
    """Return the selling order: ``type``, ``price`` and ``quantity`` as given, else all of it, inside the spread.

    Raises:
        VenueUnavailable: no price is known to put the order at.
        Refused: nothing that could be sold is left of the position, or more is asked for than is held.

    """
    pair = market.instrument(position.symbol)
    kind = OrderType(fields.get("type") or OrderType.LIMIT)
    price: Decimal | None = fields.get("price")
    if price is None and kind is not OrderType.MARKET:
        quote = await market.ensure_quote(pair.symbol, QUOTE_AGE_MS)
        if quote is None:
            raise VenueUnavailable(f"No price of {pair.symbol} is known; give one.")
        price = inside_spread(quote, pair)
    quantity: Decimal = fields.get("quantity") or floor_to(position.quantity, pair.lot)
    if quantity <= 0 or quantity > position.quantity:
        raise Refused(f"{position.quantity:f} {pair.base} is held; a close sells a part of that.", code="unprocessable")
    tif = TimeInForce.IOC if kind is OrderType.MARKET else TimeInForce.GTC
    return OrderRequest(
        pair.symbol, Side.SELL, kind, tif, quantity=quantity, price=price, reduce_only=True, origin=origin
    )


def inside_spread(quote: Quote, pair: Instrument) -> Decimal:
    """Return one tick below the best ask where the spread has room for it, else the best ask."""
    better = quote.ask - pair.tick
    return better if better > quote.bid else quote.ask
