"""Sizes for callers that ask for one: from risk and stop, a fixed fraction, Kelly, or the average daily range.

Fulfils ``sizing_face.Sizing``. The limits that an order of the size would touch come from the gate's own judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Interval, Quote
from tui_trader.domain.money import EXACT, canonical, ceil_to, floor_to
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.domain.risk import Breach, RiskProfile
from tui_trader.errors import Refused, VenueUnavailable
from tui_trader.rules import pricing, sizing
from tui_trader.rules.postings import ratio
from tui_trader.rules.risk import position_size, size_fields
from tui_trader.rules.risk.average_range import LEAST, average_range
from tui_trader.rules.risk.position_size import Entry, Outcome
from tui_trader.services.judging import Judge
from tui_trader.services.market import MarketService
from tui_trader.services.size_basis import SizeBasis
from tui_trader.services.size_words import Said, amount, explain
from tui_trader.services.sizing_face import SizeFound, SizeWish

HUNDRED = Decimal(100)
DAYS = 60
"""So many daily candles the average range is smoothed over, where there are as many."""
RANGES_AWAY = Decimal(2)
"""How many average ranges away the stop stands, unless told."""
BY_COST = frozenset({SizeMethod.FRACTION, SizeMethod.KELLY})
"""These put a share of the account in; a stop given with them only tells what would be lost."""
FIELDS = ("value", "price", "stop", "win_percent", "payoff", "multiple")


@dataclass(frozen=True, slots=True)
class SizingService:
    """Works sizes out against the market, the account and the profile; nothing is reserved or sent."""

    market: MarketService
    judge: Judge
    basis: SizeBasis
    profile: Callable[[], RiskProfile]

    async def size(self, wish: SizeWish) -> SizeFound:
        """Say how large an order may be.

        Raises:
            NotFound: there is no such pair.
            Refused: a field makes no sense (``details["field"]`` names it), or no size does.
            VenueUnavailable: no price, or no candles, are known.

        """
        _check(wish)
        pair = self.market.instrument(wish.symbol)
        request = OrderRequest(
            pair.symbol,
            wish.side,
            OrderType.MARKET if wish.price is None else OrderType.LIMIT,
            quantity=pair.lot,
            price=wish.price,
        )
        range_ = await self._range(wish, pair)
        await self.judge.freshen(pair.symbol, request)
        entry, start = self._entry(wish, pair)
        kelly = _kelly(wish)
        share = wish.value if kelly is None else min(wish.value, kelly)
        equity, money = self._money(wish, share, pair.quote)
        stop = wish.stop if range_ is None else _stop_by(range_, wish, start, pair.tick)
        wanted = _wanted(wish.method, money, entry, stop)
        quantity, bound = position_size.fitted(wanted, entry, self._spendable(entry), stopped=stop is not None)
        come = position_size.outcome(quantity, entry, stop)
        breaches = self.judge.judge(replace(request, quantity=quantity)).breaches
        beyond = self._beyond(come.loss, pair.quote)
        said = Said(share, money, bound, equity, kelly, range_, wish.multiple or RANGES_AWAY, beyond)
        return explain(_found(wish, quantity, stop, come, breaches), pair, said)

    # -- inside

    def _entry(self, wish: SizeWish, pair: Instrument) -> tuple[Entry, Decimal]:
        """Return the order, and the price that distances count from: the one given, else the best to be had."""
        quote = self.market.quote(pair.symbol)
        book = self.judge.book(pair, quote)
        if quote is None or book is None:
            raise VenueUnavailable(f"There is no usable bid and ask of {pair.symbol}; try again in a moment.")
        cap = self.profile().of(pair.symbol).market_cap_percent
        price = wish.price if wish.price is not None else pricing.market_cap(wish.side, quote, cap, pair.tick)
        start = wish.price if wish.price is not None else _opposite(quote, wish.side)
        return Entry(pair, wish.side, price, book, wish.rests), start

    def _money(self, wish: SizeWish, share: Decimal, quote: str) -> tuple[Decimal | None, Decimal]:
        """Return what the account is worth where that counts, and the sum that a share of it is."""
        if wish.method is SizeMethod.RISK_MONEY:
            return None, wish.value
        equity = self.basis.equity(quote)
        if equity is None:
            raise Refused("What the account is worth is not known yet; try again in a moment.", code="no_equity")
        return equity, EXACT.divide(EXACT.multiply(equity, share), HUNDRED)

    async def _range(self, wish: SizeWish, pair: Instrument) -> Decimal | None:
        """Return the average daily range where it is asked for."""
        if wish.method is not SizeMethod.ATR:
            return None
        candles = await self.market.candles(pair.symbol, Interval.D1, limit=DAYS)
        found = average_range(candles)
        if found is not None and found.is_finite() and found > 0:
            return found
        over = sum(each.closed for each in candles)
        why = (
            f"needs {LEAST} sound daily candles that are over, and {over} are there"
            if found is None
            else "makes no sense"
        )
        text = f"The average daily range of {pair.symbol} {why}; give a stop instead."
        raise Refused(text, code="no_average_range", details={"field": "method"})

    def _beyond(self, loss: Decimal | None, quote: str) -> Decimal | None:
        """Return the percent of the account that the profile risks on a trade, where a loss is more than that."""
        equity, percent = self.basis.equity(quote), self.profile().risk_per_trade_percent
        if loss is None or equity is None:
            return None
        return percent if EXACT.multiply(loss, HUNDRED) > EXACT.multiply(equity, percent) else None

    def _spendable(self, entry: Entry) -> Decimal:
        """Return the coins that what is free pays for, or that are free to be sold."""
        free = self.basis.free(entry.instrument, entry.side)
        return sizing.spendable(sizing.SizingInput(entry.instrument, entry.side, entry.price, free, free))


def _found(
    wish: SizeWish, quantity: Decimal, stop: Decimal | None, come: Outcome, breaches: Sequence[Breach]
) -> SizeFound:
    """Put the figures of a size together; its words follow from them."""
    price = ratio(come.entry, quantity) if wish.price is None else wish.price
    return SizeFound(
        symbol=wish.symbol,
        side=wish.side,
        method=wish.method,
        quantity=quantity,
        price=price,
        stop=stop,
        stop_distance=None if stop is None else abs(EXACT.subtract(price, stop)),
        notional=amount(come.entry),
        fees=amount(come.fees),
        slippage=amount(come.slippage),
        loss_at_stop=None if come.loss is None else amount(come.loss),
        breaches=breaches,
    )


def _check(wish: SizeWish) -> None:
    """Refuse fields that make no sense; the sentence has the first of them."""
    wrong = list(size_fields.flaws(wish.method, {name: getattr(wish, name) for name in FIELDS}))
    if wrong:
        name, reason = wrong[0]
        raise Refused(f"{name}: {reason}.", code="bad_size", details={"field": name, "fields": dict(wrong)})


def _kelly(wish: SizeWish) -> Decimal | None:
    """Return Kelly's share in percent where it is asked for."""
    if wish.method is not SizeMethod.KELLY or wish.win_percent is None or wish.payoff is None:
        return None
    found = position_size.kelly_percent(wish.win_percent, wish.payoff)
    if found <= 0:
        text = (
            f"Kelly's share is {canonical(amount(found))} %: with these figures such trades lose, so no size is right."
        )
        raise Refused(text, code="no_edge", details={"field": "win_percent"})
    return found


def _stop_by(range_: Decimal, wish: SizeWish, start: Decimal, tick: Decimal) -> Decimal:
    """Return the price some average ranges away from a price, on the tick that is further away."""
    away = EXACT.multiply(range_, wish.multiple or RANGES_AWAY)
    if wish.side is Side.SELL:
        return ceil_to(EXACT.add(start, away), tick)
    stop = floor_to(EXACT.subtract(start, away), tick)
    if stop <= 0:
        text = "multiple: so many average ranges below the price there is no stop above 0; give a smaller one."
        raise Refused(text, code="bad_size", details={"field": "multiple"})
    return stop


def _wanted(method: SizeMethod, money: Decimal, entry: Entry, stop: Decimal | None) -> Decimal:
    """Return the coins that a sum comes to, not rounded: by what they lose, or by what they cost."""
    by_loss = None if stop is None else position_size.for_loss(money, entry, stop)
    return position_size.for_cost(money, entry) if by_loss is None or method in BY_COST else by_loss


def _opposite(quote: Quote, side: Side) -> Decimal:
    return quote.ask if side is Side.BUY else quote.bid
