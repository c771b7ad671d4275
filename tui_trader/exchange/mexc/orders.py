"""Orders over REST: changes through the sender, once each; look-ups through the reader."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui_trader.domain.fill import Fill
from tui_trader.errors import UsageError, VenueError, VenueRejected, VenueUnknown
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.answers import Answer, Unreadable, order_data
from tui_trader.exchange.mexc.budget import Urgency
from tui_trader.exchange.mexc.core import Part
from tui_trader.exchange.mexc.order_rows import (
    ack_of,
    canceled_list,
    canceled_of,
    fills_of,
    order_of,
    order_params,
    orders_of,
)
from tui_trader.exchange.mexc.windows import every_row
from tui_trader.exchange.port import NewOrder, OrderAck, VenueOrder
from tui_trader.exchange.wire import codes, endpoints, limits

CANCEL_WINDOW_MS = 5_000


class Orders(Part):
    """The port's ``Trading``, and batches."""

    async def place(self, order: NewOrder) -> OrderAck:
        """Send an order once."""
        return await self.core.sender.send(
            endpoints.ORDER_PLACE,
            order_params(order),
            ack_of,
            recv_window=order.recv_window,
            not_after=order.not_after,
            wanted=order.wanted,
        )

    async def place_batch(self, orders: Sequence[NewOrder]) -> list[OrderAck | VenueError]:
        """Send up to 20 orders of one pair in one request, once; each has its own outcome, in the same order.

        Raises:
            UsageError: too many, none, or of several pairs.
            VenueError: the request as a whole failed, as for ``place``.

        """
        if not 0 < len(orders) <= limits.MAX_BATCH_ORDERS or len({order.symbol for order in orders}) != 1:
            raise UsageError(f"A batch holds 1 to {limits.MAX_BATCH_ORDERS} orders of one pair.")
        text = json.dumps([order_params(order) for order in orders], separators=(",", ":"))
        rows = await self.core.sender.send(
            endpoints.BATCH_PLACE,
            {"batchOrders": text},
            fields.rows_of,
            recv_window=min(order.recv_window for order in orders),
            not_after=min(order.not_after for order in orders),
        )
        if len(rows) != len(orders):
            raise VenueUnknown("The exchange answered for another number of orders: look each one up.")
        return [_outcome(row) for row in rows]

    async def test(self, order: NewOrder) -> None:
        """Have the venue check an order without placing it."""
        await self.core.reader.read(endpoints.ORDER_TEST, order_params(order), fields.row_of, attempts=1)

    async def cancel(self, symbol: str, *, client_order_id: str = "", venue_order_id: str = "") -> VenueOrder | None:
        """Ask for a cancel, once."""
        return await self.core.sender.send(
            endpoints.ORDER_CANCEL,
            _identity(symbol, client_order_id, venue_order_id),
            canceled_of,
            recv_window=CANCEL_WINDOW_MS,
            urgency=Urgency.CANCEL,
        )

    async def cancel_all(self, symbol: str) -> Sequence[VenueOrder]:
        """Cancel everything resting on a pair."""
        return await self.core.sender.send(
            endpoints.OPEN_CANCEL,
            {"symbol": symbol},
            canceled_list,
            recv_window=CANCEL_WINDOW_MS,
            urgency=Urgency.CANCEL,
        )

    async def order(self, symbol: str, *, client_order_id: str = "", venue_order_id: str = "") -> VenueOrder | None:
        """Look an order up; ``None`` when the venue does not show it."""
        try:
            return await self.core.reader.read(
                endpoints.ORDER_QUERY,
                _identity(symbol, client_order_id, venue_order_id),
                order_of,
                urgency=Urgency.LOOKUP,
            )
        except VenueRejected as refusal:
            if refusal.code == codes.NO_SUCH_ORDER:
                return None
            raise

    async def open_orders(self, symbol: str | None = None) -> Sequence[VenueOrder]:
        """List what rests."""
        params = {} if symbol is None else {"symbol": symbol}
        return await self.core.reader.read(endpoints.OPEN_ORDERS, params, orders_of, urgency=Urgency.LOOKUP)

    async def all_orders(self, symbol: str, start: int, end: int) -> Sequence[VenueOrder]:
        """List orders created in a window, at most 7 days back; oldest first."""

        async def read(first: int, last: int) -> list[VenueOrder]:
            params = _window(symbol, first, last, limits.MAX_ALL_ORDERS)
            return await self.core.reader.read(endpoints.ALL_ORDERS, params, orders_of, urgency=Urgency.LOOKUP)

        found = await every_row(read, start, end, limits.MAX_ALL_ORDERS)
        unique = {order.venue_order_id: order for order in found}
        return sorted(unique.values(), key=lambda order: (order.created_at, order.venue_order_id))

    async def fills(self, symbol: str, start: int, end: int, venue_order_id: str = "") -> Sequence[Fill]:
        """List executions in a window, all pages, oldest first."""
        only = {"orderId": venue_order_id} if venue_order_id else {}
        urgency = Urgency.LOOKUP if venue_order_id else Urgency.READ  # a whole pair's history may wait for orders

        async def read(first: int, last: int) -> list[Fill]:
            params = _window(symbol, first, last, limits.MAX_MY_TRADES) | only
            return await self.core.reader.read(endpoints.MY_TRADES, params, fills_of, urgency=urgency)

        found = await every_row(read, start, end, limits.MAX_MY_TRADES)
        unique = {fill.key: fill for fill in found}
        return sorted(unique.values(), key=lambda fill: (fill.at, fill.trade_id))


def _identity(symbol: str, client_order_id: str, venue_order_id: str) -> Mapping[str, str]:
    if venue_order_id:
        return {"symbol": symbol, "orderId": venue_order_id}
    if client_order_id:
        return {"symbol": symbol, "origClientOrderId": client_order_id}
    raise UsageError("An order is named by its client order id or by the exchange's id.")


def _window(symbol: str, start: int, end: int, rows: int) -> dict[str, str]:
    return {"symbol": symbol, "startTime": str(start), "endTime": str(end), "limit": str(rows)}


def _outcome(row: Any) -> OrderAck | VenueError:
    try:
        return ack_of(order_data(Answer(200, json.dumps(row, default=str).encode())))
    except VenueError as failure:
        return failure
    except Unreadable:
        return VenueUnknown("The exchange's answer for this order cannot be read: look it up.")
