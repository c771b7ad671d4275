"""Ways to halt a desk from outside its API: a file named HALT in its state folder, and the signal SIGUSR1."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui_trader.clock import Clock
from tui_trader.domain.risk import GateState
from tui_trader.domain.text import clean
from tui_trader.errors import UsageError
from tui_trader.paths import sync_folder

if TYPE_CHECKING:
    from tui_trader.services.gate import Gate
    from tui_trader.services.kill_switch import KillSwitch

LOOK_EVERY_S = 0.2
REASON_BYTES = 400

_log = logging.getLogger(__name__)


class HaltFile:
    """The file; fulfils ``services.ports.HaltMark``. Whatever lies under its name halts, readable or not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """Where it is."""
        return str(self._path)

    def there(self) -> bool:
        """Tell whether anything has its name; a folder that cannot be looked into tells nothing new."""
        return os.path.lexists(self._path)

    def reason(self) -> str | None:
        """Return its first line, ``""`` where that cannot be read, or ``None`` where there is no such file."""
        try:
            found = self._path.lstat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return ""
        try:
            with os.fdopen(os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
                text = stream.read(REASON_BYTES).decode("utf-8", "replace").strip()
        except OSError:
            return ""
        return clean(text.splitlines()[0]) if text else ""

    async def make(self, reason: str) -> bool:
        """Try to make it, durably, on a thread; tells whether it is there now."""
        return await asyncio.to_thread(self.write, reason)

    def write(self, reason: str) -> bool:
        """Try to make it, durably; one that is there stays as it is. Tells whether it is there now.

        An empty file halts as well: on a full disk its name may be all that fits.
        """
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            if not self.there():
                _log.critical("%s could not be made: %s", self._path, error.strerror)
            return self.there()
        try:
            os.write(descriptor, f"{clean(reason)}\n".encode())
            os.fsync(descriptor)
            sync_folder(self._path.parent)
        except OSError as error:
            _log.warning("%s was made, but not written: %s", self._path, error.strerror)
        finally:
            os.close(descriptor)
        return True

    async def remove(self) -> bool:
        """Remove it; tells whether there was one.

        Raises:
            UsageError: it is there and cannot be removed.

        """
        try:
            self._path.unlink(missing_ok=False)
            sync_folder(self._path.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise UsageError(f"Remove {self._path} first ({error.strerror}): it halts trading.") from None
        return True


async def watch(file: HaltFile, gate: Gate, kill: KillSwitch, clock: Clock) -> None:
    """Halt when the file appears, and while it is there and the gate stands anywhere else; run it under supervision."""
    was_there = False
    while True:
        there = file.there()
        if there and not (was_there and gate.latched is GateState.HALTED):
            await kill.halt(f"The file {file.place} is there. {file.reason() or ''}".strip(), by="file")
        was_there = there
        await clock.sleep(LOOK_EVERY_S)


def listen(press: Callable[[], object]) -> None:
    """Hear SIGUSR1; one that came since the process began has waited until now."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, press)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
