"""What the desk does when the way to the exchange, or the exchange itself, is not what it should be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.twins.clock import settle, until
from tests.unit.services.order_rig import running
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import OrderStatus, Origin
from tui_trader.domain.risk import GateState
from tui_trader.exchange.port import VenueTrouble


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (VenueTrouble("certificate", "Somebody may be in between.", hostile=True), GateState.HALTED),
        (VenueTrouble("barred", "The exchange bars this address."), GateState.CANCEL_ONLY),
    ],
)
async def test_a_way_to_the_venue_that_is_not_right_closes_the_gate_and_is_said_once(
    trouble: VenueTrouble, state: GateState
) -> None:
    async with running() as rig:
        rig.exchange.push(trouble, trouble)
        await until(lambda: rig.gate.state is state)
        await settle()
        assert rig.gate.reason == trouble.text
        said = [line for line in rig.store.lines if line.kind == "notice" and line.body["code"] == trouble.code]
        assert len(said) == 1


async def test_a_second_order_under_one_client_id_is_shown_beside_the_first_and_halts() -> None:
    async with running() as rig:
        first = (await rig.place()).order
        shown = rig.exchange.book_of_orders[first.client_order_id]
        rig.exchange.push(replace(shown, venue_order_id="second"))
        await until(lambda: rig.gate.state is GateState.HALTED)
        await settle()
        second = rig.order("second")
        assert (second.request.origin, second.client_order_id) == (Origin.EXTERNAL, "")
        assert rig.order(first.id).status is OrderStatus.LIVE
        assert {order.id for order in rig.working.working()} == {first.id, second.id}
        assert "doubled" in [event.data.code for event in rig.ear.of(EventKind.NOTICE)]
