import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tui_trader.errors import LockHeld, UsageError
from tui_trader.lock import FolderLock, lock_owner

HOLDER = """
import sys, time
from pathlib import Path
from tui_trader.lock import FolderLock
FolderLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_lock_is_held_by_one_and_given_back(tmp_path: Path) -> None:
    file = tmp_path / "desk.lock"
    assert lock_owner(file) is None
    with FolderLock(file) as lock:
        assert lock.held
        assert lock_owner(file) == os.getpid()
        with pytest.raises(LockHeld) as caught:
            FolderLock(file, "desk").acquire()
        assert str(caught.value) == f"Another desk (pid {os.getpid()}) owns {tmp_path}; stop it or use that one."
    assert not lock.held
    assert lock_owner(file) is None
    FolderLock(file).acquire().release()
    lock.release()


def test_a_lock_that_is_given_back_in_time_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "desk.lock"
    first = FolderLock(file).acquire()
    giving_back = threading.Timer(0.2, first.release)
    giving_back.start()
    with FolderLock(file).acquire(30) as second:
        assert second.held
    giving_back.join()


def test_what_stands_in_a_free_lock_is_harmless(tmp_path: Path) -> None:
    file = tmp_path / "desk.lock"
    file.write_text("a very long story instead of a number\n" * 3)
    file.chmod(0o600)
    assert lock_owner(file) is None
    with FolderLock(file):
        assert file.read_text() == f"{os.getpid()}\n"


def test_a_lock_without_a_readable_owner_is_still_held(tmp_path: Path) -> None:
    file = tmp_path / "desk.lock"
    with FolderLock(file):
        file.write_text("?")
        assert lock_owner(file) == 0
        with pytest.raises(LockHeld, match="Another desk owns"):
            FolderLock(file).acquire()


def test_a_link_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "other")
    with pytest.raises(UsageError, match="not a plain file"):
        FolderLock(tmp_path / "link").acquire()
    with pytest.raises(UsageError, match="Cannot use the lock"):
        FolderLock(tmp_path / "missing" / "desk.lock").acquire()


@pytest.mark.process
def test_the_kernel_frees_the_lock_of_a_killed_process(tmp_path: Path) -> None:
    file = tmp_path / "desk.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert lock_owner(file) == process.pid
        with pytest.raises(LockHeld, match=str(process.pid)):
            FolderLock(file).acquire()
        process.send_signal(signal.SIGKILL)
    with FolderLock(file) as lock:
        assert lock.held
