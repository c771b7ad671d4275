"""What the gate has seen of conduct outlives the desk: the real store, a desk that dies, and another one over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.twins.clock import until
from tests.twins.store import StoreTwin
from tests.unit.services.desk_rig import DeskRig, quote, richer
from tui_trader.clock import SystemClock
from tui_trader.rules.gate_figures import ConductFigures
from tui_trader.services.journal_tail import tail
from tui_trader.services.ports import Change, JournalEntry
from tui_trader.store import SqliteStore

D = Decimal
PATIENCE = 1_000_000
"""Rounds of the loop: commits to a real disk take their time."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "desk.db", SystemClock())
    yield opened
    await opened.close()


def seen(rig: DeskRig) -> ConductFigures:
    return rig.desk.watch.conduct.figures("BTCUSDT")


async def restarted(rig: DeskRig) -> DeskRig:
    """Let a desk die, and another one begin over the same store and venue."""
    await rig.stop()
    again = DeskRig(store=rig.store, exchange=rig.exchange)
    await again.start()
    return again


async def traded(rig: DeskRig, line: str, price: str) -> None:
    """Have an order filled at a price, fee taken."""
    step = (await rig.run(line)).steps[0]
    order = step.placement
    assert order is not None, step.refused
    before = seen(rig).fills
    rig.exchange.fill(order.order.client_order_id, order.order.quantity, price=D(price), fee=D("0.0495"))
    await until(lambda: seen(rig).fills == before + 1, PATIENCE)


async def test_a_restart_forgets_nothing_of_the_last_hour(store: SqliteStore) -> None:
    rig = DeskRig(store=store)  # type: ignore[arg-type] # the real store in the twin's place
    await rig.start()
    await traded(rig, "buy btc 1 @101", "101")
    await traded(rig, "sell btc 1 @99", "99")
    await rig.run("buy btc 1 @90")
    await rig.run("cancel last")
    await until(lambda: seen(rig).messages == 4, PATIENCE)
    before = seen(rig)
    assert (before.messages, before.fills, before.losses) == (4, 2, 1)
    assert before.slippage_paid == (D(101) - D("100.05")) + (D("100.05") - D(99))
    assert before.fee_seen == D("0.0005")
    assert before.last_loss_at is not None
    rig.clock.jump(300)
    again = await restarted(rig)
    after = seen(again)
    assert (after.messages, after.fills, after.losses) == (4, 2, 1)
    assert (after.slippage_paid, after.fee_seen) == (before.slippage_paid, before.fee_seen)
    assert after.last_loss_at is not None
    assert abs(after.last_loss_at - before.last_loss_at) < 1000
    again.clock.jump(299)
    assert seen(again).slippage_paid == before.slippage_paid
    again.clock.jump(1)
    assert seen(again).slippage_paid == 0
    again.clock.jump(2999)
    assert (seen(again).messages, seen(again).fills) == (4, 2)
    again.clock.jump(1)
    assert (seen(again).messages, seen(again).fills, seen(again).losses) == (0, 0, 1)
    again.clock.jump(1)
    third = await restarted(again)
    assert seen(third) == replace(seen(again), budget_used=seen(third).budget_used)
    assert seen(third).fee_seen == D("0.0005")
    await third.stop()


async def test_an_order_that_fills_after_the_restart_is_measured_by_the_mid_at_its_sending(store: SqliteStore) -> None:
    rig = DeskRig(store=store)  # type: ignore[arg-type] # the real store in the twin's place
    await rig.start()
    order = (await rig.run("buy btc 1 @101")).steps[0].placement
    assert order is not None
    rig.clock.jump(7200)
    rig.exchange.quote_rows["BTCUSDT"] = quote(rig.clock, bid="90", ask="90.1")
    again = await restarted(rig)
    assert (seen(again).messages, seen(again).slippage_paid) == (0, 0)
    again.exchange.fill(order.order.client_order_id, D(1), price=D(101))
    await until(lambda: seen(again).fills == 1, PATIENCE)
    assert seen(again).slippage_paid == D(101) - D("100.05")
    await again.stop()


async def test_a_row_of_losses_ends_with_the_last_gain(store: SqliteStore) -> None:
    rig = DeskRig(store=store)  # type: ignore[arg-type] # the real store in the twin's place
    richer(rig.exchange, USDT="10000", BTC="50")
    await rig.start()
    for cents, (bought, sold) in enumerate((("99", "98"), ("99", "101"), ("99", "98"), ("99", "97")), start=10):
        await traded(rig, f"buy btc 1 @101.{cents}", bought)
        rig.clock.jump(0.05)
        await traded(rig, f"sell btc 1 @99.{cents}", sold)
    assert seen(rig).losses == 2
    again = await restarted(rig)
    assert seen(again).losses == 2
    await again.stop()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 64, 65, 1203])
async def test_the_newest_lines_are_found_by_time_and_bounded(count: int) -> None:
    store = StoreTwin()
    await store.write(Change(journal=[JournalEntry("notice", at, {}) for at in range(count)]))
    for since in {0, 1, count // 2, count - 1, count, count + 5}:
        assert [line.at async for line in tail(store, since)] == list(range(max(0, since), count))
    assert [line.at async for line in tail(store, 0, most=5)] == list(range(max(0, count - 5), count))
