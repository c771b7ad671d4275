"""Forgetting the paper account: orders, history and coins go, and the next start has a new account."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.process.household import Household, gone

pytestmark = pytest.mark.process


def coins(household: Household) -> dict[str, Decimal]:
    return {row["asset"]: Decimal(row["total"]) for row in household.told("balances")}


def key(household: Household) -> Any:
    return json.loads(household.paths().sim_credentials.read_text())["key"]


def test_a_reset_forgets_everything_and_a_new_account_begins(household: Household) -> None:
    household.told("do", "buy btc $50 @-1%", "--yes")
    household.told("do", "buy sol 1 mkt", "--yes")
    first, spent, exchange = key(household), coins(household), household.venue_pid()
    assert spent["SOL"] == 1

    refused = household.run("paper", "reset", "--yes")
    assert (refused.status, refused.err.count("Another desk")) == (1, 1)
    assert household.run("stop").status == 0
    unsure = household.run("paper", "reset")
    assert unsure.status == 1
    assert "repeat with --yes" in unsure.err
    assert household.paths().database.exists()

    assert household.told("paper", "reset", "--yes") == {"reset": True}
    assert gone(exchange)
    assert [file.name for file in household.paths().state.iterdir()] == ["desk.lock"]

    household.told("do", "buy btc $50 @-1%", "--dry-run")
    assert (household.told("orders"), household.told("history"), household.told("fills")) == ([], [], [])
    assert coins(household) == {"USDT": 100_000, "BTC": 1, "ETH": 10, "MX": 1000}
    assert key(household) != first
    household.told("do", "buy btc $50 @-1%", "--yes")
    assert len(household.told("orders")) == 1
