"""What the kill switch has to stop: which orders increase exposure, and when one is known to do nothing more."""

from __future__ import annotations

from collections.abc import Collection

from tui_trader.domain.halt import Fate, HaltedOrder
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT
from tui_trader.domain.order import CancelState, Order, OrderStatus, Origin, Side
from tui_trader.rules.gate import CASH

ENDED_BY_VENUE = frozenset({OrderStatus.CLOSING, OrderStatus.NOT_PLACED})
"""Not final, but nothing more can be executed: fills are collected, or it is proved never to have been placed."""


def increases(order: Order, quote: str, cash: Collection[str] = CASH) -> bool:
    """Tell whether an order, were it executed, would increase exposure; ``quote`` is its pair's quote asset.

    On spot an order reduces only by selling a coin, which must be held, for cash; one that sells a coin for another
    coin buys that other one. A protective exit is kept whatever it does.
    """
    sells_for_cash = order.side is Side.SELL and quote in cash
    return not sells_for_cash and order.request.origin is not Origin.EXIT


def increases_on(order: Order, pair: Instrument | None) -> bool:
    """Tell the same by the order's pair; one that is not listed any more tells its quote asset by its name."""
    quote = pair.quote if pair else next((each for each in CASH if order.symbol.endswith(each)), "")
    return increases(order, quote)


def ended(order: Order) -> bool:
    """Tell whether an order is known to do nothing more at the venue."""
    return order.final or order.status in ENDED_BY_VENUE


def beyond_us(order: Order) -> bool:
    """Tell whether only a person can clear an order up, its cancel having been answered."""
    return order.status is OrderStatus.QUARANTINED and order.cancel not in {CancelState.NONE, CancelState.SENDING}


def verdict(before: Order, now: Order, *, kept: bool) -> HaltedOrder:
    """Say what became of an order between the press of the switch and now."""
    executed = max(now.executed, now.venue_executed)
    filled = EXACT.subtract(executed, max(before.executed, before.venue_executed))
    if ended(now) and executed >= now.quantity:
        fate = Fate.FILLED
    elif ended(now):
        fate = Fate.GONE
    else:
        fate = Fate.KEPT if kept else Fate.OPEN
    return HaltedOrder(now.id, now.symbol, now.side, now.price, now.quantity, filled, fate)
