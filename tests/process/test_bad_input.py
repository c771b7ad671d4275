"""What a person gets wrong, through the real commands: one sentence, a status that says so, and nothing sent."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.process.household import Household, Ran, gone
from tests.simulator import running
from tui_trader.paths import Paths

pytestmark = pytest.mark.process
ORDER = ("do", "buy btc $20 @-1%", "--yes")


def one_sentence(ran: Ran, *words: str) -> None:
    """Check that a command refused: a status, one line on stderr that holds ``words``, and no traceback."""
    assert ran.status in {1, 2, 3}, ran
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert "Traceback" not in ran.said
    for word in words:
        assert word in ran.err, ran.err


@pytest.fixture(scope="module")
def trading() -> Iterator[Household]:
    """One home with a desk, for all that is wrong without harm to it."""
    found = Household()
    try:
        found.told("do", "buy btc $20 @-1%", "--dry-run")
        yield found
    finally:
        found.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("do", "buy nosuch $50 mkt", "--yes"), ["«nosuch» is not a pair"]),
        (("do", "buy btcusd $50 @-1%", "--yes"), ["btcusd"]),
        (("do", "buy btc zero mkt", "--yes"), ["«zero» is not a size"]),
        (("do", "buy btc -1 mkt", "--yes"), ["-1"]),
        (("do", "buy btc 1e400 mkt", "--yes"), ["e400"]),
        (("do", "buy btc $50 @nan", "--yes"), ["nan"]),
        (("do", "buy btc 0.00000001 @-1%", "--yes"), ["multiple of 0.000001", "minimum"]),
        (("do", "buy btc 0.0005 @12.345678", "--yes"), ["12.34 or 12.35 would fit"]),
        (("do", "buy btc $50 @+50%", "--yes"), ["5 %"]),
        (("do", "cancel 99", "--yes"), ["99"]),
        (("do", " ", "--yes"), ["line is empty"]),
        (("orders", "nosuch"), ["NOSUCH"]),
        (("history", "--limit", "-3"), ["limit", "whole number"]),
        (("history", "--from", "yesterday"), ["from", "such as 2026-01-31T12:00:00Z"]),
        (("desk",), ["Another desk (pid ", "stop it or use that one"]),
        (("paper", "reset", "--yes"), ["Another desk"]),
        (("status", "--config", "nowhere.toml"), ["nowhere.toml does not exist"]),
        (("status", "--profile", "../up"), ["../up", "letters"]),
        (("status", "--mode", "live"), ["No desk runs", "tui-trader desk"]),
        (("do", "buy btc $20 @-1%", "--mode", "live"), ["no exchange keys", "tui-trader keys set"]),
        (("status", "--rest-url", "http://example.com"), ["https://", "this machine only"]),
        (("do", "buy btc $20 @-1%", "--mode", "live", "--ws-url", "ws://example.com"), ["wss://"]),
        (("status", "--ws-url", "ftp://127.0.0.1"), ["wss://host"]),
        (("keys", "set"), ["key and then the secret", "nothing was changed"]),
        (("sim", "--port", "99999"), ["--port 99999", "65535"]),
        (("sim", "--replay", "BTCUSDT=nowhere.csv"), ["nowhere.csv cannot be read"]),
        (("sim", "--replay", "BTCUSDT"), ["SYMBOL=FILE"]),
        (("sim", "--balances", "USDT=much"), ["USDT=much"]),
        (("sim", "--symbols", "B T C"), ["B T C"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_word_or_flag_is_one_sentence(trading: Household, arguments: tuple[str, ...], words: list[str]) -> None:
    one_sentence(trading.run(*arguments), *words)


def test_none_of_them_sent_anything(trading: Household) -> None:
    trading.run("do", "buy nosuch $50 mkt", "--yes")
    assert (trading.told("orders"), trading.told("history"), trading.told("fills")) == ([], [], [])


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TUI_TRADER_THEM", "dark", ["TUI_TRADER_THEM is not a setting", '"theme"']),
        ("TUI_TRADER_API_PORT", "many", ["TUI_TRADER_API_PORT", "65535"]),
        ("TUI_TRADER_MODE", "demo", ["one of paper, live"]),
        ("TUI_TRADER_RISK_MAX_ORDER_VALUE", "-5", ["number above 0"]),
    ],
)
def test_a_wrong_variable_is_one_sentence(household: Household, variable: str, value: str, words: list[str]) -> None:
    one_sentence(household.run("status", env={variable: value}), *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('watchlst = ["BTCUSDT"]', ["config.toml", "watchlst", 'nearest is "watchlist"']),
        ("[risk]\nmax_order = 5", ["risk.max_order"]),
        ("x = [", ["config.toml is not valid TOML"]),
        ('watchlist = ["B/T"]', ["a symbol is letters and digits"]),
    ],
)
def test_a_wrong_file_of_settings_is_one_sentence(household: Household, content: str, words: list[str]) -> None:
    configure(household, content)
    one_sentence(household.run(*ORDER), *words)
    assert not household.paths().state.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('theme = "nosuch"', 'theme: there is no "nosuch"; there are dark'),
        ('[keymap]\n"order.bye" = "b"', 'keymap: there is no action "order.bye"; the nearest is "order.buy".'),
        ('[keymap]\n"order.buy" = "s"', 'keymap: the key "s" would mean both "order.buy" and "order.sell".'),
    ],
)
def test_a_console_that_cannot_be_set_up_says_why_and_ends(household: Household, content: str, words: str) -> None:
    configure(household, content)
    console = household.console()
    assert console.ends() == 2
    assert words in console.text
    assert "Traceback" not in console.text


def configure(household: Household, content: str) -> None:
    file = household.paths().folders.config_file
    file.parent.mkdir(mode=0o700)
    file.write_text(content)


def test_a_terminal_that_cannot_show_the_console_is_refused(household: Household) -> None:
    one_sentence(household.run(), "needs a terminal", "--json")
    dumb = household.console(term="dumb")
    assert dumb.ends() == 2
    assert "TERM=dumb cannot show the console; set TERM" in dumb.text
    small = household.console(columns=50, rows=12)
    assert small.ends() == 2
    assert "50x12" in small.text
    assert not household.paths().state.exists()


def test_ports_in_use_are_named(household: Household) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        one_sentence(household.run("sim", "--port", port), port, "choose another")
        one_sentence(household.run(*ORDER, env={"TUI_TRADER_API_PORT": port}), port)


def test_a_lock_whose_owner_is_dead_does_not_block(household: Household) -> None:
    paths = household.paths().prepare()
    for lock in (paths.lock, paths.sim / "venue.lock"):
        lock.write_text(f"{os.getpid()}\n")
        lock.chmod(0o600)
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(paths.socket))  # the socket of a desk that was killed
    household.told(*ORDER)
    assert len(household.told("orders")) == 1


def corrupt(paths: Paths) -> None:
    paths.database.write_bytes(os.urandom(8192))


def foreign(paths: Paths) -> None:
    paths.database.unlink(missing_ok=True)
    with closing(sqlite3.connect(paths.database)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
        connection.commit()


def open_to_all(paths: Paths) -> None:
    paths.database.touch()


def a_folder(paths: Paths) -> None:
    paths.database.mkdir()


@pytest.mark.parametrize(
    ("spoil", "mode", "words"),
    [
        (corrupt, 0o600, "is not a tui-trader database"),
        (foreign, 0o600, "belongs to another program"),
        (open_to_all, 0o644, "run: chmod 600"),
        (a_folder, 0o700, "is not a plain file"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_and_left_alone(
    household: Household, spoil: Callable[[Paths], None], mode: int, words: str
) -> None:
    paths = household.paths().prepare()
    spoil(paths)
    paths.database.chmod(mode)
    before = paths.database.read_bytes() if paths.database.is_file() else b""
    one_sentence(household.run(*ORDER), "desk.db", words)
    one_sentence(household.run("orders"), "desk.db", words)
    assert not household.desk_pid()
    assert (paths.database.read_bytes() if paths.database.is_file() else b"") == before
    assert paths.database.stat().st_mode & 0o777 == mode


def test_the_console_says_why_its_desk_does_not_come_up(household: Household) -> None:
    corrupt(household.paths().prepare())
    household.paths().database.chmod(0o600)
    console = household.console(columns=80, rows=24)
    console.wait(
        lambda screen: "is not a tui-trader database; move it away or choose another" in " ".join(screen.split()),
        "the desk's own sentence",
    )


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [("{", 0o600, "is not a credentials file"), ('{"key": "k", "secret": "s"}', 0o644, "run: chmod 600")],
)
def test_bad_credentials_files_are_named(
    household: Household, tmp_path: Path, content: str, mode: int, words: str
) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(content)
    file.chmod(mode)
    one_sentence(household.run("sim", "--credentials", str(file)), str(file), words)
    kept = household.paths().folders.config / "keys-default.json"
    kept.parent.mkdir(mode=0o700)
    kept.write_text("{")
    kept.chmod(0o600)
    one_sentence(household.run(*ORDER, "--mode", "live"), "keys", "tui-trader keys set")


def test_a_missing_recording_is_named_by_the_desk(household: Household) -> None:
    ran = household.run(*ORDER, env={"TUI_TRADER_SIM_REPLAY": "BTCUSDT=nowhere.csv"})
    one_sentence(ran, "nowhere.csv cannot be read")
    assert not household.desk_pid()
    assert not household.venue_pid()


def test_keys_that_the_venue_refuses_are_told_with_the_remedy(household: Household) -> None:
    with running() as venue:
        flags = ("--mode", "live", "--rest-url", venue.rest_url, "--ws-url", venue.ws_url)
        keys = {"TUI_TRADER_API_KEY": venue.key, "TUI_TRADER_API_SECRET": "0" * 32}
        ran = household.run(*ORDER, *flags, env=keys)
        one_sentence(ran, "refuses this key", "tui-trader keys set")
        assert venue.key not in ran.said
        assert not household.desk_pid("live")
        household.env |= keys
        console = household.console(*flags)
        console.wait(
            lambda screen: "refuses this key" in screen and "tui-trader keys set" in " ".join(screen.split()),
            "the desk's own sentence",
        )


def test_a_venue_that_is_not_there_is_waited_for_and_said(household: Household) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = ("--mode", "live", "--rest-url", f"http://127.0.0.1:{port}", "--ws-url", f"ws://127.0.0.1:{port}/ws")
    keys = {"TUI_TRADER_API_KEY": "mx0aaaaaaaaaaaaa", "TUI_TRADER_API_SECRET": "0" * 32}
    ran = household.run(*ORDER, *flags, env=keys)
    assert ran.status == 3
    one_sentence(ran, "does not answer")
    desk = household.desk_pid("live")
    assert desk
    assert household.run("stop", *flags, env=keys).status == 0
    assert gone(desk)
