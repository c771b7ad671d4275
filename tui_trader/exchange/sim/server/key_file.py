"""The simulator's own API key: generated, kept in a 0600 file of JSON, never on a command line."""

import json
import secrets
from pathlib import Path

from tui_trader.errors import SettingsError
from tui_trader.exchange.sim.server.gateway import ApiKey
from tui_trader.paths import check_private_file, private_folder, write_private_file

KEY_PREFIX = "mx0sim"


def generate(account: str) -> ApiKey:
    """Make a key and a secret that nobody had before."""
    return ApiKey(KEY_PREFIX + secrets.token_hex(10), secrets.token_hex(16), account)


def load_or_create(file: Path, account: str) -> ApiKey:
    """Read a credentials file, or create it with a generated pair.

    Raises:
        UsageError: others may read the file, it is no plain file, or it cannot be written.
        SettingsError: its content is not ``{"key": …, "secret": …}``.

    """
    if check_private_file(file):
        return _read(file, account)
    made = generate(account)
    if not file.parent.is_dir():
        private_folder(file.parent)
    write_private_file(file, json.dumps({"key": made.key, "secret": made.secret}) + "\n")
    return made


def _read(file: Path, account: str) -> ApiKey:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        key, secret = content["key"], content["secret"]
    except (OSError, ValueError, KeyError, TypeError):
        key = secret = None
    if not (isinstance(key, str) and isinstance(secret, str) and key and secret):
        raise SettingsError(f'{file} is not a credentials file; write {{"key": "…", "secret": "…"}} or remove it.')
    return ApiKey(key, secret, account)
