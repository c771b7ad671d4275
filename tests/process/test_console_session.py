"""A person at the console, with every process real: keys in, screen out."""

from __future__ import annotations

import re
import time
from decimal import Decimal

import pytest

from tests.process.household import Household
from tests.process.screen import NO_ORDERS, RESTING, confirm, go_to, last_price, leave, opened, rests, submit
from tests.process.terminal import Terminal

pytestmark = pytest.mark.process
SIZES = pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)], ids=["120x40", "80x24"])
FILLED = re.compile(r"SOLUSDT +BUY .*filled")
HELD = re.compile(r"SOLUSDT +2\.0* +([\d.]+) +([\d.]+)[▴▾ ]+([+-]?[\d.]+)")
"""Average cost, mark and profit of the two SOL bought."""


def place_resting(console: Terminal) -> float:
    """Buy for 50 USDT one percent under the market by ``b``; return the seconds from the confirming key to the row."""
    submit(console, "$50 @-1%", key="b")
    pressed = confirm(console, "Buy 0.0")
    rests(console)
    return time.monotonic() - pressed


@SIZES
def test_an_order_stands_goes_fills_and_everything_is_there_again(
    household: Household, columns: int, rows: int
) -> None:
    console = opened(household, columns=columns, rows=rows)
    print(f"\nfirst price after {time.monotonic() - console.started:.2f} s")
    console.wait(re.compile(r" [1-9][\d,]+\.\d\d (USDT )? day [+-]?\d").search, "the account's worth")
    first = last_price(console.text)
    console.wait(lambda screen: last_price(screen) not in {"", first}, "the price to move")

    took = place_resting(console)
    print(f"confirmed to standing in Open orders: {took * 1000:.0f} ms")
    assert took < 10
    (order,) = household.told("orders")
    row = RESTING.search(console.text)
    assert row is not None
    assert Decimal(row[1].replace(",", "")) == Decimal(order["price"])
    assert Decimal(row[2]) == Decimal(order["quantity"])

    go_to(console, "5", "5 Open orders 1")
    console.press("c")
    console.shows(NO_ORDERS)
    assert household.told("orders") == []

    submit(console, "buy sol 2 mkt")
    confirm(console, "Buy 2 SOL")
    console.shows("Accepted")
    go_to(console, "7", "7 History")
    console.wait(FILLED.search, "the filled order in History")
    go_to(console, "6", "6 Positions")
    console.wait(HELD.search, "the position")
    held = HELD.findall(console.text)[0]
    console.wait(lambda screen: {each[2] for each in HELD.findall(screen)} - {held[2]}, "its profit to move")

    place_resting(console)
    assert "The desk goes on in paper mode" in leave(console)
    assert [order["state"] for order in household.told("orders")] == ["resting"]

    again = opened(household, columns=columns, rows=rows)
    check_everything_is_there(again)
    leave(again)
    assert household.run("stop").status == 0
    after_stop = opened(household, columns=columns, rows=rows)
    check_everything_is_there(after_stop)
    fills = household.told("fills")
    assert {fill["symbol"] for fill in fills} == {"SOLUSDT"}
    assert sum(Decimal(fill["quantity"]) for fill in fills) == 2


def check_everything_is_there(console: Terminal) -> None:
    go_to(console, "5", "5 Open orders 1")
    console.wait(RESTING.search, "the resting order")
    go_to(console, "7", "7 History")
    console.wait(FILLED.search, "the filled order")
    console.wait(re.compile(r"BTCUSDT +BUY .*cancelled").search, "the cancelled order")
    go_to(console, "6", "6 Positions")
    console.wait(HELD.search, "the position")
