"""What an order would get from the book as it stands: average, worst price, slippage, and what money buys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Level
from tui_trader.domain.money import EXACT, ZERO, canonical, ceil_to, floor_to
from tui_trader.domain.order import Side
from tui_trader.errors import Refused
from tui_trader.rules.postings import ratio


@dataclass(frozen=True, slots=True)
class Walk:
    """What the book gives: ``filled`` base for ``quote`` money.

    ``average`` (rounded to 18 decimals) and ``worst`` are ``None`` when nothing fills; ``covered`` when all of it
    does; ``slippage_percent`` is how much worse the average is than the best price, never negative.
    """

    filled: Decimal
    quote: Decimal
    average: Decimal | None
    worst: Decimal | None
    covered: bool
    slippage_percent: Decimal | None


def opposite(book: Book, side: Side) -> tuple[Level, ...]:
    """Return the levels that an order of this side takes from, best first."""
    return book.asks if side is Side.BUY else book.bids


def walk(book: Book, side: Side, quantity: Decimal, limit: Decimal | None = None) -> Walk:
    """Take ``quantity`` base from the book, at prices not worse than ``limit``."""
    filled = quote = ZERO
    worst: Decimal | None = None
    levels = opposite(book, side)
    for price, size in levels:
        if filled >= quantity or _beyond(price, limit, side):
            break
        take = min(size, EXACT.subtract(quantity, filled))
        filled, quote, worst = EXACT.add(filled, take), EXACT.add(quote, EXACT.multiply(take, price)), price
    if filled <= 0:
        return Walk(ZERO, ZERO, None, None, covered=False, slippage_percent=None)
    average = ratio(quote, filled)
    best = levels[0][0]
    slip = ratio(abs(EXACT.subtract(average, best)) * 100, best)
    return Walk(filled, quote, average, worst, covered=filled >= quantity, slippage_percent=slip)


def _beyond(price: Decimal, limit: Decimal | None, side: Side) -> bool:
    if limit is None:
        return False
    return price > limit if side is Side.BUY else price < limit


def affordable(book: Book, side: Side, amount: Decimal) -> Decimal:
    """Return how much base an amount of quote money buys or needs sold, not rounded; less if the book is short."""
    left, quantity = amount, ZERO
    for price, size in opposite(book, side):
        worth = EXACT.multiply(price, size)
        if worth >= left:
            return EXACT.add(quantity, EXACT.divide(left, price))
        left, quantity = EXACT.subtract(left, worth), EXACT.add(quantity, size)
    return quantity


def quantity_for(book: Book, side: Side, amount: Decimal, instrument: Instrument) -> Walk:
    """Return what an amount of quote money gives, the quantity rounded down to the lot; a buy's fee is paid from it.

    ``covered`` is false when the book shows less than the amount asks for.

    Raises:
        Refused: ``no_book`` when that side of the book is empty, ``below_minimum`` when the amount is too small.

    """
    if not opposite(book, side):
        raise Refused(f"The book of {instrument.symbol} is empty on that side.", code="no_book")
    money = EXACT.divide(amount, 1 + instrument.taker_fee) if side is Side.BUY else amount
    quantity = floor_to(affordable(book, side, money), instrument.lot)
    found = walk(book, side, quantity)
    least = instrument.min_notional
    if quantity < instrument.min_quantity or quantity <= 0 or found.quote < least:
        best = opposite(book, side)[0][0]
        enough = max(ceil_to(EXACT.divide(least, best), instrument.lot), instrument.min_quantity, instrument.lot)
        needed = canonical(EXACT.multiply(enough, best))
        raise Refused(
            f"{canonical(amount)} {instrument.quote} is too little for {instrument.symbol}; "
            f"it takes at least {canonical(enough)} {instrument.base}, about {needed} {instrument.quote}.",
            code="below_minimum",
        )
    depth = ZERO
    for price, size in opposite(book, side):
        depth = EXACT.add(depth, EXACT.multiply(price, size))
    return replace(found, covered=depth >= money)
