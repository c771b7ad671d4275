"""What trouble with the journal means for orders and for the gate."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.clock import settle
from tests.unit.services.order_rig import LIMIT_BUY, running
from tui_trader.domain.order import OrderStatus, Origin, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import ConfirmationRequired, Denied, StoreError, StoreTrouble
from tui_trader.services.gate import SETTING
from tui_trader.services.ports import StoreHealth

D = Decimal
TROUBLES = {
    StoreTrouble.FULL: GateState.CANCEL_ONLY,
    StoreTrouble.READ_ONLY: GateState.CANCEL_ONLY,
    StoreTrouble.DISK: GateState.HALTED,
    StoreTrouble.DAMAGED: GateState.HALTED,
    StoreTrouble.OTHER: GateState.HALTED,
}


@pytest.mark.parametrize("trouble", StoreTrouble)
async def test_trouble_closes_the_gate_as_far_as_it_demands_and_nothing_is_sent(trouble: StoreTrouble) -> None:
    async with running() as rig:
        rig.store.failing, rig.store.trouble = "The disk is in trouble.", trouble
        with pytest.raises(StoreError):
            await rig.place()
        assert rig.gate.state is TROUBLES[trouble]
        assert rig.exchange.sent == []


async def test_on_a_full_disk_cancels_and_executions_go_on_and_are_written_down_once_there_is_room() -> None:
    async with running() as rig:
        order, other = (await rig.place()).order, (await rig.place(price=D(98))).order
        await settle()
        rig.store.failing, rig.store.trouble = "The disk is full.", StoreTrouble.FULL
        rig.exchange.fill(order.client_order_id, D(1))
        await settle()
        assert rig.gate.state is GateState.CANCEL_ONLY
        await rig.orders.cancel(other.id)
        await settle()
        assert rig.exchange.find(other.client_order_id).status.closed
        await rig.path.catch_up()
        assert rig.stored(other.id).status is OrderStatus.LIVE
        rig.store.failing = None
        await rig.path.catch_up()
        assert rig.stored(other.id).status is OrderStatus.CANCELED
        assert rig.stored(order.id).status is OrderStatus.FILLED
        assert json.loads(rig.store.settings[SETTING])["state"] == "CANCEL_ONLY"
        written = len(rig.store.changes)
        await rig.path.catch_up()
        assert len(rig.store.changes) == written
        with pytest.raises(Denied):
            await rig.place(price=D(97))


@pytest.mark.parametrize("health", [StoreHealth(500.1, 0), StoreHealth(1, 51)])
async def test_orders_are_denied_while_the_journal_does_not_keep_up(health: StoreHealth) -> None:
    async with running() as rig:
        rig.store.healthy = health
        with pytest.raises(Denied) as caught:
            await rig.place()
        assert [each["code"] for each in caught.value.details["breaches"]] == ["journal_slow"]
        assert rig.exchange.sent == []
        rig.store.healthy = StoreHealth(500, 50)
        assert (await rig.place()).order.status is OrderStatus.LIVE


@pytest.mark.parametrize("health", [StoreHealth(500.1, 0), StoreHealth(1, 51)])
@pytest.mark.parametrize("promise", [True, False])
async def test_a_sell_of_what_is_held_may_be_confirmed_while_the_journal_does_not_keep_up(
    health: StoreHealth, promise: bool
) -> None:
    async with running() as rig:
        rig.store.healthy = health
        request = replace(LIMIT_BUY, side=Side.SELL, price=D(101), reduce_only=promise)
        with pytest.raises(ConfirmationRequired) as asked:
            await rig.orders.place("intent-out", request)
        done = await rig.orders.place("intent-out", request, asked.value.token)
        assert done.order.status is OrderStatus.LIVE
        with pytest.raises(Denied):
            await rig.orders.place("intent-short", replace(request, quantity=D(50)))


async def test_a_protective_exit_passes_while_the_journal_does_not_keep_up() -> None:
    async with running() as rig:
        rig.store.healthy = StoreHealth(500.1, 0)
        done = await rig.place(origin=Origin.EXIT, side=Side.SELL, price=D(101))
        assert done.order.status is OrderStatus.LIVE
