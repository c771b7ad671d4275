"""Rough terminals and hands: bouncing keys, pastes, storms of sizes and clicks, no UTF-8, detached sessions."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.process.household import Household, until
from tests.process.screen import DEAF_S, RESTING, confirm, opened, submit
from tests.process.terminal import Terminal

pytestmark = pytest.mark.process
SIZES = ((1, 1), (500, 200), (2, 60), (80, 24), (30, 8), (500, 1), (1, 200), (120, 40), (60, 16), (59, 15))


@pytest.fixture(scope="module")
def trading() -> Iterator[Household]:
    """One home for all of them; each leaves no order behind."""
    found = Household()
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def console(trading: Household) -> Iterator[Terminal]:
    found = opened(trading)
    yield found
    trading.run("do", "cancel all", "--yes")
    found.close()


def orders(household: Household) -> int:
    """Count every order the desk ever made."""
    return len(household.told("history", "--limit", "0"))


def test_an_enter_that_bounces_at_the_question_sends_one_order(trading: Household, console: Terminal) -> None:
    before = orders(trading)
    submit(console, "$50 @-1%", key="b")
    confirm(console, "Buy 0.0")
    console.press(*["enter"] * 8)
    console.wait(RESTING.search, "the order")
    console.press(*["enter"] * 8)
    console.settle(0.2, 1.0)
    assert orders(trading) == before + 1


def test_enters_typed_on_before_the_question_hears_send_nothing(trading: Household, console: Terminal) -> None:
    before = orders(trading)
    console.press(":")
    console.shows("COMMAND")
    console.type("buy btc $50 @-1%\r\r\r\r\r\r")
    console.shows("CONFIRM")
    console.press("escape")
    console.shows("Nothing was sent.")
    assert orders(trading) == before


def test_a_paste_of_ten_thousand_characters_is_text_and_its_newlines_confirm_nothing(
    trading: Household, console: Terminal
) -> None:
    before = orders(trading)
    text = "buy btc $50 @-1%\ny\n" * 600
    console.press(":")
    console.shows("COMMAND")
    console.paste(text)
    console.settle(0.2, 2.0)
    assert "CONFIRM" not in console.text
    console.press("escape")
    console.shows("NORMAL")
    submit(console, "$50 @-1%", key="b")
    console.shows("CONFIRM")
    deaf = time.monotonic() + DEAF_S
    console.wait(lambda _: time.monotonic() > deaf, "the question to hear keys")
    console.paste(text)
    console.settle(0.2, 2.0)
    assert "CONFIRM" in console.text
    console.press("escape")
    console.shows("Nothing was sent.")
    console.press("escape")
    console.shows("NORMAL")
    console.paste(text)
    console.settle(0.2, 2.0)
    assert "NORMAL" in console.text
    assert orders(trading) == before


def test_storms_of_sizes_and_of_clicks_trade_nothing_and_leave_a_whole_screen(
    trading: Household, console: Terminal
) -> None:
    before, dice = orders(trading), random.Random(7)
    for _ in range(6):
        for columns, rows in SIZES:
            console.resize(columns, rows)
            console.settle(0.005, 0.02)
    console.resize(120, 40)
    console.shows("6 Positions")
    for _ in range(300):
        console.click(dice.randint(1, 120), dice.randint(2, 33))
    console.settle(0.2, 2.0)
    console.press("escape")
    console.shows("1 Watchlist")
    console.shows("5 Open orders")
    assert console.process.poll() is None
    assert orders(trading) == before


def test_a_terminal_without_utf_8_gets_ascii_and_no_escapes(trading: Household) -> None:
    trading.env |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    try:
        console = opened(trading)
        console.settle(0.2, 1.0)
        assert console.text.isascii()
        assert "\\u" not in console.text
        assert b"\\u" not in bytes(console.written)
        assert "1 Watchlist" in console.text
    finally:
        for name in ("LC_ALL", "PYTHONUTF8", "PYTHONCOERCECLOCALE"):
            del trading.env[name]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_a_detached_session_comes_back_with_the_same_truth(trading: Household) -> None:
    server = [str(shutil.which("tmux")), "-S", str(trading.home / "tmux"), "-f", "/dev/null"]

    def tmux(*arguments: str) -> str:
        return subprocess.run([*server, *arguments], env=trading.env, capture_output=True, text=True, check=True).stdout

    def seen() -> str:
        return tmux("capture-pane", "-p", "-t", "console")

    tmux("new-session", "-d", "-s", "console", "-x", "120", "-y", "40", *trading.command())
    try:
        until(lambda: "ACTIVE" in seen(), "a console in a session that nobody is attached to")
        placed = trading.told("do", "buy btc 0.0005 @-1%", "--yes")["steps"][0]["placement"]["order"]
        until(lambda: RESTING.search(seen()), "its order")
        person = Terminal([*server, "attach", "-t", "console"], trading.env)
        try:
            person.wait(RESTING.search, "the order in the attached terminal")
            person.hang_up()
            person.process.wait(10)
        finally:
            person.close()
        trading.told("do", "cancel all", "--yes")
        until(lambda: "No open orders" in seen(), "the console to go on after the line was dropped")
        assert placed["symbol"] == "BTCUSDT"
    finally:
        tmux("kill-server")
