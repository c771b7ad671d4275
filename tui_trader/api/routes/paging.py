"""Filters and pages, read the same way by every list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tui_trader.api.endpoint import Call
from tui_trader.contract.base import Page
from tui_trader.domain.order import Side
from tui_trader.services.ports import HistoryFilter, Rows

PAGE_QUERY = {
    "limit": "rows in an answer, 50 unless told, at most 500",
    "offset": "rows to skip; prefer cursor for deep pages",
    "cursor": "where the page before ended",
}
FILTER_QUERY = {
    "symbol": "pair",
    "side": "BUY or SELL",
    "origin": "who asked: CONSOLE, API, EXIT, ALGO, EXTERNAL",
    "status": "order states, separated by commas",
    "tag": "a tag",
    "text": "part of a symbol, tag or note",
    "from": "not before: RFC 3339 or UTC milliseconds",
    "to": "before: RFC 3339 or UTC milliseconds",
}

S = TypeVar("S")
T = TypeVar("T")


def page_of(call: Call) -> tuple[int, str | None, int]:
    """Read limit, cursor and offset."""
    return call.whole("limit", 50, 1, 500), call.query.get("cursor"), call.whole("offset", 0, 0, 10**9)


def filter_of(call: Call, symbol: str | None = None) -> HistoryFilter:
    """Read the filters of a history; ``symbol`` from the path wins."""
    status = call.query.get("status", "")
    return HistoryFilter(
        symbol=symbol or call.query.get("symbol"),
        side=call.one_of("side", Side, None),
        origin=call.query.get("origin"),
        status=tuple(word for word in status.split(",") if word),
        tag=call.query.get("tag"),
        text=call.query.get("text"),
        start=call.moment("from"),
        end=call.moment("to"),
    )


def page(rows: Rows[S], show: Callable[[S], T]) -> Page[Any]:
    """Show a page."""
    return Page[Any](items=shown(rows.items, show), total=rows.total, cursor=rows.cursor)


def shown(items: Iterable[S], show: Callable[[S], T]) -> list[T]:
    """Show each."""
    return [show(item) for item in items]
