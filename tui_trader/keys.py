"""The exchange keys of a profile: environment, then the OS keyring, then a private file.

The secret is never taken from a command line and never shown. The keyring is used where the ``keyring`` extra is
installed and an unlocked backend of the operating system answers; otherwise the keys lie in a file of mode 0600
under the config folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui_trader.credentials import Credentials
from tui_trader.errors import UsageError
from tui_trader.logs import register_secret
from tui_trader.paths import Folders, check_private_file, check_profile, private_folder, write_private_file

KEY_VARIABLE = "TUI_TRADER_API_KEY"
SECRET_VARIABLE = "TUI_TRADER_API_SECRET"  # noqa: S105 - the name of a variable
SERVICE = "tui-trader"
UNSAFE_BACKENDS = ("fail", "null", "Plaintext")
"""Parts of the names of backends that keep nothing, or keep it readable: an honest file is better."""


class Ring(Protocol):
    """A keyring: the part of the ``keyring`` package that is used. Any call may raise."""

    def get_password(self, service: str, name: str) -> str | None:
        """Return an entry."""
        ...

    def set_password(self, service: str, name: str, value: str) -> None:
        """Keep an entry."""
        ...

    def delete_password(self, service: str, name: str) -> None:
        """Forget an entry."""
        ...


@dataclass(frozen=True, slots=True)
class KeysFound:
    """Keys and where they lie (``environment``, ``keyring`` or a file's path)."""

    credentials: Credentials
    source: str


class KeyVault:
    """Where the keys of one profile are kept."""

    def __init__(
        self, folders: Folders, profile: str, *, ring: Ring | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self.profile = check_profile(profile)
        self.file = folders.config / f"keys-{profile}.json"
        self._ring = ring
        self._env = os.environ if env is None else env

    def find(self) -> KeysFound | None:
        """Look for keys; the first source that has any wins. What is found is kept out of every log.

        Raises:
            UsageError: half a pair, or a file that is unreadable or open to others.

        """
        found = self._from_environment() or self._from_ring() or self._from_file()
        if found:
            register_secret(found.credentials.key)
            register_secret(found.credentials.secret)
        return found

    def load(self) -> Credentials:
        """Return the keys.

        Raises:
            UsageError: there are none, or they cannot be read.

        """
        found = self.find()
        if found is None:
            raise UsageError(f"Profile {self.profile} has no exchange keys; run: tui-trader keys set")
        return found.credentials

    def set(self, credentials: Credentials) -> str:
        """Keep keys in the keyring, else in the file; returns where they lie.

        Raises:
            UsageError: they look wrong, or nothing could keep them.

        """
        for name, value in (("key", credentials.key), ("secret", credentials.secret)):
            if not (8 <= len(value) <= 256 and value.isascii() and value.isprintable() and " " not in value):
                raise UsageError(f"The {name} must be 8 to 256 letters and digits without spaces; copy it again.")
        register_secret(credentials.key)
        register_secret(credentials.secret)
        text = json.dumps({"key": credentials.key, "secret": credentials.secret})
        if self._ring is not None and self._kept_in_ring(self._ring, text):
            self._drop_file()
            return "keyring"
        private_folder(self.file.parent)
        write_private_file(self.file, text + "\n")
        return str(self.file)

    def remove(self) -> bool:
        """Forget the keys everywhere but in the environment; tells whether there were any.

        Raises:
            UsageError: a file is not ours to remove.

        """
        dropped = False
        if self._ring is not None and self._from_ring():
            try:
                self._ring.delete_password(SERVICE, self.profile)
            except Exception:  # noqa: BLE001 - backends raise what they like
                raise UsageError("The keyring did not give the keys up; unlock it and try again.") from None
            dropped = True
        return self._drop_file() or dropped

    def _from_environment(self) -> KeysFound | None:
        """Read both variables, or neither."""
        key, secret = self._env.get(KEY_VARIABLE, ""), self._env.get(SECRET_VARIABLE, "")
        if bool(key) != bool(secret):
            raise UsageError(f"Set both {KEY_VARIABLE} and {SECRET_VARIABLE}, or neither.")
        return KeysFound(Credentials(key, secret), "environment") if key else None

    def _from_ring(self) -> KeysFound | None:
        """Read the keyring; a locked or broken one has nothing."""
        if self._ring is None:
            return None
        try:
            text = self._ring.get_password(SERVICE, self.profile)
        except Exception:  # noqa: BLE001 - backends raise what they like
            return None
        return KeysFound(_credentials(text, "the keyring"), "keyring") if text else None

    def _from_file(self) -> KeysFound | None:
        """Read the private file."""
        if not check_private_file(self.file):
            return None
        try:
            descriptor = os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, encoding="utf-8") as stream:
                text = stream.read(4096)
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"{self.file} cannot be read; run: tui-trader keys set") from None
        return KeysFound(_credentials(text, str(self.file)), str(self.file))

    def _kept_in_ring(self, ring: Ring, text: str) -> bool:
        """Write to the keyring and read it back."""
        try:
            ring.set_password(SERVICE, self.profile, text)
            return ring.get_password(SERVICE, self.profile) == text
        except Exception:  # noqa: BLE001 - backends raise what they like; the file is next
            return False

    def _drop_file(self) -> bool:
        """Remove the file, if it is there and ours."""
        if not check_private_file(self.file):
            return False
        Path.unlink(self.file)
        return True


def open_vault(profile: str, env: Mapping[str, str] | None = None) -> KeyVault:
    """Return the keys' place for a profile, with the OS keyring where one can be used."""
    return KeyVault(Folders.find(env), profile, ring=os_keyring(), env=env)


def os_keyring() -> Ring | None:
    """Return the OS keyring, or ``None`` where the extra is missing or no safe backend answers."""
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        return None
    try:
        backend = keyring.get_keyring()
    except Exception:  # noqa: BLE001 - backends raise what they like
        return None
    return safe_ring(getattr(backend, "backends", None) or [backend])


def safe_ring(backends: Iterable[Ring]) -> Ring | None:
    """Return the first backend that really keeps secrets."""
    for backend in backends:
        name = f"{type(backend).__module__}.{type(backend).__qualname__}"
        if not any(part in name for part in UNSAFE_BACKENDS):
            return backend
    return None


def _credentials(text: str, source: str) -> Credentials:
    """Read a kept pair; the error never quotes it."""
    try:
        pair = json.loads(text)
        key, secret = pair["key"], pair["secret"]
    except (ValueError, KeyError, TypeError):
        key = secret = None
    if not (isinstance(key, str) and isinstance(secret, str) and key and secret):
        raise UsageError(f"The keys in {source} are damaged; run: tui-trader keys set")
    return Credentials(key, secret)
