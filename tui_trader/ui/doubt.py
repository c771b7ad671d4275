"""Orders whose outcome is not plain, in words: how they stand, what their money does, what to do next.

A person acts on these sentences while money is at stake, so each says what is known, what is not, and whether the
order may be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_trader.domain.order import CancelState, OrderStatus
from tui_trader.domain.text import clean
from tui_trader.ui.numbers import amount, plain

if TYPE_CHECKING:
    from tui_trader.contract.orders import OrderView

News = tuple[str, str]
"""What is to be said of an order, and its role of colour."""

DOUBTFUL = frozenset({OrderStatus.UNKNOWN, OrderStatus.QUARANTINED})
"""States in which an order may or may not exist; its money counts as if it did."""

NEXT: Mapping[OrderStatus, str] = {
    OrderStatus.UNKNOWN: "The desk looks it up until it knows. Do not send it again; c in Open orders cancels it.",
    OrderStatus.QUARANTINED: "Compare it with the exchange's own page. Do not send it again; c in Open orders cancels "
    "it.",
    OrderStatus.NOT_PLACED: "It never came into the exchange's books and locks nothing. It may be sent again.",
    OrderStatus.NOT_SENT: "Nothing left this machine and nothing is locked. It may be sent again.",
    OrderStatus.DENIED: "Nothing was sent. Change the order, or the limit that stopped it.",
    OrderStatus.REJECTED: "It is not in the exchange's books and locks nothing. Mend what the exchange names first.",
}
"""What a person does about an order in each of these states."""

_ENTERED: Mapping[OrderStatus, tuple[str, str]] = {
    OrderStatus.UNKNOWN: (
        "got no clear answer and may execute",
        "The desk looks it up; Open orders counts down, c there cancels it.",
    ),
    OrderStatus.QUARANTINED: (
        "stands otherwise at the exchange than it was sent",
        "Compare it with the exchange's own page; c in Open orders cancels it.",
    ),
}
"""What happened to an order that fell into doubt, and what is done about it."""

_BECAME: Mapping[OrderStatus, str] = {
    OrderStatus.NOT_PLACED: "was NOT PLACED, that is proved",
    OrderStatus.QUARANTINED: "CONTRADICTS what the exchange says",
    OrderStatus.REJECTED: "was refused by the exchange",
    OrderStatus.LIVE: "was found: it stands in the book",
    OrderStatus.PART: "was found: partly executed, the rest stands in the book",
    OrderStatus.CLOSING: "was found: it has ended, its executions are being read",
    OrderStatus.FILLED: "was found: executed completely",
    OrderStatus.CANCELED: "was found: cancelled without an execution",
    OrderStatus.PARTIALLY_CANCELED: "was found: partly executed, the rest cancelled",
}
"""How a doubt ended."""


def waiting(order: OrderView, now_ms: int) -> str:
    """Say when an unknown outcome may be known, counting down; honest once that moment has passed."""
    left = None if order.unknown_until is None else order.unknown_until - now_ms
    if left is None or left <= 0:
        return "still asking"
    seconds = -(-left // 1000)
    return f"may be known in {seconds // 60}:{seconds % 60:02d}"


def short(order: OrderView, now_ms: int) -> str:
    """Say the same in a table's cell."""
    return f"UNKNOWN {waiting(order, now_ms).removeprefix('may be known in ')}"


def state_of(order: OrderView, now_ms: int | None = None) -> str:
    """Say an order's state in words, the cancel beside it included; with ``now_ms`` a doubt counts down."""
    words = clean(order.state or order.status.value.lower(), 60)
    if order.status is OrderStatus.UNKNOWN and now_ms is not None:
        words = short(order, now_ms)
    elif order.status in DOUBTFUL:
        words = f"{order.status.value}: {words}" if order.status.value.lower() not in words.lower() else words
        words = words.replace(order.status.value.lower(), order.status.value, 1)
    if order.cancel in {CancelState.SENDING, CancelState.ACKED, CancelState.UNKNOWN} and "cancel" not in words.lower():
        words += ", cancelling"
    return words


def explained(order: OrderView, now_ms: int) -> list[News]:
    """Explain a doubtful order in two lines: how it stands and what it locks; why, and what to do."""
    word = waiting(order, now_ms) if order.status is OrderStatus.UNKNOWN else "a person must decide"
    return [
        (f"{order.status.value} · {word} · {_locked(order)}", "error"),
        (f"{reason_of(order)} {NEXT[order.status]}".lstrip(), "warn"),
    ]


def entered(order: OrderView) -> News:
    """Say that an order's outcome became doubtful; what must not be done comes first, for a small screen cuts."""
    what, then = _ENTERED[order.status]
    warning = f"{order.status.value}, do not send it again."
    return f"{warning} {named(order)} {what}: {_locked(order)}. {then}", "error"


def ended(order: OrderView) -> News:
    """Say how a doubt ended."""
    role = "warn" if order.status in NEXT else "buy"
    text = f"No longer unknown: {named(order)} {_BECAME.get(order.status, state_of(order))}."
    return (f"{text} {NEXT.get(order.status, '')}".rstrip(), role)


def told(order: OrderView, known: Mapping[str, OrderStatus]) -> News | None:
    """Return what is to be said of an order's newest state; ``known`` holds the doubts told so far by id."""
    before = known.get(order.id)
    if order.status in DOUBTFUL:
        return entered(order) if before is not order.status else None
    return ended(order) if before is not None else None


def named(order: OrderView) -> str:
    """Name an order by its terms."""
    price = f"at {plain(order.price)}" if order.price is not None else "at market"
    return f"{order.side.value.title()} {plain(order.quantity)} {clean(order.symbol, 20)} {price}"


def _locked(order: OrderView) -> str:
    if order.locked is None:
        return "it counts as live"
    return f"{amount(order.locked)} {clean(order.locked_asset, 12)} locked as if live"


def reason_of(order: OrderView) -> str:
    """Give what the exchange or the connection said, in brackets; empty where nothing was."""
    text = clean(order.message, 120).strip().rstrip(".")
    return f"({text})" if text else ""
