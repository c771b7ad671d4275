"""Live mode as a person uses it, on a simulated exchange that stands in for MEXC: locked until a phrase is typed."""

from __future__ import annotations

import pytest

from tests.process.household import Household
from tests.process.live import flags, phrase
from tests.process.screen import NO_ORDERS, confirm, go_to, rests, submit
from tests.process.venue import Venue
from tests.simulator import running

pytestmark = pytest.mark.process


def test_commands_trade_live_once_the_phrase_was_typed(household: Household) -> None:
    with running() as venue:
        live, truth = flags(venue), Venue(venue.rest_url, venue.key, venue.secret)
        kept = household.run("keys", "set", typed=f"{venue.key}\n{venue.secret}\n")
        assert kept.status == 0
        assert venue.secret not in kept.said
        assert venue.secret not in household.run("keys", "show").said

        locked = household.run("do", "buy btc $50 @-1%", "--yes", *live)
        assert locked.status == 1
        assert "REAL MONEY" in locked.out
        assert truth.open_orders("BTCUSDT") == {}
        words = phrase(household, live)
        for wrong in ("unlock", "unlock REAL MONEY", f"unlock {words.lower()}"):
            refused = household.run("do", wrong, "--yes", *live)
            assert (refused.status, refused.err.strip().count("\n")) == (1, 0)
            assert words in refused.err
        assert household.told("status", *live)["gate"] == "CANCEL_ONLY"
        household.told("do", f"unlock {words}", "--yes", *live)
        assert household.told("status", *live)["gate"] == "ACTIVE"

        placed = household.told("do", "buy btc $50 @-1%", "--yes", *live)["steps"][0]["placement"]
        assert placed["outcome"] == "accepted"
        assert len(truth.open_orders("BTCUSDT")) == 1
        household.told("do", "cancel all", "--yes", *live)
        assert household.told("orders", *live) == []

        assert household.run("stop", *live).status == 0
        household.run("do", "cancel all", "--yes", *live)  # brings another desk up
        assert phrase(household, live) == words


def test_the_console_says_real_money_and_trades_once_it_is_unlocked(household: Household) -> None:
    with running() as venue:
        live, truth = flags(venue), Venue(venue.rest_url, venue.key, venue.secret)
        household.env |= {"TUI_TRADER_API_KEY": venue.key, "TUI_TRADER_API_SECRET": venue.secret}
        console = household.console(*live)
        console.shows("CANCEL_ONLY")
        assert "LIVE" in console.lines[0]
        words = phrase(household, live)
        submit(console, f"unlock {words}")
        console.shows("The gate stands at ACTIVE.")
        console.shows("ACTIVE  feed")
        submit(console, "$50 @-1%", key="b")
        console.shows("CONFIRM · LIVE · REAL MONEY")
        confirm(console, "Buy 0.0")
        rests(console)
        assert len(truth.open_orders("BTCUSDT")) == 1
        go_to(console, "5", "5 Open orders 1")
        console.press("c")
        console.shows(NO_ORDERS)
        assert truth.open_orders("BTCUSDT") == {}


def test_the_secret_is_in_no_file_when_it_came_by_the_environment(household: Household) -> None:
    with running() as venue:
        live = flags(venue)
        household.env |= {"TUI_TRADER_API_KEY": venue.key, "TUI_TRADER_API_SECRET": venue.secret}
        household.run("do", "buy btc $50 @-1%", "--yes", *live)
        household.run("stop", *live)
        written = b"".join(file.read_bytes() for file in household.home.rglob("*") if file.is_file())
        assert venue.secret.encode() not in written
