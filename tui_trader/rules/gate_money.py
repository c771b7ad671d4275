"""Checks of money: enough of it, and not too much in one order (R06, R15, R16)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.money import EXACT, canonical
from tui_trader.domain.order import Side
from tui_trader.domain.risk import Breach, Level
from tui_trader.rules.gate import GateFacts, by_money
from tui_trader.rules.reservation import HAIRCUT, need

_SHOWN = Decimal("1e-8")


def balance(facts: GateFacts) -> Iterator[Breach]:
    """R15, R16: what is free, less what orders under way lock, pays for the order and its fee.

    Where the price is not fixed (an uncapped market buy) a haircut is added.
    """
    side = facts.given.request.side
    asset = facts.instrument.quote if side is Side.BUY else facts.instrument.base
    if facts.free is None:
        yield Breach("no_balance", Level.HARD, f"The balance of {asset} is not known.", suggestion="wait for it")
        return
    wanted = _wanted(facts)
    if wanted is None or wanted > facts.free:
        shown = "an unknown amount" if wanted is None else canonical(wanted)
        free = canonical(max(facts.free, Decimal(0)))
        message = f"It needs {shown} {asset}, fee included; {free} {asset} is free."
        yield Breach("insufficient_balance", Level.HARD, message, shown, free)


def _wanted(facts: GateFacts) -> Decimal | None:
    request = facts.given.request
    if request.side is Side.SELL:
        return facts.given.quantity
    if facts.price is None or facts.value is None:
        return None
    cost = (
        EXACT.multiply(facts.value, 1 + facts.instrument.taker_fee)
        if by_money(request)
        else need(facts.instrument, request.side, facts.given.quantity, facts.price)[1]
    )
    return cost if facts.given.price is not None else EXACT.multiply(cost, 1 + HAIRCUT)


def order_value(facts: GateFacts) -> Iterator[Breach]:
    """R06: the order is not worth more than the profile allows, in the account currency."""
    currency, limit = facts.given.currency, facts.given.profile.max_order_value
    if facts.worth is None:
        message = f"{facts.instrument.quote} cannot be converted to {currency}, so the limit cannot be checked."
        yield Breach("no_conversion", Level.HARD, message)
        return
    if facts.worth > limit:
        shown, allowed = f"{_money(facts.worth)} {currency}", f"{canonical(limit)} {currency}"
        advice = "make it smaller, or raise max_order_value in the risk profile"
        message = f"The order is worth {shown}; the limit for one order is {allowed}."
        yield Breach("max_order_value", Level.HARD, message, shown, allowed, advice)


def _money(value: Decimal) -> str:
    """Show money to eight decimals, which no limit is finer than."""
    return canonical(value.quantize(_SHOWN, context=EXACT))
