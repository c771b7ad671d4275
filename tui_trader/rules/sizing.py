"""Sizes made quantities: percent of balance or position, all, max, quote money; risks are in ``risk``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.expression import SizeExpression, SizeKind
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO, canonical, ceil_to, floor_to
from tui_trader.domain.order import Side
from tui_trader.errors import Refused
from tui_trader.rules.reservation import HAIRCUT

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class SizingInput:
    """What a size is measured by. ``price`` is the limit, the cap or the expected price, in quote money.

    ``free_base`` and ``free_quote`` are what may be used (reservations taken off), ``held`` is the open position's
    quantity. ``most`` is the largest order value in quote money, ``None`` for no limit. ``exact_price`` is false where
    the order may fill at a worse price.
    """

    instrument: Instrument
    side: Side
    price: Decimal
    free_base: Decimal
    free_quote: Decimal
    held: Decimal = ZERO
    most: Decimal | None = None
    exact_price: bool = True


def resolve(size: SizeExpression, given: SizingInput) -> Decimal:
    """Return the base quantity. A number of coins is taken as it stands; everything else is rounded down to the lot.

    Raises:
        Refused: ``bad_size`` when the size means nothing here, ``below_minimum`` when less than the exchange's
            minimum comes out.

    """
    raw = _KINDS[size.kind](size.value, given)
    if size.kind is SizeKind.BASE:
        return raw
    quantity = floor_to(max(raw, ZERO), given.instrument.lot)
    check_minimum(quantity, given.instrument, given.price)
    return quantity


def check_minimum(quantity: Decimal, pair: Instrument, price: Decimal) -> None:
    """Refuse a size that the exchange would not take.

    Raises:
        Refused: ``below_minimum``, with the least that it takes.

    """
    least = max(ceil_to(EXACT.divide(pair.min_notional, price), pair.lot), pair.min_quantity, pair.lot)
    if quantity < least:
        money = canonical(EXACT.multiply(least, price))
        raise Refused(
            f"That is {canonical(quantity)} {pair.base}; the least that {pair.symbol} takes is "
            f"{canonical(least)} {pair.base} (about {money} {pair.quote}).",
            code="below_minimum",
        )


def _coins(value: Decimal, _given: SizingInput) -> Decimal:
    return value


def _money(value: Decimal, given: SizingInput) -> Decimal:
    return EXACT.divide(value, given.price)


def _balance(value: Decimal, given: SizingInput) -> Decimal:
    return EXACT.divide(EXACT.multiply(spendable(given), value), HUNDRED)


def spendable(given: SizingInput) -> Decimal:
    """Return the coins that the whole free balance sells or buys, fee paid."""
    if given.side is Side.SELL:
        return given.free_base
    cost = EXACT.multiply(given.price, 1 + max(given.instrument.taker_fee, given.instrument.maker_fee))
    return EXACT.divide(given.free_quote, cost if given.exact_price else EXACT.multiply(cost, 1 + HAIRCUT))


def _position(value: Decimal, given: SizingInput) -> Decimal:
    if given.held <= 0:
        raise Refused(f"There is no open position in {given.instrument.symbol}.", code="bad_size")
    part = EXACT.divide(EXACT.multiply(given.held, value), HUNDRED)
    return min(part, given.free_base) if given.side is Side.SELL else part


def _all(_value: Decimal, given: SizingInput) -> Decimal:
    if given.side is Side.BUY:
        raise Refused("«all» sells what is held; to buy as much as possible write «max».", code="bad_size")
    return given.free_base


def _max(_value: Decimal, given: SizingInput) -> Decimal:
    whole = spendable(given)
    return whole if given.most is None else min(whole, EXACT.divide(given.most, given.price))


def _risk(_value: Decimal, _given: SizingInput) -> Decimal:
    raise Refused("A risk needs a price to count to: risk 0.5% @64000 to 63000.", code="bad_size")


_KINDS: dict[SizeKind, Callable[[Decimal, SizingInput], Decimal]] = {
    SizeKind.BASE: _coins,
    SizeKind.QUOTE: _money,
    SizeKind.BALANCE_PERCENT: _balance,
    SizeKind.POSITION_PERCENT: _position,
    SizeKind.ALL: _all,
    SizeKind.MAX: _max,
    SizeKind.RISK: _risk,
    SizeKind.RISK_PERCENT: _risk,
    SizeKind.RISK_QUOTE: _risk,
}
