"""A person who asks for too much, with every process real and the usual limits: refused while typing, with figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.process.household import Household
from tests.process.screen import go_to, leave, opened
from tests.twins.profiles import WIDE, limits_in_env

pytestmark = pytest.mark.process
SIZES = pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)], ids=["120x40", "80x24"])
TOO_LARGE = re.compile(r"refused: The order is worth ([\d.]+) USDT; the limit is 500 USDT\.")
ASKS = re.compile(r"asks first: The order is worth ([\d.]+) USDT; above 100 USDT")


@pytest.fixture
def usual() -> Iterator[Household]:
    """Give a home in which the limits are those that a person begins with."""
    home = Household()
    for name in limits_in_env(WIDE):
        del home.env[name]
    try:
        yield home
    finally:
        home.close()


@SIZES
def test_a_too_large_order_is_refused_with_the_figure_while_typing(usual: Household, columns: int, rows: int) -> None:
    console = opened(usual, columns=columns, rows=rows)
    go_to(console, "0", "0 Risk")
    console.shows("gate ACTIVE: orders inside the limits pass")
    console.wait(re.compile(r"\d +100 USDT").search, "the loss of the day beside its limit")

    console.press("b")
    console.shows("COMMAND")
    console.type("0.1 @-1%")
    worth = console.wait(TOO_LARGE.search, "the refusal, before Enter")
    assert 500 < float(worth[1]) < 50_000
    assert usual.told("orders") == []

    console.press("ctrl+u")
    console.type("buy btcusdt $200 @-1%")
    console.wait(ASKS.search, "the limit that asks first, before Enter")
    assert TOO_LARGE.search(console.text) is None

    console.press("ctrl+u")
    console.type("buy btcusdt 0.1 @-1%")
    console.wait(TOO_LARGE.search, "the refusal again")
    console.press("enter")
    console.shows("the limit is 500 USDT")
    assert "CONFIRM" not in console.text
    console.press("escape")
    assert usual.told("orders") == []
    assert usual.told("history") == []
    leave(console)
