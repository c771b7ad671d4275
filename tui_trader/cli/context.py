"""What every command begins with: settings from flags, environment and file, and the paths that follow."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tui_trader.paths import Paths, find_paths
from tui_trader.settings import Settings, load_settings

FLAGS = ("mode", "profile", "rest_url", "ws_url", "theme")


def read_context(args: argparse.Namespace) -> tuple[Settings, Paths]:
    """Read the settings and find the folders.

    Raises:
        SettingsError: a file, variable or flag is wrong.

    """
    file = getattr(args, "config", None)
    settings = load_settings(
        {name: getattr(args, name, None) for name in FLAGS}, file=Path(file).expanduser() if file else None
    )
    return settings, find_paths(settings.profile, settings.mode)


def desk_flags(args: argparse.Namespace) -> Sequence[str]:
    """Return the flags that make a desk read the same settings."""
    given = {name: getattr(args, name, None) for name in (*FLAGS, "config")}
    return [part for name, value in given.items() if value for part in (f"--{name.replace('_', '-')}", str(value))]
