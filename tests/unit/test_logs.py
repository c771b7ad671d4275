import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui_trader import logs
from tui_trader.errors import UsageError
from tui_trader.logs import redact, register_passing_secret, register_secret, start_logging, stop_logging

CANARY = "canary-5f0c5e0e9d5e0d2f"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    level, levels = root.level, {name: logging.getLogger(name).level for name in logs.NOISY}
    handler = start_logging(tmp_path / "desk.log", "info")
    register_secret(CANARY)
    yield tmp_path / "desk.log"
    stop_logging(handler)
    sys.excepthook, threading.excepthook = hooks
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)
    logs._secrets.discard(CANARY)
    logs._passing.clear()


def _lines(log: Path) -> list[dict[str, Any]]:
    text = log.read_text(encoding="ascii")
    assert CANARY not in text
    return [json.loads(each) for each in text.splitlines()]


def test_a_line_is_json_and_the_file_private(log: Path) -> None:
    logging.getLogger("desk").info("order %s placed", "m1ABC")
    (line,) = _lines(log)
    assert line["text"] == "order m1ABC placed"
    assert (line["level"], line["logger"]) == ("info", "desk")
    assert line["at"].endswith("Z")
    assert log.stat().st_mode & 0o777 == 0o600


def test_control_characters_can_not_forge_a_line(log: Path) -> None:
    hostile = 'a\nb\r\x1b[2J\x7f\u202e\u2028"\\'
    logging.getLogger("desk").info("note %s", hostile)
    raw = log.read_bytes()
    assert raw.count(b"\n") == 1
    assert all(32 <= byte < 127 or byte == 10 for byte in raw)
    assert _lines(log)[0]["text"] == f"note {hostile}"


def test_a_secret_is_taken_out_of_message_arguments_exception_and_stack(log: Path) -> None:
    logger = logging.getLogger("desk")
    logger.warning("key " + CANARY)  # noqa: G003 - the worst way of logging is what is tested
    logger.warning("key %s of %r", CANARY, {"secret": CANARY})
    logger.warning("stack", stack_info=True, extra={"unused": CANARY})
    try:
        int(f"bad {CANARY}")
    except ValueError:
        logger.exception("failed")
    lines = _lines(log)
    assert lines[0]["text"] == f"key {logs.HIDDEN}"
    assert "Traceback" in lines[3]["trace"]
    assert f"'bad {logs.HIDDEN}'" in lines[3]["trace"]
    assert "Stack" in lines[2]["stack"]


def test_signed_addresses_lose_their_signature_even_when_nobody_registered_it(log: Path) -> None:
    logging.getLogger("desk").info("GET /api/v3/order?symbol=X&signature=abcdef012345&timestamp=1 listenKey=pqr now")
    assert _lines(log)[0]["text"] == (
        f"GET /api/v3/order?symbol=X&signature={logs.HIDDEN}&timestamp=1 listenKey={logs.HIDDEN} now"
    )


def test_only_the_last_passing_secrets_are_remembered(log: Path) -> None:
    for number in range(100):
        register_passing_secret(f"passing-{number:03d}")
    register_passing_secret("")
    assert redact("passing-099") == redact("passing-036") == logs.HIDDEN
    assert redact("passing-000") == "passing-000"


def test_short_values_are_no_secrets() -> None:
    register_secret("a")
    register_secret("")
    assert redact("a banana") == "a banana"


def test_a_message_that_does_not_fit_its_arguments_is_kept(log: Path) -> None:
    logging.getLogger("desk").info("%d orders", CANARY)
    assert logs.HIDDEN in _lines(log)[0]["text"]


def test_libraries_that_log_addresses_are_silent_below_warning(log: Path) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://x/?signature=1")
    logging.getLogger("httpcore.http11").debug("send")
    logging.getLogger("httpx").warning("trouble")
    assert [each["text"] for each in _lines(log)] == ["trouble"]


def test_files_rotate_and_stay_private(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (handler,) = [each for each in logging.getLogger().handlers if isinstance(each, logs.PrivateFile)]
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(100):
        logging.getLogger("desk").info("line %d", number)
    files = sorted(log.parent.iterdir())
    assert [each.name for each in files] == ["desk.log", "desk.log.1", "desk.log.2", "desk.log.3"]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}


def test_starting_again_takes_the_place_of_the_first_log(log: Path, tmp_path: Path) -> None:
    second = start_logging(tmp_path / "console.log", "error")
    logging.getLogger("desk").warning("quiet")
    logging.getLogger("desk").error("loud")
    stop_logging(second)
    assert not _lines(log)
    assert [each["text"] for each in _lines(tmp_path / "console.log")] == ["loud"]


def test_a_log_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk.log").write_text("")
    (tmp_path / "desk.log").chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        start_logging(tmp_path / "desk.log")


def test_the_hooks_log_and_speak_in_one_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = RuntimeError(f"lost {CANARY}\n\x1b[31m")
    sys.excepthook(RuntimeError, error, None)
    threading.excepthook(threading.ExceptHookArgs((RuntimeError, error, None, None)))
    threading.excepthook(threading.ExceptHookArgs((SystemExit, None, None, None)))
    said = f"tui-trader failed: RuntimeError: lost {logs.HIDDEN}\\n\\u001b[31m (the log has more)\n"
    assert capsys.readouterr().err == said * 2
    assert ["RuntimeError" in each["trace"] for each in _lines(log)] == [True, True]
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert len(_lines(log)) == 2


@pytest.mark.process
def test_what_nobody_caught_is_logged_and_said_in_one_line(tmp_path: Path) -> None:
    script = f"""
import sys, threading
from pathlib import Path
from tui_trader.logs import register_secret, start_logging
start_logging(Path(sys.argv[1]))
register_secret({CANARY!r})
thread = threading.Thread(target=lambda: 1 / 0)
thread.start(); thread.join()
raise RuntimeError("lost {CANARY}\\n\\x1b[31m")
"""
    command = [sys.executable, "-c", script, str(tmp_path / "desk.log")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 1
    assert CANARY not in found.stderr
    said = found.stderr.splitlines()
    assert len(said) == 2
    assert said[1] == f"tui-trader failed: RuntimeError: lost {logs.HIDDEN}\\n\\u001b[31m (the log has more)"
    lines = _lines(tmp_path / "desk.log")
    assert ["ZeroDivisionError" in lines[0]["trace"], "RuntimeError" in lines[1]["trace"]] == [True, True]


@pytest.mark.process
def test_an_interrupt_is_no_failure(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from tui_trader.logs import start_logging
start_logging(Path(sys.argv[1]))
raise KeyboardInterrupt
"""
    command = [sys.executable, "-c", script, str(tmp_path / "desk.log")]
    subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert not _lines(tmp_path / "desk.log")
