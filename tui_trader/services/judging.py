"""What the gate would say of an order now: the request made exact, and every breach. Nothing here is reserved or sent.

:meth:`Judge.freshen` may wait for a price; :meth:`Judge.judge` never waits, so that its caller can reserve at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, Quote
from tui_trader.domain.money import EXACT, ZERO, floor_to, parse
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.domain.risk import Breach, Level
from tui_trader.errors import NotFound, Refused, UsageError
from tui_trader.exchange.port import Health
from tui_trader.rules.book_walk import quantity_for
from tui_trader.rules.checks import evaluate
from tui_trader.rules.gate import CASH, GateInput, sound_quote
from tui_trader.rules.gate_figures import NO_ACCOUNT, NO_CONDUCT, NO_MARKET, ClockReading
from tui_trader.rules.gate_market import age_limit, book_holds
from tui_trader.rules.pricing import market_cap
from tui_trader.rules.reservation import Reservation
from tui_trader.services.gate import Gate
from tui_trader.services.inner import BalanceKeeper, Prices, RiskFigures
from tui_trader.services.working import WorkingOrders


@dataclass(frozen=True, slots=True)
class Judgement:
    """A request with its exact quantity (base) and price (limit or cap), and what the gate says of it.

    ``price`` is ``None`` for an uncapped market order. ``given`` is what the checks saw.
    """

    request: OrderRequest
    quantity: Decimal
    price: Decimal | None
    breaches: tuple[Breach, ...]
    given: GateInput

    @property
    def refused(self) -> bool:
        """Whether a hard limit or a rule of the pair is broken."""
        return any(breach.level is Level.HARD for breach in self.breaches)

    @property
    def asks(self) -> bool:
        """Whether a soft limit asks for a confirmation."""
        return any(breach.level is Level.SOFT for breach in self.breaches)

    @property
    def quote_age_ms(self) -> int | None:
        """How old the prices were."""
        return None if self.given.quote is None else self.given.now - self.given.quote.received


class Judge:
    """Collects what the checks need and runs them. ``currency`` is the account's."""

    def __init__(
        self,
        prices: Prices,
        working: WorkingOrders,
        balances: BalanceKeeper,
        gate: Gate,
        health: Health,
        figures: RiskFigures,
        clock: Clock,
        currency: str = "USDT",
    ) -> None:
        self._prices = prices
        self._working = working
        self._balances = balances
        self._gate = gate
        self._health = health
        self._figures = figures
        self._clock = clock
        self._currency = currency

    def instrument(self, symbol: str) -> Instrument:
        """Find a pair.

        Raises:
            NotFound: there is no such pair.

        """
        pair = self._prices.find(symbol)
        if pair is None:
            raise NotFound(f"There is no pair {symbol}; look it up with the command symbols.")
        return pair

    async def freshen(self, symbol: str, request: OrderRequest | None = None) -> None:
        """Wait shortly for what a decision needs, and for a price, last, when the one known is too old by then."""
        if request is not None and self._prices.find(symbol) is not None:
            await self._figures.prepare(symbol)
        profile, quote = self._gate.profile.of(symbol), self._prices.quote(symbol)
        limit = profile.max_quote_age_ms if request is None else age_limit(request, profile)
        if quote is None or self._clock.wall_ms() - quote.received > limit:
            await self._prices.ensure_quote(symbol, limit)

    def judge(self, request: OrderRequest) -> Judgement:
        """Make the request exact and check it.

        Raises:
            UsageError: not exactly one size was given, or a number is none.

        """
        if (request.quantity is None) == (request.quote_quantity is None):
            raise UsageError("Give exactly one of quantity and quote_quantity.")
        for value in (request.quantity, request.quote_quantity, request.price):
            _number(value)
        pair, quote = self._prices.find(request.symbol), self._prices.quote(request.symbol)
        price = self._price(request, pair, sound_quote(quote))
        try:
            quantity = self._quantity(request, pair, quote, price)
        except Refused as error:
            given = self._given(request, pair, quote, price, ZERO)
            return Judgement(request, ZERO, price, (Breach(error.code, Level.HARD, str(error)),), given)
        given = self._given(request, pair, quote, price, quantity)
        return Judgement(request, quantity, price, evaluate(given), given)

    def _price(self, request: OrderRequest, pair: Instrument | None, quote: Quote | None) -> Decimal | None:
        """Return the limit; of a market order its cap."""
        if request.type is not OrderType.MARKET:
            return request.price
        if not request.capped:
            return None
        if request.price is not None or pair is None or quote is None:
            return request.price
        cap = self._gate.profile.of(pair.symbol).market_cap_percent
        return market_cap(request.side, quote, cap, pair.tick)

    def _quantity(
        self, request: OrderRequest, pair: Instrument | None, quote: Quote | None, price: Decimal | None
    ) -> Decimal:
        """Return the base quantity; quote money goes through the book, or by the limit of an order that may rest."""
        if request.quantity is not None:
            return request.quantity
        amount = request.quote_quantity or ZERO
        if pair is None or amount <= 0:
            return ZERO
        if request.type is not OrderType.MARKET:
            return ZERO if price is None or price <= 0 else floor_to(EXACT.divide(amount, price), pair.lot)
        book = self.book(pair, quote)
        if book is None:
            raise Refused(f"There is no usable bid and ask of {pair.symbol}.", code="no_quote")
        return floor_to(quantity_for(book, request.side, amount, pair).filled, pair.lot)

    def book(self, pair: Instrument, quote: Quote | None = None) -> Book | None:
        """Return the book if it is young enough, else one made of the best prices; ``None`` without either."""
        book = self._prices.book_now(pair.symbol)
        if (
            book is not None
            and self._clock.wall_ms() - book.received <= self._gate.profile.of(pair.symbol).max_quote_age_ms
        ):
            return book
        best = sound_quote(quote or self._prices.quote(pair.symbol))
        if best is None:
            return None
        bids, asks = ((best.bid, best.bid_quantity),), ((best.ask, best.ask_quantity),)
        return Book(pair.symbol, bids, asks, 0, best.at, best.received)

    def _reading(self) -> ClockReading | None:
        """Return what is known of the venue's clock."""
        offset = self._health.clock_offset()
        return None if offset is None else ClockReading(*offset, self._health.clock_age_s())

    def _given(
        self,
        request: OrderRequest,
        pair: Instrument | None,
        quote: Quote | None,
        price: Decimal | None,
        quantity: Decimal,
    ) -> GateInput:
        """Collect what the checks may know."""
        now, profile = self._clock.wall_ms(), self._gate.profile.of(request.symbol)
        ticker, book = self._prices.ticker(request.symbol), self._prices.book_now(request.symbol)
        balances: dict[str, Balance] = {}
        rates: dict[str, Decimal] = {}
        reservations: list[Reservation] = []
        if pair is not None:
            paying = pair.quote if request.side is Side.BUY else pair.base
            balance, reservations = self._balances.balance(paying), self._working.reservations(paying)
            if balance is not None:
                balances[paying] = balance
            if pair.quote != self._currency:
                rate = self._prices.rate(pair.quote, self._currency)
                rates = {} if rate is None else {pair.quote: rate}
        return GateInput(
            request=request,
            quantity=quantity,
            price=price,
            instrument=pair,
            state=self._gate.state,
            profile=profile,
            now=now,
            clock=self._reading(),
            stream_up=self._health.private_stream_up(),
            quote=quote,
            last=None if ticker is None else ticker.last,
            book=book if book_holds(book, quote, now, profile) else None,
            balances=balances,
            reservations=reservations,
            working=self._working.working(request.symbol),
            working_count=self._working.count(),
            questions=self._working.pending.questions,
            recent=self._working.recent(now),
            rates=rates,
            currency=self._currency,
            cash_market=pair is None or pair.quote in CASH or self._sold_for_cash(pair.base),
            market=NO_MARKET if pair is None else self._figures.market(pair),
            account=NO_ACCOUNT if pair is None else self._figures.account(pair, request.side),
            conduct=NO_CONDUCT if pair is None else self._figures.conduct(pair.symbol),
            constraints=self._gate.constraints,
            unknown_budget=self._gate.timing.unknown_budget,
        )

    def _sold_for_cash(self, coin: str) -> bool:
        """Tell whether a coin can be sold for cash on some pair that is open."""
        return any(
            pair.quote in CASH and pair.online and pair.api_tradable and Side.SELL in pair.sides
            for pair in self._prices.of_base(coin)
        )


def _number(value: Decimal | None) -> None:
    """Refuse what could not even be written down."""
    try:
        if value is not None:
            parse(value)
    except ValueError as error:
        raise UsageError(f"{error}; give a plain number.") from None
