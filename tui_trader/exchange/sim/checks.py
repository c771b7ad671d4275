"""Order checks that need no book and no balance: steps 5 to 7 of rest.md §8, in that order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from tui_trader.exchange.sim.exact import EXACT, ONE, ZERO, multiply, to_units
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.refusals import (
    AMOUNT_SCALE,
    BAD_COMBINATION,
    ILLEGAL_CHARACTERS,
    MARKET_DISABLED,
    NOT_OPEN_TO_API,
    PARAMETER_MISSING,
    PARAMETER_WRONG,
    PRICE_BAND,
    PRICE_SCALE,
    QUANTITY_SCALE,
    SIDE_CLOSED,
    TRADING_DISABLED,
    TYPE_NOT_OFFERED,
    Refusal,
    above_maximum,
    below_minimum,
)
from tui_trader.exchange.sim.symbols import SymbolRules
from tui_trader.exchange.wire.vocabulary import (
    BATCH_TYPE_SUFFIX,
    PLACEABLE,
    OrderType,
    Side,
    StpMode,
    TradeSideType,
)

MARKET_REACH: Final = Decimal("0.05")
"""A market order is a limit-IOC this far beyond the last price (rest.md §6.2)."""

_Word = TypeVar("_Word", Side, StpMode)
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_\-]{1,32}")
_BANDED: Final = {OrderType.LIMIT, OrderType.IMMEDIATE_OR_CANCEL, OrderType.FILL_OR_KILL}
_OPEN_SIDES: Final = {
    TradeSideType.BOTH: {Side.BUY, Side.SELL},
    TradeSideType.BUY_ONLY: {Side.BUY},
    TradeSideType.SELL_ONLY: {Side.SELL},
    TradeSideType.CLOSED: set[Side](),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that passed: whole ticks and lots. ``lots`` is None for a market order by cost (``cost`` set)."""

    side: Side
    type: OrderType
    ticks: int
    lots: int | None
    cost: Decimal | None
    client_order_id: str | None
    stp_mode: str


def check_request(request: OrderRequest, rules: SymbolRules, last: Decimal) -> Ticket:
    """Return the checked order or raise the venue's refusal. ``last`` is the pair's latest traded price."""
    side = _member(Side, request.side)
    _check_pair(rules, side)
    kind = _order_type(request.type)
    client_id = _client_id(request.client_order_id)
    stp_mode = _member(StpMode, request.stp_mode) if request.stp_mode else StpMode.OFF
    if kind is OrderType.MARKET:
        if kind not in rules.order_types:
            raise Refusal(*MARKET_DISABLED)
        ticks, lots, cost = _market_terms(request, rules, side, last)
    else:
        ticks, lots, cost = *_limit_terms(request, rules), None
        _check_band(kind, side, rules, Decimal(ticks).scaleb(-rules.price_decimals), last)
    return Ticket(side, kind, ticks, lots, cost, client_id, stp_mode)


def worst_ticks(side: Side, rules: SymbolRules, last: Decimal) -> int:
    """Return the worst price of a market order in ticks, at least one."""
    reach = ONE + MARKET_REACH if side is Side.BUY else ONE - MARKET_REACH
    scaled = multiply(last, reach).scaleb(rules.price_decimals, EXACT)
    return max(1, int(scaled) if side is Side.BUY else -int(-scaled // 1))


def _check_pair(rules: SymbolRules, side: Side) -> None:
    if not rules.open_to_api:
        raise Refusal(*NOT_OPEN_TO_API)
    if rules.status != "1":
        raise Refusal(*TRADING_DISABLED)
    if side not in _OPEN_SIDES[rules.trade_side]:
        raise Refusal(*SIDE_CLOSED)


def _limit_terms(request: OrderRequest, rules: SymbolRules) -> tuple[int, int]:
    price = _amount(request.price)
    quantity = _amount(request.quantity)
    ticks = to_units(price, rules.price_decimals)
    if ticks is None:
        raise Refusal(*PRICE_SCALE)
    lots = _lots(quantity, rules)
    _check_value(multiply(price, quantity), rules.min_value, rules.max_value, rules)
    return ticks, lots


def _market_terms(
    request: OrderRequest, rules: SymbolRules, side: Side, last: Decimal
) -> tuple[int, int | None, Decimal | None]:
    if request.quantity and request.quote_order_qty:
        raise Refusal(*BAD_COMBINATION)
    ticks = worst_ticks(side, rules, last)
    if request.quantity:
        quantity = _amount(request.quantity)
        lots = _lots(quantity, rules)
        _check_value(multiply(last, quantity), rules.min_value_market, rules.max_value_market, rules)
        return ticks, lots, None
    cost = _amount(request.quote_order_qty)
    if to_units(cost, rules.price_decimals) is None:
        raise Refusal(*AMOUNT_SCALE)
    _check_value(cost, rules.min_value_market, rules.max_value_market, rules)
    return ticks, None, cost


def _lots(quantity: Decimal, rules: SymbolRules) -> int:
    lots = to_units(quantity, rules.quantity_decimals)
    if lots is None:
        raise Refusal(*QUANTITY_SCALE)
    if quantity < rules.min_quantity:
        raise below_minimum(rules.min_quantity, rules.base)
    return lots


def _check_value(value: Decimal, minimum: Decimal, maximum: Decimal, rules: SymbolRules) -> None:
    if value < minimum:
        raise below_minimum(minimum, rules.quote)
    if value > maximum:
        raise above_maximum(maximum, rules.quote)


def _check_band(kind: OrderType, side: Side, rules: SymbolRules, price: Decimal, last: Decimal) -> None:
    """PERCENT_PRICE_BY_SIDE (rest.md §4.2): a buy not too far above, a sell not too far below the last price."""
    if kind not in _BANDED:
        return
    if side is Side.BUY and rules.band_up is not None and price > multiply(last, ONE + rules.band_up):
        raise Refusal(*PRICE_BAND)
    if side is Side.SELL and rules.band_down is not None and price < multiply(last, ONE - rules.band_down):
        raise Refusal(*PRICE_BAND)


def _amount(text: str | None) -> Decimal:
    """Read a number above zero of a sane size; exponents are read, as MEXC's own server does."""
    if text is None or text == "":
        raise Refusal(*PARAMETER_MISSING)
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Refusal(*PARAMETER_WRONG) from None
    if len(text) > 40 or not amount.is_finite() or amount <= ZERO or abs(amount.adjusted()) > 20:
        raise Refusal(*PARAMETER_WRONG)
    return amount


def _order_type(text: str) -> OrderType:
    kind = text.removesuffix(BATCH_TYPE_SUFFIX)
    if not text:
        raise Refusal(*PARAMETER_MISSING)
    if kind not in PLACEABLE:
        raise Refusal(*TYPE_NOT_OFFERED)
    return OrderType(kind)


def _client_id(text: str | None) -> str | None:
    if not text:
        return None
    if not _CLIENT_ID.fullmatch(text):
        raise Refusal(*ILLEGAL_CHARACTERS)
    return text


def _member(kind: type[_Word], text: str) -> _Word:
    if not text:
        raise Refusal(*PARAMETER_MISSING)
    try:
        return kind(text)
    except ValueError:
        raise Refusal(*PARAMETER_WRONG) from None
