"""What working orders lock and are worth, added up as they come and go, so that a decision need not walk them all."""

from __future__ import annotations

from collections.abc import Iterator, KeysView
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, Side
from tui_trader.rules.gate_state import OPEN_QUESTION
from tui_trader.rules.reservation import Reservation

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Share:
    """What one order adds to the sums: its lock, its value in quote money, its open question."""

    lock: Reservation
    pair: Instrument
    side: Side
    value: Decimal
    question: bool


class Pending:
    """Sums over working orders, exact and never walked."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}
        self._sums: dict[Key, Decimal] = {}
        self._counts: dict[Key, int] = {}
        self._money: dict[tuple[str, Side], None] = {}
        self._entered: dict[str, int] = {}
        self.questions = 0
        """Orders of unknown outcome."""

    def put(self, order: Order, lock: Reservation, pair: Instrument) -> None:
        """Count an order's newest state in place of the one before."""
        self.drop(order.id)
        share = _Share(lock, pair, order.side, _value(order), order.status in OPEN_QUESTION)
        self._shares[order.id] = share
        for key, amount in _parts(share):
            self._sums[key] = EXACT.add(self._sums.get(key, ZERO), amount)
            self._counts[key] = self._counts.get(key, 0) + 1
        self._money[pair.quote, order.side] = None
        if order.side is Side.BUY:
            self._entered[order.symbol] = self._entered.get(order.symbol, 0) + 1
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
        if share.side is Side.BUY:
            self._entered[share.pair.symbol] -= 1
            if not self._entered[share.pair.symbol]:
                del self._entered[share.pair.symbol]
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

    def money(self) -> Iterator[tuple[str, Side, Decimal]]:
        """Yield by quote asset and side what all working orders together are worth in it."""
        for quote, side in self._money:
            amount = self._sums.get(("money", quote, side.value))
            if amount is not None:
                yield quote, side, amount

    def into(self, base: str) -> Iterator[tuple[str, Decimal]]:
        """Yield by quote asset what all working buys of a coin together are worth in it."""
        for quote, side in self._money:
            amount = self._sums.get(("into", base, quote)) if side is Side.BUY else None
            if amount is not None:
                yield quote, amount

    @property
    def entered(self) -> KeysView[str]:
        """The pairs on which something is being bought."""
        return self._entered.keys()


def _parts(share: _Share) -> Iterator[tuple[Key, Decimal]]:
    yield ("lock", share.lock.asset, "seen" if share.lock.seen else "unseen"), share.lock.amount
    yield ("money", share.pair.quote, share.side.value), share.value
    if share.side is Side.BUY:
        yield ("into", share.pair.base, share.pair.quote), share.value


def _value(order: Order) -> Decimal:
    """Return what an order may still trade, in quote money; 0 for a sell at any price, whose worth nobody knows."""
    if order.price is not None:
        return EXACT.multiply(order.price, order.remaining)
    return max(ZERO, EXACT.subtract(order.request.quote_quantity or ZERO, order.quote))
