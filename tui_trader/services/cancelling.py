"""Cancels: the wish is committed, then the request goes out; an answer never ends an order, only its state does."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tui_trader.clock import Clock
from tui_trader.domain.order import CancelState, Order, OrderStatus
from tui_trader.errors import Conflict, VenueError, VenueRejected
from tui_trader.exchange.port import Exchange
from tui_trader.rules.order_events import CancelAcked, CancelAmbiguous, CancelRefused, CancelRequested, OrderEvent
from tui_trader.services.outcome_words import sentence
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.working import WorkingOrders

CANCELLABLE = frozenset(
    {OrderStatus.SENDING, OrderStatus.LIVE, OrderStatus.PART, OrderStatus.UNKNOWN, OrderStatus.NOT_PLACED}
    | {OrderStatus.QUARANTINED}
)

_log = logging.getLogger(__name__)


class Canceller:
    """Asks the venue to cancel. The repetition of ambiguous ones is paced by ``outcomes``."""

    def __init__(self, exchange: Exchange, recorder: Recorder, working: WorkingOrders, clock: Clock) -> None:
        self._exchange = exchange
        self._recorder = recorder
        self._working = working
        self._clock = clock

    async def cancel(self, order: Order) -> Order:
        """Commit the wish, ask once, and return the order as it is then.

        Raises:
            Conflict: the order has ended.

        """
        order = self._working.find(order.id) or order
        if order.status not in CANCELLABLE:
            raise Conflict(f"Order {order.id} cannot be cancelled. {sentence(order)}")
        if order.cancel in {CancelState.SENDING, CancelState.ACKED}:
            return order
        wish = Draft()
        self._recorder.take(wish, order, CancelRequested(self._clock.wall_ms()), "cancel")
        await self._recorder.commit(wish)
        return await self.ask(self._working.find(order.id) or order)

    async def ask(self, order: Order) -> Order:
        """Send one request for a cancel and commit what it brought; also used to repeat it.

        What the answer says of the order is not used: its figures may be older than a fill (T25). The stream or a
        look-up tells how the order ended.
        """
        if order.final or order.cancel is CancelState.NONE:
            return order
        event: OrderEvent
        try:
            await self._request(order)
            event = CancelAcked(self._clock.wall_ms())
        except VenueRejected as error:
            event = CancelRefused(self._clock.wall_ms(), error.code, str(error))
        except VenueError as error:
            event = CancelAmbiguous(self._clock.wall_ms(), str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the cancel must stay repeatable
            _log.exception("Sending the cancel of order %s failed in an unforeseen way.", order.id)
            event = CancelAmbiguous(self._clock.wall_ms(), f"unforeseen: {type(error).__name__}")
        return await self._recorder.record(order, event, "cancel_answer")

    async def _request(self, order: Order) -> None:
        if order.client_order_id:
            await self._exchange.cancel(order.symbol, client_order_id=order.client_order_id)
        else:
            await self._exchange.cancel(order.symbol, venue_order_id=order.venue_order_id or "")


def problems(orders: Sequence[Order]) -> list[str]:
    """Say which cancels did not go through as wished."""
    return [
        f"Order {order.id}: the exchange refused the cancel."
        if order.cancel is CancelState.FAILED
        else f"Order {order.id}: no telling yet whether the cancel arrived; it is repeated."
        for order in orders
        if order.cancel in {CancelState.FAILED, CancelState.UNKNOWN} and not order.final
    ]
