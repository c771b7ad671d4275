"""Any filter over any history gives what a plain list gives, page by page, whatever the size of the windows."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.store.samples import START, fill, order
from tui_trader.clock import SystemClock
from tui_trader.domain.order import OrderStatus, Origin, Side
from tui_trader.services.ports import Change, HistoryFilter
from tui_trader.store import SqliteStore
from tui_trader.store.history import FILLS, ORDERS, History
from tui_trader.store.pages import Pages

SYMBOLS = ("BTCUSDT", "ETHUSDT", "MXUSDT")
TAGS = ("a", "b", "ab", "100%", "x_y", "back\\slash")
COUNT = 120

filters = st.builds(
    HistoryFilter,
    symbol=st.sampled_from([None, None, *SYMBOLS, "NONE"]),
    side=st.sampled_from([None, None, "BUY", "SELL"]),
    origin=st.sampled_from([None, None, "CONSOLE", "API"]),
    status=st.lists(st.sampled_from([each.value for each in OrderStatus]), max_size=4).map(tuple),
    tag=st.sampled_from([None, None, *TAGS, "none"]),
    text=st.sampled_from([None, None, "", "btc", "USDT", "b", "%", "_", "\\", "Note", "none"]),
    start=st.none() | st.integers(START, START + 40),
    end=st.none() | st.integers(START, START + 40),
)


@dataclass(frozen=True)
class Row:
    """What a filter looks at, and the value."""

    value: Any
    at: int
    order: Any
    symbol: str
    side: str


def _written() -> tuple[list[Row], list[Row], Change]:
    orders = [
        order(
            number,
            status=list(OrderStatus)[number % len(OrderStatus)],
            symbol=SYMBOLS[number % 3],
            side=list(Side)[number % 2],
            origin=[Origin.CONSOLE, Origin.API, Origin.EXTERNAL][number % 3],
            tags=tuple(TAGS[index] for index in range(len(TAGS)) if number >> index & 1),
            note="a NOTE" if number % 5 == 0 else "",
            created_at=START + number * 7 % 40,
        )
        for number in range(1, COUNT)
    ]
    fills = [
        fill(
            number,
            symbol=SYMBOLS[number % 3],
            side=list(Side)[number % 2],
            at=START + number * 11 % 40,
            order_id=orders[number % 60].id if number % 4 else "",
        )
        for number in range(1, COUNT)
    ]
    by_id = {each.id: each for each in orders}
    order_rows = [Row(each, each.created_at, each, each.symbol, each.side) for each in orders]
    fill_rows = [Row(each, each.at, by_id.get(each.order_id), each.symbol, each.side) for each in fills]
    return order_rows, fill_rows, Change(orders=orders, fills=fills)


ORDER_ROWS, FILL_ROWS, CHANGE = _written()


def _matches(row: Row, where: HistoryFilter) -> bool:
    known = row.order
    words = [row.symbol] + ([known.request.note, *known.request.tags] if known else [])
    return (
        (where.symbol is None or row.symbol == where.symbol)
        and (where.side is None or row.side == where.side)
        and (where.origin is None or (known and known.request.origin == where.origin))
        and (not where.status or (known and known.status in where.status))
        and (where.tag is None or (known and where.tag in known.request.tags))
        and (not where.text or any(where.text.lower() in word.lower() for word in words))
        and (where.start is None or row.at >= where.start)
        and (where.end is None or row.at <= where.end)
    )


def _expected(rows: list[Row], where: HistoryFilter) -> list[Any]:
    numbered = [(row.at, number, row) for number, row in enumerate(rows) if _matches(row, where)]
    return [row.value for _, _, row in sorted(numbered, key=lambda each: each[:2], reverse=True)]


async def _walk(pages: Pages, history: History, where: HistoryFilter, limit: int, offset: int) -> tuple[list[Any], int]:
    page = await pages.page(history, where, limit, None, offset)
    found, total = list(page.items), page.total
    while page.cursor:
        page = await pages.page(history, where, limit, page.cursor, 0)
        assert page.total == total
        found += page.items
    return found, total


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("paging")
    with asyncio.Runner() as loop:
        store = loop.run(SqliteStore.open(folder / "desk.db", SystemClock()))
        loop.run(store.write(CHANGE))
        yield loop, store
        loop.run(store.close())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=filters,
    which=st.sampled_from([(ORDERS, ORDER_ROWS), (FILLS, FILL_ROWS)]),
    limit=st.sampled_from([1, 7, 50, 500]),
    offset=st.integers(0, 130),
    span=st.sampled_from([1, 5, 60, 4000]),
)
def test_pages_agree_with_a_plain_list(
    runner: Any, where: HistoryFilter, which: tuple[History, list[Row]], limit: int, offset: int, span: int
) -> None:
    loop, store = runner
    history, rows = which
    expected = _expected(rows, where)
    found, total = loop.run(_walk(Pages(store._writer, span), history, where, limit, offset))
    assert total == len(expected)
    assert found == expected[offset:]
