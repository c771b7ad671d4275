"""A typed buy, sell or close made an order request with absolute numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.expression import RiskPrice, SizeExpression, SizeKind, SizeMethod
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Quote
from tui_trader.domain.money import ZERO
from tui_trader.domain.order import OrderRequest, OrderType, Origin, Side
from tui_trader.domain.position import Position, PositionSource
from tui_trader.domain.risk import RiskProfile
from tui_trader.errors import Refused, VenueUnavailable
from tui_trader.grammar.commands import ONE_TICK_INSIDE, Close, Place
from tui_trader.rules import pricing, sizing
from tui_trader.services.market import MarketService
from tui_trader.services.position_closing import inside_spread
from tui_trader.services.position_keeper import PositionKeeper
from tui_trader.services.size_basis import SizeBasis
from tui_trader.services.sizing_face import SizeWish, Sizing

WHOLE_POSITION = SizeExpression(SizeKind.POSITION_PERCENT, Decimal(100))


@dataclass(frozen=True, slots=True)
class Resolved:
    """An order with absolute numbers; ``why`` explains its size where that needs words."""

    request: OrderRequest
    why: str = ""


@dataclass(frozen=True, slots=True)
class LineOrders:
    """Resolves sizes and prices against the market, the balance and the position.

    ``basis`` says what is free, ``profile`` gives the limits, ``sizes`` works sizes by risk out.
    """

    market: MarketService
    positions: PositionKeeper
    basis: SizeBasis
    sizes: Sizing
    profile: Callable[[], RiskProfile]

    async def place(self, command: Place) -> Resolved:
        """Resolve ``buy`` or ``sell``.

        Raises:
            NotFound: no such pair.
            Refused: the size or price means nothing here, or is below the venue's minimum.
            VenueUnavailable: no price of the pair is known.

        """
        pair = self.market.instrument(command.symbol)
        quote = await self._quote(pair)
        price = pricing.resolve(command.price, command.side, self._pricing(pair, quote))
        if command.risk_to is not None:
            return await self._by_risk(command, command.risk_to, pair, quote, price)
        return self._resolved(command, pair, quote, command.size, price)

    async def close(self, command: Close) -> Resolved:
        """Resolve ``close``: a share of the position, by default all of it, inside the spread.

        Raises as :meth:`place`; ``Refused`` also when nothing is held.
        """
        pair = self.market.instrument(command.symbol)
        if self._position(pair.symbol) is None:
            raise Refused(f"There is no open position in {pair.symbol} to close.", code="bad_size")
        quote = await self._quote(pair)
        inside = command.price == ONE_TICK_INSIDE
        price = (
            inside_spread(quote, pair)
            if inside
            else pricing.resolve(command.price, Side.SELL, self._pricing(pair, quote))
        )
        size = WHOLE_POSITION if command.size.kind is SizeKind.ALL else command.size
        sale = Place(Side.SELL, pair.symbol, size, command.price, command.style)
        return self._resolved(sale, pair, quote, size, price)

    # -- inside

    def _resolved(
        self, command: Place, pair: Instrument, quote: Quote, size: SizeExpression, price: Decimal | None
    ) -> Resolved:
        if size.kind is SizeKind.QUOTE:
            return Resolved(_request(command, price, quote_quantity=size.value))
        quantity = sizing.resolve(size, self._sizing(command, pair, quote, price))
        return Resolved(_request(command, price, quantity=quantity))

    async def _by_risk(
        self, command: Place, level: RiskPrice, pair: Instrument, quote: Quote, price: Decimal | None
    ) -> Resolved:
        """Have a size by risk worked out, and say why it is what it is."""
        size, start = command.size, price or (quote.ask if command.side is Side.BUY else quote.bid)
        wish = SizeWish(
            symbol=pair.symbol,
            side=command.side,
            method=SizeMethod.RISK_MONEY if size.kind is SizeKind.RISK_QUOTE else SizeMethod.RISK_PERCENT,
            value=self.profile().risk_per_trade_percent if size.kind is SizeKind.RISK else size.value,
            price=price,
            stop=pricing.risk_price(level, command.side, start, pair.tick),
            rests=command.style.type is OrderType.LIMIT_MAKER,
        )
        found = await self.sizes.size(wish)
        return Resolved(_request(command, price, quantity=found.quantity), found.why)

    async def _quote(self, pair: Instrument) -> Quote:
        quote = await self.market.ensure_quote(pair.symbol, self.profile().of(pair.symbol).max_quote_age_ms)
        if quote is None:
            raise VenueUnavailable(f"No price of {pair.symbol} is known yet; try again in a moment.")
        return quote

    def _position(self, symbol: str) -> Position | None:
        """Return the position that a close is about: what fills made, else coins from before the desk."""
        made = self.positions.book.made_by_fills(symbol)
        before = (each for each in self.positions.book.open_on(symbol) if each.source is PositionSource.FILLS)
        return made or next(before, None)

    def _pricing(self, pair: Instrument, quote: Quote) -> pricing.PricingInput:
        position = self._position(pair.symbol)
        entry = None if position is None else position.entry_price
        even = None if entry is None else pricing.break_even(entry, pair.taker_fee, pair.tick)
        return pricing.PricingInput(pair.tick, quote, self.market.ticker(pair.symbol), entry, even)

    def _sizing(self, command: Place, pair: Instrument, quote: Quote, price: Decimal | None) -> sizing.SizingInput:
        position = self._position(pair.symbol)
        limits = self.profile().of(pair.symbol)
        worst = pricing.market_cap(command.side, quote, limits.market_cap_percent, pair.tick)
        rate = self.market.rate(pair.quote, self.basis.currency)
        return sizing.SizingInput(
            instrument=pair,
            side=command.side,
            price=worst if price is None else price,
            free_base=self.basis.free(pair, Side.SELL),
            free_quote=self.basis.free(pair, Side.BUY),
            held=ZERO if position is None else position.quantity,
            most=None if not rate else limits.max_order_value / rate,
            exact_price=price is not None or command.style.capped,
        )


def _request(
    command: Place, price: Decimal | None, *, quantity: Decimal | None = None, quote_quantity: Decimal | None = None
) -> OrderRequest:
    """Make the order of a command; its price is ``None`` for one at the market."""
    style = command.style
    return OrderRequest(
        symbol=command.symbol,
        side=command.side,
        type=OrderType.MARKET if price is None else style.type,
        time_in_force=style.time_in_force,
        quantity=quantity,
        quote_quantity=quote_quantity,
        price=price,
        capped=style.capped,
        reduce_only=style.reduce_only,
        origin=Origin.CONSOLE,
        tags=style.tags,
        note=style.note,
    )
