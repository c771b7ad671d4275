"""Placing, cancelling and looking at orders: the face of the order path (fulfils ``faces.Orders``)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from tui_trader.domain.order import Order, OrderRequest, Side
from tui_trader.errors import NotFound, Refused, UsageError
from tui_trader.rules.reservation import Reservation
from tui_trader.services.cancelling import CANCELLABLE, Canceller, problems
from tui_trader.services.idempotency import Intents
from tui_trader.services.model import AmountQuote, CancelOutcome, OrderPreview, Placement
from tui_trader.services.outcomes import Outcomes
from tui_trader.services.placing import Placer
from tui_trader.services.ports import Store
from tui_trader.services.preview import Previewer
from tui_trader.services.working import WorkingOrders

CANCELS_AT_ONCE = 5


class OrderService:
    """Orders as the API sees them."""

    def __init__(
        self,
        store: Store,
        working: WorkingOrders,
        placer: Placer,
        canceller: Canceller,
        outcomes: Outcomes,
        previewer: Previewer,
    ) -> None:
        self._store = store
        self._working = working
        self._placer = placer
        self._canceller = canceller
        self._outcomes = outcomes
        self._previewer = previewer
        self._intents: Intents[Placement] = Intents()

    async def place(self, intent_id: str, request: OrderRequest, confirmation: str | None = None) -> Placement:
        """Gate, journal, send. The same ``intent_id`` gets the same answer and sends nothing again.

        A caller that goes away does not stop an order half way.

        Raises:
            Denied, ConfirmationRequired, Conflict, UsageError, StoreError: nothing was sent.

        """
        if not intent_id:
            raise UsageError("An order needs an intent id, made by the caller.")
        return await self._intents.once(
            intent_id, request, lambda: self._placer.place(intent_id, request, confirmation)
        )

    async def preview(self, request: OrderRequest) -> OrderPreview:
        """Do everything but send."""
        return await self._previewer.preview(request)

    async def calculate(self, symbol: str, side: Side, amount: Decimal) -> AmountQuote:
        """Say how much ``amount`` of quote money buys or sells now."""
        return await self._previewer.calculate(symbol, side, amount)

    async def cancel(self, key: str, symbol: str | None = None) -> CancelOutcome:
        """Ask for a cancel of one order, named by our id, the client id or the venue's id.

        Raises:
            NotFound: there is no such order.
            Conflict: it has ended.

        """
        order = await self._cancel(await self.get(key, symbol))
        return CancelOutcome([order], problems([order]))

    async def _cancel(self, order: Order) -> Order:
        """Cancel, whether or not the caller stays."""
        return await asyncio.shield(asyncio.ensure_future(self._wish(order)))

    async def _wish(self, order: Order) -> Order:
        after = await self._canceller.cancel(order)
        self._outcomes.hurry(after)
        return after

    async def cancel_many(
        self, *, symbol: str | None = None, side: Side | None = None, ids: Sequence[str] | None = None
    ) -> CancelOutcome:
        """Ask for a cancel of every working order that matches, a few at a time."""
        failures: list[str] = []
        found = await self._named(ids, failures) if ids is not None else self._working.working()
        chosen = [
            order
            for order in found
            if symbol in {None, order.symbol} and side in {None, order.side} and order.status in CANCELLABLE
        ]
        turns = asyncio.Semaphore(CANCELS_AT_ONCE)

        async def one(order: Order) -> Order | None:
            async with turns:
                try:
                    return await self._cancel(order)
                except Refused as error:
                    failures.append(str(error))
                    return None

        after = [order for order in await asyncio.gather(*map(one, chosen)) if order is not None]
        return CancelOutcome(after, failures + problems(after))

    async def _named(self, ids: Sequence[str], failures: list[str]) -> list[Order]:
        found: dict[str, Order] = {}
        for key in ids:
            try:
                order = await self.get(key)
            except NotFound as error:
                failures.append(str(error))
                continue
            found[order.id] = order
            if order.status not in CANCELLABLE:
                failures.append(f"Order {order.id} has ended.")
        return list(found.values())

    async def get(self, key: str, symbol: str | None = None) -> Order:
        """Find an order by our id, the client id, the intent id or the venue's id.

        Raises:
            NotFound: there is none, or not on that pair.

        """
        order = self._working.find(key) or await self._store.order(key)
        if order is None or symbol not in {None, order.symbol}:
            raise NotFound(f"There is no order {key[:64]}" + (f" on {symbol}." if symbol else "."))
        return order

    def working(self, symbol: str | None = None) -> Sequence[Order]:
        """List working orders, newest first."""
        return sorted(self._working.working(symbol), key=lambda order: order.created_at, reverse=True)

    def unknown_until(self, order: Order) -> int | None:
        """Say when an unknown outcome may be concluded at the earliest, UTC ms."""
        return self._outcomes.unknown_until(order)

    def locked(self, order: Order) -> Reservation | None:
        """Say what a working order keeps from being spent; ``None`` for one that has ended."""
        return self._working.reservation(order)

    async def close(self) -> None:
        """Wait for orders under way."""
        await self._intents.settle()
