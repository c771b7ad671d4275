"""Checks against the market: is there a price, how old is it, and is the order's price sane (R08, R11, R30)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.market import Book, Quote
from tui_trader.domain.money import EXACT, canonical
from tui_trader.domain.order import OrderRequest, OrderType, Side, TimeInForce
from tui_trader.domain.risk import Breach, Level, RiskProfile
from tui_trader.rules.gate import GateFacts, good

SOFT_SHARE = Decimal("0.4")
"""A limit through the market by more than this share of the collar asks first (2 % of 5 %, R08)."""

FAR_FACTOR = 6
"""A limit away from the market by more than this many collars asks first (30 % of 5 %, R08)."""

CLOCK_SLACK_MS = 1000


def age_limit(request: OrderRequest, profile: RiskProfile) -> int:
    """Return how old prices may be in ms: less for an order that takes at once."""
    takes = request.type is OrderType.MARKET or request.time_in_force is not TimeInForce.GTC
    return min(profile.max_quote_age_ms, profile.max_market_quote_age_ms) if takes else profile.max_quote_age_ms


def book_holds(book: Book | None, quote: Quote | None, now: int, profile: RiskProfile) -> bool:
    """Tell whether a book can be relied on: it is young, or its best prices are those of the quote."""
    if book is None or not book.bids or not book.asks:
        return False
    if 0 <= now - book.received <= profile.max_quote_age_ms:
        return True
    return quote is not None and (book.bids[0][0], book.asks[0][0]) == (quote.bid, quote.ask)


def quote_age(facts: GateFacts) -> Iterator[Breach]:
    """R11: best bid and ask are known, make sense, and are young enough."""
    given = facts.given
    level = Level.SOFT if facts.reducing and given.price is not None else Level.HARD
    symbol = facts.instrument.symbol
    if facts.quote is None:
        yield Breach("no_quote", level, f"There is no usable bid and ask of {symbol}.", suggestion="wait for a price")
        return
    age = given.now - facts.quote.received
    limit = age_limit(given.request, given.profile)
    if age > limit or age < -CLOCK_SLACK_MS:
        message = f"The prices of {symbol} are {age} ms old; the limit is {limit} ms."
        yield Breach("stale_quote", level, message, f"{age} ms", f"{limit} ms", "wait for a price")


def collar(facts: GateFacts) -> Iterator[Breach]:
    """R08: a price is not further through the market than the collar, against the worst of mid, last and VWAP."""
    price, buy = facts.given.price, facts.given.request.side is Side.BUY
    if price is None:
        return
    mid = None if facts.quote is None else facts.quote.mid
    anchors = [each for each in (mid, facts.given.last, facts.given.market.vwap) if each is not None and good(each)]
    if not anchors:
        yield Breach("no_reference", Level.HARD, "There is no market price to compare the order's price with.")
        return
    through = max(_through(price, anchor, buy=buy) for anchor in anchors)
    away = max(-_through(price, anchor, buy=buy) for anchor in anchors)
    limit = facts.given.profile.price_collar_percent
    if through > EXACT.multiply(limit, SOFT_SHARE):
        hard = through > limit
        allowed = limit if hard else EXACT.multiply(limit, SOFT_SHARE)
        yield _collar("collar", Level.HARD if hard else Level.SOFT, "through", through, allowed)
    elif away > limit * FAR_FACTOR:
        yield _collar("far_from_market", Level.SOFT, "away from", away, limit * FAR_FACTOR)


def _through(price: Decimal, anchor: Decimal, *, buy: bool) -> Decimal:
    """Return by how many percent a price is worse for us than the anchor."""
    difference = EXACT.subtract(price, anchor) if buy else EXACT.subtract(anchor, price)
    return EXACT.divide(EXACT.multiply(difference, Decimal(100)), anchor)


def _collar(code: str, level: Level, word: str, figure: Decimal, limit: Decimal) -> Breach:
    shown, allowed = f"{figure:.2f} %", f"{canonical(limit)} %"
    return Breach(code, level, f"The price is {shown} {word} the market; the limit is {allowed}.", shown, allowed)


def post_only(facts: GateFacts) -> Iterator[Breach]:
    """R30: a post-only order that would take is refused by the exchange, so ask first."""
    given, quote = facts.given, facts.quote
    if given.request.type is not OrderType.LIMIT_MAKER or quote is None or given.price is None:
        return
    buy = given.request.side is Side.BUY
    best = quote.ask if buy else quote.bid
    if given.price >= best if buy else given.price <= best:
        message = (
            f"The exchange would refuse it: post-only at {canonical(given.price)} would take at {canonical(best)}."
        )
        yield Breach("post_would_take", Level.SOFT, message, canonical(given.price), canonical(best))
