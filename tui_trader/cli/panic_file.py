"""The file from which the stand-alone script takes the keys: kept only where a person wants it, mode 0600."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tui_trader.keys import KeyVault
from tui_trader.paths import Folders, check_private_file, private_folder, write_private_file
from tui_trader.settings import Settings

WILL_ASK = "the script will ask for key and secret on the terminal"


def place(profile: str) -> Path:
    """Return the file of a profile; the script finds that of the profile ``default`` by itself."""
    return Folders.find().config / ("panic.json" if profile == "default" else f"panic-{profile}.json")


def command(profile: str) -> str:
    """Return how the script is run for a profile."""
    return f"{sys.executable} -m tui_trader.panic" + ("" if profile == "default" else f" --file {place(profile)}")


def switch(word: str, settings: Settings, vault: KeyVault) -> tuple[dict[str, object], str]:
    """Write, remove or look for the file; returns what to print, for a program and for a person.

    Raises:
        UsageError: there are no keys to keep, or the file cannot be used.

    """
    file = place(settings.profile)
    if word == "on":
        keys = vault.load()
        content = {"key": keys.key, "secret": keys.secret, "symbols": list(settings.watchlist)}
        if settings.rest_url:
            content["rest_url"] = settings.rest_url
        private_folder(file.parent)
        write_private_file(file, json.dumps(content) + "\n")
    there = check_private_file(file)
    if word == "off" and there:
        file.unlink()
        there = False
    said = f"{file} holds the keys; run: {command(settings.profile)}" if there else f"There is no {file}: {WILL_ASK}."
    return {"file": str(file), "there": there}, said
