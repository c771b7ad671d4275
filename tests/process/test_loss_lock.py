"""A day that loses money, with every process real: what is lost by true fills locks entries, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.process.household import Household, until
from tests.process.screen import confirm, go_to, leave, opened, submit
from tests.process.terminal import Terminal

pytestmark = pytest.mark.process
HELD = re.compile(r"SOLUSDT +[\d.]+")
LIMIT = "1"
"""USDT that the day may lose; a round trip of 400 loses both fees and the spread."""
ROUND_TRIPS = 12


def gate(household: Household) -> str:
    return str(household.ask("/status")["gate"])


def traded(console: Terminal, household: Household, line: str, question: str) -> None:
    """Type an order at the market, confirm it, and wait until it has ended."""
    before = len(household.told("fills"))
    submit(console, line)
    confirm(console, question)
    until(lambda: len(household.told("fills")) > before and not household.told("orders"), "the fill")


def lose(console: Terminal, household: Household) -> None:
    """Buy and sell the same coins until the day's loss locks."""
    for _ in range(ROUND_TRIPS):
        traded(console, household, "buy btc $400 mkt", "Buy 0.0")
        traded(console, household, "close btc", "Sell 0.0")
        if gate(household) == "REDUCING":
            return
    until(lambda: gate(household) == "REDUCING", "the lock")


def refused(console: Terminal, household: Household, line: str) -> None:
    """Type an order that the lock refuses: it says so while typing, and Enter sends nothing."""
    before = household.told("history")
    console.press(":")
    console.shows("COMMAND")
    console.type(line)
    console.shows("Only orders that reduce a holding pass now")
    console.press("enter")
    console.press("escape")
    assert household.told("history") == before


def test_a_loss_by_fills_locks_entries_lets_out_and_outlives_the_desk(household: Household) -> None:
    household.env |= {"TUI_TRADER_SIM_BALANCES": "USDT=20000", "TUI_TRADER_RISK_DAILY_LOSS_LIMIT": LIMIT}
    console = opened(household)
    traded(console, household, "buy sol $30 mkt", "Buy 0.")
    lose(console, household)
    console.shows("REDUCING")
    assert "The loss lock closed: The day's loss is" in household.ask("/status")["gate_reason"]
    refused(console, household, "buy eth $20 mkt")
    leave(console)

    assert household.run("stop").status == 0
    again = opened_locked(household)
    refused(again, household, "buy eth $20 mkt")
    denied = household.run("resume", "because I want to")
    assert denied.status != 0
    assert "loss lock is on" in denied.said
    assert gate(household) == "REDUCING"

    go_to(again, "6", "6 Positions")
    again.wait(HELD.search, "the position")
    traded(again, household, "close sol", "Sell 0.")
    assert {fill["side"] for fill in household.told("fills") if fill["symbol"] == "SOLUSDT"} == {"BUY", "SELL"}
    leave(again)


def opened_locked(household: Household) -> Terminal:
    """Open a console over a new desk that must come up locked."""
    console = household.console()
    console.shows("REDUCING")
    return console
