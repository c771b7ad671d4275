"""The run: keys are kept, a live desk trades through trouble, everything that can be asked is asked; the search."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.process.household import Household, Ran, gone, until
from tests.process.live import flags, phrase
from tests.process.screen import opened, submit
from tests.simulator import Simulator

ROOT = Path(__file__).parents[3]
LISTS = ("status", "orders", "history", "fills", "balances", "positions")
SMALL = 10
"""Up to so many orders, lists are printed as JSON only, which holds all that their plain form does."""
TROUBLE: tuple[dict[str, Any], ...] = (
    {"action": "answer", "method": "POST", "path": "/api/v3/order", "accepted": True, "count": 1},
    {"action": "drop", "method": "POST", "path": "/api/v3/order", "accepted": True, "count": 1},
    {"action": "answer", "method": "POST", "path": "/api/v3/order", "status": 403, "body": "<html>no", "count": 1},
    {"action": "answer", "method": "GET", "path": "/api/v3/account", "status": 200, "body": "{", "count": 2},
    {"action": "answer", "path": "*userDataStream", "status": 500, "count": 1},
    {"action": "answer", "method": "DELETE", "path": "/api/v3/order", "status": 504, "count": 1},
)


@dataclass
class Evidence:
    """Everything that was written, and what must not be in it."""

    secret: str = ""
    signatures: set[str] = field(default_factory=set)
    listen_keys: set[str] = field(default_factory=set)
    written: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        """Keep what somebody wrote."""
        self.written[f"{name} ({len(self.written)})"] = data

    def found(self) -> list[str]:
        """Name each place where one of them is, in plain or in an encoding that anybody can undo."""
        plain = [self.secret, *self.signatures, *self.listen_keys]
        tokens = [token.encode() for token in (*plain, self.secret.encode().hex())]
        tokens.append(base64.b64encode(self.secret.encode())[:-4])
        places = ((name, token) for name, data in self.written.items() for token in tokens if token in data)
        return [f"{name}: {token[:6].decode()}..." for name, token in places]

    def line(self) -> str:
        """Write the figures."""
        return (
            f"files={len(self.written)} bytes={sum(map(len, self.written.values()))} "
            f"secrets_found={len(self.found())} signatures={len(self.signatures)} listen_keys={len(self.listen_keys)}"
        )


@contextmanager
def hearing_venue(key: str, secret: str) -> Iterator[Simulator]:
    """Run the venue with this key, given by its standard input."""
    command = [sys.executable, "-m", "tests.process.canary.venue"]
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{key}\n{secret}\n")
    process.stdin.flush()
    try:
        yield Simulator(process, json.loads(process.stdout.readline()), said)
    finally:
        process.kill()
        process.communicate()
        said.close()


def run(household: Household, orders: int) -> Evidence:
    """Make everything write, and collect it."""
    key, secret = f"mx0canary{secrets.token_hex(8)}", f"canary{secrets.token_hex(16)}"
    evidence = Evidence(secret=secret)
    household.env |= {"TUI_TRADER_TIMING": "proof", "TUI_TRADER_LOG_LEVEL": "debug", "PYTHONASYNCIODEBUG": "1"}
    with hearing_venue(key, secret) as venue:
        _keys(household, evidence, key, secret)
        _trade(household, venue, evidence, orders)
        _crash(household, venue, evidence, key, secret)
        with urllib.request.urlopen(f"{venue.rest_url}/heard", timeout=10) as answer:
            heard = json.load(answer)
    evidence.signatures, evidence.listen_keys = set(heard["signature"]), set(heard["listenKey"])
    _collect(household, evidence)
    return evidence


def plant(household: Household, evidence: Evidence) -> int:
    """Write the secret, a signature and a listen key where they must not be; return how many the search finds."""
    bad = Evidence(evidence.secret, evidence.signatures, evidence.listen_keys)
    tokens = [evidence.secret, *list(evidence.signatures)[:1], *list(evidence.listen_keys)[:1]]
    file = household.paths("live").state / "planted.db-wal"
    file.write_bytes(b"\0\x01" + "\x7f".join(tokens).encode() + b"\0")
    _collect(household, bad)
    return len(bad.found())


def _keys(household: Household, evidence: Evidence, key: str, secret: str) -> None:
    """Keep the keys, show them, and try to keep wrong ones."""
    for typed in (f"{key}\n{secret} odd\n", f"{secret}\n\n", f"{key}\n{secret}\n"):
        _note(evidence, "keys set", household.run("keys", "set", typed=typed))
    for arguments in (("keys", "show"), ("keys", "show", "--json"), ("doctor",), ("doctor", "--json")):
        _note(evidence, " ".join(arguments), household.run(*arguments))


def _trade(household: Household, venue: Simulator, evidence: Evidence, orders: int) -> None:
    """Trade through trouble, with a console open, and ask for everything."""
    live = flags(venue)

    def do(*arguments: str) -> None:
        _note(evidence, " ".join(arguments)[:40], household.run(*arguments, *live))

    do("do", "buy btc $50 @-1%", "--dry-run")
    do("do", f"unlock {phrase(household, live)}", "--yes")
    console = opened(household, *live, columns=120, rows=40)
    for number in range(orders):
        venue.control("POST", "/faults", TROUBLE[number % len(TROUBLE)])
        do("do", f"buy btc 0.000{number + 3} @-{number + 1}%", "--yes", "--json")
        if number % 3 == 0:
            venue.control("POST", "/disconnect", {"abrupt": number % 2 == 0})
    venue.control("DELETE", "/faults")
    do("do", "sell mx 999999 @+1%", "--yes")
    do("do", "buy sol 1 mkt", "--yes")
    submit(console, "buy btc 0.0004 @-2%")
    for _ in range(2):  # out of the question, or of the refusal, and out of the line
        console.settle(0.2, 1.0)
        console.press("escape")
    console.settle(0.15, 0.3)
    for digit in "5679":
        console.press(digit)
        console.settle()
        console.press("enter")
        console.settle()
        console.press("escape")
        console.settle(0.15, 0.2)
    for name in LISTS:
        do(name, "--json")
        if orders > SMALL:
            do(name)
    do("do", "cancel all", "--yes")
    _note(evidence, "doctor", household.run("doctor", *live))
    for arguments in (("audit", "verify"), ("backup",), ("kill",)):
        do(*arguments)  # refused in words where there is no such command
    pid = household.desk_pid("live")
    with suppress(ProcessLookupError):
        os.kill(pid, 9)
    until(lambda: gone(pid), "the desk to be dead")
    do("do", "cancel all", "--yes")  # brings another desk up on what the first one left
    console.settle(0.2, 2.0)
    console.close()
    evidence.add("the console's terminal", bytes(console.written))
    do("stop")
    evidence.add("the venue's stderr", venue.said().encode())


def _crash(household: Household, venue: Simulator, evidence: Evidence, key: str, secret: str) -> None:
    """Let a process die with secrets in its hands."""
    with tempfile.NamedTemporaryFile("w") as keys:
        keys.write(f"{key}\n{secret}\n")
        keys.flush()
        log = household.paths("live").state / "crash.log"
        died = subprocess.run(
            [sys.executable, "-m", "tests.process.canary.crash", venue.rest_url, str(log), keys.name],
            capture_output=True,
            env=household.env,
            cwd=ROOT,
            timeout=60,
            check=False,
        )
    assert died.returncode == 1, died
    assert log.read_text().count("RuntimeError") >= 4, "the crash left no traces to search"
    evidence.add("the crash", died.stdout + died.stderr)


def _note(evidence: Evidence, name: str, ran: Ran) -> None:
    evidence.add(f"{name}: stdout", ran.out.encode())
    evidence.add(f"{name}: stderr", ran.err.encode())


def _collect(household: Household, evidence: Evidence) -> None:
    """Read every file below the home but the one that is there to hold the keys."""
    for file in _files(household.home):
        if not (file.name.startswith("keys-") and file.parent == household.paths("live").folders.config):
            evidence.add(str(file.relative_to(household.home)), file.read_bytes())


def _files(folder: Path) -> Iterable[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink())
