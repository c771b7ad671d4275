"""Commands that need no desk: the exchange keys, and forgetting the paper account."""

from __future__ import annotations

import argparse
import shutil
import sys
from getpass import getpass

from tui_trader.cli import panic_file
from tui_trader.cli.context import read_context
from tui_trader.cli.tables import write_json
from tui_trader.credentials import Credentials
from tui_trader.errors import Conflict, UsageError
from tui_trader.keys import open_vault
from tui_trader.lock import FolderLock
from tui_trader.paths import find_paths


def keys(args: argparse.Namespace) -> int:
    """Keep, show or remove the exchange keys of a profile."""
    settings, _ = read_context(args)
    if (args.action == "panic-file") != (args.switch is not None):
        raise UsageError("Type keys set, show or remove, or keys panic-file with on, off or show.")
    vault = open_vault(settings.profile)
    if args.switch is not None:
        return _say(args, *panic_file.switch(args.switch, settings, vault))
    if args.action == "set":
        place = vault.set(_ask_credentials())
        return _say(args, {"stored": place}, f"The keys are kept in {place}.")
    if args.action == "remove":
        removed = vault.remove()
        return _say(args, {"removed": removed}, "The keys are removed." if removed else "There were no keys.")
    found = vault.find()
    if found is None:
        return _say(args, {"found": False}, "There are no keys; set them with `tui-trader keys set`.")
    tail = found.credentials.tail
    return _say(
        args, {"found": True, "source": found.source, "tail": tail}, f"A key ending in …{tail}, from {found.source}."
    )


def _ask_credentials() -> Credentials:
    """Ask a person, or read two lines where standard input is no terminal."""
    if sys.stdin.isatty():
        key, secret = input("API key: ").strip(), getpass("API secret (not shown): ").strip()
    else:
        key, secret = sys.stdin.readline().strip(), sys.stdin.readline().strip()
    if not key or not secret:
        raise UsageError("Give the key and then the secret, one a line; nothing was changed.")
    return Credentials(key, secret)


def paper(args: argparse.Namespace) -> int:
    """Forget the paper account, its history and its credentials."""
    settings, _ = read_context(args)
    paths = find_paths(settings.profile, "paper")
    if not paths.state.exists():
        return _say(args, {"reset": False}, "There is no paper account to forget.")
    from tui_trader.simulator import stop_simulator  # noqa: PLC0415 - the desk's side of the simulator

    paths.prepare()
    with FolderLock(paths.lock):
        if not args.yes and not _sure(settings.profile):
            raise Conflict("Nothing was forgotten; repeat with --yes to confirm.")
        stop_simulator(paths)
        for entry in paths.state.iterdir():
            if entry == paths.lock:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    return _say(args, {"reset": True}, "The paper account is forgotten; the next start begins with a new one.")


def _sure(profile: str) -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"This forgets the paper account of profile {profile}, orders and history. Type reset: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() == "reset"


def _say(args: argparse.Namespace, data: dict[str, object], sentence: str) -> int:
    if args.json:
        write_json(data)
    else:
        sys.stdout.write(f"{sentence}\n")
    return 0
