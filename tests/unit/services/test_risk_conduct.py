from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from decimal import Decimal

from tests.twins.clock import VirtualClock, settle
from tests.twins.keepers import PositionsTwin, PricesTwin
from tests.twins.store import StoreTwin
from tui_trader.domain.events import Event, EventKind
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import CancelState, Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.domain.position import PositionStatus
from tui_trader.services.bus import EventBus
from tui_trader.services.risk_conduct import Conduct

D = Decimal
REQUEST = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity=D(1), price=D(101))
ORDER = Order("o1", "m1o1", "i1", REQUEST, OrderStatus.SENDING, D(1), D(101), 0, 0)
FILL = Fill("v1", "t1", "BTCUSDT", Side.BUY, D(101), D(2), D(202), D("0.202"), "USDT", False, 0, order_id="o1")


class Rig:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.prices = PricesTwin(self.clock)
        self.prices.rates["USDT", "USDT"] = D(1)
        self.bus = EventBus(StoreTwin())
        self.conduct = Conduct(StoreTwin(), self.bus, self.prices, self.clock, lambda: 0.3, tuple)

    async def say(self, kind: EventKind, *data: object) -> None:
        for each in data:
            self.bus.publish(Event(kind, 0, each))
            await settle(5)


@asynccontextmanager
async def listening() -> AsyncIterator[Rig]:
    rig = Rig()
    task = asyncio.create_task(rig.conduct.listen())
    await settle(5)
    try:
        yield rig
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_what_was_paid_beyond_the_mid_at_sending_counts_for_ten_minutes() -> None:
    async with listening() as rig:
        assert rig.conduct.figures("BTCUSDT").slippage_paid == 0
        await rig.say(EventKind.ORDER, ORDER)
        rig.prices.quotes["BTCUSDT"] = rig.prices.make("BTCUSDT", "200", "201")
        await rig.say(EventKind.FILL, FILL, replace(FILL, trade_id="t2", price=D(99)))
        assert rig.conduct.figures("BTCUSDT").slippage_paid == (D(101) - D("100.05")) * 2
        rig.clock.jump(600)
        assert rig.conduct.figures("BTCUSDT").slippage_paid == 0


async def test_slippage_that_nobody_knows_is_unknown() -> None:
    async with listening() as rig:
        rig.prices.quotes["BTCUSDT"] = None
        await rig.say(EventKind.ORDER, ORDER)
        await rig.say(EventKind.FILL, FILL)
        assert rig.conduct.figures("BTCUSDT").slippage_paid is None
        await rig.say(EventKind.FILL, replace(FILL, order_id="elsewhere"))
        assert rig.conduct.figures("BTCUSDT").fills == 2


async def test_messages_and_executions_of_an_hour_are_counted() -> None:
    async with listening() as rig:
        live = replace(ORDER, status=OrderStatus.LIVE)
        await rig.say(EventKind.ORDER, ORDER, live, replace(live, cancel=CancelState.SENDING), replace(ORDER, id="o2"))
        await rig.say(EventKind.FILL, FILL)
        found = rig.conduct.figures("BTCUSDT")
        assert (found.messages, found.fills, found.budget_used) == (3, 1, 0.3)
        rig.clock.jump(3600)
        found = rig.conduct.figures("BTCUSDT")
        assert (found.messages, found.fills) == (0, 0)


async def test_the_last_fee_is_told_as_a_ratio() -> None:
    async with listening() as rig:
        assert rig.conduct.figures("BTCUSDT").fee_seen is None
        await rig.say(EventKind.FILL, FILL)
        assert rig.conduct.figures("BTCUSDT").fee_seen == D("0.001")
        await rig.say(EventKind.FILL, replace(FILL, fee=D("0.004"), fee_asset="BTC"))
        assert rig.conduct.figures("BTCUSDT").fee_seen == D("0.002")
        await rig.say(EventKind.FILL, replace(FILL, fee=D(5), fee_asset="MX"))
        assert rig.conduct.figures("BTCUSDT").fee_seen == D("0.002")


async def test_losing_closes_in_a_row_are_counted_once_each_and_a_gain_ends_the_row() -> None:
    async with listening() as rig:
        (opened,) = PositionsTwin().fold(FILL, None)
        lost = replace(opened, id="p1", status=PositionStatus.CLOSED, realised_pnl=D(-1))
        await rig.say(EventKind.POSITION, opened, lost, lost, replace(lost, id="p2"))
        found = rig.conduct.figures("BTCUSDT")
        assert (found.losses, found.last_loss_at) == (2, rig.clock.wall_ms())
        await rig.say(EventKind.POSITION, replace(lost, id="p3", realised_pnl=D(1)))
        assert rig.conduct.figures("BTCUSDT").losses == 0
