"""Relative prices made absolute: «@bid +2t», «-0.3%», «15bp» (console.md, grammar)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.expression import OffsetUnit, PriceExpression, Reference, RiskPrice
from tui_trader.domain.market import DayTicker, Quote
from tui_trader.domain.money import EXACT, canonical, ceil_to, fits, floor_to
from tui_trader.domain.order import Side
from tui_trader.errors import Refused

_SHARE = {OffsetUnit.PERCENT: Decimal("0.01"), OffsetUnit.BASIS_POINTS: Decimal("0.0001")}


@dataclass(frozen=True, slots=True)
class PricingInput:
    """What prices are measured from. ``entry`` and ``break_even`` are of the open position, if there is one."""

    tick: Decimal
    quote: Quote | None = None
    day: DayTicker | None = None
    entry: Decimal | None = None
    break_even: Decimal | None = None


def resolve(price: PriceExpression, side: Side, given: PricingInput) -> Decimal | None:
    """Return the absolute price; ``None`` for market.

    A number is taken as it stands. A relative price that falls between two ticks goes to the one that is better for
    the order: down for a buy, up for a sell. The caller shows the result before anything is sent.

    Raises:
        Refused: ``no_reference`` when what the price is measured from is not known, ``bad_price`` when the result
            is not above zero.

    """
    if price.market:
        return None
    if price.absolute is not None:
        return price.absolute
    anchor = _anchor(price.reference or Reference.OWN, side, given)
    raw = EXACT.add(anchor, _offset(price, anchor, given.tick))
    fit = raw if fits(raw, given.tick) else (floor_to if side is Side.BUY else ceil_to)(raw, given.tick)
    if fit <= 0:
        raise Refused(f"That offset leads to a price of {canonical(fit)}; give a smaller one.", code="bad_price")
    return fit


def _offset(price: PriceExpression, anchor: Decimal, tick: Decimal) -> Decimal:
    if price.unit is OffsetUnit.MONEY:
        return price.offset
    unit = tick if price.unit is OffsetUnit.TICKS else EXACT.multiply(anchor, _SHARE[price.unit])
    return EXACT.multiply(unit, price.offset)


def _anchor(reference: Reference, side: Side, given: PricingInput) -> Decimal:
    """Return what a reference stands at."""
    quote, day = given.quote, given.day
    own = Reference.BID if side is Side.BUY else Reference.ASK
    reference = own if reference is Reference.OWN else reference
    known: dict[Reference, Decimal | None] = {
        Reference.BID: None if quote is None else quote.bid,
        Reference.ASK: None if quote is None else quote.ask,
        Reference.MID: None if quote is None else quote.mid,
        Reference.LAST: None if day is None else day.last,
        Reference.OPEN: None if day is None else day.open,
        Reference.HIGH: None if day is None else day.high,
        Reference.LOW: None if day is None else day.low,
        Reference.ENTRY: given.entry,
        Reference.BREAK_EVEN: given.break_even,
    }
    value = known[reference]
    if value is None or not value.is_finite() or value <= 0:
        why = "there is no open position" if reference in {Reference.ENTRY, Reference.BREAK_EVEN} else "not known yet"
        raise Refused(f"«{reference.value}» cannot be used: {why}. Give a price.", code="no_reference")
    return value


def risk_price(level: RiskPrice, side: Side, start: Decimal, tick: Decimal) -> Decimal:
    """Return what a risk counts to; a percentage from ``start`` goes to the tick that is further away."""
    if level.absolute is not None:
        return level.absolute
    share = EXACT.multiply(level.percent or Decimal(0), _SHARE[OffsetUnit.PERCENT])
    return (floor_to if side is Side.BUY else ceil_to)(EXACT.multiply(start, 1 + share), tick)


def break_even(entry: Decimal, taker_fee: Decimal, tick: Decimal) -> Decimal:
    """Return the lowest price on the tick at which a sale, its fee paid, brings back the average cost."""
    return ceil_to(EXACT.divide(entry, 1 - taker_fee), tick)


def market_cap(side: Side, quote: Quote, percent: Decimal, tick: Decimal) -> Decimal:
    """Return the worst price that a capped market order may fill at: so far from the best opposite price."""
    share = EXACT.multiply(percent, _SHARE[OffsetUnit.PERCENT])
    if side is Side.BUY:
        return max(floor_to(EXACT.multiply(quote.ask, 1 + share), tick), quote.ask)
    return min(ceil_to(EXACT.multiply(quote.bid, 1 - share), tick), quote.bid)
