from typing import Any

import pytest

from tests.unit.store.samples import START, fill, order
from tui_trader.errors import UsageError
from tui_trader.services.ports import Change, HistoryFilter
from tui_trader.store import SqliteStore
from tui_trader.store.history import FILLS, ORDERS, STILL_OPEN
from tui_trader.store.pages import SPAN, TOTALS_KEPT
from tui_trader.store.session import Session


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "-1.2", "1.2.3", "9" * 60 + ".1"])
async def test_a_foreign_cursor_is_refused(store: SqliteStore, cursor: str) -> None:
    with pytest.raises(UsageError, match="cursor"):
        await store.orders(HistoryFilter(), 5, cursor)


async def test_an_empty_history_has_one_empty_page(store: SqliteStore) -> None:
    for where in (HistoryFilter(), HistoryFilter(text="a"), HistoryFilter(symbol="X", status=("FILLED",))):
        page = await store.orders(where, 5)
        assert (list(page.items), page.total, page.cursor) == ([], 0, None)


async def test_a_page_keeps_its_place_while_newer_rows_arrive(store: SqliteStore) -> None:
    await store.write(Change(orders=[order(number) for number in range(1, 11)]))
    first = await store.orders(HistoryFilter(), 4)
    await store.write(Change(orders=[order(11)]))
    second = await store.orders(HistoryFilter(), 4, first.cursor)
    assert [each.id for each in second.items] == [order(number).id for number in (6, 5, 4, 3)]
    assert (first.total, second.total) == (10, 11)


async def test_a_total_follows_changes_of_state(store: SqliteStore) -> None:
    where = HistoryFilter(status=("SENDING", "FILLED"))
    await store.write(Change(orders=[order(1), order(2)]))
    assert (await store.orders(where, 1)).total == 2
    await store.write(Change(orders=[order(1, version=1), order(3)]))
    assert (await store.orders(where, 1)).total == 3


async def test_totals_of_ever_other_filters_are_not_kept_for_ever(store: SqliteStore) -> None:
    await store.write(Change(orders=[order(1), order(2)]))
    for number in range(TOTALS_KEPT + 3):
        assert (await store.orders(HistoryFilter(start=number), 1)).total == 2
    assert len(store._pages._totals) == 3


async def test_far_pages_and_rare_matches_are_found_in_bounded_steps(store: SqliteStore) -> None:
    count = 3 * SPAN
    fills = [fill(number, symbol="RAREUSDT" if number == 17 else "BTCUSDT") for number in range(1, count + 1)]
    await store.write(Change(fills=fills))
    far = await store.fills(HistoryFilter(), 3, offset=count - 2)
    assert [each.at for each in far.items] == [START + 2, START + 1]
    assert (far.total, far.cursor) == (count, None)
    rare = await store.fills(HistoryFilter(text="rare"), 3)
    assert ([each.at for each in rare.items], rare.total) == ([START + 17], 1)
    day = await store.fills(HistoryFilter(start=START + 100, end=START + 99 + 2 * SPAN), 2, offset=SPAN + 5)
    assert (day.total, day.items[0].at) == (2 * SPAN, START + 99 + SPAN - 5)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (FILLS.edge(FILLS.indexed(HistoryFilter(symbol="BTCUSDT", start=START)), 100), "fills_symbol_at_row"),
        (FILLS.edge([], 100), "fills_at_row"),
        (FILLS.page([], 5), "fills_at_row"),
        (FILLS.oldest([], None, 5), "fills_at_row"),
        (ORDERS.page(ORDERS.indexed(HistoryFilter(symbol="BTCUSDT")), 5), "orders_symbol_created_at_row"),
        (ORDERS.count([STILL_OPEN]), "orders_unfinished"),
    ],
)
async def test_steps_of_a_walk_are_answered_by_indexes(store: SqliteStore, query: Any, index: str) -> None:
    def plan(session: Session) -> str:
        sql, values = session.database.get_sql_context().sql(query).query()
        steps = session.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        return " ".join(str(step[3]) for step in steps)

    found = await store._writer.run(plan)
    assert index in found
    assert "TEMP B-TREE" not in found
