"""What the gate looks at: one frozen input, and what follows from it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tui_trader.domain.assessment import Constraint
from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Quote
from tui_trader.domain.money import EXACT
from tui_trader.domain.order import Order, OrderRequest, OrderType, Origin, Side
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.domain.timing import NORMAL
from tui_trader.rules.gate_figures import (
    NO_ACCOUNT,
    NO_CONDUCT,
    NO_MARKET,
    AccountFigures,
    ClockReading,
    ConductFigures,
    MarketFigures,
)
from tui_trader.rules.reservation import Reservation, available

CASH = frozenset({"USDT", "USDC", "USD1", "USDE", "EUR"})
"""Assets that count as money: selling a coin for one of them reduces exposure."""

OWN = frozenset({Origin.CONSOLE, Origin.API})
"""Origins that stand for a person's own order."""


@dataclass(frozen=True, slots=True)
class RecentRequest:
    """An order request that passed the gate a short while ago (UTC ms)."""

    at: int
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    price: Decimal | None
    origin: Origin = Origin.CONSOLE


@dataclass(frozen=True, slots=True)
class GateInput:
    """Everything the checks may know. Whatever is missing, stale or not a number makes a check refuse.

    ``quantity`` is resolved (base); for an uncapped market order by quote money it is an estimate. ``price`` is the
    limit or the cap, ``None`` for an uncapped market order. ``balances`` is by asset. ``reservations`` are those of
    all working orders, ``working`` these orders themselves, those on the pair. Of all pairs ``working_count`` are
    working, and the outcome of ``questions`` is unknown. ``recent`` covers the last minute at least, oldest first.
    ``rates`` is what one unit of a quote asset is worth in ``currency``, for every asset that has a way there.
    ``cash_market`` tells whether the pair's coin can be sold for cash on some pair: without one, its sale for another
    coin is the only way out. ``unknown_budget`` orders of unknown outcome block every new one.
    ``now`` is UTC ms of the clock that stamped the quote's ``received``. ``clock`` is the reading of the venue's clock,
    ``stream_up`` whether the venue pushes own orders, fills and balances.
    """

    request: OrderRequest
    quantity: Decimal
    price: Decimal | None
    instrument: Instrument | None
    state: GateState
    profile: RiskProfile
    now: int
    clock: ClockReading | None = None
    stream_up: bool = False
    quote: Quote | None = None
    last: Decimal | None = None
    book: Book | None = None
    balances: Mapping[str, Balance] = field(default_factory=dict)
    reservations: Sequence[Reservation] = ()
    working: Sequence[Order] = ()
    working_count: int = 0
    questions: int = 0
    recent: Sequence[RecentRequest] = ()
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = "USDT"
    market: MarketFigures = NO_MARKET
    account: AccountFigures = NO_ACCOUNT
    conduct: ConductFigures = NO_CONDUCT
    constraints: Sequence[Constraint] = ()
    cash: frozenset[str] = CASH
    cash_market: bool = True
    unknown_budget: int = NORMAL.unknown_budget


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What several checks need of an input whose structure is sound.

    ``price`` is the limit, the cap or else the best opposite price; ``value`` is in quote money, ``worth`` in the
    account currency; ``free`` is what the order may use of the asset it pays with. ``None`` where not known.
    ``rate`` is what one unit of the quote asset is worth there. ``takes`` is true for an order that would trade at
    once, as far as is known; ``reducing`` for a sell of coins that are held and free into cash, or into another coin
    where no market gives cash for them; ``enters`` for any other order that acquires something else than cash:
    ``acquired``. ``held_after`` is what would then be held of it, entries under way included.
    """

    given: GateInput
    instrument: Instrument
    quote: Quote | None
    price: Decimal | None
    value: Decimal | None
    worth: Decimal | None
    free: Decimal | None
    rate: Decimal | None
    takes: bool
    acquired: str
    enters: bool
    held_after: Decimal | None
    reducing: bool

    @property
    def exit(self) -> bool:
        """Whether it is a protective exit that only reduces: nobody is there to confirm it."""
        return self.reducing and self.given.request.origin is Origin.EXIT


def good(value: Decimal | None) -> bool:
    """Tell whether a market figure is a positive number."""
    return value is not None and value.is_finite() and value > 0


def sound_quote(quote: Quote | None) -> Quote | None:
    """Return a quote that can be relied on: both sides there, positive, and not crossed."""
    if quote is None or not (good(quote.bid) and good(quote.ask)) or quote.bid >= quote.ask:
        return None
    return quote


def rate_of(given: GateInput, asset: str) -> Decimal | None:
    """Return what one unit of an asset is worth in the account currency."""
    if asset == given.currency:
        return Decimal(1)
    rate = given.rates.get(asset)
    return rate if good(rate) else None


def by_money(request: OrderRequest) -> bool:
    """Tell whether the request is sent by quote money: an uncapped market order without a base quantity."""
    return request.type is OrderType.MARKET and not request.capped and request.quote_quantity is not None


def _takes(request: OrderRequest, price: Decimal | None, best: Decimal | None) -> bool:
    """Tell whether an order would trade at once against the best opposite price."""
    if request.type is OrderType.MARKET or price is None or best is None:
        return True
    return price >= best if request.side is Side.BUY else price <= best


def _held_after(account: AccountFigures, worth: Decimal | None) -> Decimal | None:
    if account.held is None or worth is None or not (account.held.is_finite() and account.entries_here.is_finite()):
        return None
    return EXACT.add(EXACT.add(account.held, account.entries_here), worth)


def facts(given: GateInput, instrument: Instrument) -> GateFacts:
    """Work out what follows from an input whose numbers are finite."""
    request = given.request
    quote = sound_quote(given.quote)
    best = None if quote is None else (quote.ask if request.side is Side.BUY else quote.bid)
    price = given.price if given.price is not None else best
    value = request.quote_quantity if by_money(request) else None
    if value is None and price is not None:
        value = EXACT.multiply(price, given.quantity)
    rate = rate_of(given, instrument.quote)
    buy = request.side is Side.BUY
    paying, acquired = (instrument.quote, instrument.base) if buy else (instrument.base, instrument.quote)
    free = available(paying, given.balances.get(paying), given.reservations)
    covered = free is not None and given.quantity <= free
    reducing = not buy and covered and (instrument.quote in given.cash or not given.cash_market)
    worth = None if value is None or rate is None else EXACT.multiply(value, rate)
    return GateFacts(
        given=given,
        instrument=instrument,
        quote=quote,
        price=price,
        value=value,
        worth=worth,
        free=free,
        rate=rate,
        takes=_takes(request, price, best),
        acquired=acquired,
        enters=acquired not in given.cash and not reducing,
        held_after=_held_after(given.account, worth),
        reducing=reducing,
    )
