"""Every way in to an order meets the gate: with a limit that nothing passes, nothing reaches the exchange."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.services.desk_rig import DeskRig, desk
from tui_trader.domain.order import OrderRequest, OrderType, Side
from tui_trader.domain.risk import GateState
from tui_trader.errors import ConfirmationRequired, TraderError

D = Decimal
BUY = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=D(1), price=D(99))
LINES = (
    "buy btc 1 @99",
    "buy btc $100 mkt",
    "sell btc all mkt",
    "sell btc 100%pos mkt",
    "close btc",
    "buy btc 1 @99; buy eth 1 @99",
    "buy btc 1 @99 && buy btc 1 @98",
)
Way = Callable[[DeskRig], Awaitable[Any]]


def typed(line: str) -> Way:
    """Type a line, and confirm it where it asks."""

    async def way(rig: DeskRig) -> Any:
        try:
            return await rig.run(line)
        except ConfirmationRequired as asked:
            return await rig.run(line, confirmation=asked.token)

    return way


async def closing(rig: DeskRig) -> None:
    position = rig.desk.positions.book.open()[0]
    await rig.services.positions.close(position.id, "intent-close", {"type": OrderType.MARKET})


WAYS: dict[str, Way] = {
    "service": lambda rig: rig.services.orders.place("intent-0001", BUY),
    "confirmation of nothing": lambda rig: rig.services.orders.place("intent-0002", BUY, "00000000"),
    "closing a position": closing,
    **{line: typed(line) for line in LINES},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
async def test_with_trading_halted_no_way_leads_to_the_exchange(way: Way) -> None:
    async with desk() as rig:
        await rig.bought()
        sent = len(rig.exchange.sent)
        await rig.desk.path.gate.change(GateState.HALTED, "by the test", "person")
        with suppress(TraderError):
            await way(rig)
        assert rig.exchange.sent[sent:] == []


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
async def test_the_same_ways_lead_to_the_exchange_while_the_gate_is_open(way: Way) -> None:
    if way is WAYS["confirmation of nothing"]:
        return
    async with desk() as rig:
        await rig.bought(price="97")
        sent = len(rig.exchange.sent)
        await way(rig)
        assert len(rig.exchange.sent) > sent


async def test_a_limit_that_nothing_passes_stops_a_buy_of_every_way() -> None:
    for name, way in WAYS.items():
        if name == "closing a position" or name.startswith(("sell", "close")):
            continue
        async with desk() as rig:
            gate = rig.desk.path.gate
            gate.profile = replace(gate.profile, max_order_value=D("0.01"), confirm_order_value=D("0.01"))
            with suppress(TraderError):
                await way(rig)
            assert rig.exchange.sent == [], name
