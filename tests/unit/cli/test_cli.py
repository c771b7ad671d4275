from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.twins.services import ServicesTwin, a_preview, a_request
from tui_trader import errors
from tui_trader.api.server import ApiServer
from tui_trader.cli import main
from tui_trader.paths import find_paths
from tui_trader.services import model


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # a Unix socket's path is short; pytest's own folders are not
    with TemporaryDirectory(prefix="tt") as folder:
        monkeypatch.setenv("TUI_TRADER_HOME", folder)
        monkeypatch.delenv("TUI_TRADER_API_KEY", raising=False)
        monkeypatch.delenv("TUI_TRADER_API_SECRET", raising=False)
        yield Path(folder)


@pytest.fixture
def desk(home: Path) -> Iterator[ServicesTwin]:
    """A desk's API over the twin services, in a thread with a loop of its own."""
    services, paths = ServicesTwin(), find_paths("default", "paper").prepare()
    ready, ended = threading.Event(), threading.Event()

    async def serve() -> None:
        server = ApiServer(services.all, socket_path=paths.socket)
        await server.start()
        ready.set()
        while not (ended.is_set() or services.desk.stopping):
            await asyncio.sleep(0.01)
        await server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield services
    ended.set()
    thread.join(10)


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (["status"], "ACTIVE"),
        (["kill"], "paper: Trading is halted, on the disk after 4 ms."),
        (["kill", "--all", "--reason", "enough"], "Stop orders set on the exchange's website are removed too."),
        (["resume", "all is well"], "The gate stands at ACTIVE."),
        (["positions"], "BTCUSDT"),
        (["positions", "--all"], "AAAUSDT"),
        (["orders"], "resting"),
        (["orders", "btcusdt"], "resting"),
        (["fills"], "0.00000001"),
        (["history", "--side", "BUY", "--limit", "1"], "resting"),
        (["balances"], "USDT"),
        (["ledger"], "109.99"),
        (["risk"], "orders on one pair  BTCUSDT    10"),
    ],
)
def test_each_question_is_answered_as_text_and_json(
    desk: ServicesTwin, capsys: pytest.CaptureFixture[str], command: list[str], word: str
) -> None:
    assert main(command) == 0
    assert word in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", ["status", "stop"])
def test_without_a_desk_each_says_what_to_do(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command]) == 3
    assert "start one with `tui-trader desk`" in capsys.readouterr().err


def test_stop_waits_until_the_desk_is_gone(desk: ServicesTwin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop"]) == 0
    assert desk.desk.stopping
    assert "stopped" in capsys.readouterr().out


def test_do_runs_a_line_and_says_the_outcome(desk: ServicesTwin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["do", "buy btc 0.1 @100"]) == 0
    assert [name for name, _ in desk.asked.calls] == ["preview_line", "run_line"]
    assert "accepted: Resting." in capsys.readouterr().out


def test_do_with_dry_run_sends_nothing(desk: ServicesTwin) -> None:
    assert main(["do", "--dry-run", "buy btc 0.1 @100"]) == 0
    assert [name for name, _ in desk.asked.calls] == ["preview_line"]


def test_do_passes_a_refusal_on_with_its_sentence(desk: ServicesTwin, capsys: pytest.CaptureFixture[str]) -> None:
    desk.asked.fail = errors.Denied("600 USDT is above the limit of 500 USDT.", code="max_order_value")
    assert main(["do", "buy btc $600 @100"]) == 1
    assert capsys.readouterr().err == "600 USDT is above the limit of 500 USDT.\n"


def test_do_tells_where_a_line_is_wrong(desk: ServicesTwin, capsys: pytest.CaptureFixture[str]) -> None:
    desk.asked.fail = errors.GrammarError("'bye' is not a verb.", position=0, length=3, hint="buy")
    assert main(["do", "bye btc"]) == 2
    assert capsys.readouterr().err == "'bye' is not a verb. Did you mean buy?\n"


class ByRisk:
    """Commands that work a size out."""

    async def preview(self, line: str, context: object) -> model.LineOutcome:
        preview = replace(a_preview(a_request()), sizing="50 USDT are risked; no stop is placed.")
        return model.LineOutcome(True, [model.LineStep("Buy.", "buy BTCUSDT 0.1 @100", preview=preview)])

    async def run(self, intent: str, line: str, context: object, confirmation: str | None = None) -> model.LineOutcome:
        return model.LineOutcome(True, [model.LineStep("Buy.", line)])


@pytest.mark.parametrize("flags", [[], ["--dry-run"], ["--json"]])
def test_do_says_why_a_size_is_what_it_is(
    desk: ServicesTwin, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    object.__setattr__(desk.all, "commands", ByRisk())
    assert main(["do", *flags, "buy btc risk $50 @100 to 95"]) == 0
    assert capsys.readouterr().err == "50 USDT are risked; no stop is placed.\n"


class SoftLimit:
    """Commands that ask for a confirmation once."""

    def __init__(self) -> None:
        self.confirmations: list[str | None] = []

    async def preview(self, line: str, context: object) -> model.LineOutcome:
        return model.LineOutcome(True, [model.LineStep("Buy.", line)])

    async def run(self, intent: str, line: str, context: object, confirmation: str | None = None) -> model.LineOutcome:
        self.confirmations.append(confirmation)
        if confirmation is None:
            raise errors.ConfirmationRequired("3 % above the market.", token="tok")
        return model.LineOutcome(True, [model.LineStep("Buy.", line)])


@pytest.mark.parametrize(("flags", "status", "asked"), [([], 1, [None]), (["--yes"], 0, [None, "tok"])])
def test_a_soft_limit_needs_yes(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    desk: ServicesTwin,
    flags: list[str],
    status: int,
    asked: list[str | None],
) -> None:
    soft = SoftLimit()
    object.__setattr__(desk.all, "commands", soft)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["do", *flags, "buy btc 0.1 @103"]) == status
    assert soft.confirmations == asked
    assert ("3 % above the market." in capsys.readouterr().err) == bool(status)


def test_keys_are_kept_shown_by_their_tail_and_removed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("mx0vglAbcdef123456\nvery-secret-words\n"))
    assert main(["keys", "set"]) == 0
    assert main(["keys", "show"]) == 0
    shown = capsys.readouterr().out
    assert "…3456" in shown
    assert "secret-words" not in shown
    assert "mx0vgl" not in shown
    assert main(["keys", "remove", "--json"]) == 0
    assert main(["keys", "show", "--json"]) == 0
    assert '"found": false' in capsys.readouterr().out


def test_half_a_key_changes_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("onlykey\n"))
    assert main(["keys", "set"]) == 2
    assert "nothing was changed" in capsys.readouterr().err


def test_doctor_finds_no_fault_in_an_empty_home(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = {finding["name"]: finding["state"] for finding in json.loads(capsys.readouterr().out)}
    assert found["folders"] == found["keys"] == found["desk"] == "ok"


def test_doctor_says_what_is_bad(home: Path, capsys: pytest.CaptureFixture[str], desk: ServicesTwin) -> None:
    find_paths("default", "paper").state.chmod(0o755)
    assert main(["doctor", "--mode", "paper"]) == 1
    assert "BAD  folders" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["--config", "/nonexistent/config.toml", "status"], "does not exist"),
        (["--profile", "../x", "status"], "profile"),
        (["--rest-url", "ftp://x", "status"], "rest"),
    ],
)
def test_wrong_settings_are_one_sentence(capsys: pytest.CaptureFixture[str], argv: list[str], word: str) -> None:
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert word in error
    assert error.count("\n") == 1


def test_an_unknown_key_of_the_config_names_the_nearest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text('wachlist = ["BTCUSDT"]\n')
    assert main(["status"]) == 2
    assert "watchlist" in capsys.readouterr().err
