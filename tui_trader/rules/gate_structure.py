"""Checks of form: numbers that are numbers, a pair that exists, values that the exchange takes (R01 to R05)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.money import MAX_DIGITS
from tui_trader.domain.order import OrderType, Side
from tui_trader.domain.risk import Breach, Level
from tui_trader.rules import instrument_rules
from tui_trader.rules.gate import GateFacts, GateInput, by_money

RULES_AGE_MS = 15 * 60_000


def numbers(given: GateInput) -> Iterator[Breach]:
    """R01: quantity and price are positive, finite and of sane length; a limit order has a price."""
    request = given.request
    for name, value in (
        ("quantity", given.quantity),
        ("price", given.price),
        ("amount", request.quote_quantity),
    ):
        if value is not None and not _sane(value):
            message = f"The {name} must be a number above zero with at most {MAX_DIGITS} digits."
            yield Breach("not_a_number", Level.HARD, message, str(value)[:60])
    needs_price = request.type is not OrderType.MARKET or request.capped
    if needs_price and given.price is None:
        yield Breach("no_price", Level.HARD, "There is no price, and without one no order is sent.")


def _sane(value: Decimal) -> bool:
    fine = isinstance(value, Decimal) and value.is_finite() and value > 0
    return fine and len(value.as_tuple().digits) <= MAX_DIGITS and abs(value.adjusted()) <= MAX_DIGITS


def known_pair(given: GateInput) -> Iterator[Breach]:
    """R02: the pair is known, and its rules are those of the request's symbol."""
    if given.instrument is None or given.instrument.symbol != given.request.symbol:
        yield Breach("unknown_symbol", Level.HARD, f"The rules of {given.request.symbol} are not known.")


def rules_age(facts: GateFacts) -> Iterator[Breach]:
    """R02: the pair's rules were read not long ago."""
    age, limit = facts.given.market.rules_age_ms, RULES_AGE_MS // 60_000
    if age is None or not 0 <= age <= RULES_AGE_MS:
        shown = "an unknown time" if age is None else f"{age // 60_000} min"
        message = f"The rules of {facts.instrument.symbol} were read {shown} ago; the limit is {limit} min."
        yield Breach("stale_rules", Level.HARD, message, shown, f"{limit} min", "wait for the connection")


def allowed_pair(facts: GateFacts) -> Iterator[Breach]:
    """R03: the pair is on the profile's list, where there is one; the key's own list is among the pair's rules."""
    symbols, symbol = facts.given.profile.symbols, facts.instrument.symbol
    if symbols and symbol not in symbols:
        message = f"{symbol} is not among the pairs of the risk profile: {', '.join(symbols)}."
        yield Breach("symbol_not_allowed", Level.HARD, message, symbol, ", ".join(symbols), "add it to risk.symbols")


def pair_rules(facts: GateFacts) -> Iterator[Breach]:
    """R02, R04, R05: open for this side and type; tick, lot, minimum, maximum, price band."""
    given, request = facts.given, facts.given.request
    naked = request.type is OrderType.MARKET and not request.capped
    quantity = facts.instrument.lot if by_money(request) else given.quantity
    breaches = instrument_rules.check(
        facts.instrument, request.side, request.type, given.price, quantity, given.last, capped=request.capped
    )
    by_amount = by_money(request)
    yield from (each for each in breaches if not (by_amount and each.code == "quantity_minimum"))
    if naked and given.price is None and facts.value is not None:
        yield from instrument_rules.check_value(facts.instrument, request.type, facts.value)


def reduce_only(facts: GateFacts) -> Iterator[Breach]:
    """R16: an order that promises to reduce sells no more than is held and free."""
    request = facts.given.request
    if not request.reduce_only:
        return
    if request.side is Side.BUY:
        yield Breach("reduce_only", Level.HARD, "On spot only a sell reduces; leave «ro» out to buy.")
    elif facts.free is None or facts.given.quantity > facts.free:
        message = f"A reduce-only sell takes at most the free {facts.instrument.base}."
        yield Breach("reduce_only", Level.HARD, message, str(facts.given.quantity), str(facts.free or 0))
