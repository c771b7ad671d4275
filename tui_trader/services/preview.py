"""What an order would do: the same judgement as before sending, with cost, fee and slippage, and nothing reserved."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO, canonical, floor_to
from tui_trader.domain.order import OrderRequest, OrderType, Side, TimeInForce
from tui_trader.errors import Refused
from tui_trader.rules.book_walk import Walk, quantity_for, walk
from tui_trader.rules.gate import facts
from tui_trader.services.inner import PositionKeeper
from tui_trader.services.judging import Judge, Judgement
from tui_trader.services.model import AmountQuote, OrderPreview

AverageCost = Callable[[str], Decimal | None]
"""Gives the average cost of the open position of a pair."""
_EIGHTEEN = Decimal("1e-18")


class Previewer:
    """Previews and calculates."""

    def __init__(self, judge: Judge, positions: PositionKeeper, average_cost: AverageCost) -> None:
        self._judge = judge
        self._positions = positions
        self._average_cost = average_cost

    async def preview(self, request: OrderRequest) -> OrderPreview:
        """Say what an order would do now.

        Raises:
            NotFound: there is no such pair.

        """
        pair = self._judge.instrument(request.symbol)
        await self._judge.freshen(request.symbol, request)
        return self._describe(pair, self._judge.judge(request))

    def _describe(self, pair: Instrument, judged: Judgement) -> OrderPreview:
        request = judged.request
        known = facts(judged.given, pair)
        taken = self._taken(pair, judged)
        price = (taken.average if taken else None) or known.price or ZERO
        notional = EXACT.multiply(price, judged.quantity)
        fee = EXACT.multiply(notional, pair.taker_fee if taken else pair.maker_fee)
        buy = request.side is Side.BUY
        cost = EXACT.add(notional, fee) if buy else judged.quantity
        return OrderPreview(
            request=request,
            sentence=describe(judged, pair),
            quantity=judged.quantity,
            price=judged.price,
            average_price=taken.average if taken else None,
            worst_price=taken.worst if taken else None,
            slippage_percent=taken.slippage_percent if taken else None,
            notional=notional,
            fee=fee,
            fee_asset=pair.quote,
            cost=cost,
            cost_asset=pair.quote if buy else pair.base,
            free_after=None if known.free is None else EXACT.subtract(known.free, cost),
            new_average_cost=self._new_cost(request, judged.quantity, cost),
            breaches=judged.breaches,
            quote_age_ms=judged.quote_age_ms,
        )

    def _taken(self, pair: Instrument, judged: Judgement) -> Walk | None:
        """Walk the book; ``None`` for an order that would rest."""
        book = self._judge.book(pair, judged.given.quote)
        if book is None or judged.quantity <= 0 or judged.request.type is OrderType.LIMIT_MAKER:
            return None
        found = walk(book, judged.request.side, judged.quantity, judged.price)
        return found if found.filled > 0 else None

    def _new_cost(self, request: OrderRequest, quantity: Decimal, cost: Decimal) -> Decimal | None:
        """Return the average cost after a buy; ``None`` where the cost of what is held is unknown."""
        held = self._positions.held(request.symbol)
        if request.side is Side.SELL or quantity <= 0:
            return self._average_cost(request.symbol)
        if held <= 0:
            return _rounded(EXACT.divide(cost, quantity))
        average = self._average_cost(request.symbol)
        if average is None:
            return None
        total = EXACT.add(EXACT.multiply(average, held), cost)
        return _rounded(EXACT.divide(total, EXACT.add(held, quantity)))

    async def calculate(self, symbol: str, side: Side, amount: Decimal) -> AmountQuote:
        """Say how much an amount of quote money buys or sells now, from the book.

        Raises:
            NotFound: there is no such pair.
            Refused: there is no price, or the amount is below the minimum.

        """
        pair = self._judge.instrument(symbol)
        await self._judge.freshen(symbol)
        book = self._judge.book(pair)
        if book is None:
            raise Refused(f"There is no usable bid and ask of {symbol}; try again in a moment.", code="no_quote")
        found = quantity_for(book, side, amount, pair)
        quantity, fee = floor_to(found.filled, pair.lot), EXACT.multiply(found.quote, pair.taker_fee)
        return AmountQuote(
            symbol=symbol,
            side=side.value,
            amount=amount,
            quantity=quantity,
            average_price=found.average or ZERO,
            worst_price=found.worst or ZERO,
            fee=fee,
            fee_asset=pair.quote,
            cost=EXACT.add(found.quote, fee) if side is Side.BUY else quantity,
            covered=found.covered,
        )


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_EIGHTEEN, context=EXACT)


def describe(judged: Judgement, pair: Instrument) -> str:
    """Say in one sentence what the order is."""
    request, price = judged.request, judged.price
    size = f"{request.side.value.capitalize()} {canonical(judged.quantity)} {pair.base}"
    if request.type is OrderType.MARKET:
        limit = "" if price is None else f", at worst {canonical(price)} {pair.quote}"
        return f"{size} at market{limit}."
    kind = {TimeInForce.GTC: "", TimeInForce.IOC: ", immediate or cancel", TimeInForce.FOK: ", fill or kill"}
    maker = ", post only" if request.type is OrderType.LIMIT_MAKER else kind[request.time_in_force]
    at = "no price" if price is None else f"{canonical(price)} {pair.quote}"
    return f"{size} at {at}{maker}."
