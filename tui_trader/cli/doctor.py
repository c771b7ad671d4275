"""``tui-trader doctor``: what is well and what is not, each with what to do."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from getpass import getuser
from importlib.metadata import PackageNotFoundError, version

from tui_trader.cli import panic_file
from tui_trader.cli.asking import with_desk
from tui_trader.cli.context import read_context
from tui_trader.cli.tables import write_json
from tui_trader.client import launch
from tui_trader.errors import TraderError
from tui_trader.keys import open_vault
from tui_trader.paths import Paths, check_private_file, private_folder
from tui_trader.settings import Mode, Settings

WORDS = {"ok": "ok  ", "warn": "look", "bad": "BAD "}
FIXED_WAL = (3, 51, 3)
"""The first SQLite without the WAL-reset race; ours opens one connection only, which the race cannot reach."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok``, ``warn`` or ``bad``, and a sentence."""

    name: str
    state: str
    text: str


def run(args: argparse.Namespace) -> int:
    """Look at everything; the status is 1 when something is bad."""
    findings = list(_settings_first(args))
    if args.json:
        write_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            sys.stdout.write(f"{WORDS[finding.state]} {finding.name:<10} {finding.text}\n")
    return 1 if any(finding.state == "bad" for finding in findings) else 0


def _settings_first(args: argparse.Namespace) -> Iterator[Finding]:
    """Look at the settings, and at the rest only where they can be read."""
    yield from _python()
    try:
        settings, paths = read_context(args)
    except TraderError as error:
        yield Finding("settings", "bad", str(error))
        return
    yield Finding("settings", "ok", f"{paths.folders.config_file}, profile {settings.profile}, {settings.mode} mode")
    for look in (_terminal, _sqlite, _folders, _keys, _panic, _halt_file, _linger):
        yield from look(settings, paths)
    yield _desk(args, paths)


def _python() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{sys.version.split()[0]} on {sys.platform}")
    try:
        yield Finding("textual", "ok", version("textual"))
    except PackageNotFoundError:
        yield Finding("textual", "bad", "not installed; install tui-trader again.")


def _terminal(_: Settings, __: Paths) -> Iterator[Finding]:
    name = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Finding("terminal", "warn", "standard output is no terminal; the console needs one.")
        return
    size = shutil.get_terminal_size()
    small = size.columns < 80 or size.lines < 24
    yield Finding("terminal", "warn" if small else "ok", f"{name or 'unnamed'}, {size.columns}x{size.lines}")
    if name in {"", "dumb"}:
        yield Finding(
            "terminal", "bad", "TERM names no terminal that can move its cursor; set it, say to xterm-256color."
        )
    if os.environ.get("COLORTERM") not in {"truecolor", "24bit"}:
        yield Finding("colours", "warn", "COLORTERM is not truecolor; SSH seldom forwards it, 256 colours are used.")
    if "utf" not in (sys.stdout.encoding or "").lower():
        yield Finding("encoding", "warn", f"{sys.stdout.encoding} is not UTF-8; use a UTF-8 locale.")


def _sqlite(_: Settings, __: Paths) -> Iterator[Finding]:
    fixed = sqlite3.sqlite_version_info >= FIXED_WAL
    note = "" if fixed else ", has the WAL-reset race; the desk's single connection is out of its reach"
    yield Finding("sqlite", "ok", f"{sqlite3.sqlite_version}{note}")


def _folders(_: Settings, paths: Paths) -> Iterator[Finding]:
    if not paths.state.exists():
        yield Finding("folders", "ok", f"{paths.state} will be made at the first start.")
        return
    try:
        private_folder(paths.state)
        for file in (paths.database, paths.lock, paths.token):
            check_private_file(file)
    except TraderError as error:
        yield Finding("folders", "bad", str(error))
    else:
        yield Finding("folders", "ok", str(paths.state))


def _keys(settings: Settings, _: Paths) -> Iterator[Finding]:
    try:
        found = open_vault(settings.profile).find()
    except TraderError as error:
        yield Finding("keys", "bad", str(error))
        return
    if found is not None:
        yield Finding("keys", "ok", f"a key ending in …{found.credentials.tail}, from {found.source}")
    elif settings.mode is Mode.LIVE:
        yield Finding("keys", "bad", "none; set them with `tui-trader keys set`.")
    else:
        yield Finding("keys", "ok", "none, and paper needs none")


def _panic(settings: Settings, _: Paths) -> Iterator[Finding]:
    """Look whether the stand-alone script could cancel everything without the desk."""
    file = panic_file.place(settings.profile)
    try:
        there = check_private_file(file)
    except TraderError as error:
        yield Finding("panic", "bad", f"the stand-alone script will not read its file. {error}")
        return
    keys = f"has the keys from {file}" if there else "will ask for key and secret"
    yield Finding("panic", "ok", f"the stand-alone script {keys}: {panic_file.command(settings.profile)}")


def _halt_file(_: Settings, paths: Paths) -> Iterator[Finding]:
    if os.path.lexists(paths.halt):
        yield Finding("halt", "warn", f"{paths.halt} halts trading; `tui-trader resume REASON` removes it.")


def _linger(_: Settings, __: Paths) -> Iterator[Finding]:
    """Look whether systemd ends this user's processes, the desk with them, at logout."""
    loginctl = shutil.which("loginctl")
    if loginctl is None or os.getuid() == 0:
        return
    found = subprocess.run(
        [loginctl, "show-user", getuser(), "--property=Linger"], capture_output=True, text=True, timeout=5, check=False
    )
    if found.stdout.strip() == "Linger=no":
        yield Finding("logout", "warn", f"a logout may end the desk; `loginctl enable-linger {getuser()}` prevents it.")


def _desk(args: argparse.Namespace, paths: Paths) -> Finding:
    if not launch.answers(paths.socket):
        return Finding("desk", "ok", "none runs; the console starts one")
    found: list[Finding] = []

    async def ask(desk: object) -> int:
        status = await desk.request("GET", "/status")  # type: ignore[attr-defined] # the client is imported late
        down = [feed["name"] for feed in status["feeds"] if not feed["up"]]
        text = f"pid {status['pid']}, version {status['version']}, gate {status['gate']}"
        if status["clock_offset_ms"] is not None:
            text += f", clock {status['clock_offset_ms']:+.0f} ms ± {status['clock_error_ms']:.0f}"
        found.append(Finding("desk", "warn" if down else "ok", text + (f", down: {', '.join(down)}" if down else "")))
        return 0

    try:
        with_desk(args, ask)
    except TraderError as error:
        return Finding("desk", "bad", str(error))
    return found[0]
