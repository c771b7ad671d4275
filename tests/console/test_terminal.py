"""The console in a real pseudo-terminal: stalled, hung up, refused; and frames that nobody reads are dropped."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui_trader.ui import terminal

PROGRAM = """
import asyncio, os, sys, time
sys.path.insert(0, {root!r})
from tui_trader.ui.entry import ConsoleSettings, run_console

async def connect():
    from decimal import Decimal
    from tests.twins.desk import TwinDesk
    desk = TwinDesk()
    async def beat():
        loop, worst, number = asyncio.get_running_loop(), 0.0, 0
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            worst = max(worst, loop.time() - before)
            number += 1
            desk.market.now = time.time_ns() // 1_000_000
            desk.move("BTCUSDT", str(Decimal(60000) + number))
            with open({report!r} + ".next", "w") as file:
                file.write(f"{{number}} {{worst:.3f}}")
            os.replace({report!r} + ".next", {report!r})
    connect.task = asyncio.create_task(beat())
    return desk

sys.exit(run_console(connect, ConsoleSettings(rate=60)))
"""


class Pty:
    """A console under a pseudo-terminal of 120 by 40."""

    def __init__(self, folder: Path) -> None:
        self.report = folder / "beat"
        root = Path(__file__).parents[2]
        program = PROGRAM.format(root=str(root), report=str(self.report))
        self.master, slave = pty.openpty()
        import fcntl
        import struct
        import termios

        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(slave)

    def read(self, seconds: float) -> bytes:
        end, found = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                found += os.read(self.master, 1 << 16)
        return found

    def read_until(self, text: bytes, seconds: float = 20) -> None:
        end, found = time.monotonic() + seconds, b""
        while text not in found:
            assert time.monotonic() < end, found[-2000:]
            found += self.read(0.05)

    def beats(self) -> tuple[int, float]:
        number, worst = self.report.read_text().split() if self.report.exists() else ("0", "0")
        return int(number), float(worst)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        if self.master >= 0:
            os.close(self.master)


@pytest.fixture
def console(tmp_path):
    it = Pty(tmp_path)
    yield it
    it.close()


@pytest.mark.process
def test_a_terminal_that_stops_reading_does_not_stop_the_loop_and_shows_the_present_after(console: Pty):
    console.read_until(b"60,0")
    before, _ = console.beats()
    time.sleep(4)
    after, worst = console.beats()
    assert after - before > 100, "the loop stood still while nobody read"
    assert worst < 1.5
    console.read(1.0)
    number, _ = console.beats()
    wanted = [f"{60_000 + count:,}".encode() for count in range(number, number + 3_000)]
    shown, end = b"", time.monotonic() + 10
    while not any(price in shown for price in wanted):
        assert time.monotonic() < end, f"never caught up to {number}"
        shown += console.read(0.1)


@pytest.mark.process
def test_a_closed_terminal_ends_the_console_within_a_second(console: Pty):
    console.read_until(b"Watchlist")
    os.close(console.master)
    console.master = -1
    began = time.monotonic()
    console.process.wait(5)
    assert time.monotonic() - began < 1.5


@pytest.mark.process
def test_a_program_without_a_terminal_is_told_so_in_one_sentence():
    code = "from tui_trader.ui.terminal import unsupported; print(unsupported())"
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("The console needs a terminal;")


@pytest.mark.parametrize(
    ("size", "term", "says"),
    [
        ((120, 40), "dumb", "TERM=dumb"),
        ((59, 40), "xterm", "59x40"),
        ((80, 15), "xterm", "80x15"),
        ((60, 16), "xterm", ""),
    ],
)
def test_a_terminal_is_refused_by_name_or_size(monkeypatch, size, term, says):
    class Tty:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "__stdin__", Tty())
    monkeypatch.setattr(sys, "__stderr__", Tty())
    monkeypatch.setattr(terminal.shutil, "get_terminal_size", lambda: os.terminal_size(size))
    sentence = terminal.unsupported({"TERM": term})
    assert (says in sentence) if says else sentence == ""


@pytest.mark.process
def test_nothing_heavy_is_imported_before_the_first_paint():
    code = (
        "import sys; import tui_trader.ui.entry; assert 'textual' not in sys.modules; import tui_trader.ui.app;"
        "heavy = {'pydantic', 'httpx', 'peewee', 'starlette', 'websockets', 'google.protobuf'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("env", "count"),
    [
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, 0),
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, 1 << 24),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "linux"}, 16),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, 16),
    ],
)
def test_colours_are_counted_as_the_terminal_says(env, count):
    assert terminal.colours(env) == count
