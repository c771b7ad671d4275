"""``/positions``: the open book, and records kept by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui_trader.api import views
from tui_trader.api.endpoint import Call, Endpoint
from tui_trader.contract.base import Page
from tui_trader.contract.positions import (
    Closed,
    ClosePosition,
    CreatePosition,
    Performance,
    PositionSummary,
    PositionView,
    SetPrice,
    UpdatePosition,
)
from tui_trader.domain.position import Position, PositionSide, PositionStatus, PositionType
from tui_trader.errors import UsageError

SORTS = {
    "opened_at": lambda position: position.opened_at,
    "updated_at": lambda position: position.updated_at,
    "symbol": lambda position: position.symbol,
}
_FILTERS = {
    "status": "OPEN or CLOSED",
    "symbol": "pair",
    "type": "MANUAL or AUTOMATIC",
    "side": "LONG or SHORT",
    "strategy": "the strategy's name",
    "tag": "a tag",
    "from": "opened not before: RFC 3339 or UTC milliseconds",
    "to": "opened before: RFC 3339 or UTC milliseconds",
    "sort": "opened_at, updated_at or symbol; a leading - reverses",
    "limit": "rows in an answer, 50 unless told, at most 500",
    "offset": "rows to skip",
}


def _found(call: Call, status: PositionStatus | None = None) -> Sequence[Position]:
    where: dict[str, Any] = {
        "status": status or call.one_of("status", PositionStatus, None),
        "symbol": call.query.get("symbol"),
        "type": call.one_of("type", PositionType, None),
        "side": call.one_of("side", PositionSide, None),
        "strategy": call.query.get("strategy"),
        "tag": call.query.get("tag"),
        "start": call.moment("from"),
        "end": call.moment("to"),
    }
    found = call.services.positions.list({name: value for name, value in where.items() if value is not None})
    sort = call.query.get("sort")
    if sort is None:
        return found
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        raise UsageError(f"sort: use one of {', '.join(SORTS)}, with a leading - to reverse.")
    return sorted(found, key=key, reverse=sort.startswith("-"))


def _page(call: Call, found: Sequence[Position]) -> Page[PositionView]:
    limit, offset = call.whole("limit", 50, 1, 500), call.whole("offset", 0, 0, 10**9)
    shown = [views.position_view(call.services, each) for each in found[offset : offset + limit]]
    return Page[PositionView](items=shown, total=len(found))


async def every(call: Call) -> Page[PositionView]:
    """List positions."""
    return _page(call, _found(call))


async def still_open(call: Call) -> Page[PositionView]:
    """List what is held."""
    return _page(call, _found(call, PositionStatus.OPEN))


async def closed(call: Call) -> Page[PositionView]:
    """List what was held."""
    return _page(call, _found(call, PositionStatus.CLOSED))


async def summary(call: Call) -> PositionSummary:
    """Add the open book up."""
    return views.summary_view(call.services.positions.summary())


async def get(call: Call) -> PositionView:
    """Show one."""
    return views.position_view(call.services, call.services.positions.get(call.path["id"]))


async def performance(call: Call) -> Performance:
    """Say how one did."""
    return views.performance_view(await call.services.positions.performance(call.path["id"]))


async def create(call: Call) -> PositionView:
    """Keep a record by hand."""
    asked: CreatePosition = call.question
    made = await call.services.positions.create(asked.intent_id, asked.model_dump(exclude={"intent_id"}))
    return views.position_view(call.services, made)


async def update(call: Call) -> PositionView:
    """Change what was sent."""
    fields = call.question.model_dump(exclude_unset=True)
    return views.position_view(call.services, await call.services.positions.update(call.path["id"], fields))


async def close(call: Call) -> Closed:
    """Close one, wholly or in part."""
    asked: ClosePosition = call.question
    fields = asked.model_dump(exclude_unset=True, exclude={"intent_id"})
    position, placement = await call.services.positions.close(call.path["id"], asked.intent_id, fields)
    placed = views.placement_view(call.services, placement) if placement else None
    return Closed(position=views.position_view(call.services, position), placement=placed)


async def set_price(call: Call) -> PositionView:
    """Set the price of a record kept by hand."""
    asked: SetPrice = call.question
    if asked.price is None:
        raise UsageError("price: give a price above 0.")
    return views.position_view(call.services, await call.services.positions.set_price(call.path["id"], asked.price))


async def set_stop(call: Call) -> PositionView:
    """Set or remove the stop."""
    return await _set(call, "stop_loss")


async def set_target(call: Call) -> PositionView:
    """Set or remove the target."""
    return await _set(call, "take_profit")


async def _set(call: Call, name: str) -> PositionView:
    changed = await call.services.positions.update(call.path["id"], {name: call.question.price})
    return views.position_view(call.services, changed)


async def delete(call: Call) -> None:
    """Remove a record kept by hand."""
    await call.services.positions.delete(call.path["id"])


_BOOK = {name: text for name, text in _FILTERS.items() if name != "status"}

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/positions", create, "Keep a record by hand", PositionView, CreatePosition, status=201),
    Endpoint("GET", "/positions", every, "Positions", Page[PositionView], query=_FILTERS),
    Endpoint("GET", "/positions/open", still_open, "Open positions", Page[PositionView], query=_BOOK),
    Endpoint("GET", "/positions/closed", closed, "Closed positions", Page[PositionView], query=_BOOK),
    Endpoint("GET", "/positions/summary", summary, "The open book in figures", PositionSummary),
    Endpoint("GET", "/positions/{id}", get, "One position", PositionView),
    Endpoint("GET", "/positions/{id}/performance", performance, "How a position did", Performance),
    Endpoint("PUT", "/positions/{id}", update, "Change a position; null clears", PositionView, UpdatePosition),
    Endpoint("PUT", "/positions/{id}/close", close, "Close a position", Closed, ClosePosition),
    Endpoint("PUT", "/positions/{id}/price", set_price, "Set the price of a by-hand record", PositionView, SetPrice),
    Endpoint("PUT", "/positions/{id}/stop-loss", set_stop, "Set or remove the stop", PositionView, SetPrice),
    Endpoint("PUT", "/positions/{id}/take-profit", set_target, "Set or remove the target", PositionView, SetPrice),
    Endpoint("DELETE", "/positions/{id}", delete, "Remove a record kept by hand", None, status=204),
)
