"""Orders that the desk did not place: taken in as external ones, under an id that is the same every time."""

from __future__ import annotations

import hashlib

from tui_trader.domain.ids import ulid
from tui_trader.domain.money import ZERO
from tui_trader.domain.order import Order, OrderRequest, OrderStatus, Origin
from tui_trader.exchange.port import VenueOrder
from tui_trader.rules.order_events import Reported


def external(venue: VenueOrder, now: int) -> Order:
    """Make an order of ours out of one that the venue shows; its news are applied to it afterwards."""
    digest = hashlib.sha256(f"{venue.symbol}|{venue.venue_order_id}".encode()).digest()
    return Order(
        id=ulid(venue.created_at, digest),
        client_order_id=venue.client_order_id,
        intent_id="",
        request=OrderRequest(
            symbol=venue.symbol,
            side=venue.side,
            type=venue.type,
            time_in_force=venue.time_in_force,
            quantity=venue.quantity,
            price=venue.price,
            origin=Origin.EXTERNAL,
        ),
        status=OrderStatus.LIVE,
        quantity=venue.quantity,
        price=venue.price,
        created_at=venue.created_at or now,
        updated_at=now,
        venue_order_id=venue.venue_order_id,
        executed=ZERO,
    )


def news(venue: VenueOrder, now: int, source: str) -> Reported:
    """Turn what the venue says of an order into an event of the order table."""
    return Reported(
        at=now,
        status=venue.status.value,
        executed=venue.executed,
        quote=venue.quote,
        venue_order_id=venue.venue_order_id,
        source=source,
        symbol=venue.symbol,
        side=venue.side,
        price=venue.price,
        quantity=venue.quantity or None,
        cancel_reason=venue.cancel_reason,
    )
