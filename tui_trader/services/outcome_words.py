"""What became of an order, as one of the four outcomes and in a sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping

from tui_trader.domain.money import canonical
from tui_trader.domain.order import Order, OrderStatus
from tui_trader.services.model import Outcome, Placement

_OUTCOMES: Mapping[OrderStatus, Outcome] = {
    OrderStatus.DENIED: Outcome.DENIED,
    OrderStatus.REJECTED: Outcome.REJECTED,
    OrderStatus.NOT_SENT: Outcome.REJECTED,
    OrderStatus.NOT_PLACED: Outcome.REJECTED,
    OrderStatus.SENDING: Outcome.UNKNOWN,
    OrderStatus.UNKNOWN: Outcome.UNKNOWN,
    OrderStatus.QUARANTINED: Outcome.UNKNOWN,
}
"""States not listed mean that the venue took the order."""

_WORDS: Mapping[OrderStatus, str] = {
    OrderStatus.DENIED: "Not sent: {message}",
    OrderStatus.REJECTED: "The exchange refused it: {message}",
    OrderStatus.NOT_SENT: "Not sent, nothing left this machine: {message}",
    OrderStatus.NOT_PLACED: "It was never placed.",
    OrderStatus.SENDING: "It is being sent.",
    OrderStatus.UNKNOWN: "Nobody knows yet whether it was placed; it is being looked up. Do not repeat it.",
    OrderStatus.QUARANTINED: "The exchange contradicts what was sent: {message}. A person must decide.",
    OrderStatus.LIVE: "It stands in the book.",
    OrderStatus.PART: "Executed {executed} of {quantity}; the rest stands.",
    OrderStatus.CLOSING: "It has ended; its executions are being read.",
    OrderStatus.FILLED: "Executed completely.",
    OrderStatus.CANCELED: "It was cancelled without an execution.",
    OrderStatus.PARTIALLY_CANCELED: "Executed {executed} of {quantity}; the rest was cancelled.",
}


def sentence(order: Order) -> str:
    """Say how an order stands."""
    return _WORDS[order.status].format(
        message=order.message, executed=canonical(order.executed), quantity=canonical(order.quantity)
    )


def placement(order: Order) -> Placement:
    """Answer a placing with how the order stands."""
    return Placement(_OUTCOMES.get(order.status, Outcome.ACCEPTED), order, sentence(order))
