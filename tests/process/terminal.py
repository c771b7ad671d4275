"""A terminal for tests: a program under a pseudo-terminal of its own, its screen as a person would see it, its keys.

Nothing waits for a time: ``wait`` reads the screen until a condition holds or a deadline has passed, and then fails
with the screen in its message.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pyte

T = TypeVar("T")
KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "ctrl+q": "\x11",
    "ctrl+u": "\x15",
}
UNPARSED = re.compile(rb"\x1b\[[?>=<][0-9;]*(?:\$[a-z]|u)|\x1b\[[>=<][0-9;]*[a-zA-Z]|\x1b[P_^][^\x1b]*\x1b\\")
"""Sequences that pyte does not parse and would print: private CSI with intermediates, the kitty keyboard, DCS."""
OWN_TERMINAL = "import fcntl,os,sys,termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes standard input the controlling terminal, so that a hang-up is heard; forking here would not be thread safe."""
PATIENCE_S = 30.0


class Terminal:
    """A program and its screen."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 120, rows: int = 40) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = bytearray()
        """Everything the program has written to its terminal."""
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", OWN_TERMINAL, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={"TERM": "xterm-256color", **env, "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(theirs)

    @property
    def lines(self) -> list[str]:
        """The screen, line by line, without blanks at the ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def fileno(self) -> int:
        """Return our end of the terminal."""
        return self._ours

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._ours, text.encode())

    def paste(self, text: str) -> None:
        """Paste a text, as a terminal with bracketed paste does; lone surrogates become question marks."""
        self.type(f"\x1b[200~{text.encode('utf-8', 'replace').decode()}\x1b[201~")

    def click(self, column: int, row: int) -> None:
        """Press and release the left button on a cell, counted from 1."""
        self.type(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")

    def settle(self, quiet: float = 0.1, most: float = 0.3) -> None:
        """Read until nothing was written for ``quiet`` seconds, or for as long as a busy market lets it."""
        ends = time.monotonic() + most
        while time.monotonic() < ends and select.select([self._ours], [], [], quiet)[0]:
            self._read(0)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and tell the program as a terminal does."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def press(self, *names: str) -> None:
        """Press keys by name, or single characters."""
        for name in names:
            self.type(KEYS.get(name, name))

    def wait(self, condition: Callable[[str], T | None], what: str, seconds: float = PATIENCE_S) -> T:
        """Read the screen until ``condition`` of its text gives something; return that."""
        deadline = time.monotonic() + seconds
        while not (found := condition(self.text)):
            if time.monotonic() > deadline or not self._read(0.02):
                raise AssertionError(f"{what}: not within {seconds:g} s. The screen:\n{self.text}")
        return found

    def shows(self, text: str, seconds: float = PATIENCE_S) -> None:
        """Wait until a text is on the screen."""
        self.wait(lambda screen: text in screen, f"{text!r} to appear", seconds)

    def hides(self, text: str, seconds: float = PATIENCE_S) -> None:
        """Wait until a text has left the screen."""
        self.wait(lambda screen: text not in screen, f"{text!r} to go", seconds)

    def ends(self, seconds: float = PATIENCE_S) -> int:
        """Wait until the program has ended; return its status."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"The program goes on after {seconds:g} s. The screen:\n{self.text}")
            self._read(0.02)
        while self._read(0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the line, as a dropped SSH session does."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def kill(self) -> None:
        """End the program as ``kill -9`` does."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.kill()
        self.hang_up()

    def _read(self, seconds: float) -> bool:
        """Take in what comes within ``seconds``; false when the other end is closed, or when ``seconds`` is 0."""
        if self._ours < 0:
            time.sleep(seconds)
            return seconds > 0
        if not select.select([self._ours], [], [], seconds)[0]:
            return seconds > 0
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # EIO: nobody holds the other end any more
            return False
        self.written += data
        self._stream.feed(UNPARSED.sub(b"", data))
        return bool(data)
