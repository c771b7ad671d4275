"""Whether price, quantity and value fit a pair (R02, R04, R05). Nothing is rounded here: a breach names what fits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, canonical, ceil_to, fits, floor_to
from tui_trader.domain.order import OrderType, Side
from tui_trader.domain.risk import Breach, Level


def check(
    instrument: Instrument,
    side: Side,
    type_: OrderType,
    price: Decimal | None,
    quantity: Decimal,
    last: Decimal | None = None,
    *,
    capped: bool = True,
) -> tuple[Breach, ...]:
    """Return every rule of the pair that an order breaks, in order; all are hard.

    ``price`` is the limit or the cap, ``None`` for an uncapped market order, whose value is then not judged here.
    A capped market order is sent as an immediate limit and is judged as one.
    """
    sent_as = OrderType.LIMIT if type_ is OrderType.MARKET and capped else type_
    return (
        *_offered(instrument, side, sent_as),
        *_quantity(instrument, quantity),
        *(() if price is None else _price(instrument, side, price, last)),
        *(() if price is None else check_value(instrument, sent_as, EXACT.multiply(price, quantity), price)),
    )


def _hard(code: str, message: str, figure: str = "", limit: str = "", suggestion: str = "") -> Breach:
    return Breach(code, Level.HARD, message, figure, limit, suggestion)


def _offered(instrument: Instrument, side: Side, type_: OrderType) -> Iterator[Breach]:
    name = instrument.symbol
    if not instrument.tradable:
        why = "is closed for trading" if not instrument.online else "cannot be traded over the API"
        yield _hard("not_tradable", f"{name} {why}.", suggestion="choose another pair")
    if side not in instrument.sides:
        open_sides = " and ".join(sorted(each.value.lower() for each in instrument.sides)) or "none"
        yield _hard("side_closed", f"{name} does not take {side.value.lower()} orders now.", side.value, open_sides)
    if type_ not in instrument.order_types:
        offered = ", ".join(sorted(each.value for each in instrument.order_types))
        yield _hard("type_not_offered", f"{name} does not take {type_.value} orders.", type_.value, offered)


def _nearest(value: Decimal, step: Decimal) -> str:
    low, high = floor_to(value, step), ceil_to(value, step)
    both = [canonical(each) for each in (low, high) if each > 0]
    return " or ".join(dict.fromkeys(both))


def _quantity(instrument: Instrument, quantity: Decimal) -> Iterator[Breach]:
    lot = instrument.lot
    figure = canonical(quantity)
    if not fits(quantity, lot):
        near = _nearest(quantity, lot)
        yield _hard(
            "quantity_step",
            f"The quantity {figure} is not a multiple of {canonical(lot)} {instrument.base}; {near} would fit.",
            figure,
            canonical(lot),
            near,
        )
    if quantity < instrument.min_quantity:
        least = canonical(ceil_to(instrument.min_quantity, lot))
        yield _hard(
            "quantity_minimum",
            f"The quantity {figure} is below the minimum of {least} {instrument.base}.",
            figure,
            least,
            least,
        )


def _price(instrument: Instrument, side: Side, price: Decimal, last: Decimal | None) -> Iterator[Breach]:
    figure = canonical(price)
    tick = instrument.tick
    if not fits(price, tick):
        near = _nearest(price, tick)
        yield _hard(
            "price_step",
            f"The price {figure} is not a multiple of {canonical(tick)} {instrument.quote}; {near} would fit.",
            figure,
            canonical(tick),
            near,
        )
    edge = band_edge(instrument, side, last)
    if edge is not None and (price > edge if side is Side.BUY else price < edge):
        shown = canonical(edge)
        word = "above" if side is Side.BUY else "below"
        message = f"The price {figure} is {word} {shown}, where the exchange stops taking {side.value.lower()} orders."
        yield _hard("price_band", message, figure, shown, shown)


def band_edge(instrument: Instrument, side: Side, last: Decimal | None) -> Decimal | None:
    """Return the worst price that the venue takes, on the tick; ``None`` without a band or a last price.

    Working reading of PERCENT_PRICE_BY_SIDE: a buy needs price <= last·(1 + up), a sell price >= last·(1 - down).
    """
    width = instrument.price_band_up if side is Side.BUY else instrument.price_band_down
    if width is None or last is None or not last.is_finite():
        return None
    if side is Side.BUY:
        return floor_to(EXACT.multiply(last, 1 + width), instrument.tick)
    return ceil_to(EXACT.multiply(last, 1 - width), instrument.tick)


def limits_of_value(instrument: Instrument, type_: OrderType) -> tuple[Decimal, Decimal]:
    """Return the smallest and the largest order value in quote money; a largest of 0 means none."""
    if type_ is OrderType.MARKET:
        return instrument.min_notional_market, instrument.max_notional_market
    return instrument.min_notional, instrument.max_notional


def check_value(
    instrument: Instrument, type_: OrderType, value: Decimal, price: Decimal | None = None
) -> Iterator[Breach]:
    """Yield a breach when an order's value is outside the pair's limits; with a price it names a quantity that fits."""
    least, most = limits_of_value(instrument, type_)
    figure = f"{canonical(value)} {instrument.quote}"
    if value < least:
        limit = f"{canonical(least)} {instrument.quote}"
        enough = canonical(ceil_to(EXACT.divide(least, price), instrument.lot)) if price else ""
        advice = f"; {enough} {instrument.base} would do" if enough else ""
        message = f"The order is worth {figure}; the exchange takes {limit} or more{advice}."
        yield _hard("value_minimum", message, figure, limit, enough)
    if 0 < most < value:
        limit = f"{canonical(most)} {instrument.quote}"
        enough = canonical(floor_to(EXACT.divide(most, price), instrument.lot)) if price else ""
        message = f"The order is worth {figure}; the exchange takes {limit} at most."
        yield _hard("value_maximum", message, figure, limit, enough)
