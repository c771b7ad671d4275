"""What an owner sets outlives the desk: limits, what waits, own rules; and what is broken gives way to less daring."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from tests.process.desk_process import DeskProcess, desk_process
from tests.process.household import Household
from tui_trader.client.desk import DeskClient
from tui_trader.contract.commands import LineContext
from tui_trader.contract.risk_limits import CreateConstraint, ProfileView, UpdateProfile
from tui_trader.domain.assessment import Action, Operator, RiskType
from tui_trader.domain.risk_profile import Preset, preset
from tui_trader.errors import ConfirmationRequired, Refused

pytestmark = pytest.mark.process
NOWHERE = LineContext()
D = Decimal


def value(profile: ProfileView, name: str) -> Decimal:
    return next(each.value for each in profile.limits if each.name == name)


async def refusal(client: DeskClient, intent_id: str, line: str) -> str:
    """Return why a line is refused."""
    try:
        result = await client.run_line(intent_id, line, NOWHERE)
    except ConfirmationRequired as error:
        return f"asks: {error}"
    assert not result.ok
    return result.steps[0].refused or ""


async def set_up(client: DeskClient) -> None:
    """Tighten, loosen and make a rule, over the wire."""
    changed = await client.risk.update_profile(
        UpdateProfile(
            intent_id="limits-0001",
            limits={"max_order_value": D("60.00000001"), "max_open_orders": D(2000)},
            overrides={"ETHUSDT": {"max_order_value": D(40), "confirm_order_value": D(30)}},
        )
    )
    assert value(changed, "max_order_value") == D("60.00000001")
    assert [(each.name, each.value) for each in changed.pending] == [("max_open_orders", 2000)]
    with pytest.raises(Refused, match="max_drawdown_percent must not be above 100 percent") as caught:
        await client.risk.update_profile(
            UpdateProfile(intent_id="limits-0002", limits={"max_drawdown_percent": D(101), "max_order_value": D(1)})
        )
    assert [each["field"] for each in caught.value.details["flaws"]] == ["max_drawdown_percent"]
    await client.risk.create_constraint(
        CreateConstraint(
            intent_id="limits-0003",
            type=RiskType.POSITION,
            parameter="order_value",
            operator=Operator.GT,
            value=D(15),
            action=Action.BLOCK,
            symbol="SOLUSDT",
        )
    )


async def holds(client: DeskClient, run: str) -> None:
    """See that orders meet what was set."""
    assert "the limit is 60.00000001 USDT" in await refusal(client, f"limits-{run}-1", "buy btc $70 @bid")
    assert "the limit is 40 USDT" in await refusal(client, f"limits-{run}-2", "buy eth $50 @bid")
    assert "Your rule: order value is" in await refusal(client, f"limits-{run}-3", "buy sol $20 @bid")


async def test_limits_and_rules_hold_at_once_and_after_a_kill(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            await set_up(client)
            await holds(client, "before")
        desk.signal(signal.SIGKILL)
        desk.ended()
        desk.start()
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            await holds(client, "after")
            profile = await client.risk.profile()
            assert (value(profile, "max_open_orders"), [each.value for each in profile.pending]) == (1000, [2000])
            status = await client.risk.status()
            used = {each.name: each.used for each in status.limits}
            assert used["daily_loss_limit"] is not None
            assert (status.preset, status.trouble) == ("moderate", "")
    assert household.run("audit", "verify").status == 0


async def test_a_stored_profile_that_is_broken_gives_way_to_conservative_limits(household: Household) -> None:
    with desk_process(household) as desk:
        async with desk.client() as client:
            await desk.reaches(client, "ACTIVE")
            await set_up(client)
        desk.signal(signal.SIGTERM)
        assert desk.ended()[0] == 0
        spoil(household)
        await fallen_back(desk)


def spoil(household: Household) -> None:
    """Write a limit that makes no sense."""
    with closing(sqlite3.connect(household.paths().database)) as connection, connection:
        (text,) = connection.execute("SELECT value FROM settings WHERE name = 'risk.profile'").fetchone()
        kept = json.loads(text)
        kept["values"]["max_order_value"] = "-1"
        connection.execute("UPDATE settings SET value = ? WHERE name = 'risk.profile'", (json.dumps(kept),))


async def fallen_back(desk: DeskProcess) -> None:
    desk.start()
    async with desk.client() as client:
        await desk.reaches(client, "ACTIVE")
        profile = await client.risk.profile()
        assert profile.preset == "conservative"
        assert value(profile, "max_order_value") == preset(Preset.CONSERVATIVE).max_order_value
        assert "max_order_value must be above 0" in profile.trouble
        assert (await client.risk.status()).trouble == profile.trouble
        mended = await client.risk.update_profile(UpdateProfile(intent_id="limits-0009", preset="conservative"))
        assert mended.trouble == ""
