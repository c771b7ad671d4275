"""Where everything lies: one state folder per profile and mode, private to one user.

``TUI_TRADER_HOME`` moves every folder under itself (``config/``, ``state/``, ``cache/``); without it the XDG
folders (macOS: Application Support) are used. Nothing is created by asking; ``prepare`` creates.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_trader.errors import SettingsError, UsageError

HOME_VARIABLE = "TUI_TRADER_HOME"
SOCKET_PATH_LIMIT = 100
"""Bytes; the kernel's own limit is 108 on Linux and 104 on macOS."""
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Folders:
    """The three roots that belong to us."""

    config: Path
    state: Path
    cache: Path

    @property
    def config_file(self) -> Path:
        """The settings, edited by hand."""
        return self.config / "config.toml"

    @classmethod
    def find(cls, env: Mapping[str, str] | None = None) -> Folders:
        """Find the roots from the environment. Creates nothing."""
        home = (os.environ if env is None else env).get(HOME_VARIABLE)
        if home:
            root = Path(home).expanduser().absolute()
            return cls(root / "config", root / "state", root / "cache")
        from platformdirs import PlatformDirs  # noqa: PLC0415 - only the XDG way needs it

        dirs = PlatformDirs("tui-trader", appauthor=False)
        return cls(dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path)


@dataclass(frozen=True, slots=True)
class Paths:
    """Every file of one profile in one mode (``paper`` or ``live``)."""

    folders: Folders
    profile: str
    mode: str

    @property
    def state(self) -> Path:
        """The desk's own folder, 0700."""
        return self.folders.state / self.profile / self.mode

    @property
    def database(self) -> Path:
        """The journal and everything derived from it."""
        return self.state / "desk.db"

    @property
    def lock(self) -> Path:
        """Held by the running desk."""
        return self.state / "desk.lock"

    @property
    def token(self) -> Path:
        """The bearer token of the TCP API, 0600."""
        return self.state / "api.token"

    @property
    def halt(self) -> Path:
        """Creating this file halts the desk."""
        return self.state / "HALT"

    @property
    def desk_log(self) -> Path:
        """JSON lines written by the desk."""
        return self.state / "desk.log"

    @property
    def console_log(self) -> Path:
        """JSON lines written by consoles and commands."""
        return self.state / "console.log"

    @property
    def sim(self) -> Path:
        """The simulated exchange's folder: account state, credentials, log."""
        return self.state / "sim"

    @property
    def sim_credentials(self) -> Path:
        """Key and secret of the simulated account, 0600."""
        return self.sim / "credentials.json"

    @property
    def sim_log(self) -> Path:
        """What the simulator prints."""
        return self.sim / "sim.log"

    @property
    def console_state(self) -> Path:
        """The cache folder of this profile and mode: last layout, line history."""
        return self.folders.cache / self.profile / self.mode

    @property
    def socket(self) -> Path:
        """The desk's Unix socket; under the temp folder where the state folder's path is too long for one."""
        near = self.state / "desk.sock"
        return near if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT else self._far_socket_folder / "desk.sock"

    @property
    def _far_socket_folder(self) -> Path:
        import hashlib  # noqa: PLC0415 - long paths are rare, a first paint is not
        import tempfile  # noqa: PLC0415 - as above

        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tui-trader-{os.getuid()}-{digest}"

    def prepare(self) -> Paths:
        """Create the state folders, 0700, and check that they are ours alone. Returns itself.

        Raises:
            UsageError: a folder cannot be made, is a link, or others may enter it.

        """
        for folder in (self.folders.state, self.folders.state / self.profile, self.state, self.sim):
            private_folder(folder)
        if self.socket.parent != self.state:
            private_folder(self.socket.parent)
        return self


def find_paths(profile: str, mode: str, env: Mapping[str, str] | None = None) -> Paths:
    """Return the files of a profile and mode. Creates nothing.

    Raises:
        SettingsError: the profile's name could not be a folder's name.

    """
    return Paths(Folders.find(env), check_profile(profile), mode)


def check_profile(profile: str) -> str:
    """Return the name of a profile, which becomes part of paths.

    Raises:
        SettingsError: it could not be a folder's name.

    """
    if not _PROFILE.fullmatch(profile):
        raise SettingsError(f"profile {profile[:40]!r}: use up to 32 letters, digits, '-' or '_'.")
    return profile


def private_folder(folder: Path) -> Path:
    """Create a folder with mode 0700, parents included, and check it; returns the folder.

    Raises:
        UsageError: it cannot be made, is not a folder, belongs to someone else, or others may enter it.

    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise UsageError(f"Cannot use the folder {folder}: {error.strerror}; free it or set {HOME_VARIABLE}.") from None
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{folder} is not a folder of its own (a link or a file); move it away.")
    _check_private(folder, found, "700")
    return folder


def check_private_file(file: Path) -> bool:
    """Tell whether a file is there, and refuse one that is not ours alone. The file is not opened.

    Raises:
        UsageError: it is a link or no plain file, belongs to someone else, or others may read or write it.

    """
    try:
        found = file.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UsageError(f"Cannot look at {file}: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{file} is not a plain file; move it away.")
    _check_private(file, found, "600")
    return True


def write_private_file(file: Path, text: str) -> None:
    """Replace a file by ``text`` as a whole, mode 0600, durably: written beside it, synced, renamed.

    Raises:
        UsageError: it cannot be written.

    """
    check_private_file(file)
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"Cannot write {file}: {error.strerror}.") from None


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_private(path: Path, found: os.stat_result, mode: str) -> None:
    """Refuse what belongs to another user or is open to others."""
    if found.st_uid != os.getuid():
        raise UsageError(f"{path} belongs to another user; run as its owner or set {HOME_VARIABLE}.")
    if found.st_mode & 0o077:
        raise UsageError(f"Others may read {path}; run: chmod {mode} {path}")
