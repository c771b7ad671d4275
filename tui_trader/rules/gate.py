"""What the gate looks at: one frozen input, and what follows from it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Quote
from tui_trader.domain.money import EXACT
from tui_trader.domain.order import Order, OrderRequest, OrderType, Origin, Side
from tui_trader.domain.risk import GateState, RiskProfile
from tui_trader.domain.timing import NORMAL
from tui_trader.rules.reservation import Reservation, available

CASH = frozenset({"USDT", "USDC"})
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


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What is known of the venue's clock: how far it is ahead of ours and by how much that may be wrong, both in ms.

    ``age_s`` is how long ago it was read, ``None`` when the reading no longer holds.
    """

    ahead_ms: float
    error_ms: float
    age_s: float | None


@dataclass(frozen=True, slots=True)
class GateInput:
    """Everything the checks may know. Whatever is missing, stale or not a number makes a check refuse.

    ``quantity`` is resolved (base); for an uncapped market order by quote money it is an estimate. ``price`` is the
    limit or the cap, ``None`` for an uncapped market order. ``balances`` is by asset. ``reservations`` are those of
    all working orders, ``working`` these orders themselves, on all pairs. ``recent`` covers the last minute at least,
    oldest first.
    ``rates`` is what one unit of a quote asset is worth in ``currency``, for every asset that has a way there.
    ``unknown_budget`` orders of unknown outcome block every new one.
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
    recent: Sequence[RecentRequest] = ()
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = "USDT"
    cash: frozenset[str] = CASH
    unknown_budget: int = NORMAL.unknown_budget


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What several checks need of an input whose structure is sound.

    ``price`` is the limit, the cap or else the best opposite price; ``value`` is in quote money, ``worth`` in the
    account currency; ``free`` is what the order may use of the asset it pays with. ``None`` where not known.
    ``reducing`` is true for a sell into cash of coins that are held and free.
    """

    given: GateInput
    instrument: Instrument
    quote: Quote | None
    price: Decimal | None
    value: Decimal | None
    worth: Decimal | None
    free: Decimal | None
    reducing: bool


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
    paying = instrument.quote if request.side is Side.BUY else instrument.base
    free = available(paying, given.balances.get(paying), given.reservations)
    covered = free is not None and given.quantity <= free
    return GateFacts(
        given=given,
        instrument=instrument,
        quote=quote,
        price=price,
        value=value,
        worth=None if value is None or rate is None else EXACT.multiply(value, rate),
        free=free,
        reducing=request.side is Side.SELL and instrument.quote in given.cash and covered,
    )
