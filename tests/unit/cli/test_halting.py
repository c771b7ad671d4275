"""Halting from the shell without a desk, and what the stand-alone script is given."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tui_trader import panic
from tui_trader.cli import main
from tui_trader.paths import find_paths

KEYS = "mx0aBYs33eIilxBWC5\n45d0b3c26f2644f19bfb98b07741b2f5\n"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with TemporaryDirectory(prefix="tt") as folder:
        monkeypatch.setenv("TUI_TRADER_HOME", folder)
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        monkeypatch.delenv("TUI_TRADER_API_KEY", raising=False)
        monkeypatch.delenv("TUI_TRADER_API_SECRET", raising=False)
        monkeypatch.setattr("sys.stdin", io.StringIO(KEYS))
        yield Path(folder)


def finding(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str] | None:
    main(["doctor", "--json"])
    return next((each for each in json.loads(capsys.readouterr().out) if each["name"] == name), None)


def test_the_panic_file_is_written_where_the_script_looks_and_removed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "panic-file", "on"]) == 2
    assert "keys set" in capsys.readouterr().err
    assert main(["keys", "set"]) == 0
    assert main(["keys", "panic-file", "show"]) == 0
    assert "will ask for key and secret" in capsys.readouterr().out
    assert main(["keys", "panic-file", "on"]) == 0
    assert "tui_trader.panic" in capsys.readouterr().out
    file = home / "config" / "panic.json"
    assert file == panic.default_file()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    account = panic.read_file(file)
    assert (account.rest_url, f"{account.key}\n{account.secret}\n") == (panic.MEXC, KEYS)
    assert "BTCUSDT" in account.pairs
    assert account.secret not in repr(account)
    found = finding("panic", capsys)
    assert found is not None
    assert str(file) in found["text"]
    assert main(["keys", "panic-file", "off"]) == 0
    assert not file.exists()


def test_another_profile_has_a_file_of_its_own(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "set", "--profile", "second"]) == 0
    assert main(["keys", "panic-file", "on", "--profile", "second"]) == 0
    file = home / "config" / "panic-second.json"
    assert f"--file {file}" in capsys.readouterr().out
    assert file.exists()


@pytest.mark.parametrize("words", [["panic-file"], ["set", "on"]])
def test_the_switch_belongs_to_the_panic_file(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", *words]) == 2
    assert "panic-file with on, off or show" in capsys.readouterr().err


def test_the_doctor_names_what_the_script_will_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    main(["keys", "set"])
    main(["keys", "panic-file", "on"])
    panic.default_file().chmod(0o644)
    capsys.readouterr()
    found = finding("panic", capsys)
    assert found is not None
    assert (found["state"], "chmod 600" in found["text"]) == ("bad", True)


def test_without_a_desk_every_mode_that_ever_ran_is_halted(capsys: pytest.CaptureFixture[str]) -> None:
    for mode in ("paper", "live"):
        find_paths("default", mode).prepare().database.touch(0o600)
    assert main(["kill", "--reason", "enough"]) == 3
    said = capsys.readouterr().err
    for mode in ("paper", "live"):
        file = find_paths("default", mode).halt
        assert file.read_text() == "enough\n"
        assert str(file) in said
    assert "tui_trader.panic" in said
    assert main(["kill", "--mode", "paper"]) == 3
    assert finding("halt", capsys) is not None


def test_a_halt_file_that_cannot_be_made_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    paths = find_paths("default", "paper").prepare()
    paths.halt.mkdir()
    assert main(["kill"]) == 3
    assert "is there now" in capsys.readouterr().err
    paths.halt.rmdir()
    paths.state.chmod(0o500)
    try:
        status = main(["kill"])
    finally:
        paths.state.chmod(0o700)
    assert status == 3


def test_to_resume_wants_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", "  "]) == 2
    assert "REASON" in capsys.readouterr().err
