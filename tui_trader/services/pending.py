"""What working orders lock and are worth, added up as they come and go, so that a decision need not walk them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, Side
from tui_trader.rules.gate import CASH
from tui_trader.rules.gate_state import OPEN_QUESTION
from tui_trader.rules.reservation import Reservation

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Share:
    """What one order adds to the sums: its lock, its value in quote money, its open question.

    ``enters`` for one that acquires something else than cash, be it a buy or a sale of one coin for another.
    """

    lock: Reservation
    pair: Instrument
    acquired: str
    value: Decimal
    question: bool

    @property
    def enters(self) -> bool:
        return self.acquired not in CASH


class Pending:
    """Sums over working orders, exact and never walked."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}
        self._sums: dict[Key, Decimal] = {}
        self._counts: dict[Key, int] = {}
        self._money: dict[tuple[str, bool], None] = {}
        self._entered: dict[tuple[str, str], int] = {}
        self.questions = 0
        """Orders of unknown outcome."""

    def put(self, order: Order, lock: Reservation, pair: Instrument) -> None:
        """Count an order's newest state in place of the one before."""
        self.drop(order.id)
        acquired = pair.base if order.side is Side.BUY else pair.quote
        share = _Share(lock, pair, acquired, _value(order), order.status in OPEN_QUESTION)
        self._shares[order.id] = share
        for key, amount in _parts(share):
            self._sums[key] = EXACT.add(self._sums.get(key, ZERO), amount)
            self._counts[key] = self._counts.get(key, 0) + 1
        self._money[pair.quote, share.enters] = None
        if share.enters:
            self._entered[pair.symbol, acquired] = self._entered.get((pair.symbol, acquired), 0) + 1
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
        if share.enters:
            entry = share.pair.symbol, share.acquired
            self._entered[entry] -= 1
            if not self._entered[entry]:
                del self._entered[entry]
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

    def money(self) -> Iterator[tuple[str, bool, Decimal]]:
        """Yield by quote asset what working orders together are worth in it: those that acquire no cash, and others."""
        for quote, enters in self._money:
            amount = self._sums.get(("money", quote, _kind(enters=enters)))
            if amount is not None:
                yield quote, enters, amount

    def into(self, acquired: str) -> Iterator[tuple[str, Decimal]]:
        """Yield by quote asset what all orders that acquire a coin together are worth in it."""
        for quote, enters in self._money:
            amount = self._sums.get(("into", acquired, quote)) if enters else None
            if amount is not None:
                yield quote, amount

    @property
    def entered(self) -> frozenset[str]:
        """The pairs on which something else than cash is being acquired."""
        return frozenset(symbol for symbol, _ in self._entered)

    @property
    def acquired(self) -> frozenset[str]:
        """The coins that are being acquired."""
        return frozenset(asset for _, asset in self._entered)


def _parts(share: _Share) -> Iterator[tuple[Key, Decimal]]:
    yield ("lock", share.lock.asset, "seen" if share.lock.seen else "unseen"), share.lock.amount
    yield ("money", share.pair.quote, _kind(enters=share.enters)), share.value
    if share.enters:
        yield ("into", share.acquired, share.pair.quote), share.value


def _kind(*, enters: bool) -> str:
    return "enters" if enters else "leaves"


def _value(order: Order) -> Decimal:
    """Return what an order may still trade, in quote money; 0 for one by quantity without any price."""
    if order.price is not None:
        return EXACT.multiply(order.price, order.remaining)
    return max(ZERO, EXACT.subtract(order.request.quote_quantity or ZERO, order.quote))
