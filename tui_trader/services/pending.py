"""What working orders lock and are worth, added up as they come and go, so that a decision need not walk them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, Side
from tui_trader.rules.gate_state import OPEN_QUESTION
from tui_trader.rules.reservation import Reservation

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Share:
    """What one order adds to the sums: its lock, its value in quote money by symbol and side, its open question."""

    lock: Reservation
    symbol: str
    side: Side
    value: Decimal
    question: bool


class Pending:
    """Sums over working orders, exact and never walked."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}
        self._sums: dict[Key, Decimal] = {}
        self._counts: dict[Key, int] = {}
        self.questions = 0
        """Orders of unknown outcome."""

    def put(self, order: Order, lock: Reservation) -> None:
        """Count an order's newest state in place of the one before."""
        self.drop(order.id)
        share = _Share(lock, order.symbol, order.side, _value(order), order.status in OPEN_QUESTION)
        self._shares[order.id] = share
        for key, amount in _parts(share):
            self._sums[key] = EXACT.add(self._sums.get(key, ZERO), amount)
            self._counts[key] = self._counts.get(key, 0) + 1
        self.questions += share.question

    def drop(self, order_id: str) -> None:
        """Count an order no more."""
        share = self._shares.pop(order_id, None)
        if share is None:
            return
        for key, amount in _parts(share):
            self._counts[key] -= 1
            if self._counts[key]:
                self._sums[key] = EXACT.subtract(self._sums[key], amount)
            else:
                del self._counts[key], self._sums[key]
        self.questions -= share.question

    def lock(self, order_id: str) -> Reservation | None:
        """Return what one order locks; ``None`` for one that does not count."""
        share = self._shares.get(order_id)
        return None if share is None else share.lock

    def locked(self, asset: str) -> list[Reservation]:
        """Return what all orders together lock of an asset: what the venue may have locked, and what it may not."""
        return [
            Reservation("", asset, self._sums[key], seen)
            for key, seen in ((("lock", asset, "seen"), True), (("lock", asset, "unseen"), False))
            if key in self._sums
        ]

    def unseen(self, asset: str) -> Decimal:
        """Return what orders lock of an asset that the venue may not have locked yet."""
        return self._sums.get(("lock", asset, "unseen"), ZERO)

    def values(self) -> Iterator[tuple[str, Side, Decimal]]:
        """Yield symbol, side and value in quote money of all working orders together."""
        for key, amount in self._sums.items():
            if key[0] == "value":
                yield key[1], Side(key[2]), amount


def _parts(share: _Share) -> tuple[tuple[Key, Decimal], ...]:
    seen = "seen" if share.lock.seen else "unseen"
    return (
        (("lock", share.lock.asset, seen), share.lock.amount),
        (("value", share.symbol, share.side.value), share.value),
    )


def _value(order: Order) -> Decimal:
    """Return what an order may still trade, in quote money; 0 for a sell at any price, whose worth nobody knows."""
    if order.price is not None:
        return EXACT.multiply(order.price, order.remaining)
    return max(ZERO, EXACT.subtract(order.request.quote_quantity or ZERO, order.quote))
