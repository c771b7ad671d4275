"""Risk on the screen: the panel, the top line, settling a risk, lifting the loss lock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.driving import console
from tests.console.risky import MINUTE, asked, at_risk, locked_desk, risky_desk
from tests.twins.desk import TwinDesk
from tests.twins.desk_risk import use
from tui_trader.domain.assessment import RiskLevel, RiskType
from tui_trader.domain.risk import Level
from tui_trader.errors import NotFound, VenueUnavailable


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
        await it.see("RISK ▮▮▯▯  62% day loss ok", "ACTIVE", "feed 0s")


async def test_the_top_line_is_compact_at_80_columns_and_hides_neither_gate_nor_feed() -> None:
    async with console(size=(80, 24)) as it:
        await it.see("RISK")
        top = it.text().splitlines()[0]
        assert all(text in top for text in ("ACTIVE", "feed 0s", "RISK ▮▮▯▯", "34,814.81"))
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


def crowded_desk() -> TwinDesk:
    desk = risky_desk()
    desk.risk.find_risk(RiskType.LIQUIDITY, RiskLevel.MEDIUM, "BTC is thin: 41,200 of 50,000 USDT.", "trade less of it")
    desk.risk.find_risk(RiskType.DRAWDOWN, RiskLevel.LOW, "BTC has fallen by 4 % from its peak.", "watch it")
    desk.risk.uses[0] = use("day loss", "101", "100", id="R19")
    return desk


async def test_where_there_is_no_room_a_risk_keeps_a_line_and_stands_whole_under_the_rows_when_it_is_chosen() -> None:
    async with console(crowded_desk(), size=(80, 24)) as it:
        await at_risk(it)
        await it.see("HIGH exposure", "MEDIUM liquidity", "LOW drawdown", "day loss")
        assert "Trade less" not in it.text()
        await it.press("j", "j")
        await it.see("Trade less", "r resolved", "i ignore")
        await it.press("j", "j")
        await it.see("day loss: 101 of 100 USDT, 101 % (R19); the next order is refused")
        await it.press("z")
        await it.see("Sell something", "Trade less", "Watch it.", "open orders")


async def test_keys_that_settle_or_lift_are_offered_only_where_there_is_something_to_settle_or_lift() -> None:
    async with console(size=(120, 40)) as it:
        await at_risk(it)
        await it.see("e limits")
        assert not [each for each in ("r resolved", "L lift lock") if each in it.text()]
        it.desk.risk.lock = locked_desk().risk.lock
        it.desk.risk.find_risk(RiskType.LIQUIDITY, RiskLevel.MEDIUM, "BTC is thin.", "trade less of it")
        await it.see("L lift lock", "MEDIUM liquidity")
        await it.press("j", "j", "j")
        await it.press("/")
        await it.type("thin")
        await it.press("enter")
        await it.see("r resolved")


async def test_a_title_strip_that_is_too_narrow_keeps_its_own_title() -> None:
    async with console(size=(80, 24)) as it:
        await at_risk(it)
        await it.press("z")
        await it.see("1 Watchlist", "0 Risk")
