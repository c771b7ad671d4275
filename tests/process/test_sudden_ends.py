"""Ends that nobody asked for: kill -9 and dropped lines. An order outlives each of them."""

from __future__ import annotations

import os
import signal
import time
from decimal import Decimal
from typing import Any

import pytest

from tests.process.household import Household, gone, until
from tests.process.screen import RESTING, confirm, opened, submit
from tests.process.venue import Venue

pytestmark = pytest.mark.process


def resting(household: Household) -> dict[str, Any]:
    """Return the one working order, as a program sees it."""
    (order,) = household.told("orders")
    assert order["state"] == "resting"
    return order  # type: ignore[no-any-return] # JSON


def coins(household: Household) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what is free and locked by asset, as a program sees it."""
    rows = household.told("balances")
    return {row["asset"]: (Decimal(row["free"]), Decimal(row["locked"])) for row in rows}


def held(venue: Venue) -> dict[str, tuple[Decimal, Decimal]]:
    """Return the same, as the venue has it."""
    return {asset: amounts for asset, amounts in venue.balances().items() if any(amounts)}


def test_a_killed_console_loses_nothing_and_the_desk_goes_on(household: Household) -> None:
    console = opened(household)
    submit(console, "$50 @-1%", key="b")
    confirm(console, "Buy 0.0")
    console.wait(RESTING.search, "the order")
    before, desk = resting(household), household.desk_pid()
    console.kill()
    assert resting(household) == before
    assert household.desk_pid() == desk
    again = opened(household)
    again.wait(RESTING.search, "the order in another console")


def test_a_killed_desk_agrees_with_the_venue_when_it_comes_back(household: Household) -> None:
    placed = household.told("do", "buy btc 0.0005 @-1%", "--yes")["steps"][0]["placement"]["order"]
    household.told("do", "buy sol 1 mkt", "--yes")
    desk, exchange = household.desk_pid(), household.venue_pid()
    venue = Venue.of(household.paths().sim / "ready.json")
    os.kill(desk, signal.SIGKILL)
    until(lambda: gone(desk), "the desk to be dead")
    at_the_venue = venue.open_orders("BTCUSDT")
    assert set(at_the_venue.values()) == {("BUY", Decimal(placed["price"]), Decimal("0.0005"))}

    household.told("do", "buy btc 0.001 @-2%", "--dry-run")  # brings a desk up
    assert household.desk_pid() not in {0, desk}
    assert household.venue_pid() == exchange
    order = resting(household)
    assert order["id"] == placed["id"]
    assert set(venue.open_orders("BTCUSDT")) == set(at_the_venue)
    assert coins(household) == held(venue)
    (position,) = (each for each in household.told("positions") if each["symbol"] == "SOLUSDT")
    assert Decimal(position["quantity"]) == 1
    household.told("do", "cancel all", "--yes")
    until(lambda: not venue.open_orders("BTCUSDT"), "the order to leave the venue", every=0.5)


def test_an_order_that_fills_while_the_desk_is_dead_is_found_when_it_comes_back(household: Household) -> None:
    for line in ("buy btc 0.001 @-0.002%", "sell btc 0.001 @+0.002%"):  # one on either side: prices move somewhere
        household.told("do", line, "--yes")
    venue = Venue.of(household.paths().sim / "ready.json")
    os.kill(household.desk_pid(), signal.SIGKILL)
    until(lambda: len(venue.open_orders("BTCUSDT")) < 2, "one of the orders to fill", 60, every=0.5)
    household.told("do", "buy btc 0.001 @-2%", "--dry-run")
    left = venue.open_orders("BTCUSDT")
    history = household.told("history", "BTCUSDT")
    assert {each["side"] for each in history if each["state"] == "filled"} == {"BUY", "SELL"} - {
        side for side, _, _ in left.values()
    }
    assert all(Decimal(each["executed"]) == Decimal("0.001") for each in history if each["state"] == "filled")
    assert coins(household) == held(venue)


@pytest.mark.parametrize("dropped", ["line", "signal"])
def test_a_hang_up_ends_the_console_within_a_moment_and_leaves_the_desk(household: Household, dropped: str) -> None:
    console = opened(household)
    desk = household.desk_pid()
    began = time.monotonic()
    if dropped == "line":
        console.hang_up()
    else:
        console.process.send_signal(signal.SIGHUP)
    console.ends(5)
    print(f"\nended {time.monotonic() - began:.2f} s after the {dropped} was dropped")
    assert household.desk_pid() == desk
    assert household.told("status")["gate"] == "ACTIVE"
