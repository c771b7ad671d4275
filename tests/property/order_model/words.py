"""The venue's words as events of the product's order table, and what travels between desk and venue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from tests.property.order_model.venue import Trade, VenueOrder
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Side
from tui_trader.rules.order_events import OrderEvent, Reported

SYMBOL = "BTCUSDT"
WHOLE = tuple(Decimal(number) for number in range(32))
REST_MARK = "X"


class Kind(Enum):
    """What a request asks for."""

    PLACE = auto()
    CANCEL = auto()


@dataclass(slots=True)
class Request:
    """A signed request on its way up. ``ticket`` ties the answer to the call that waits for it."""

    kind: Kind
    ticket: int
    client_id: str
    timestamp: int
    recv_window: int
    side: Side
    quantity: int
    price: int


@dataclass(slots=True)
class Message:
    """News on their way down: an answer when it has a ticket, else a push."""

    client_id: str
    event: OrderEvent
    ticket: int | None = None


@dataclass(slots=True)
class Reply:
    """What a read brought, with the moment (of the venue's clock, as the desk knows it) at which it was asked for.

    ``found`` is the order as an event, ``fills`` its executions; ``endpoints`` are those that answered without it.
    """

    client_id: str
    asked_at: int
    found: Reported | None
    fills: tuple[Fill, ...]
    endpoints: frozenset[str]


def report(order: VenueOrder, version: tuple[int, str, int, int], at: int, source: str) -> Reported:
    """Tell of an order as it stood in a version."""
    _, status, executed, _ = version
    return Reported(
        at,
        status,
        WHOLE[executed],
        Decimal(executed * order.price),
        f"v{order.number}",
        source,
        SYMBOL,
        order.side,
        Decimal(order.price),
        WHOLE[order.quantity],
    )


def fill(order: VenueOrder, trade: Trade, source: str, mark: str = "") -> Fill:
    """Tell of an execution; ``mark`` makes this channel's id differ from the other's."""
    worth = trade.quantity * order.price
    return Fill(
        f"v{order.number}",
        f"{mark}{trade.number}",
        SYMBOL,
        order.side,
        Decimal(order.price),
        WHOLE[trade.quantity],
        Decimal(worth),
        Decimal(worth).scaleb(-3),
        "USDT",
        False,
        trade.at,
        client_order_id=order.client_id,
        source=source,
    )
