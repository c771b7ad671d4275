"""Desks with something at risk, and the way to the forms; for tests of risk on the screen."""

from __future__ import annotations

from typing import Any

from tests.console.driving import Driver
from tests.twins.desk import TwinDesk
from tui_trader.contract.risk_state import LossLockView
from tui_trader.domain.assessment import RiskLevel, RiskType
from tui_trader.ui.screens.choosing import ChoiceScreen
from tui_trader.ui.screens.form import FormScreen

MINUTE = 60_000


def risky_desk() -> TwinDesk:
    desk = TwinDesk()
    desk.risk.find_risk(RiskType.EXPOSURE, RiskLevel.HIGH, "Total exposure is 6,250 USDT.", "sell something first")
    desk.risk.put_rule(description="thin books cost")
    return desk


def locked_desk(liftable_in: int = 10 * MINUTE) -> TwinDesk:
    desk = TwinDesk()
    desk.gate = "REDUCING"
    now = desk.market.now
    desk.risk.lock = LossLockView(
        reason="The day's loss is 103.2 USDT; the limit is 100 USDT.",
        since=now,
        until=now + 192 * MINUTE,
        liftable_at=now + liftable_in,
        phrase="ACCEPT LOSS 103.2",
    )
    return desk


def asked(desk: TwinDesk, name: str) -> list[tuple[Any, ...]]:
    return [call[1:] for call in desk.asked if call[0] == f"risk.{name}"]


async def at_risk(it: Driver) -> None:
    await it.press("g", "r")
    await it.see("Next order" if it.screen.size.width != 120 else "Figure")


async def in_form(it: Driver, key: str = "e") -> FormScreen:
    await at_risk(it)
    await it.press(key)
    await it.until(lambda: isinstance(it.app.screen, FormScreen), "form")
    assert isinstance(it.app.screen, FormScreen)
    return it.app.screen


async def go_to(it: Driver, form: FormScreen, key: str) -> None:
    keys = [each.key for each in form.state.form.fields]
    await it.press("g")
    for _ in range(keys.index(key)):
        await it.press("j")
    assert form.state.at.key == key


async def fill(it: Driver, form: FormScreen, key: str, text: str) -> None:
    """Put a text into a field in place of what stands there, without Enter."""
    await go_to(it, form, key)
    await it.press("enter", "ctrl+u")
    await it.type(text)


async def in_rules(it: Driver) -> None:
    await it.press("o")
    await it.until(lambda: isinstance(it.app.screen, ChoiceScreen), "list")
