from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from tests.unit.store.samples import START, fill, full_order, line, order, position
from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.order import OrderStatus
from tui_trader.domain.position import PositionStatus
from tui_trader.errors import StoreError
from tui_trader.services.ports import Change, HistoryFilter
from tui_trader.store import SqliteStore


async def test_every_field_of_an_order_comes_back(store: SqliteStore) -> None:
    written = full_order()
    await store.write(Change(orders=[written]))
    assert await store.order(written.id) == written


@pytest.mark.parametrize("name", ["id", "client_order_id", "intent_id", "venue_order_id"])
async def test_an_order_is_found_by_each_of_its_names(store: SqliteStore, name: str) -> None:
    written = full_order()
    await store.write(Change(orders=[order(1), written, order(2)]))
    assert await store.order(getattr(written, name)) == written


@pytest.mark.parametrize("key", ["", "nothing", "'; DROP TABLE orders"])
async def test_an_unknown_name_finds_no_order(store: SqliteStore, key: str) -> None:
    await store.write(Change(orders=[order(1, client_order_id="", intent_id=""), order(2, client_order_id="")]))
    assert await store.order(key) is None


async def test_an_order_is_replaced_in_its_place(store: SqliteStore) -> None:
    first = order(1)
    await store.write(Change(orders=[first, order(2)]))
    later = replace(first, status=OrderStatus.FILLED, venue_order_id="V9", executed=Decimal("0.01"), version=3)
    await store.write(Change(orders=[later]))
    page = await store.orders(HistoryFilter(), 10)
    assert (page.items, page.total) == ([order(2), later], 2)


@pytest.mark.parametrize("change", [{"client_order_id": "m1X"}, {"intent_id": "x"}, {"created_at": 1}])
async def test_what_an_order_is_can_not_be_changed(store: SqliteStore, change: dict[str, object]) -> None:
    await store.write(Change(orders=[order(1)]))
    with pytest.raises(StoreError, match="never change"):
        await store.write(Change(journal=[line()], orders=[replace(order(1), **change)]))  # type: ignore[arg-type]
    assert await store.order(order(1).id) == order(1)
    assert await store.verify() == 0


@pytest.mark.parametrize("name", ["client_order_id", "intent_id"])
async def test_two_orders_can_not_share_an_intent_or_a_client_order_id(store: SqliteStore, name: str) -> None:
    await store.write(Change(orders=[order(1)]))
    with pytest.raises(StoreError, match="a second order of one intent"):
        await store.write(Change(orders=[order(2, **{name: getattr(order(1), name)})]))
    assert (await store.orders(HistoryFilter(), 10)).total == 1


async def test_unfinished_orders_are_those_that_are_not_final_oldest_first(store: SqliteStore) -> None:
    written = [order(number, status=status) for number, status in enumerate(OrderStatus, 1)]
    await store.write(Change(orders=list(reversed(written))))
    assert await store.unfinished_orders() == [each for each in written if not each.final]


async def test_an_execution_counts_once_whatever_tells_of_it(store: SqliteStore) -> None:
    await store.write(Change(fills=[fill(1), fill(1, source="push")]))
    await store.write(Change(fills=[fill(1, price=Decimal(1)), fill(2, venue_order_id="V1")]))
    assert await store.fills_of("V1") == [fill(1), fill(2, venue_order_id="V1")]
    assert (await store.fills(HistoryFilter(), 10)).total == 2


async def test_executions_stream_by_time_then_insertion(store: SqliteStore) -> None:
    late, early = fill(1, at=START + 9), fill(2, at=START)
    same = [fill(number, at=START + 5, symbol="ETHUSDT") for number in range(3, 700)]
    await store.write(Change(fills=[late, *same, early]))
    assert [each async for each in store.all_fills()] == [early, *same, late]
    assert [each async for each in store.all_fills("ETHUSDT")] == same
    assert [each async for each in store.all_fills("XUSDT")] == []


async def test_every_field_of_a_position_comes_back(store: SqliteStore) -> None:
    full = position(
        2,
        status=PositionStatus.CLOSED,
        entry_price=Decimal("1.1"),
        closed_quantity=Decimal("0.2"),
        exit_price=Decimal("1.3"),
        current_price=Decimal("1.4"),
        priced_at=START,
        unrealised_pnl=Decimal("-0.5"),
        realised_pnl=Decimal("-7.25"),
        fees=Decimal("0.1"),
        other_fees=(("MX", Decimal("0.3")),),
        stop_loss=Decimal("0.9"),
        take_profit=Decimal(2),
        strategy="breakout",
        tags=("a", "b"),
        notes="note",
        entry_order_ids=("1", "2"),
        exit_order_ids=("3",),
        closed_at=START + 3,
        max_profit=Decimal(5),
        max_drawdown=Decimal(-5),
    )
    await store.write(Change(positions=[position(1), full]))
    assert await store.positions() == [full, position(1)]


async def test_positions_are_replaced_and_removed(store: SqliteStore) -> None:
    await store.write(Change(positions=[position(1), position(2)]))
    moved = position(2, quantity=Decimal(3))
    await store.write(Change(positions=[moved], removed_positions=["position-1", "position-unknown"]))
    assert await store.positions() == [moved]


async def test_balances_equity_and_settings_keep_what_was_written_last(store: SqliteStore) -> None:
    old, new = Balance("USDT", Decimal(1), Decimal(2), 3), Balance("USDT", Decimal(4), Decimal(0), 5)
    samples = [EquitySample(at, Decimal(at), Decimal("0.5"), ("XYZ",) if at == 2 else ()) for at in range(5)]
    bitcoin = Balance("BTC", Decimal(0), Decimal(0))
    await store.write(Change(balances=[old, bitcoin], equity=samples, settings={"a": "1"}))
    await store.write(Change(balances=[new], settings={"a": "2", "b": ""}))
    assert await store.balances() == [bitcoin, new]
    assert await store.equity(1, 3) == samples[1:4]
    assert await store.equity(0, 9, limit=2) == samples[:2]
    assert [await store.setting(name) for name in ("a", "b", "c")] == ["2", "", None]


@pytest.mark.parametrize(
    "change",
    [
        Change(journal=[line()], balances=[Balance("USDT", 0.1, Decimal(0))]),  # type: ignore[arg-type]
        Change(journal=[line()], balances=[Balance("USDT", Decimal("NaN"), Decimal(0))]),
        Change(journal=[line()], orders=[order(1, tags=("two\nlines",))]),
        Change(journal=[line(body={"what": object()})]),
        Change(journal=[line(body={"what": float("inf")})]),
        Change(journal=[line()], settings={"a": "\ud800"}),
        Change(journal=[line()], settings={"a": None}),  # type: ignore[dict-item]
        Change(journal=[line(at=2**70)]),
        Change(journal=[line()], orders=[order(1, created_at="soon")]),
    ],
)
async def test_what_can_not_be_kept_exactly_is_refused_as_a_whole(store: SqliteStore, change: Change) -> None:
    with pytest.raises(StoreError):
        await store.write(change)
    assert await store.verify() == 0
    assert await store.write(Change(journal=[line()])) == 1


async def test_later_changes_to_a_body_do_not_reach_the_journal(store: SqliteStore) -> None:
    body: dict[str, Any] = {"price": Decimal("1.10"), "nested": MappingProxyType({"b": 1, "a": [1, 2]})}
    waiting = store.write(Change(journal=[line(body=body)]))
    await waiting
    body["price"] = Decimal(2)
    (found,) = await store.journal()
    assert found.body == {"price": "1.1", "nested": {"a": [1, 2], "b": 1}}
