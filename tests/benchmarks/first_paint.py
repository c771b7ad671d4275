"""Time to the first paint beside Textual's own demo, to live prices cold and warm, and resident memory.

Run as ``python -m tests.benchmarks.first_paint``. The runs alternate. *First paint* is the moment at which every
panel's title stands on the screen (of the demo: its page's heading); *priced* that at which the watchlist shows a
price, *moving* that at which one of its prices has changed. *Cold* is a folder without anything in it; *warm* the
same with its desk running. What a program writes is recorded with the moment it came and drawn afterwards, so that
drawing takes no time from what is measured.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyte

from tests.process.terminal import UNPARSED

COLUMNS, ROWS = 120, 40
TITLES = (
    *("1 Watchlist", "2 Chart", "3 Book", "4 Trades", "5 Open orders"),
    *("6 Positions", "7 History", "8 Balances", "9 Log", "Order ticket"),
)
DEMO_HEADING = "What is Textual?"
PRICE = re.compile(r"^.([A-Z]+USDT) +([\d,]+\.\d+)", re.MULTILINE)
DEMO_S, CONSOLE_S = 3.0, 5.0
"""How long each program is watched."""

Chunk = tuple[float, bytes]


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from the start to what the console showed, ``nan`` for what it did not; memory in MiB by process."""

    paint: float
    priced: float
    moving: float
    memory: dict[str, float]


def record(
    command: Sequence[str], home: Path, seconds: float, at_end: Callable[[], None] = lambda: None
) -> list[Chunk]:
    """Run a program under a pseudo-terminal for a while and return what it wrote, each piece with its second."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TUI_TRADER_HOME": str(home)}
    start = time.monotonic()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=home, start_new_session=True
    )
    os.close(theirs)
    written: list[Chunk] = []
    try:
        while (left := start + seconds - time.monotonic()) > 0:
            if select.select([ours], [], [], left)[0]:
                written.append((time.monotonic() - start, os.read(ours, 1 << 16)))
        at_end()
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return written


def moments(written: Sequence[Chunk], conditions: Sequence[Callable[[str], bool]]) -> list[float]:
    """Draw what was written and return the second at which each condition first held of the screen."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    found = [float("nan")] * len(conditions)
    for at, data in written:
        stream.feed(UNPARSED.sub(b"", data))
        text = "\n".join(screen.display)
        for index, holds in enumerate(conditions):
            if found[index] != found[index] and holds(text):
                found[index] = at
    return found


class Moved:
    """Tells whether a price of the watchlist differs from the first one shown of its pair."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def __call__(self, text: str) -> bool:
        """Look at a screen."""
        return any(self._first.setdefault(pair, price) != price for pair, price in PRICE.findall(text))


def console(home: Path) -> Seen:
    """Open the console on a folder; a desk that it starts goes on."""
    memory: dict[str, float] = {}
    command = [sys.executable, "-P", "-m", "tui_trader"]
    written = record(command, home, CONSOLE_S, lambda: memory.update(resident(home)))
    painted = lambda text: all(title in text for title in TITLES)  # noqa: E731 - one of three of a kind
    paint, priced, moving = moments(written, [painted, lambda text: bool(PRICE.search(text)), Moved()])
    return Seen(paint, priced, moving, memory)


def demo(home: Path) -> float:
    """Open Textual's demo and return the second of its first paint."""
    written = record([sys.executable, "-P", "-m", "textual"], home, DEMO_S)
    return moments(written, [lambda text: DEMO_HEADING in text])[0]


def resident(home: Path) -> dict[str, float]:
    """Return the resident memory of console, desk and simulator of a folder in MiB, as Linux tells it."""
    found: dict[str, float] = {}
    for pid, command in processes(home):
        with suppress(OSError):
            lines = (Path("/proc") / str(pid) / "status").read_text("utf-8").splitlines()
            size = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
            found["simulator" if "exchange.sim" in command else "desk" if " desk" in command else "console"] = size
    return found


def processes(home: Path) -> list[tuple[int, str]]:
    """List processes whose environment or command line names a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            if b"tui_trader" in command and str(home).encode() in command + (entry / "environ").read_bytes():
                found.append((int(entry.name), command.replace(b"\0", b" ").decode()))
    return found


def end(home: Path) -> None:
    """End what a console left running on a folder, and wait for it."""
    deadline = time.monotonic() + 10
    while (left := processes(home)) and time.monotonic() < deadline:
        for pid, _ in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        time.sleep(0.2)


def main() -> None:
    """Print medians of alternating runs, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    cold: list[Seen] = []
    warm: list[Seen] = []
    demos: list[float] = []
    for number in range(runs + 1):
        with TemporaryDirectory(prefix="tt") as folder:
            home = Path(folder)
            try:
                first, again, theirs = console(home), console(home), demo(home)
            finally:
                end(home)
        if number:  # the first one fills caches
            cold.append(first)
            warm.append(again)
            demos.append(theirs)
    _report(cold, warm, demos)


def _report(cold: Sequence[Seen], warm: Sequence[Seen], demos: Sequence[float]) -> None:
    paint, peer = statistics.median(each.paint for each in cold), statistics.median(demos)
    print(f"first paint, cold: ours {paint:.2f} s, python -m textual {peer:.2f} s, ratio {paint / peer:.2f}")
    for word, seen in (("cold", cold), ("warm", warm)):
        figures = [statistics.median(getattr(each, name) for each in seen) for name in ("paint", "priced", "moving")]
        print("{}: paint {:.2f} s, priced {:.2f} s, moving {:.2f} s".format(word, *figures))
    sizes = {name: statistics.median(each.memory.get(name, 0) for each in warm) for name in warm[0].memory}
    told = ", ".join(f"{name} {size:.0f}" for name, size in sorted(sizes.items()))
    print(f"resident memory: {told}, together {sum(sizes.values()):.0f} MiB")


if __name__ == "__main__":
    main()
