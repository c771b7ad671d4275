"""What orders under way lock, fee included, so that two orders never count on the same coins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, OrderStatus, Side

HAIRCUT = Decimal("0.002")
"""Share added to what a new order needs: prices and fees may differ by the time it fills (R15)."""

UNACKNOWLEDGED = frozenset({OrderStatus.SENDING, OrderStatus.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Reservation:
    """An amount of an asset kept for an order; ``seen`` when the venue's own lock may already contain it."""

    order_id: str
    asset: str
    amount: Decimal
    seen: bool


def need(instrument: Instrument, side: Side, quantity: Decimal, price: Decimal) -> tuple[str, Decimal]:
    """Return the asset that an order pays with and how much of it, the taker's fee included for a buy."""
    if side is Side.SELL:
        return instrument.base, quantity
    fee = max(instrument.taker_fee, instrument.maker_fee)
    return instrument.quote, EXACT.multiply(EXACT.multiply(quantity, price), 1 + fee)


def locks(order: Order, instrument: Instrument) -> Reservation | None:
    """Return what a working order still locks; ``None`` for one that has ended.

    An uncapped market buy has no price: it locks its whole quote quantity.
    """
    if not order.working:
        return None
    price = order.price
    if order.side is Side.BUY and price is None:
        left = max(ZERO, EXACT.subtract(order.request.quote_quantity or ZERO, order.quote))
        asset, amount = instrument.quote, EXACT.multiply(left, 1 + instrument.taker_fee)
    else:
        asset, amount = need(instrument, order.side, order.remaining, price or ZERO)
    return Reservation(order.id, asset, amount, order.status not in UNACKNOWLEDGED)


def available(asset: str, balance: Balance | None, reservations: Iterable[Reservation]) -> Decimal | None:
    """Return what a new order may use of an asset, 0 at least; ``None`` when the balance is not known or no number.

    The stricter of two views: what is free, less orders that the venue may not have locked yet; and everything, less
    all orders. The first catches locks that are not ours, the second a balance that is older than an order.
    """
    if balance is None or not (balance.free.is_finite() and balance.locked.is_finite()):
        return None
    unseen = total = ZERO
    for each in reservations:
        if each.asset == asset:
            total = EXACT.add(total, each.amount)
            if not each.seen:
                unseen = EXACT.add(unseen, each.amount)
    return max(ZERO, min(EXACT.subtract(balance.free, unseen), EXACT.subtract(balance.total, total)))
