"""What an owner sets reaches everything that judges or resolves an order, at once and after a restart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.twins.clock import settle
from tests.unit.services.desk_rig import NOWHERE, DeskRig, desk, hearing, of, richer
from tests.unit.services.test_risk_losses import fall, rich
from tests.unit.store.samples import Newer
from tui_trader.domain.assessment import Action, Constraint, Operator, RiskType
from tui_trader.domain.events import EventKind
from tui_trader.domain.order import Side
from tui_trader.domain.risk import GateState, Level
from tui_trader.errors import ConfirmationRequired, Conflict
from tui_trader.rules.risk.limit_changes import ProfileChange
from tui_trader.rules.risk.loss_lock import WAIT_MS
from tui_trader.services.limits_face import RiskStatus
from tui_trader.services.risk_losses import LINE

D = Decimal


def limits(**changes: str) -> ProfileChange:
    return ProfileChange(limits={name: D(value) for name, value in changes.items()})


async def refusal(rig: DeskRig, line: str) -> str:
    outcome = await rig.run(line)
    assert not outcome.ok
    return outcome.steps[0].refused or ""


def row(status: RiskStatus, name: str, label: str = "") -> Any:
    return next(each for each in status.uses if each.name == name and label in {"", each.label})


async def test_a_tightened_limit_refuses_the_next_order_and_a_loosened_one_lets_it_pass_later() -> None:
    async with desk() as rig:
        services = rig.services.limits
        rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
        await services.change_profile("intent-0001", limits(max_order_value="50"))
        assert "the limit is 50 USDT" in await refusal(rig, "buy btc 0.6 @99")
        await services.change_profile("intent-0002", limits(max_order_value="60", confirm_order_value="60"))
        assert "the limit is 50 USDT" in await refusal(rig, "buy btc 0.6 @99")
        await rig.clock.advance(61)
        await fall(rig, "100")
        assert (await rig.run("buy btc 0.6 @99")).ok


async def test_a_size_by_the_limit_follows_it() -> None:
    async with desk() as rig:
        await rig.services.limits.change_profile("intent-0001", limits(max_order_value="50"))
        preview = (await rig.preview("buy btc max @100")).steps[0].preview
        assert preview is not None
        assert preview.notional <= 50


async def test_a_restart_keeps_limits_rules_and_what_waits() -> None:
    rig = DeskRig()
    await rig.start()
    await rig.services.limits.change_profile("intent-0001", limits(max_order_value="50", max_open_orders="2000"))
    rule = await rig.services.limits.create_constraint("intent-0002", SPREAD)
    await rig.stop()
    again = DeskRig(store=rig.store, exchange=rig.exchange)
    await again.start()
    shown = again.services.limits.profile()
    assert (shown.limits.max_order_value, [each.key for each in shown.waiting]) == (50, ["max_open_orders"])
    assert again.services.limits.constraints() == (rule,)
    assert again.desk.path.gate.constraints == (rule,)
    assert "the limit is 50 USDT" in await refusal(again, "buy btc 0.6 @99")
    await again.stop()


async def test_a_lock_closed_by_a_tightened_limit_is_lifted_by_the_typed_word() -> None:
    rig = DeskRig()
    rich(rig)
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await fall(rig, "100")
    await fall(rig, "95")
    assert rig.desk.path.gate.state is GateState.ACTIVE
    await rig.services.limits.change_profile("intent-0001", limits(daily_loss_limit="50.5"))
    await fall(rig, "94.9")
    assert rig.desk.path.gate.state is GateState.REDUCING
    status = rig.services.limits.status()
    assert (row(status, "daily_loss_limit").limit, row(status, "daily_loss_limit").level) == (D("50.5"), Level.HARD)
    assert status.lock is not None
    assert status.lock.phrase == "ACCEPT LOSS 51"
    assert "in 15 min at the earliest" in ((await rig.preview("lift ACCEPT LOSS 51")).steps[0].refused or "")
    rig.clock.jump(WAIT_MS / 1000)
    await fall(rig, "94.9")
    assert "type exactly: ACCEPT LOSS 51" in ((await rig.preview("lift accept loss")).steps[0].refused or "")
    with pytest.raises(Conflict, match="It is lifted by typing: lift ACCEPT LOSS 51"):
        await rig.run("resume I feel better")
    assert (await rig.preview("lift ACCEPT LOSS 51")).ok
    said = (await rig.run("lift ACCEPT LOSS 51")).steps[0].sentence
    assert said.startswith("The loss lock is lifted; losses count anew from 9949.5. The gate stands at REDUCING.")
    assert said.endswith("Trade again with: resume REASON")
    assert rig.services.limits.status().lock is None
    assert (await rig.run("resume I feel better")).ok
    assert rig.desk.path.gate.state is GateState.ACTIVE
    lifted = [line.body for line in rig.store.lines if line.kind == LINE][-1]
    assert (lifted["effect"], lifted["equity"], "51 USDT" in lifted["reason"]) == ("LIFTED", "9949.5", True)
    await rig.stop()


SPREAD: dict[str, Any] = {
    "type": RiskType.POSITION,
    "parameter": "order_value",
    "operator": Operator.GT,
    "value": D(40),
    "action": Action.BLOCK,
}


async def test_an_own_rule_refuses_or_asks_until_it_is_off() -> None:
    async with desk() as rig:
        services = rig.services.limits
        rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
        rule = await services.create_constraint("intent-0001", SPREAD)
        assert "Your rule: order value is 49.5, above 40." in await refusal(rig, "buy btc 0.5 @99")
        held = await services.update_constraint(rule.id, "intent-0002", {"action": Action.WARN})
        assert (held, list(services.waiting_rules())) == (rule, [rule.id])
        assert "above 40" in await refusal(rig, "buy btc 0.5 @99")
        await rig.clock.advance(61)
        await fall(rig, "100")
        with pytest.raises(ConfirmationRequired, match="above 40") as asked:
            await rig.run("buy btc 0.5 @99")
        confirmed = await rig.services.commands.run(
            f"line-{rig.lines:04d}", "buy btc 0.5 @99", NOWHERE, asked.value.token
        )
        assert confirmed.ok
        await services.update_constraint(rule.id, "intent-0003", {"active": False})
        assert (await rig.run("buy btc 0.51 @98")).ok
        await services.update_constraint(rule.id, "intent-0004", {"active": True, "action": Action.BLOCK})
        await services.delete_constraint(rule.id)
        assert "above 40" in await refusal(rig, "buy btc 0.52 @97")
        await rig.clock.advance(61)
        await fall(rig, "100")
        assert (await rig.run("buy btc 0.52 @97")).ok


async def test_a_desk_with_a_rule_it_cannot_read_starts_and_refuses_entries_but_not_the_way_out() -> None:
    rig = DeskRig()
    rig.store.constraint_rows = {"rule-1": Constraint("rule-1", **{**SPREAD, "type": Newer.WEATHER})}
    richer(rig.exchange, USDT="9000", BTC="2")
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await rig.clock.advance(1.1)
    assert "could not be read and refuses until it is deleted" in await refusal(rig, "buy btc 0.5 @99")
    with pytest.raises(ConfirmationRequired, match="could not be read"):
        await rig.run("sell btc 0.25 @120")
    await rig.services.limits.delete_constraint("rule-1")
    await rig.clock.advance(61)
    await fall(rig, "100")
    assert (await rig.run("buy btc 0.5 @99")).ok
    await rig.stop()


async def test_one_intent_gives_one_answer() -> None:
    async with desk() as rig:
        services = rig.services.limits
        first = await services.change_profile("intent-0001", limits(max_order_value="50"))
        await services.change_profile("intent-0002", limits(max_order_value="40"))
        assert await services.change_profile("intent-0001", limits(max_order_value="50")) == first
        assert services.profile().limits.max_order_value == 40
        with pytest.raises(Conflict, match="something else"):
            await services.change_profile("intent-0001", limits(max_order_value="30"))
        rule = await services.create_constraint("intent-0003", SPREAD)
        assert await services.create_constraint("intent-0003", SPREAD) == rule
        with pytest.raises(Conflict, match="something else"):
            await services.create_constraint("intent-0003", {**SPREAD, "value": D(1)})


async def test_consoles_are_told_of_each_change() -> None:
    async with desk() as rig, hearing(rig) as heard:
        await rig.services.limits.change_profile("intent-0001", limits(max_order_value="50"))
        await rig.services.limits.create_constraint("intent-0002", SPREAD)
        await settle()
        assert [each.code for each in of(heard, EventKind.NOTICE)] == ["limits", "constraint"]


async def test_status_shows_the_figures_that_the_gate_uses() -> None:
    rig = DeskRig()
    richer(rig.exchange, USDT="9000", BTC="2")
    await rig.start()
    rig.market.watch(tickers=["BTCUSDT"], book="BTCUSDT")
    await rig.clock.advance(1.1)
    assert (await rig.run("buy btc 0.5 @99")).ok
    assert (await rig.run("sell btc 0.25 @120")).ok
    status = rig.services.limits.status()
    pair = rig.market.instrument("BTCUSDT")
    figures = rig.desk.path.judge._figures.account(pair, Side.BUY)
    assert figures.equity is not None
    assert figures.held is not None
    assert row(status, "max_total_exposure").used == (figures.exposure or 0) + figures.entries
    value = row(status, "max_position_value")
    assert (value.symbol, value.used) == ("BTC", figures.held + figures.entries_here)
    share = row(status, "max_concentration_percent")
    assert share.used == ((figures.held + figures.entries_here) * 100 / figures.equity).quantize(D("0.01"))
    assert row(status, "max_open_orders_percent").used == (figures.resting * 100 / figures.equity).quantize(D("0.01"))
    assert row(status, "max_open_positions").used == figures.positions
    assert row(status, "max_drawdown_percent", "below cost").used == figures.position_loss_percent
    assert row(status, "daily_loss_limit").used == figures.day_loss
    assert row(status, "max_open_orders").used == 2
    assert row(status, "max_open_orders_per_symbol").symbol == "BTCUSDT"
    assert row(status, "max_orders_per_minute").used == 2
    assert row(status, "max_rule_orders_per_minute").used == 0
    assert row(status, "max_slippage_paid_percent").used == 0
    assert (status.gate, status.lock) == (rig.desk.path.gate.state, None)
    assert list(status.assessments) == list(rig.desk.watch.assessments.active())
    await rig.stop()


async def test_a_desk_that_knows_no_prices_says_so() -> None:
    rig = DeskRig()
    status = rig.services.limits.status()
    unknown = {each.name for each in status.uses if each.used is None}
    assert {"daily_loss_limit", "weekly_loss_limit", "max_total_exposure", "max_open_orders_percent"} <= unknown
    assert {each.level for each in status.uses if each.used is None} == {Level.HARD}


async def test_the_console_s_own_word_does_what_the_api_does() -> None:
    async with desk() as rig:
        refused = (await rig.preview("lift ACCEPT LOSS 1")).steps[0].refused
        assert refused == "No loss lock is on."
        with pytest.raises(Conflict, match="No loss lock"):
            await rig.run("lift ACCEPT LOSS 1")
