"""Questions to the venue about one order: what each endpoint shows, and what the locked coins say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_trader.domain.fill import Fill
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Order, Side
from tui_trader.domain.timing import NORMAL
from tui_trader.errors import VenueError
from tui_trader.exchange.port import Exchange, VenueOrder
from tui_trader.rules.reservation import need
from tui_trader.services.inner import Prices

Listing = Callable[[], Awaitable[Sequence[VenueOrder]]]
BEFORE_MS = 60_000
"""An order is looked for from so long before it was made, for the estimate of the venue's clock may be off."""


def ahead_ms(exchange: Exchange) -> int:
    """Return by how much the venue's clock is ahead of this machine's; 0 while nobody knows."""
    known = exchange.clock_offset()
    return 0 if known is None else round(known[0])


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of questions brought: the order, executions of it, and which endpoints answered without it."""

    found: VenueOrder | None
    fills: tuple[Fill, ...]
    missed: frozenset[str]


class Evidence:
    """Asks. A read that fails is no evidence at all and simply missing from a round."""

    def __init__(self, exchange: Exchange, prices: Prices) -> None:
        self.exchange = exchange
        self.prices = prices

    async def look(self, order: Order) -> VenueOrder | None:
        """Ask for the order by its client id, or by the venue's id when it has none.

        Raises:
            VenueError: no answer.

        """
        if order.client_order_id:
            return await self.exchange.order(order.symbol, client_order_id=order.client_order_id)
        return await self.exchange.order(order.symbol, venue_order_id=order.venue_order_id or "")

    async def fills(self, order: Order, now: int) -> tuple[Fill, ...]:
        """Read the order's executions; without the venue's id, those of its pair that carry its client id.

        Raises:
            VenueError: no answer.

        """
        start, end = self._window(order, now)
        found = await self.exchange.fills(order.symbol, start, end, order.venue_order_id or "")
        return tuple(fill for fill in found if _of(order, fill))

    async def round(self, order: Order, now: int) -> Round:
        """Ask every endpoint that could show the order, stopping at the first that does."""
        missed: set[str] = set()
        start, end = self._window(order, now)
        try:
            found = await self.look(order)
            if found is not None:
                return Round(found, (), frozenset(missed))
            missed.add("order")
            listings: tuple[tuple[str, Listing], ...] = (
                ("open_orders", lambda: self.exchange.open_orders(order.symbol)),
                ("all_orders", lambda: self.exchange.all_orders(order.symbol, start, end)),
            )
            for name, listing in listings:
                found = next((each for each in await listing() if _shows(order, each)), None)
                if found is not None:
                    return Round(found, (), frozenset(missed))
                missed.add(name)
            fills = await self.fills(order, now)
            return Round(None, fills, frozenset(missed if fills else missed | {"fills"}))
        except VenueError:
            return Round(None, (), frozenset(missed))

    def _window(self, order: Order, now: int) -> tuple[int, int]:
        """Return from when to when the venue may have done something about an order, by the venue's clock."""
        made = order.not_after - NORMAL.sign_within_ms if order.not_after else order.created_at
        return made - BEFORE_MS, now + ahead_ms(self.exchange) + BEFORE_MS

    async def residual(self, order: Order) -> Decimal:
        """Return how much of the paying asset is locked that no open order explains, if the order could be it.

        An excess smaller than what this order would lock cannot be this order (fees and rounding of others).

        Raises:
            VenueError: no answer.

        """
        pair = self.prices.find(order.symbol)
        if pair is None:
            return ZERO
        asset, wanted = need(pair, order.side, order.remaining, order.price or ZERO)
        balances = await self.exchange.balances()
        locked = next((balance.locked for balance in balances if balance.asset == asset), ZERO)
        for each in await self.exchange.open_orders():
            locked = EXACT.subtract(locked, self._locked_by(each, asset))
        floor = order.remaining if order.side is Side.SELL else EXACT.multiply(order.remaining, order.price or ZERO)
        return locked if locked >= min(wanted, floor) and locked > 0 else ZERO

    def _locked_by(self, venue: VenueOrder, asset: str) -> Decimal:
        pair = self.prices.find(venue.symbol)
        if pair is None:
            return ZERO
        left = EXACT.subtract(venue.quantity, venue.executed)
        if venue.side is Side.SELL:
            return left if pair.base == asset else ZERO
        return EXACT.multiply(left, venue.price or ZERO) if pair.quote == asset else ZERO


def _shows(order: Order, venue: VenueOrder) -> bool:
    """Tell whether a row of a list is the order."""
    if order.client_order_id and venue.client_order_id == order.client_order_id:
        return True
    return order.venue_order_id is not None and venue.venue_order_id == order.venue_order_id


def _of(order: Order, fill: Fill) -> bool:
    """Tell whether an execution is the order's."""
    if order.venue_order_id:
        return fill.venue_order_id == order.venue_order_id
    return bool(order.client_order_id) and fill.client_order_id == order.client_order_id
