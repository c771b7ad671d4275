"""``/trades``: placing, cancelling and looking at orders and executions."""

from __future__ import annotations

from functools import partial

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.api.routes.paging import FILTER_QUERY, PAGE_QUERY, filter_of, page, page_of
from tui_trader.contract.base import Page
from tui_trader.contract.orders import (
    Calculation,
    CancelMany,
    CancelResult,
    FillView,
    OrderView,
    Outcome,
    Placement,
    PlaceOrder,
    Preview,
)
from tui_trader.domain.money import parse
from tui_trader.domain.order import OrderRequest, Origin, Side
from tui_trader.errors import NotFound, UsageError

STATUS_OF = {Outcome.ACCEPTED: 201, Outcome.REJECTED: 200, Outcome.DENIED: 200, Outcome.UNKNOWN: 202}
"""An unknown outcome is neither a success to build on nor an error to repeat."""


def request_of(question: PlaceOrder) -> OrderRequest:
    """Turn the caller's order into the desk's."""
    return OrderRequest(
        symbol=question.symbol,
        side=question.side,
        type=question.type,
        time_in_force=question.time_in_force,
        quantity=question.quantity,
        quote_quantity=question.quote_quantity,
        price=question.price,
        capped=question.capped,
        reduce_only=question.reduce_only,
        origin=Origin.API,
        tags=tuple(question.tags),
        note=question.note,
    )


def _status_of(answer: Placement | Preview) -> int:
    return STATUS_OF[answer.outcome] if isinstance(answer, Placement) else 200


async def place(call: Call) -> Placement | Preview:
    """Place an order, or preview it."""
    question: PlaceOrder = call.question
    orders = call.services.orders
    if call.flag("dry_run"):
        return views.preview_view(await orders.preview(request_of(question)))
    placed = await orders.place(question.intent_id, request_of(question), question.confirmation)
    return views.placement_view(call.services, placed)


async def cancel(call: Call) -> CancelResult:
    """Cancel one order."""
    outcome = await call.services.orders.cancel(call.path["order_id"], call.path["symbol"])
    return views.cancel_view(call.services, outcome)


async def cancel_many(call: Call) -> CancelResult:
    """Cancel every working order that matches."""
    asked: CancelMany = call.question
    outcome = await call.services.orders.cancel_many(symbol=asked.symbol, side=asked.side, ids=asked.ids)
    return views.cancel_view(call.services, outcome)


async def get(call: Call) -> OrderView:
    """Show one order."""
    order = await call.services.orders.get(call.path["order_id"], call.path["symbol"])
    if order.symbol != call.path["symbol"]:
        raise NotFound(f"Order {order.id} is on {order.symbol}, not on {call.path['symbol'][:20]}.")
    return views.order_view(call.services, order)


async def working(call: Call) -> list[OrderView]:
    """Show working orders; a pair that does not exist is told, not answered with an empty list."""
    symbol, market = call.path.get("symbol"), call.services.market
    found = call.services.orders.working(symbol)
    if symbol is not None and not found and market.instruments():
        market.instrument(symbol)
    limit, offset = call.whole("limit", 500, 1, 500), call.whole("offset", 0, 0, 10**6)
    return [views.order_view(call.services, order) for order in found[offset : offset + limit]]


async def past(call: Call) -> Page[OrderView]:
    """Page through orders."""
    rows = await call.services.history.orders(filter_of(call, call.path.get("symbol")), *page_of(call))
    return page(rows, partial(views.order_view, call.services))


async def fills(call: Call) -> Page[FillView]:
    """Page through executions."""
    rows = await call.services.history.fills(filter_of(call), *page_of(call))
    return page(rows, views.fill_view)


async def calculate(call: Call) -> Calculation:
    """Say what an amount of quote money buys or sells."""
    side = call.one_of("side", Side, Side.BUY)
    try:
        amount = parse(call.query.get("amount", ""))
    except ValueError:
        raise UsageError("amount: give the amount of quote money as a decimal number.") from None
    if amount <= 0:
        raise UsageError("amount: give more than 0.")
    return views.calculation_view(await call.services.orders.calculate(call.path["symbol"], side, amount))


_LISTS = {"limit": "rows in an answer, at most 500", "offset": "rows to skip"}
_HISTORY = FILTER_QUERY | PAGE_QUERY

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "/trades/orders",
        place,
        "Place an order; 201 accepted, 202 unknown outcome, 200 rejected by the exchange",
        Placement | Preview,
        PlaceOrder,
        status_of=_status_of,
        query={"dry_run": "true previews: the whole check and the cost, nothing sent"},
    ),
    Endpoint("POST", "/trades/orders/cancel", cancel_many, "Cancel all that match", CancelResult, CancelMany),
    Endpoint("GET", "/trades/orders/open", working, "Working orders", list[OrderView], query=_LISTS),
    Endpoint("GET", "/trades/orders/open/{symbol}", working, "Working orders of a pair", list[OrderView], query=_LISTS),
    Endpoint("GET", "/trades/orders/history", past, "Orders, newest first", Page[OrderView], query=_HISTORY),
    Endpoint(
        "GET",
        "/trades/orders/history/{symbol}",
        past,
        "Orders of a pair, newest first",
        Page[OrderView],
        query=_HISTORY,
    ),
    Endpoint("GET", "/trades/orders/{symbol}/{order_id}", get, "One order", OrderView),
    Endpoint("DELETE", "/trades/orders/{symbol}/{order_id}", cancel, "Cancel one order", CancelResult),
    Endpoint("GET", "/trades/fills", fills, "Executions, newest first", Page[FillView], query=_HISTORY),
    Endpoint(
        "GET",
        "/trades/calculate/{symbol}",
        calculate,
        "What an amount of quote money buys or sells now",
        Calculation,
        query={"side": "BUY or SELL", "amount": "quote money"},
    ),
)
