"""Checks of money: does the account pay for the order, and is the order too large (R06, R15, R17, R18).

An order of which nobody knows what it is worth is refused by the first of them; the others then say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_trader.domain.money import EXACT, canonical
from tui_trader.domain.order import Side
from tui_trader.domain.risk import Breach, Level
from tui_trader.rules.gate import GateFacts, by_money
from tui_trader.rules.gate_limit import Told, known, over, percent, times, unknown
from tui_trader.rules.reservation import HAIRCUT, need


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


def least_balance(facts: GateFacts) -> Iterator[Breach]:
    """Look whether a buy leaves as much cash as the profile wants kept; off at 0."""
    least = facts.given.profile.min_account_balance
    rate, wanted = facts.rate, _wanted(facts)
    if not least or facts.given.request.side is Side.SELL or facts.free is None or rate is None or wanted is None:
        return  # without a balance, a rate or a price another check has refused the order already
    left = EXACT.multiply(EXACT.subtract(facts.free, wanted), rate)
    if left < least:
        shown, allowed = f"{canonical(left)} {facts.given.currency}", f"{canonical(least)} {facts.given.currency}"
        message = f"It would leave {shown} free; at least {allowed} must remain."
        yield Breach("min_account_balance", Level.HARD, message, shown, allowed, "make it smaller")


def order_value(facts: GateFacts) -> Iterator[Breach]:
    """R06: the order is not worth more than the profile allows, in the account currency."""
    currency, profile = facts.given.currency, facts.given.profile
    if facts.worth is None:
        message = f"{facts.instrument.quote} cannot be converted to {currency}, so the limit cannot be checked."
        yield Breach("no_conversion", Level.HARD, message)
        return
    asks = known(facts.worth) and facts.worth <= profile.max_order_value
    limit = "confirm_order_value" if asks else "max_order_value"
    advice = f"make it smaller, or raise {limit} in the risk profile"
    told = Told("max_order_value", "The order is worth {figure}", currency, advice)
    yield from over(told, facts.worth, profile.confirm_order_value, profile.max_order_value)


def position_value(facts: GateFacts) -> Iterator[Breach]:
    """R18: what is held of the coin, entries under way included, is not worth more than the profile allows."""
    after, currency = facts.held_after, facts.given.currency
    if not facts.enters or facts.worth is None:
        return
    if after is None:
        yield unknown("no_position_value", "What the position would be worth")
        return
    told = Told("max_position_value", "The position would be worth {figure}", currency, "make it smaller")
    yield from over(told, after, None, facts.given.profile.max_position_value)


def exposure(facts: GateFacts) -> Iterator[Breach]:
    """R18: all coins held and all entries under way together; a quarter above the limit refuses."""
    given, figures = facts.given, facts.given.account
    if not facts.enters or facts.worth is None:
        return
    if figures.exposure is None or not known(figures.exposure):
        yield unknown("no_exposure", "The total exposure")
        return
    after = EXACT.add(EXACT.add(figures.exposure, figures.entries), facts.worth)
    limit = given.profile.max_total_exposure
    told = Told("max_total_exposure", "Total exposure would be {figure}", given.currency, "sell something first")
    yield from over(told, after, limit, times(limit, "1.25"))


def concentration(facts: GateFacts) -> Iterator[Breach]:
    """R18: one asset's share of the account; one and a half times the limit refuses."""
    after, equity = facts.held_after, facts.given.account.equity
    if not facts.enters or facts.worth is None:
        return
    if after is None or equity is None or not known(equity) or equity <= 0:
        yield unknown("no_concentration", f"The share of {facts.acquired} in the account")
        return
    limit = facts.given.profile.max_concentration_percent
    told = Told("max_concentration", facts.acquired + " would be {figure} of the account", "%", "make it smaller")
    yield from over(told, percent(after, equity), limit, times(limit, "1.5"))


def resting_value(facts: GateFacts) -> Iterator[Breach]:
    """R17: all working orders together, of the account's worth."""
    figures = facts.given.account
    if facts.worth is None:
        return
    if figures.equity is None or not known(figures.equity) or figures.equity <= 0:
        yield unknown("no_equity", "The account's worth")
        return
    share = percent(EXACT.add(figures.resting, facts.worth), figures.equity)
    told = Told("max_open_orders_value", "All working orders would be {figure} of the account", "%", "cancel some")
    yield from over(told, share, None, facts.given.profile.max_open_orders_percent)


def open_positions(facts: GateFacts) -> Iterator[Breach]:
    """Not more pairs held or being entered than the profile allows."""
    figures, limit = facts.given.account, facts.given.profile.max_open_positions
    if facts.enters and not figures.entered and figures.positions >= limit:
        message = f"{figures.positions} positions are open or being entered; the limit is {limit}."
        yield Breach("max_open_positions", Level.HARD, message, str(figures.positions), str(limit), "close one first")
