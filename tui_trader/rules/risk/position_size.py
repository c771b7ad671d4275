"""How large an order may be so that it loses, or costs, no more than a given sum (features.md §4).

The loss of ``q`` coins bought is ``entry(q) - exit(q) + fee * (entry(q) + exit(q))``, and of coins sold and bought back
``exit(q) - entry(q) + fee * (entry(q) + exit(q))``. ``entry(q)`` walks the book up to the order's price; what the book
does not give rests at that price. ``exit(q)`` assumes that the book's other side, as it stands now, will stand around
the stop: a level that is x % worse than the best one fills at x % worse than the stop. Beyond the levels shown nothing
is assumed, so no size is larger than what they would take back. ``fee`` is the dearer of the pair's two, both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from enum import Enum, auto

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Level
from tui_trader.domain.money import EXACT, ZERO, canonical, floor_to
from tui_trader.domain.order import Side
from tui_trader.errors import Refused
from tui_trader.rules import book_walk
from tui_trader.rules.sizing import check_minimum

HUNDRED = Decimal(100)
ENDLESS = Decimal("Infinity")
_DOWN = Context(prec=EXACT.prec, rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Entry:
    """An order whose size is sought; ``price`` is its limit or cap, in quote money.

    ``rests`` is true of an order that takes nothing from the ``book`` (post-only).
    """

    instrument: Instrument
    side: Side
    price: Decimal
    book: Book
    rests: bool = False

    @property
    def fee(self) -> Decimal:
        """The ratio counted for each way."""
        return max(self.instrument.taker_fee, self.instrument.maker_fee)


class Bound(Enum):
    """What decided a size."""

    WISH = auto()
    FREE = auto()
    """No more is free."""
    BOOK = auto()
    """The book shown would take no more back at the stop."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an order of a size comes to, in quote money; ``slippage`` and ``fees`` are of both ways.

    Without a stop there is no loss, and only the entry counts.
    """

    entry: Decimal
    fees: Decimal
    slippage: Decimal
    loss: Decimal | None


def for_loss(money: Decimal, entry: Entry, stop: Decimal) -> Decimal:
    """Return the most coins that lose no more than ``money`` when stopped, not rounded.

    Raises:
        Refused: ``bad_size``; the stop is not on the losing side of where the order would begin to fill.

    """
    best = next(_entries(entry))[0]
    if EXACT.multiply(EXACT.subtract(best, stop), Decimal(entry.side.sign)) <= 0:
        where = "below" if entry.side is Side.BUY else "above"
        verb = "buy" if entry.side is Side.BUY else "sale"
        message = f"A {verb} at {canonical(best)} loses {where} that price, and {canonical(stop)} is not {where} it."
        raise Refused(message, code="bad_size", details={"field": "stop"})
    merged = _merged(_entries(entry), _exits(entry, stop))
    return _covered(money, ((size, _loss(entry, paid, got)) for size, paid, got in merged))


def for_cost(money: Decimal, entry: Entry) -> Decimal:
    """Return the most coins that cost no more than ``money``, fee included, or bring no more; not rounded."""
    share = 1 + entry.fee if entry.side is Side.BUY else Decimal(1)
    return _covered(money, ((size, EXACT.multiply(price, share)) for price, size in _entries(entry)))


def kelly_percent(win_percent: Decimal, payoff: Decimal) -> Decimal:
    """Return Kelly's share ``p - (1 - p) / b`` in percent; at or below 0 the bet is not worth making.

    ``payoff`` is the average gain over the average loss, above 0.
    """
    return EXACT.subtract(win_percent, EXACT.divide(EXACT.subtract(HUNDRED, win_percent), payoff))


def fitted(wanted: Decimal, entry: Entry, spendable: Decimal, *, stopped: bool) -> tuple[Decimal, Bound]:
    """Return the coins of an order, rounded down to the lot, and what decided; never more than ``spendable``.

    Raises:
        Refused: ``below_minimum``; it is less than the exchange takes.

    """
    bounds = [(spendable, Bound.FREE), (wanted, Bound.WISH)]
    if stopped:
        bounds.insert(1, (_depth(entry), Bound.BOOK))
    most, bound = min(bounds, key=lambda each: each[0])
    quantity = floor_to(max(most, ZERO), entry.instrument.lot)
    check_minimum(quantity, entry.instrument, entry.price)
    return quantity, bound


def outcome(quantity: Decimal, entry: Entry, stop: Decimal | None) -> Outcome:
    """Return what a size comes to; ``stop`` is ``None`` where there is none."""
    sign = Decimal(entry.side.sign)
    paid, slipped = EXACT.multiply(quantity, entry.price), ZERO
    if not entry.rests:
        taken = book_walk.walk(entry.book, entry.side, quantity, entry.price)
        rest = EXACT.subtract(quantity, taken.filled)
        paid = EXACT.add(taken.quote, EXACT.multiply(rest, entry.price))
        if taken.filled:
            best = book_walk.opposite(entry.book, entry.side)[0][0]
            slipped = EXACT.subtract(taken.quote, EXACT.multiply(taken.filled, best))
    if stop is None:
        return Outcome(paid, EXACT.multiply(paid, entry.fee), EXACT.multiply(slipped, sign), None)
    got = ZERO
    for size, _, price in _merged(iter([(ZERO, quantity)]), _exits(entry, stop)):
        got = EXACT.add(got, EXACT.multiply(size, price))
    slipped = EXACT.add(slipped, EXACT.subtract(EXACT.multiply(quantity, stop), got))
    fees = EXACT.multiply(EXACT.add(paid, got), entry.fee)
    loss = EXACT.add(EXACT.multiply(EXACT.subtract(paid, got), sign), fees)
    return Outcome(paid, fees, EXACT.multiply(slipped, sign), loss)


def _entries(entry: Entry) -> Iterator[Level]:
    """Give the prices at which the order fills, best first: what it takes, and its own price for the rest."""
    buy = entry.side is Side.BUY
    if not entry.rests:
        for price, size in book_walk.opposite(entry.book, entry.side):
            if price > entry.price if buy else price < entry.price:
                break
            yield price, size
    yield entry.price, ENDLESS


def _exits(entry: Entry, stop: Decimal) -> Iterator[Level]:
    """Give the prices at which the stop fills: the levels of the other side, moved to the stop."""
    levels = _other_side(entry)
    for price, size in levels:
        yield EXACT.divide(EXACT.multiply(stop, price), levels[0][0]), size


def _other_side(entry: Entry) -> tuple[Level, ...]:
    return book_walk.opposite(entry.book, Side.SELL if entry.side is Side.BUY else Side.BUY)


def _depth(entry: Entry) -> Decimal:
    """Return how many coins the levels shown would take back."""
    return sum((size for _, size in _other_side(entry)), ZERO)


def _merged(entries: Iterator[Level], exits: Iterator[Level]) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """Give pieces of one entry price and one exit price: their size and both prices, until either side ends."""
    paid, left_in = next(entries, (ZERO, ZERO))
    got, left_out = next(exits, (ZERO, ZERO))
    while left_in > 0 and left_out > 0:
        size = min(left_in, left_out)
        yield size, paid, got
        left_in, left_out = EXACT.subtract(left_in, size), EXACT.subtract(left_out, size)
        if not left_in:
            paid, left_in = next(entries, (ZERO, ZERO))
        if not left_out:
            got, left_out = next(exits, (ZERO, ZERO))


def _loss(entry: Entry, paid: Decimal, got: Decimal) -> Decimal:
    """Return what one coin loses, both fees included."""
    move = EXACT.multiply(EXACT.subtract(paid, got), Decimal(entry.side.sign))
    return EXACT.add(move, EXACT.multiply(EXACT.add(paid, got), entry.fee))


def _covered(money: Decimal, pieces: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Return how many coins a sum covers at so much each; a piece costs no less than the one before it."""
    left, quantity = money, ZERO
    for size, each in pieces:
        worth = EXACT.multiply(each, size)
        if worth >= left:
            return EXACT.add(quantity, _DOWN.divide(left, each))
        left, quantity = EXACT.subtract(left, worth), EXACT.add(quantity, size)
    return quantity
