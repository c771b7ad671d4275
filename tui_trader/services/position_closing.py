"""The order that closes a fill-made position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Quote
from tui_trader.domain.money import floor_to
from tui_trader.domain.order import OrderRequest, OrderType, Origin, Side, TimeInForce
from tui_trader.domain.position import Position
from tui_trader.errors import Refused, VenueUnavailable
from tui_trader.services.confirmations import LIFE_SECONDS
from tui_trader.services.market import MarketService

QUOTE_AGE_MS = 5000
KEPT = 256
"""So many requests are kept at most; the oldest goes."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A request, what was asked for (position and fields), and the monotonic second at which it was made."""

    asked: tuple[str, Mapping[str, Any]]
    at: float
    request: OrderRequest


class ClosingRequests:
    """Closing orders by intent id: a repeat within ten seconds is the very order whose numbers were shown.

    A confirmation is bound to the exact price, and the price inside the spread moves with the market.
    """

    def __init__(self, market: MarketService, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._made: dict[str, _Made] = {}

    async def of(self, intent_id: str, position: Position, fields: Mapping[str, Any]) -> OrderRequest:
        """Return the order made under this id for the same position and fields, or make one.

        Raises as :func:`closing_request`.
        """
        asked = (position.id, {name: value for name, value in fields.items() if name != "confirmation"})
        known, now = self._made.get(intent_id), self._clock.monotonic()
        if known is not None and now - known.at <= LIFE_SECONDS and known.asked == asked:
            return known.request
        request = await closing_request(position, fields, self._market)
        self._keep(intent_id, _Made(asked, self._clock.monotonic(), request))
        return request

    def _keep(self, intent_id: str, made: _Made) -> None:
        """Remember a request, and let those go that are too old or too many."""
        self._made.pop(intent_id, None)
        self._made = {name: each for name, each in self._made.items() if made.at - each.at <= LIFE_SECONDS}
        while len(self._made) >= KEPT:
            del self._made[next(iter(self._made))]
        self._made[intent_id] = made


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
