from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from tests.twins.services import NOW, ServicesTwin
from tests.twins.services import RULE as HELD
from tui_trader import errors
from tui_trader.client.desk import DeskClient
from tui_trader.contract.risk_limits import CreateConstraint, UpdateConstraint, UpdateProfile
from tui_trader.domain.assessment import Action, Assessment, AssessmentStatus, Finding, Operator, RiskLevel, RiskType
from tui_trader.domain.limit_facts import LIMIT_FACTS
from tui_trader.domain.risk import Level
from tui_trader.domain.risk_profile import Flaw, Preset, limits
from tui_trader.rules.risk.limit_changes import ProfileChange, nonsense
from tui_trader.rules.risk.loss_lock import WAIT_MS, begin
from tui_trader.rules.risk.rule_changes import RuleWait

INTENT = "intent-0001"
RULE = {"type": RiskType.PRICE, "parameter": "price", "operator": Operator.LT, "value": D("0.1"), "action": Action.WARN}


async def test_a_profile_shows_every_limit_and_what_may_be_put_in_its_place(desk: DeskClient) -> None:
    profile = await desk.risk.profile()
    assert [each.name for each in profile.limits] == list(LIMIT_FACTS)
    assert {each.name for each in profile.limits} == {name for name, _ in limits()} - {"auto_risk_control"}
    shown = {each.name: each for each in profile.limits}
    value = shown["confirm_order_value"]
    assert (value.value, value.unit, value.not_above, value.per_symbol) == (100, "USDT", "max_order_value", True)
    assert (shown["max_open_orders"].whole, shown["max_open_orders"].least) == (True, 1)
    assert (shown["daily_loss_percent"].most, shown["daily_loss_percent"].not_above) == (
        100,
        "daily_loss_cancel_percent",
    )
    assert [name for name, each in shown.items() if each.off_at_zero] == ["min_account_balance", "cooldown_losses"]
    assert (profile.symbols, profile.overrides) == (["BTCUSDT"], {"BTCUSDT": {"max_order_value": D(100)}})


async def test_what_waits_is_a_number_with_the_time_from_which_it_holds(desk: DeskClient) -> None:
    pending = (await desk.risk.profile()).pending
    assert [(each.name, each.symbol, each.value) for each in pending] == [
        ("max_order_value", None, 600),
        ("max_order_value", "BTCUSDT", 500),
        ("symbols", None, 0),
        ("auto_risk_control", None, 0),
    ]
    assert {each.at for each in pending} == {NOW + 60_000}


async def test_a_change_reaches_the_service_exactly_as_written(desk: DeskClient, services: ServicesTwin) -> None:
    asked = UpdateProfile.model_validate(
        {
            "intent_id": INTENT,
            "preset": "aggressive",
            "auto_risk_control": False,
            "symbols": ["BTCUSDT"],
            "limits": {"max_order_value": "12345678901234567890.123456789"},
            "overrides": {"BTCUSDT": {"max_order_value": "1", "confirm_order_value": None}},
        }
    )
    await desk.risk.update_profile(asked)
    assert services.asked.last == (
        "change_profile",
        (
            INTENT,
            ProfileChange(
                Preset.AGGRESSIVE,
                False,
                ("BTCUSDT",),
                {"max_order_value": D("12345678901234567890.123456789")},
                {"BTCUSDT": {"max_order_value": D(1), "confirm_order_value": None}},
            ),
        ),
    )


async def test_nonsense_is_told_by_field_and_reason(desk: DeskClient, services: ServicesTwin) -> None:
    services.asked.fail = nonsense([Flaw("max_order_value", "must be above 0"), Flaw("symbols", "holds 'x'")])
    with pytest.raises(errors.Refused, match=r"max_order_value must be above 0 \(and 1 more\)\.") as caught:
        await desk.risk.update_profile(UpdateProfile(intent_id=INTENT))
    assert caught.value.code == "unprocessable"
    assert caught.value.details["flaws"] == [
        {"field": "max_order_value", "reason": "must be above 0"},
        {"field": "symbols", "reason": "holds 'x'"},
    ]
    answer = await desk._link.http.put("/risk/profile", json={"intent_id": INTENT, "limits": {"max_order_value": 0.1}})
    assert answer.status_code == 400
    services.asked.fail = nonsense([Flaw("value", "must be a number")])
    answer = await desk._link.http.post("/risk/constraints", json={"intent_id": INTENT, **RULE, "value": "1"})
    assert answer.status_code == 422


async def test_own_rules_are_listed_with_what_they_can_be_about(desk: DeskClient) -> None:
    found = await desk.risk.constraints()
    assert [(each.id, each.parameter, each.value) for each in found.items] == [("p1", "spread_percent", D("0.5"))]
    units = {each.parameter: (each.unit, each.most) for each in found.parameters}
    assert {
        name: units[name] for name in ("order_value", "price", "open_orders", "quote_age_ms", "budget_percent")
    } == {
        "order_value": ("USDT", None),
        "price": ("quote asset", None),
        "open_orders": ("orders", None),
        "quote_age_ms": ("ms", None),
        "budget_percent": ("%", 100),
    }
    assert {each.type for each in found.parameters} == set(RiskType)


async def test_a_rule_is_made_changed_and_taken_away(desk: DeskClient, services: ServicesTwin) -> None:
    await desk.risk.create_constraint(CreateConstraint(intent_id=INTENT, **RULE))
    usual: dict[str, Any] = {"symbol": None, "active": True, "description": ""}
    assert services.asked.last == ("create_constraint", (INTENT, RULE | usual))
    answer = await desk._link.http.post("/risk/constraints", json={"intent_id": INTENT, **RULE, "value": "0.1"})
    assert answer.status_code == 201
    await desk.risk.update_constraint("p1", UpdateConstraint(intent_id=INTENT, symbol=None, active=False))
    assert services.asked.last == ("update_constraint", ("p1", INTENT, {"symbol": None, "active": False}))
    await desk.risk.delete_constraint("p1")
    assert services.asked.last == ("delete_constraint", ("p1",))
    services.asked.fail = errors.NotFound("There is no rule 'p2'.")
    with pytest.raises(errors.NotFound, match="p2"):
        await desk.risk.delete_constraint("p2")


async def test_a_rule_that_is_to_be_loosened_says_until_when_it_holds_and_what_then(
    desk: DeskClient, services: ServicesTwin
) -> None:
    (rule,) = (await desk.risk.constraints()).items
    assert (rule.until, rule.then) == (None, "")
    services.limits.rule_waits = {"p1": RuleWait(None, NOW + 60_000)}
    (rule,) = (await desk.risk.constraints()).items
    assert (rule.active, rule.until, rule.then) == (True, NOW + 60_000, "deleted")
    services.limits.rule_waits = {"p1": RuleWait(replace(HELD, active=False), NOW + 60_000)}
    changed = await desk.risk.update_constraint("p1", UpdateConstraint(intent_id=INTENT, description="x"))
    assert (changed.until, changed.then) == (NOW + 60_000, "off")


async def test_a_null_is_for_the_pair_only(desk: DeskClient) -> None:
    answer = await desk._link.http.put("/risk/constraints/p1", json={"intent_id": INTENT, "value": None})
    assert answer.status_code == 400
    assert "leave it out to keep it" in answer.json()["error"]["message"]


async def test_status_has_limits_lock_and_risks(desk: DeskClient, services: ServicesTwin) -> None:
    lock = replace(begin(D(1000), NOW), locked="The day's loss is 12.34 USDT.", locked_at=NOW, locked_loss=D("12.34"))
    services.limits.lock = replace(lock, cancelled=True)
    finding = Finding(RiskType.LOSS, RiskLevel.HIGH, "A loss.", "Stop.", "BTCUSDT")
    services.limits.found = (Assessment("a1", finding, AssessmentStatus.ACTIVE, NOW, NOW),)
    status = await desk.risk.status()
    assert (status.gate, status.gate_reason, status.preset, status.at) == ("REDUCING", "A loss.", "moderate", NOW)
    rows = {each.name: each for each in status.limits}
    pair = rows["max_open_orders_per_symbol"]
    assert (pair.id, pair.used, pair.limit, pair.percent, pair.level) == ("R17", 10, 10, 100, Level.HARD)
    assert (pair.symbol, pair.unit) == ("BTCUSDT", "orders")
    assert (rows["daily_loss_limit"].used, rows["daily_loss_limit"].percent) == (None, None)
    assert status.lock is not None
    assert (status.lock.phrase, status.lock.since, status.lock.liftable_at) == ("ACCEPT LOSS 12.34", NOW, NOW + WAIT_MS)
    assert (status.lock.until > NOW, status.lock.cancels) == (True, True)
    (risk,) = status.assessments
    assert (risk.id, risk.type, risk.score, risk.symbol, risk.resolved_at) == ("a1", "LOSS", 75, "BTCUSDT", None)


async def test_the_lock_is_lifted_by_its_phrase(desk: DeskClient, services: ServicesTwin) -> None:
    assert (await desk.risk.lift_lock(INTENT, "ACCEPT LOSS 12.34")).lock is None
    assert services.asked.last == ("lift", ("ACCEPT LOSS 12.34", INTENT))
    services.asked.fail = errors.Conflict("It is too early.")
    with pytest.raises(errors.Conflict, match="too early"):
        await desk.risk.lift_lock(INTENT, "ACCEPT LOSS 12.34")
