"""The tables follow from the journal: the real order path drives, the real store keeps, the fold compares."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.twins.clock import settle
from tests.twins.exchange import CUT, NEVER_SENT, REFUSED, Trouble
from tests.twins.store import StoreTwin
from tests.unit.services.order_rig import Rig, running
from tests.unit.store.samples import full_order
from tui_trader.clock import SystemClock
from tui_trader.domain.order import OrderStatus, OrderType, TimeInForce
from tui_trader.domain.risk import GateState
from tui_trader.errors import Denied
from tui_trader.services.journal_fold import fold
from tui_trader.services.journal_lines import order_line
from tui_trader.services.order_record import terms
from tui_trader.services.ports import Change, Difference, Rebuilt
from tui_trader.store import SqliteStore

D = Decimal
S = OrderStatus


async def placed(rig: Rig) -> None:
    await rig.place(type=OrderType.MARKET, price=None, tags=("swing", "a b"), note="why not")
    await rig.place(price=D("98.5"), time_in_force=TimeInForce.IOC)


async def denied(rig: Rig) -> None:
    with pytest.raises(Denied):
        await rig.place(quantity=D("1000"))


async def refused_and_not_sent(rig: Rig) -> None:
    rig.exchange.next("place", Trouble(REFUSED, reaches=False), Trouble(NEVER_SENT, reaches=False))
    await rig.place()
    await rig.place(price=D(98))


async def unknown_then_adopted(rig: Rig) -> None:
    rig.exchange.quiet = True
    for price, reaches in ((D(99), True), (D(97), False)):
        rig.exchange.next("place", Trouble(CUT, reaches=reaches))
        await rig.place(price=price)
        await rig.clock.advance(200)


async def in_parts(rig: Rig) -> None:
    order = (await rig.place()).order
    for part in ("0.25", "0.5", "0.25"):
        rig.exchange.fill(order.client_order_id, D(part), fee=D("0.01"))
        await settle()


async def cancelled_with_a_late_fill(rig: Rig) -> None:
    order = (await rig.place()).order
    rig.exchange.fill(order.client_order_id, D("0.5"))
    await settle()
    await rig.orders.cancel(order.id)
    await settle()
    rig.exchange.fill(order.client_order_id, D("0.125"))
    await rig.clock.advance(5)


async def stood_in_and_replaced(rig: Rig) -> None:
    order = (await rig.place()).order
    fills = [rig.exchange.fill(order.client_order_id, D(part), push=False) for part in ("0.25", "0.75")]
    rig.exchange.executions.clear()
    rig.exchange.push(rig.exchange.find(order.client_order_id))
    await rig.clock.advance(75)
    rig.exchange.push(replace(fills[0], source="push"))
    await settle()
    rig.exchange.executions += fills
    await rig.clock.advance(61)


async def placed_elsewhere(rig: Rig) -> None:
    rig.exchange.push(rig.exchange.rest(client_order_id="web_1"))
    await settle()
    rig.exchange.fill("web_1", D(1))
    await settle()


async def contradicted(rig: Rig) -> None:
    rig.exchange.quiet = True
    rig.exchange.next("place", Trouble(ack=lambda ack: replace(ack, price=D(9900))))
    await rig.place()
    await settle()


async def latched(rig: Rig) -> None:
    await rig.place()
    await rig.gate.change(GateState.CANCEL_ONLY, "enough for today")


WAYS: dict[str, tuple[Callable[[Rig], Awaitable[None]], set[OrderStatus]]] = {
    "placed": (placed, {S.LIVE}),
    "denied": (denied, {S.DENIED}),
    "refused and not sent": (refused_and_not_sent, {S.REJECTED, S.NOT_SENT}),
    "unknown, then adopted": (unknown_then_adopted, {S.LIVE, S.NOT_PLACED}),
    "in parts": (in_parts, {S.FILLED}),
    "cancelled, with a late fill": (cancelled_with_a_late_fill, {S.PARTIALLY_CANCELED}),
    "stood in and replaced": (stood_in_and_replaced, {S.FILLED}),
    "placed elsewhere": (placed_elsewhere, {S.FILLED}),
    "latched": (latched, {S.LIVE}),
    "contradicted": (contradicted, {S.QUARANTINED}),
}


async def written(store: SqliteStore, twin: StoreTwin) -> None:
    """Write what the path wrote, change by change."""
    for change in twin.changes:
        await store.write(change)


@pytest.mark.parametrize("way", WAYS)
async def test_the_rows_follow_from_the_lines(store: SqliteStore, way: str) -> None:
    walk, states = WAYS[way]
    async with running() as rig:
        await walk(rig)
    await written(store, rig.store)
    assert {order.status for order in rig.store.order_rows.values()} == states
    assert await store.rebuilt() == Rebuilt(len(rig.store.order_rows), len(rig.store.fill_rows))
    for order in rig.store.order_rows.values():
        assert await store.order(order.id) == order


async def test_all_ways_in_one_journal_over_a_restart(store: SqliteStore) -> None:
    rig = Rig()
    for walk, _ in WAYS.values():
        await rig.start()
        await rig.gate.change(GateState.ACTIVE, "go on")
        rig.exchange.quiet = False
        await walk(rig)
        await rig.stop()
        intents, rig = rig._intents, Rig(store=rig.store, exchange=rig.exchange)
        rig._intents = intents
    await written(store, rig.store)
    found = await store.rebuilt()
    assert (found.orders, found.fills) == (len(rig.store.order_rows), len(rig.store.fill_rows))
    assert (found.older, found.differences) == (0, ())


def test_an_order_without_any_usual_value_comes_back_whole() -> None:
    order = full_order()
    assert fold([order_line("denied", order, 1, extra=terms(order))]).order == order


def test_lines_that_reach_the_disk_late_falsify_nothing() -> None:
    first = replace(full_order(), version=0, executed=D(0))
    second, third = replace(first, version=1, executed=D("0.2")), replace(first, version=2, executed=D("0.5"))
    begin = order_line("intent", first, 1, extra=terms(first))
    assert fold([begin, order_line("push", third, 3), order_line("push", second, 2)]).order == third


ANOTHER_FILL = """
INSERT INTO fills SELECT 99, 'V9', trade_id, symbol, side, price, quantity, quote, fee, fee_asset, maker, at,
order_id, client_order_id, source FROM fills WHERE row = 1
"""
DAMAGE = {
    "executed": ("UPDATE orders SET executed = '0.75'", ("order", "executed", "1", "0.75")),
    "a zero more": ("UPDATE orders SET executed = '1.0'", ("order", "executed", "1", "1.0")),
    "status": ("UPDATE orders SET status = 'LIVE'", ("order", "status", "FILLED", "LIVE")),
    "a tag": ("UPDATE orders SET note = 'another'", ("order", "note", "", "another")),
    "a fill's price": ("UPDATE fills SET price = '98' WHERE row = 1", ("fill", "price", "99", "98")),
    "a fill gone": ("DELETE FROM fills WHERE row = 1", ("fill", "", "an execution", "no row")),
    "a fill too many": (ANOTHER_FILL, ("fill", "", "no execution", "a row")),
    "an order gone": ("DELETE FROM orders", ("order", "", "an order", "no row")),
    "an order too many": (
        "UPDATE orders SET id = 'another'",
        ("order", "", "no line says what was decided", "a row"),
    ),
    "a counter": ("UPDATE counters SET count = 7 WHERE history = 'fills'", ("counter", "count", "3", "7")),
    "an entry's amount": (
        "UPDATE ledger SET delta = '2' WHERE asset = 'BTC'",
        ("ledger opening:BTC", "delta", "1", "2"),
    ),
    "an entry gone": ("DELETE FROM ledger WHERE asset = 'BTC'", ("ledger opening:BTC", "", "an entry", "no row")),
    "an entry too many": (
        "INSERT INTO ledger SELECT 99, 'x', asset, account, delta, at, note FROM ledger WHERE asset = 'BTC'",
        ("ledger", "entries", "2", "3"),
    ),
    "the gate": ("""UPDATE settings SET value = '{"state": "ACTIVE"}'""", ("setting", "value", None, None)),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_what_was_changed_in_a_table_is_named(tmp_path: Path, damage: str) -> None:
    path, (statement, (row, column, journal, table)) = tmp_path / "desk.db", DAMAGE[damage]
    async with running() as rig:
        await in_parts(rig)
        await rig.gate.change(GateState.CANCEL_ONLY, "enough for today")
    store = await SqliteStore.open(path, SystemClock())
    await written(store, rig.store)
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    store = await SqliteStore.open(path, SystemClock())
    found = await store.rebuilt()
    await store.close()
    assert found.differing >= 1
    named = [each for each in found.differences if each.row.startswith(row) and each.column == column]
    assert named, found.differences
    if journal is not None:
        assert (named[0].journal, named[0].table) == (journal, table)


async def test_orders_of_a_version_that_wrote_less_down_are_counted_and_not_compared(store: SqliteStore) -> None:
    async with running() as rig:
        await in_parts(rig)
    for change in rig.store.changes:
        plain = [replace(line, body={k: v for k, v in line.body.items() if k != "state"}) for line in change.journal]
        await store.write(replace(change, journal=plain))
    assert await store.rebuilt() == Rebuilt(0, 3, older=1)


async def test_a_line_that_is_none_of_ours_is_a_difference(store: SqliteStore) -> None:
    order = full_order()
    line = order_line("intent", order, 1, extra=terms(order))
    await store.write(Change(journal=[replace(line, body={**line.body, "side": "HOLD"})], orders=[order]))
    found = await store.rebuilt()
    assert found.differences == (
        Difference(f"order {order.id}", "", "lines that cannot be read (ValueError)", "a row"),
    )
