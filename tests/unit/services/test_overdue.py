"""Executions that do not come: stood in for after a minute, replaced by the real ones (reliability.md T20)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

from tests.twins.clock import settle, until
from tests.twins.exchange import UNAVAILABLE, ExchangeTwin, Trouble
from tests.twins.store import StoreTwin
from tests.unit.services.desk_rig import DeskRig, desk, hearing, of, quote
from tests.unit.services.order_rig import Rig, running
from tui_trader.domain.events import EventKind
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.order import OrderStatus
from tui_trader.domain.position import Position, PositionStatus
from tui_trader.domain.risk import GateState
from tui_trader.errors import StoreError

D = Decimal


def withheld(exchange: ExchangeTwin, key: str, *parts: str, price: str | None = None) -> list[Fill]:
    """Let an order trade in parts, and show the order but none of its executions."""
    fills = [exchange.fill(key, D(part), D(price) if price else None, push=False) for part in parts]
    exchange.executions = [each for each in exchange.executions if each not in fills]
    exchange.push(exchange.find(key))
    return fills


async def stood_in(rig: Rig, *parts: str) -> tuple[str, list[Fill]]:
    """Place an order whose executions do not come, and wait until something stands in for them."""
    order = (await rig.place()).order
    fills = withheld(rig.exchange, order.client_order_id, *(parts or ("1",)))
    await rig.clock.advance(75)
    assert rig.stored(order.id).status is OrderStatus.FILLED
    return order.id, fills


def stand_ins(store: StoreTwin) -> list[Fill]:
    """List the stand-ins written down."""
    return [fill for fill in store.fill_rows.values() if fill.source == SYNTHETIC]


async def test_a_minute_after_the_end_the_venues_sums_stand_in() -> None:
    async with running() as rig:
        order = (await rig.place()).order
        withheld(rig.exchange, order.client_order_id, "1")
        await rig.clock.advance(58)
        assert rig.stored(order.id).status is OrderStatus.CLOSING
        assert rig.working.reservations("USDT") != []
        await rig.clock.advance(17)
        after = rig.stored(order.id)
        assert (after.status, after.executed, after.quote) == (OrderStatus.FILLED, D(1), D(99))
        (fill,) = rig.store.fill_rows.values()
        assert (fill.trade_id, fill.price, fill.order_id, fill.source) == ("synthetic-1", D(99), order.id, SYNTHETIC)
        assert rig.working.reservations("USDT") == []
        assert rig.positions.held("BTCUSDT") == D(1)
        assert any("stand in" in text for text in rig.ear.texts())
        assert "order.overdue" in rig.store.kinds(order.id)


async def test_a_real_execution_found_later_takes_its_place() -> None:
    async with running() as rig:
        order_id, fills = await stood_in(rig)
        told = len(rig.ear.texts())
        rig.exchange.executions += fills
        await rig.clock.advance(61)
        assert [(each.trade_id, each.order_id) for each in rig.store.fill_rows.values()] == [
            (fills[0].trade_id, order_id)
        ]
        assert rig.positions.folded_again == ["BTCUSDT"]
        assert [each.trade_id for each in rig.positions.folded] == ["synthetic-1"]
        assert rig.stored(order_id).executed == D(1)
        assert len(rig.ear.texts()) == told
        assert rig.gate.state is GateState.ACTIVE
        removing = [line.body["removed"] for line in rig.store.lines if "removed" in line.body]
        assert removing == [["synthetic-1"]]
        asked = len(rig.exchange.requests("fills"))
        await rig.clock.advance(30)
        assert len(rig.exchange.requests("fills")) == asked


async def test_parts_pushed_together_leave_no_rest_behind() -> None:
    async with running() as rig:
        order_id, fills = await stood_in(rig, "0.25", "0.5", "0.25")
        rig.exchange.push(*(replace(each, source="push") for each in fills))
        await settle()
        assert [each.trade_id for each in rig.store.fill_rows.values()] == [each.trade_id for each in fills]
        assert rig.working.fills_of(rig.order(order_id)) == tuple(rig.store.fill_rows.values())
        assert rig.stored(order_id).quote == D(99)


async def test_parts_that_come_one_by_one_leave_a_shrinking_rest() -> None:
    async with running() as rig:
        order_id, fills = await stood_in(rig, "0.25", "0.75")
        rig.exchange.push(replace(fills[0], source="push"))
        await settle()
        assert [(each.quantity, each.quote) for each in stand_ins(rig.store)] == [(D("0.75"), D("74.25"))]
        assert rig.stored(order_id).executed == D(1)
        rig.exchange.push(replace(fills[1], source="push"))
        await settle()
        assert not stand_ins(rig.store)
        assert rig.positions.folded_again == ["BTCUSDT", "BTCUSDT"]


async def test_an_execution_that_disagrees_with_the_sums_closes_the_gate() -> None:
    async with running() as rig:
        order_id, fills = await stood_in(rig)
        rig.exchange.push(replace(fills[0], quote=D(98), price=D(98), source="push"))
        await settle()
        assert rig.gate.state is GateState.CANCEL_ONLY
        assert rig.stored(order_id).quote == D(98)


async def test_nothing_stands_in_before_the_sums_were_read_once_more() -> None:
    async with running() as rig:
        order = (await rig.place()).order
        rig.exchange.next("order", *[Trouble(UNAVAILABLE)] * 8)
        rig.exchange.next("fills", *[Trouble(UNAVAILABLE)] * 500)
        withheld(rig.exchange, order.client_order_id, "1")
        await rig.clock.advance(80)
        assert rig.stored(order.id).status is OrderStatus.CLOSING
        await rig.clock.advance(80)
        assert rig.stored(order.id).status is OrderStatus.FILLED
        assert stand_ins(rig.store)


async def test_a_restarted_desk_goes_on_asking() -> None:
    async with running() as first:
        order_id, fills = await stood_in(first)
        await first.clock.advance(700)
    first.exchange.executions += fills
    again = Rig(store=first.store, exchange=first.exchange)
    again.positions.standing = stand_ins(first.store)
    await again.start()
    assert stand_ins(first.store)
    await again.clock.advance(61)
    assert not stand_ins(first.store)
    assert again.stored(order_id).executed == D(1)
    await again.stop()


async def test_a_week_later_nobody_asks_any_more() -> None:
    async with running() as rig:
        await stood_in(rig)
        await rig.clock.advance(600)
        before = len(rig.exchange.requests("fills"))
        rig.clock.jump(8 * 24 * 3600)
        await rig.clock.advance(600)
        assert len(rig.exchange.requests("fills")) - before <= before / 2 + 1
        assert stand_ins(rig.store)


async def test_positions_that_cannot_be_made_anew_halt_the_desk() -> None:
    async with running() as rig:
        _, fills = await stood_in(rig)
        rig.positions.trouble = StoreError("The disk is gone.")
        rig.exchange.push(replace(fills[0], source="push"))
        await settle()
        assert rig.gate.state is GateState.HALTED


async def bought_unseen(rig: DeskRig) -> list[Fill]:
    """Buy bitcoin in two parts whose executions do not come, and wait until something stands in for them."""
    placement = (await rig.run("buy btc 1 @99 tag:swing")).steps[0].placement
    assert placement is not None
    fills = withheld(rig.exchange, placement.order.client_order_id, "0.4", "0.6", price="98")
    await rig.clock.advance(75)
    assert rig.desk.positions.held("BTCUSDT") == D(1)
    return fills


def held(rig: DeskRig) -> Position:
    """Return the position that fills made."""
    found = rig.desk.positions.book.made_by_fills("BTCUSDT")
    assert found is not None
    return found


async def test_the_position_is_made_anew_and_keeps_its_notes() -> None:
    async with desk() as rig:
        fills = await bought_unseen(rig)
        before = held(rig)
        assert (before.entry_price, before.tags) == (D(98), ("swing",))
        await rig.services.positions.update(before.id, {"stop_loss": D(90), "notes": "patience"})
        rig.exchange.show("quote", "BTCUSDT", value=quote(rig.clock, bid="100"))
        async with hearing(rig) as heard:
            rig.exchange.push(*(replace(each, fee=D("0.5"), fee_asset="USDT", source="push") for each in fills))
            await until(lambda: held(rig).id != before.id)
            await settle()
        after = held(rig)
        assert (after.quantity, after.entry_price, after.fees) == (D(1), D(99), D(1))
        assert (after.tags, after.stop_loss, after.notes) == (("swing",), D(90), "patience")
        assert (after.current_price, after.unrealised_pnl) == (D(100), D(1))
        assert rig.store.position_rows[after.id] == after
        assert before.id not in rig.store.position_rows
        assert [each.status for each in of(heard, EventKind.POSITION) if each.id == before.id][-1] is (
            PositionStatus.CLOSED
        )
        (opening,) = (each for each in rig.services.positions.list({"symbol": "BTCUSDT"}) if each.id != after.id)
        assert opening.entry_price is None


async def test_a_restart_finds_the_same_positions() -> None:
    async with desk() as rig:
        fills = await bought_unseen(rig)
        rig.exchange.push(*(replace(each, source="push") for each in fills))
        await until(lambda: not stand_ins(rig.store))
        await settle()
        kept = dict(rig.store.position_rows)
        store, exchange = rig.store, rig.exchange
    async with desk(store=store, exchange=exchange):
        assert set(store.position_rows) == set(kept)
        assert not any("rewritten" in str(line.body) for line in store.lines)


class Interrupted(StoreTwin):
    """A store in whose reading something else happens once."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Fill] = []
        self.rig: DeskRig | None = None

    async def all_fills(self, symbol: str | None = None) -> AsyncIterator[Fill]:
        """Stream every execution, and let another one come after them."""
        async for fill in super().all_fills(symbol):
            yield fill
        while self.meanwhile and self.rig is not None:
            late = self.meanwhile.pop()
            self.fill_rows[late.key] = late
            self.rig.desk.positions.fold(late, None)


async def test_an_execution_that_comes_while_positions_are_made_anew_is_in_them() -> None:
    store = Interrupted()
    async with desk(store=store) as rig:
        fills = await bought_unseen(rig)
        store.rig = rig
        store.meanwhile = [replace(fills[0], venue_order_id="another", trade_id="T99", at=rig.clock.wall_ms())]
        rig.exchange.push(*(replace(each, source="push") for each in fills))
        await until(lambda: not stand_ins(store))
        await settle()
        assert held(rig).quantity == D("1.4")
        assert not store.meanwhile
