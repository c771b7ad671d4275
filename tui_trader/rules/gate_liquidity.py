"""Checks of how much a market bears, and how wild it is (R07, R10, R31, R32, R33)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.market import Book
from tui_trader.domain.money import EXACT, ZERO, canonical
from tui_trader.domain.order import OrderType, Side
from tui_trader.domain.risk import Breach, Level
from tui_trader.rules.book_walk import opposite, walk
from tui_trader.rules.gate import GateFacts, good
from tui_trader.rules.gate_limit import HUNDRED, Told, known, over, percent, times, unknown

NEW_HOURS = 48
SUSPICIOUS_FEE = Decimal(2)
"""A fee of more than so many times the published one is told (R31)."""
THIN_SHARE_PERCENT = Decimal(2)
"""A larger share of a thin market's day is refused (R32)."""


def volume_share(facts: GateFacts) -> Iterator[Breach]:
    """R07: the order's share of what was traded within 24 h; a tenth of the limit asks first."""
    volume, value = facts.given.market.volume, facts.value
    if volume is None or value is None or not good(volume):
        yield unknown("no_volume", f"What is traded of {facts.instrument.symbol} in a day")
        return
    limit = facts.given.profile.max_volume_percent
    told = Told("volume_share", "The order is {figure} of what is traded in a day", "%", "make it smaller")
    yield from over(told, percent(value, volume), times(limit, "0.1"), limit)


def depth_share(facts: GateFacts) -> Iterator[Breach]:
    """R07: the order's share of the visible book within the collar; a fifth of the limit asks first.

    An order that rests takes nothing, so that it may go without a book.
    """
    given, book = facts.given, facts.given.book
    if facts.quote is None:
        return  # without best prices the age of the quote has refused it already
    if book is None and not facts.takes:
        return
    if book is None:
        yield unknown("no_depth", f"The book of {facts.instrument.symbol}")
        return
    depth = _depth(book, given.request.side, facts.quote.mid, given.profile.price_collar_percent)
    if depth <= 0:
        yield Breach("no_depth", Level.HARD, f"The book of {facts.instrument.symbol} is empty near the price.", "0")
        return
    limit = given.profile.max_depth_percent
    told = Told("depth_share", "The order is {figure} of what the book shows near the price", "%", "make it smaller")
    yield from over(told, percent(given.quantity, depth), times(limit, "0.2"), limit)


def _depth(book: Book, side: Side, mid: Decimal, collar: Decimal) -> Decimal:
    """Add up what an order of this side could take without leaving the collar."""
    reach = EXACT.divide(EXACT.multiply(mid, collar), HUNDRED)
    total = ZERO
    for price, size in opposite(book, side):
        if abs(EXACT.subtract(price, mid)) > reach:
            break
        total = EXACT.add(total, size)
    return total


def market_order(facts: GateFacts) -> Iterator[Breach]:
    """R10: a market order is walked through the book; without a cap it asks first and must be covered."""
    given, request = facts.given, facts.given.request
    if request.type is not OrderType.MARKET:
        return
    if not request.capped:
        message = "A market order without a cap fills at any price."
        yield Breach("no_cap", Level.SOFT, message, suggestion="leave «cap off» out")
    if given.book is None:
        return  # the share of the book has refused it already
    found = walk(given.book, request.side, given.quantity, given.price)
    limit = given.profile.market_cap_percent
    if not found.covered:
        figures = (canonical(found.filled), canonical(given.quantity))
        level = Level.SOFT if request.capped else Level.HARD
        yield Breach("thin_book", level, f"The book shows only {figures[0]} of {figures[1]}.", *figures)
    elif found.slippage_percent is not None and found.slippage_percent > limit:
        shown = f"{found.slippage_percent:.2f} %"
        message = f"It would fill {shown} worse than the best price; the limit is {canonical(limit)} %."
        yield Breach("slippage", Level.HARD, message, shown, f"{canonical(limit)} %")


def thin_market(facts: GateFacts) -> Iterator[Breach]:
    """R32: a wide spread, little traded, a new or a specially treated pair asks first; a large share is refused."""
    given, pair, market = facts.given, facts.instrument, facts.given.market
    before = facts.quote
    if before is not None:
        told = Told("spread", "Bid and ask are {figure} apart", "%", "use a limit order")
        yield from over(told, percent(before.spread, before.mid), given.profile.max_spread_percent, None)
    if market.age_hours is not None and market.age_hours < NEW_HOURS:
        message = f"{pair.symbol} is traded for {market.age_hours} h only."
        yield Breach("new_pair", Level.SOFT, message, f"{market.age_hours} h", f"{NEW_HOURS} h")
    if pair.special_treatment:
        yield Breach("special_treatment", Level.SOFT, f"The exchange has put {pair.symbol} under special treatment.")
    yield from _little_traded(facts)


def _little_traded(facts: GateFacts) -> Iterator[Breach]:
    volume, rate, value = facts.given.market.volume, facts.rate, facts.value
    if volume is None or rate is None or value is None or not good(volume):
        return  # the share of the day's volume has refused it already
    traded, least = EXACT.multiply(volume, rate), facts.given.profile.min_liquidity
    if traded < least:
        large = percent(value, volume) > THIN_SHARE_PERCENT
        currency = facts.given.currency
        shown, allowed = f"{traded:.0f} {currency}", f"{canonical(least)} {currency}"
        message = f"Only {shown} of {facts.instrument.symbol} is traded in a day; less than {allowed} is thin."
        yield Breach("liquidity", Level.HARD if large else Level.SOFT, message, shown, allowed, "make it smaller")


def volatility(facts: GateFacts) -> Iterator[Breach]:
    """Deviation of daily returns, or the 24 h change, whichever is more; too few candles ask first."""
    market, limit = facts.given.market, facts.given.profile.volatility_threshold_percent
    figures = [] if market.volatility is None else [market.volatility]
    if market.change is not None:
        figures.append(EXACT.multiply(abs(market.change), HUNDRED))
    if market.volatility is None or not figures:
        yield unknown("no_volatility", f"The volatility of {facts.instrument.symbol}", Level.SOFT)
    if not all(known(each) for each in figures):
        yield unknown("bad_volatility", f"The volatility of {facts.instrument.symbol}")
    elif figures:
        told = Told("volatility", "It moves by {figure} a day", "%", "make it smaller, or wait")
        yield from over(told, max(figures), limit, times(limit, "1.5"))


def peg(facts: GateFacts) -> Iterator[Breach]:
    """R33: a quote asset that should be worth one of another stablecoin, and is not."""
    worth, limit = facts.given.market.peg, facts.given.profile.max_depeg_percent
    if worth is None:
        return
    if not good(worth):
        yield unknown("bad_peg", f"What {facts.instrument.quote} is worth", Level.SOFT)
        return
    told = Told("depeg", f"{facts.instrument.quote} is {{figure}} off its peg", "%")
    yield from over(told, abs(EXACT.subtract(worth, Decimal(1))) * HUNDRED, limit, None)


def fee(facts: GateFacts) -> Iterator[Breach]:
    """R31: the pair's last execution was charged no more than twice the published fee."""
    seen, assumed = facts.given.conduct.fee_seen, facts.instrument.taker_fee
    if seen is None:
        return
    if not known(seen):
        yield unknown("bad_fee", "What the last execution was charged", Level.SOFT)
    elif seen > EXACT.multiply(assumed, SUSPICIOUS_FEE):
        shown, allowed = f"{seen * 100:.3f} %", f"{canonical(assumed * 100)} %"
        message = f"The last execution was charged {shown}; the published fee is {allowed}."
        yield Breach("fee", Level.SOFT, message, shown, allowed, "look at the account's fees")
