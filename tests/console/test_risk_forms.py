"""The forms of the limits: keys in, what the desk was asked, what the screen says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.console.driving import console
from tests.console.risky import MINUTE, asked, fill, go_to, in_form
from tests.twins.desk import TwinDesk
from tests.twins.desk_risk import WAIT_MS
from tui_trader.contract.risk_limits import PendingView, UpdateProfile
from tui_trader.errors import DeskUnavailable
from tui_trader.ui.screens.form import FormScreen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_form_shows_each_limit_with_unit_value_and_what_is_allowed(size: Any) -> None:
    async with console(size=size) as it:
        form = await in_form(it)
        await it.see("Limits of the risk profile (moderate)", "max order value", "500 USDT", "from 0.01 to 100")
        for each in form.state.form.fields:
            await it.see(each.label[:18])
            await it.press("j")


async def test_a_looser_limit_says_that_it_waits_and_only_what_changed_is_sent() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, "max_order_value", "900")
        await it.press("enter")
        await fill(it, form, "daily_loss_limit", "80")
        await it.press("enter", "s")
        await it.see("Save this?", "max order value: 500 to 900 USDT, from 60 s after saving")
        await it.see("daily loss limit: 100 to 80 USDT, at once")
        assert asked(it.desk, "update_profile") == []
        await it.press("enter")
        await it.see("The limits are saved. max order value: loosened in 1:00.")
        change: UpdateProfile = asked(it.desk, "update_profile")[0][0]
        assert change.limits == {"max_order_value": Decimal(900), "daily_loss_limit": Decimal(80)}
        assert change.model_fields_set == {"intent_id", "limits"}
        it.desk.market.now += WAIT_MS // 2
        form = await in_form(it)
        await go_to(it, form, "max_order_value")
        await it.see("500 USDT     900 in 0:30")


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("max_order_value", "much", "max order value must be a number"),
        ("max_order_value", "-5", "max order value must be at least 0.01"),
        ("max_order_value", "nan", "max order value must be a number"),
        ("max_concentration_percent", "101", "max concentration must not be above 100"),
        ("max_open_orders", "2.5", "max open orders must be a whole number"),
        ("confirm_order_value", "600", "is 600, above max order value, which is 500"),
        ("symbols", "BTCUSDT, NOPEUSDT", "names NOPEUSDT, which is no pair"),
    ],
)
async def test_what_makes_no_sense_is_said_while_it_is_typed(key: str, text: str, says: str) -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, key, text)
        await it.see(says)
        await it.press("enter", "s")
        await it.see("Mend what is marked first.")
        assert asked(it.desk, "update_profile") == []


async def test_a_preset_the_switch_and_the_pairs_are_sent() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await go_to(it, form, "preset")
        await it.press("space")
        await it.press("j", "space")
        await fill(it, form, "symbols", "btc/usdt, ethusdt")
        await it.press("enter", "s")
        await it.see("All limits become those of conservative", "Automatic control is switched off.")
        await it.see("Pairs that may be traded: BTCUSDT, ETHUSDT.")
        await it.press("enter")
        await it.see("The limits are saved.")
        change: UpdateProfile = asked(it.desk, "update_profile")[0][0]
        assert (change.preset, change.auto_risk_control) == ("conservative", False)
        assert change.symbols == ["BTCUSDT", "ETHUSDT"]


async def test_what_the_desk_refuses_is_marked_in_the_form_with_its_reason() -> None:
    desk = TwinDesk()
    desk.risk.flaws = [{"field": "max_open_orders", "reason": "must not be above what the exchange takes"}]
    async with console(desk, size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, "max_open_orders", "900")
        await it.press("enter", "s", "enter")
        await it.until(lambda: it.app.screen is not form and isinstance(it.app.screen, FormScreen), "form again")
        await it.see("max_open_orders must not be above what the exchange takes.", "900")
        await fill(it, it.app.screen, "max_open_orders", "300")  # type: ignore[arg-type] # asserted above
        await it.press("enter", "s", "enter")
        await it.see("The limits are saved.")


async def test_leaving_a_changed_form_asks_once_more_and_sends_nothing() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, "max_order_value", "900")
        await it.press("enter", "escape")
        await it.see("Esc again leaves; what you changed is lost.")
        await it.press("escape")
        await it.see("No limit was changed.")
        assert asked(it.desk, "update_profile") == []


async def test_help_tells_of_the_field_under_the_cursor() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await go_to(it, form, "daily_loss_limit")
        await it.press("question_mark")
        await it.see("loss of the UTC day that locks entries", "now", "100 USDT", "allowed")


async def test_a_pair_has_limits_of_its_own_and_an_empty_field_follows_the_others() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it, "p")
        await it.see("Limits of BTCUSDT alone", "2000 USDT", "as all: 5")
        await fill(it, form, "max_order_value", "")
        await it.press("enter")
        await fill(it, form, "price_collar_percent", "3")
        await it.press("enter", "s")
        await it.see("max order value: 2000 to 500 USDT, at once (as for all pairs)", "price collar: 5 to 3 %, at once")
        await it.press("enter")
        await it.see("The limits are saved.")
        change: UpdateProfile = asked(it.desk, "update_profile")[0][0]
        assert change.overrides == {"BTCUSDT": {"max_order_value": None, "price_collar_percent": Decimal(3)}}


async def test_a_desk_that_goes_away_while_a_form_is_saved_is_said() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, "max_order_value", "900")
        it.desk.failures["risk.update_profile"] = DeskUnavailable("The desk does not answer.")
        await it.press("enter", "s", "enter")
        await it.see("The desk does not answer. e shows whether the limits were changed")


async def test_the_kill_switch_is_heard_over_a_form_but_not_while_something_is_typed() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, "symbols", "HH")
        await it.see("HH")
        assert [call for call in it.desk.asked if call[0] == "halt"] == []
        await it.press("escape", "H", "H")
        await it.until(lambda: [call for call in it.desk.asked if call[0] == "halt"], "halted")


async def test_what_is_wrong_stands_beside_its_field_wherever_the_cursor_is() -> None:
    async with console(size=(80, 24)) as it:
        form = await in_form(it)
        await fill(it, form, "max_order_value", "-5")
        await it.press("enter")
        await go_to(it, form, "preset")
        await it.see("-5 must be at least 0.01")


async def test_a_loosened_limit_counts_down_in_the_form() -> None:
    desk = TwinDesk()
    desk.risk.pending = [
        PendingView(name="max_open_orders", symbol=None, value=Decimal(40), at=desk.market.now + MINUTE)
    ]
    async with console(desk, size=(80, 24)) as it:
        await in_form(it)
        await it.see("20 orders   40 in 1:00")
        desk.market.now += MINUTE - 7000
        await it.see("20 orders   40 in 0:07")
        desk.market.now += 8000
        await it.see("20 orders   40 by now")
