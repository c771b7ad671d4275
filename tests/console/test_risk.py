"""Risk on the screen: keys in, what the desk was asked, what the screen says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.console.driving import Driver, console
from tests.twins.desk import TwinDesk
from tests.twins.desk_risk import WAIT_MS, use
from tui_trader.contract.risk_limits import CreateConstraint, UpdateConstraint, UpdateProfile
from tui_trader.contract.risk_state import LossLockView
from tui_trader.domain.assessment import RiskLevel, RiskType
from tui_trader.domain.risk import Level
from tui_trader.errors import DeskUnavailable, NotFound, VenueUnavailable
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


# The panel and the top line


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_panel_shows_each_limit_with_its_figures_and_what_the_next_order_would_meet(size: Any) -> None:
    async with console(risky_desk(), size=size) as it:
        await it.press("g", "r")
        await it.see("gate ACTIVE: orders", "day loss", "▮▮▮▮▯▯▯▯", "62", "100 USDT")
        await it.see("HIGH exposure BTCUSDT:", "6,250", "sell")


async def test_a_limit_that_is_reached_says_so_without_colour() -> None:
    desk = TwinDesk()
    desk.risk.uses = [use("day loss", "101", "100"), use("open orders", "18", "20", "orders", level=Level.SOFT)]
    async with console(desk, size=(80, 24)) as it:
        await at_risk(it)
        await it.see("▲ day loss", "▮▮▮▮▮▮▮▮", "refused", "▲ open orders", "asks first")


async def test_a_figure_that_nobody_knows_is_unknown_and_comes_first_in_the_top_line() -> None:
    desk = TwinDesk()
    desk.risk.uses.append(use("drawdown", None, "10", "%"))
    async with console(desk) as it:
        await at_risk(it)
        await it.see("????????", "unknown", "RISK ???? unknown", "drawdown refused")


async def test_bars_are_ascii_where_that_is_wanted() -> None:
    async with console(risky_desk(), size=(80, 24), ascii=True) as it:
        await at_risk(it)
        await it.see("####....")
        assert not {char for char in it.text() if ord(char) > 126}


async def test_the_top_line_names_the_limit_that_is_used_most() -> None:
    async with console() as it:
        await it.see("RISK ▮▮▯▯ 62%  day loss ok", "ACTIVE", "feed 0s")


async def test_the_top_line_is_compact_at_80_columns_and_hides_neither_gate_nor_feed() -> None:
    async with console(size=(80, 24)) as it:
        await it.see("RISK")
        top = it.text().splitlines()[0]
        assert all(text in top for text in ("ACTIVE", "feed 0s", "62%"))
        it.desk.risk.uses = [use("day loss", "140", "100")]
        await it.see("140%")
        top = it.text().splitlines()[0]
        assert all(text in top for text in ("ACTIVE", "feed 0s"))


async def test_a_limit_that_is_reached_stands_in_the_top_line_as_a_word() -> None:
    desk = TwinDesk()
    desk.risk.uses = [use("day loss", "140", "100")]
    async with console(desk) as it:
        await it.see("RISK ▮▮▮▮ 140%  day loss refused")


async def test_the_lock_counts_down_and_says_how_it_is_lifted() -> None:
    async with console(locked_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await it.see("gate REDUCING: only what reduces holdings passes", "LOSS LOCK 3:12:00 left", "LOCK 3:12:00")
        await it.see("from 09:03:20 (in 10:00) by typing", "ACCEPT LOSS 103.2", "The day's loss is 103.2 USDT")
        it.desk.market.now += 9 * MINUTE
        await it.see("LOSS LOCK 3:03:00 left", "(in 1:00)")


async def test_trouble_with_the_stored_profile_is_said() -> None:
    desk = TwinDesk()
    desk.risk.trouble = "The stored risk profile could not be read; conservative limits hold."
    async with console(desk) as it:
        await at_risk(it)
        await it.see("▲ The stored risk profile could not be read;")


async def test_no_limits_say_what_to_do() -> None:
    desk = TwinDesk()
    desk.risk.uses = []
    async with console(desk) as it:
        await it.press("g", "r")
        await it.see("gate ACTIVE")
        assert "RISK" not in it.text().splitlines()[0]


async def test_a_desk_that_does_not_know_the_route_says_so_and_everything_else_works() -> None:
    desk = TwinDesk()
    desk.failures["risk.status"] = NotFound("There is no /api/v1/risk/status; see /api/v1/openapi.json.")
    async with console(desk) as it:
        await it.press("g", "r")
        await it.see("This desk does not know about limits.")
        desk.failures["risk.profile"] = NotFound("There is no /api/v1/risk/profile; see /api/v1/openapi.json.")
        await it.press("e")
        await it.see("This desk does not know about limits.")
        desk.failures["risk.constraints"] = NotFound("There is no /api/v1/risk/constraints; see /api/v1/openapi.json.")
        await it.press("o")
        await it.see("This desk does not know about rules of your")
        await it.ticket("b", "0.01", "65000")
        await it.see("Accepted")


async def test_figures_that_cannot_be_read_are_asked_for_again() -> None:
    desk = TwinDesk()
    desk.failures["risk.status"] = VenueUnavailable("The database is busy.")
    async with console(desk, size=(80, 24)) as it:
        await it.press("g", "r")
        await it.see("The database is busy.")
        await it.see("day loss")


async def test_details_tell_everything_known_of_a_limit_and_of_a_risk() -> None:
    async with console(risky_desk(), size=(120, 60)) as it:
        await at_risk(it)
        await it.press("G", "enter")
        await it.see("Risk details", "percent", "open orders")
        await it.press("escape", "g", "g", "enter")
        await it.see("gate ACTIVE: orders inside")
        await it.press("escape", "j", "enter")
        await it.see("recommendation", "sell something first")


# Settling a risk, lifting the lock


async def test_a_risk_is_resolved_or_ignored_by_a_key_on_its_row() -> None:
    desk = risky_desk()
    desk.risk.find_risk(RiskType.LIQUIDITY, RiskLevel.MEDIUM, "BTC is thin.", "trade less of it")
    async with console(desk, size=(80, 24)) as it:
        await at_risk(it)
        await it.press("r")
        await it.see("There is no risk on this row.")
        await it.press("j", "r")
        await it.see("Resolved: Total exposure is 6,250 USDT.")
        await it.lose("HIGH exposure")
        await it.press("g", "g", "j", "i")
        await it.see("Ignored from now on: BTC is thin.")
        await it.lose("MEDIUM liquidity")
        assert [call[1] for call in asked(desk, "resolve")] == ["risk1"]
        assert [call[1] for call in asked(desk, "ignore")] == ["risk3"]


async def test_a_risk_that_cannot_be_settled_says_why() -> None:
    desk = risky_desk()
    desk.failures["risk.resolve"] = VenueUnavailable("The database is busy.")
    async with console(desk, size=(80, 24)) as it:
        await at_risk(it)
        await it.press("j", "r")
        await it.see("The database is busy.")


async def test_the_lock_is_lifted_by_its_phrase_only() -> None:
    async with console(locked_desk(liftable_in=-1), size=(80, 24)) as it:
        await at_risk(it)
        await it.press("L")
        await it.see("Lift the loss lock?", "type ACCEPT LOSS 103.2 and Enter")
        await it.hear()
        await it.press("enter")
        assert asked(it.desk, "lift_lock") == []
        await it.type("ACCEPT LOSS 103.2")
        await it.press("enter")
        await it.see("The loss lock is lifted.", ":resume REASON")
        assert [call[1] for call in asked(it.desk, "lift_lock")] == ["ACCEPT LOSS 103.2"]


async def test_a_lock_that_is_too_young_is_not_even_asked_about() -> None:
    async with console(locked_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await it.press("L")
        await it.see("The loss lock can be lifted in 10:00 at the earliest.")
        assert "CONFIRM" not in it.text()


async def test_escape_leaves_the_lock_and_without_one_there_is_nothing_to_lift() -> None:
    async with console(locked_desk(liftable_in=-1), size=(80, 24)) as it:
        await at_risk(it)
        await it.press("L")
        await it.hear()
        await it.press("escape")
        await it.see("The loss lock stays.")
        it.desk.risk.lock = None
        await it.lose("LOSS LOCK")
        await it.press("L")
        await it.see("No loss lock is on.")


# The form of the limits


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


# Rules of one's own


async def test_without_rules_the_list_says_how_to_make_one_and_a_form_makes_it() -> None:
    async with console(size=(80, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.see("No rules of your own yet.")
        await it.press("enter", "n")
        await it.until(lambda: isinstance(it.app.screen, FormScreen), "form")
        form = it.app.screen
        assert isinstance(form, FormScreen)
        await it.see("value must be a number, in USDT")
        await go_to(it, form, "parameter")
        await it.press("space", "j", "space")
        await fill(it, form, "value", "0.5")
        await it.press("enter")
        await fill(it, form, "symbol", "ethusdt")
        await it.press("enter", "s")
        await it.see("ETHUSDT: refuses while spread is below 0.5 %")
        await it.press("enter")
        await it.see("ETHUSDT: refuses while spread is below 0.5 %", "d delete")
        rule: CreateConstraint = asked(it.desk, "create_constraint")[0][0]
        assert (rule.type, rule.parameter, rule.value) == (RiskType.LIQUIDITY, "spread_percent", Decimal("0.5"))
        assert (rule.operator.value, rule.action.value, rule.symbol) == ("LT", "BLOCK", "ETHUSDT")


async def test_a_rule_is_changed_and_the_desk_keeps_what_the_form_does_not_name() -> None:
    async with console(risky_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.see("all pairs: refuses while spread is above 0.5 %  (thin books cost)")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, FormScreen), "form")
        await fill(it, it.app.screen, "value", "0.8")  # type: ignore[arg-type] # asserted above
        await it.press("enter", "s", "enter")
        await it.see("above 0.8 %")
        constraint_id, change = asked(it.desk, "update_constraint")[0]
        assert isinstance(change, UpdateConstraint)
        assert (constraint_id, change.value, "active" in change.model_fields_set) == ("rule2", Decimal("0.8"), False)


async def test_a_rule_is_switched_off_after_a_question_and_on_without() -> None:
    async with console(risky_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.press("space")
        await it.see("Switch this rule off?")
        await it.hear()
        await it.press("y")
        await it.see("  OFF", "d delete")
        await it.press("space")
        await it.lose("  OFF")
        assert [change.active for _, change in asked(it.desk, "update_constraint")] == [False, True]


async def test_a_rule_is_deleted_after_a_question() -> None:
    async with console(risky_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.press("d")
        await it.see("Delete this rule?")
        await it.hear()
        await it.press("escape")
        await it.see("d delete")
        assert asked(it.desk, "delete_constraint") == []
        await it.press("d")
        await it.hear()
        await it.press("y")
        await it.see("No rules of your own yet.")
        assert asked(it.desk, "delete_constraint") == [("rule2",)]


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("value", "x", "value must be a number, in %"),
        ("value", "-1", "value must not be negative"),
        ("symbol", "NOPE", "for names NOPE, which is no pair"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_in_the_form(key: str, text: str, says: str) -> None:
    async with console(risky_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, FormScreen), "form")
        await fill(it, it.app.screen, key, text)  # type: ignore[arg-type] # asserted above
        await it.see(says)


async def test_what_the_desk_finds_wrong_with_a_rule_is_said_at_its_field() -> None:
    desk = risky_desk()
    desk.risk.flaws = [{"field": "value", "reason": "is above what can be"}]
    async with console(desk, size=(80, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, FormScreen), "form")
        form = it.app.screen
        await fill(it, form, "value", "7")  # type: ignore[arg-type] # asserted above
        await it.press("enter", "s", "enter")
        await it.until(lambda: it.app.screen is not form and isinstance(it.app.screen, FormScreen), "form again")
        await it.see("value is above what can be.")


async def test_the_palette_reaches_the_forms_from_any_panel() -> None:
    async with console() as it:
        await it.press("ctrl+p")
        await it.type("limits of the risk")
        await it.see("Change the limits of the risk profile")
        await it.press("down", "enter")
        await it.until(lambda: isinstance(it.app.screen, FormScreen), "form")
