"""One run: a venue, a live desk, a console that is led through every panel, and commands; what they all wrote."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.process.hostile.corpus import harmless, strings
from tests.process.hostile.sequences import kinds
from tests.process.household import Household, until
from tests.process.live import phrase
from tests.process.screen import opened
from tests.process.terminal import Terminal
from tui_trader.client.desk import DeskClient

COLUMNS, ROWS = 160, 48
ORDERS = 15
TYPED_EVERY = 13
"""One of so many strings is pasted into the line and typed into the filter; the same handling meets all of them."""
LISTS = ("orders", "balances", "fills", "history", "positions", "status")


@dataclass
class Findings:
    """What a run left behind."""

    strings: int = 0
    places: Counter[str] = field(default_factory=Counter)
    written: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    actions: int = 0
    crashes: list[str] = field(default_factory=list)
    log_faults: list[str] = field(default_factory=list)
    log_lines: int = 0


@contextmanager
def hostile_venue(size: int, kind: str) -> Iterator[dict[str, str]]:
    """Run the venue; give what it printed."""
    command = [sys.executable, "-m", "tests.process.hostile.venue", str(size), kind]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def run(size: int, kind: str) -> Findings:
    """Do everything once with ``size`` strings."""
    texts = strings(size)
    if kind == "harmless":
        texts = [harmless(text, number) for number, text in enumerate(texts)]
    found, household = Findings(strings=len(texts)), Household()
    try:
        with hostile_venue(size, kind) as venue:
            _live_through(household, venue, texts, found, kind)
            found.places.update(_read(f"{venue['rest_url']}/carried"))
    finally:
        household.close()
    return found


def _live_through(household: Household, venue: dict[str, str], texts: list[str], found: Findings, kind: str) -> None:
    household.env |= {
        "TUI_TRADER_API_KEY": venue["key"],
        "TUI_TRADER_API_SECRET": venue["secret"],
        "TUI_TRADER_TIMING": "proof",
        "TUI_TRADER_LOG_LEVEL": "debug",
        "TUI_TRADER_RISK_MAX_OPEN_ORDERS": "5000",
        "TUI_TRADER_RISK_MAX_ORDERS_PER_MINUTE": "5000",
    }
    live = ["--mode", "live", "--rest-url", venue["rest_url"], "--ws-url", venue["ws_url"]]
    household.run("do", "buy btc $50 @-1%", "--dry-run", *live)
    household.told("do", f"unlock {phrase(household, live)}", "--yes", *live)
    console = opened(household, *live, columns=COLUMNS, rows=ROWS)
    placed = _place(household, texts, found)
    _tour(console, texts, found)
    found.actions += max(0, len(_read(f"{venue['control_url']}/orders")) - placed)
    if kind == "hostile":
        _commands(household, live, texts, found)
    console.press(":")
    console.settle()
    console.type("q")
    console.press("enter")
    if console.ends() != 0:
        found.crashes.append(f"the console ended with {console.process.returncode}")
    found.written += len(console.written)
    found.kinds.update(kinds(bytes(console.written)))
    household.run("stop", *live)
    _read_logs(household, found)


def _place(household: Household, texts: list[str], found: Findings) -> int:
    """Place orders through the API, with hostile notes and tags; return how many the venue took."""
    taken = 0
    for number in range(ORDERS):
        text = texts[number * 7 % len(texts)]
        body = {
            "intent_id": f"hostile-{number:04d}", "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT",
            "quantity": f"0.000{number + 10}", "price": "90000.00", "note": text[:200], "tags": [text[:40]],
        }  # fmt: skip
        answer = _post(household, "/trades/orders", body)
        taken += answer.get("outcome") == "accepted"
        found.places.update({"note": 1, "tag": 1})
    return taken


def _tour(console: Terminal, texts: list[str], found: Findings) -> None:
    """Go through every panel to its end, open details, copy, click, filter, type and take lines back."""
    for digit in "156789":
        console.press(digit, "z")
        console.settle()
        for _ in range(2 + len(texts) // 20):
            console.press("\x04")  # Ctrl+D: half a page
            console.settle()
        _details(console)
        console.press("y")
        for row in range(4, ROWS - 8, 6):
            for column in (4, 30, 60, 90, 120):
                console.click(column, row)
        console.settle()
        console.press("z")
        _still_there(console, found)
    console.press("7", "v")
    console.settle()
    for text in texts[::TYPED_EVERY]:
        found.places.update({"typed line": 1, "line taken back": 1, "filter": 1})
        console.press(":")
        console.shows("COMMAND")
        console.paste(text[:3000])
        console.press("enter", "tab")
        console.settle()
        _escape(console)
        console.press("5", "/")
        console.type("".join(char for char in text[:40] if char.isprintable()).encode("utf-8", "replace").decode())
        _escape(console)
    console.press(":", "up")
    console.settle()
    _escape(console)
    _still_there(console, found)


def _details(console: Terminal) -> None:
    console.press("enter")
    console.settle()
    console.press("G")
    console.settle()
    _escape(console)


def _escape(console: Terminal) -> None:
    """Press Escape by itself: what follows at once would make another key of it."""
    for _ in range(2):
        console.press("escape")
        console.settle(0.15, 0.2)


def _still_there(console: Terminal, found: Findings) -> None:
    """Look whether the console lives, trades nothing and asks nothing."""
    if console.process.poll() is not None:
        found.crashes.append("the console ended")
        return
    console.wait(lambda screen: "NORMAL" in screen, "the console to be calm")
    if "CONFIRM" in console.text:
        found.actions += 1
    if "fault of the console" in console.text or "Traceback" in console.text:
        found.crashes.append(console.text)


def _commands(household: Household, live: list[str], texts: list[str], found: Findings) -> None:
    """Print every list on a terminal, in words and as JSON, and have lines refused."""
    runs = [[name, *live, *flags] for name in LISTS for flags in ((), ("--json",))]
    runs += [["do", text[:200].replace("\0", ""), "--dry-run", *live] for text in texts[:8] if text.isprintable()]
    runs += [["orders", texts[0][:40], *live], ["history", "--text", texts[1][:40], *live]]
    for arguments in runs:
        terminal = household.console(*arguments, columns=200)
        if terminal.ends() not in {0, 1, 2, 3} or "Traceback" in terminal.text:
            found.crashes.append(f"{arguments[0]}: {terminal.text[:400]}")
        found.commands.update(kinds(bytes(terminal.written)))
        found.written += len(terminal.written)


def _read_logs(household: Household, found: Findings) -> None:
    """Check that each line of each log is one record of printable ASCII."""
    for file in household.home.rglob("*.log*"):
        for line in file.read_bytes().split(b"\n")[:-1]:
            found.log_lines += 1
            try:
                whole = isinstance(json.loads(line), dict) and line.isascii() and line.decode().isprintable()
            except ValueError:
                whole = False
            if not whole:
                found.log_faults.append(f"{file.name}: {line[:200]!r}")


def _post(household: Household, path: str, body: dict[str, Any]) -> dict[str, Any]:
    import asyncio

    from tui_trader.errors import TraderError

    async def asking() -> Any:
        client = DeskClient(household.paths("live").socket)
        try:
            return await client.request("POST", path, body)
        except TraderError as error:
            return {"outcome": str(error)}
        finally:
            await client.close()

    answer = asyncio.run(asking())
    return answer if isinstance(answer, dict) else {}


def _read(url: str) -> Any:
    def ask() -> Any:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    return until(lambda: [ask()], url)[0]


def judge(hostile: Findings, reference: Findings) -> tuple[str, list[str]]:
    """Return the line of figures and everything that is wrong."""
    allowed = reference.kinds.keys()
    foreign = {kind: number for kind, number in hostile.kinds.items() if kind not in allowed}
    printed = {kind: number for kind, number in hostile.commands.items() if kind not in {"U+000A", "U+000D"}}
    actions = hostile.actions
    wrong = [f"console wrote {kind}: {number} times" for kind, number in foreign.items()]
    wrong += [f"a command wrote {kind}: {number} times" for kind, number in printed.items()]
    wrong += [*hostile.crashes, *hostile.log_faults, *(["an action was carried out"] if actions else [])]
    controls = sum(foreign.values()) + sum(printed.values())
    line = (
        f"strings={hostile.strings} places={len(hostile.places)} bytes={hostile.written} "
        f"kinds_allowed={len(allowed)} foreign_control={controls} actions={actions} crashes={len(hostile.crashes)} "
        f"log_lines={hostile.log_lines} log_faults={len(hostile.log_faults)}"
    )
    return line, wrong
