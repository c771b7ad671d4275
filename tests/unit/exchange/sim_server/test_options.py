import argparse
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tui_trader.errors import SettingsError, UsageError
from tui_trader.exchange.sim.config import STARTING_BALANCES
from tui_trader.exchange.sim.options import SimOptions, add_arguments, read_options
from tui_trader.exchange.sim.server import key_file


def read(*flags: str) -> SimOptions:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return read_options(parser.parse_args(flags))


def test_without_flags_everything_is_listed_and_nothing_kept() -> None:
    options = read()
    assert (options.port, options.linger_s, options.limits, options.control) == (0, None, True, False)
    assert (options.venue.seed, options.venue.symbols, options.venue.state_dir) == (None, (), None)
    assert options.venue.refuse_repeated_ids
    assert options.venue.balances == STARTING_BALANCES


def test_flags_become_settings(tmp_path: Path) -> None:
    options = read(
        *("--port", "8123", "--seed", "5", "--symbols", "btcusdt, ETHUSDT", "--state", str(tmp_path)),
        *("--balances", "USDT=10000,btc=0.1", "--latency", "20", "--linger", "600"),
        *("--allow-repeated-ids", "--no-limits", "--control"),
    )
    assert (options.port, options.venue.seed, options.venue.symbols) == (8123, 5, ("BTCUSDT", "ETHUSDT"))
    assert options.venue.balances == {"USDT": Decimal(10000), "BTC": Decimal("0.1")}
    assert (options.latency_ms, options.linger_s, options.venue.state_dir) == (20, 600, tmp_path)
    assert (options.venue.refuse_repeated_ids, options.limits, options.control) == (False, False, True)


@pytest.mark.parametrize(
    ("text", "path", "speed"),
    [
        ("BTCUSDT=a.csv", "a.csv", Decimal(1)),
        ("btcusdt=a.csv@60", "a.csv", Decimal(60)),
        ("BTCUSDT=a@b.csv.gz@max", "a@b.csv.gz", None),
        ("BTCUSDT=x@y/a.csv", "x@y/a.csv", Decimal(1)),
    ],
)
def test_a_replay_names_pair_file_and_speed(text: str, path: str, speed: Decimal | None) -> None:
    (source,) = read("--replay", text).venue.replays
    assert (source.symbol, source.path, source.speed) == ("BTCUSDT", Path(path), speed)


@pytest.mark.parametrize(
    "flags",
    [
        ("--port", "65536"),
        ("--port", "-1"),
        ("--latency", "-1"),
        ("--linger", "0"),
        ("--symbols", "BTC/USDT"),
        ("--replay", "BTCUSDT"),
        ("--replay", "=file"),
        ("--replay", "BTCUSDT=file@fast"),
        ("--replay", "BTCUSDT=file@0"),
        ("--balances", "USDT"),
        ("--balances", "USDT=-1"),
        ("--balances", "USDT=NaN"),
    ],
)
def test_a_flag_that_makes_no_sense_is_one_sentence(flags: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        read(*flags)
    assert flags[0] in str(caught.value)


def test_a_missing_credentials_file_is_made_private_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "credentials.json"
    made = key_file.load_or_create(file, "paper")
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == {"key": made.key, "secret": made.secret}
    again = key_file.load_or_create(file, "paper")
    assert (again.key, again.secret, again.account) == (made.key, made.secret, "paper")


def test_a_credentials_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text('{"key":"k","secret":"s"}')
    file.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        key_file.load_or_create(file, "paper")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key":"k"}', '{"key":"","secret":"s"}', '{"key":1,"secret":"s"}'])
def test_a_credentials_file_without_a_pair_is_refused_and_not_quoted(tmp_path: Path, text: str) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="not a credentials file"):
        key_file.load_or_create(file, "paper")


def test_two_generated_pairs_differ() -> None:
    assert key_file.generate("paper").secret != key_file.generate("paper").secret
