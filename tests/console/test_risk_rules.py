"""Rules of one's own: keys in, what the desk was asked, what the screen says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.console.driving import console
from tests.console.risky import asked, at_risk, fill, go_to, in_rules, risky_desk
from tui_trader.contract.risk_limits import CreateConstraint, UpdateConstraint
from tui_trader.domain.assessment import RiskType
from tui_trader.ui.screens.form import FormScreen


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


async def test_a_rule_that_waits_to_be_deleted_says_so_and_is_kept_without_a_question() -> None:
    desk = risky_desk()
    desk.risk.rules_wait = True
    async with console(desk, size=(120, 24)) as it:
        await at_risk(it)
        await in_rules(it)
        await it.press("d")
        await it.see("Delete this rule?")
        await it.hear()
        await it.press("y")
        await it.see("refuses while spread is above 0.5 %", ", then deleted", "d delete")
        (said, _) = it.screen.stage.ticket.said[0]
        assert said.startswith("Holds still: all pairs")
        await it.press("space")
        await it.until(lambda: bool(asked(it.desk, "update_constraint")), "kept")
        assert [change.active for _, change in asked(it.desk, "update_constraint")] == [True]


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
