"""``tui-trader do "LINE"``: a typed line from the shell, with the console's own confirmations."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from tui_trader.cli import tables
from tui_trader.cli.asking import with_desk
from tui_trader.cli.tables import write_json
from tui_trader.errors import ConfirmationRequired, DeskUnavailable, GrammarError, UsageError

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

READY_TIMEOUT_S = 15.0


def do(args: argparse.Namespace) -> int:
    """Place or manage by a typed line; the status says whether it was done."""
    if not args.line.strip():
        raise UsageError('The line is empty; write one such as "buy btc $100 @bid".')

    async def ask(desk: DeskClient) -> int:
        waiting = await _ready(desk)
        intent = token_hex(8)
        try:
            planned = await desk.request("POST", "/commands?dry_run=true", {"intent_id": intent, "line": args.line})
        except GrammarError as error:
            if waiting:  # no pair is known yet, so that every one is wrong
                raise DeskUnavailable(waiting) from error
            raise
        _explain(planned)
        if args.dry_run:
            return _tell(args, planned)
        if not _allowed(planned, args):
            _tell(args, planned)
            return 1
        asked: dict[str, Any] = {"intent_id": intent, "line": planned["line"] or args.line}
        try:
            done = await desk.request("POST", "/commands", asked)
        except ConfirmationRequired as soft:
            if not args.yes and not _agreed(str(soft)):
                raise
            done = await desk.request("POST", "/commands", asked | {"confirmation": soft.token})
        return _tell(args, done)

    return with_desk(args, ask, start=True)


def _explain(planned: Mapping[str, Any]) -> None:
    """Say why a size that was worked out is what it is; the line that is run has only its number."""
    for step in planned["steps"]:
        if step["preview"] and step["preview"]["sizing"]:
            sys.stderr.write(f"{tables.words(step['preview']['sizing'])}\n")


async def _ready(desk: DeskClient) -> str:
    """Wait until a desk that has just started takes orders; return what it still waits for, if it does."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while (found := await desk.request("GET", "/status"))["gate"] == "RECONCILING":
        if time.monotonic() > deadline:
            return str(found["gate_reason"])
        await asyncio.sleep(0.05)
    return ""


def _allowed(planned: Mapping[str, Any], args: argparse.Namespace) -> bool:
    """Ask about what the console would ask about, unless everything was agreed to by ``--yes``."""
    if any(step["refused"] for step in planned["steps"]):
        return False
    asking = [step["sentence"] for step in planned["steps"] if step["confirm"] in {"yes", "word"}]
    return not asking or args.yes or _agreed(" ".join(asking))


def _agreed(sentence: str) -> bool:
    """Ask a person; nobody at a terminal means no."""
    if not sys.stdin.isatty():
        sys.stderr.write(f"{tables.words(sentence)} Repeat with --yes to confirm.\n")
        return False
    sys.stderr.write(f"{tables.words(sentence)} Confirm with y: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _tell(args: argparse.Namespace, outcome: Mapping[str, Any]) -> int:
    """Say what a line did; 1 when any of it was not done."""
    if args.json:
        write_json(outcome)
    for step in outcome["steps"] if not args.json else ():
        sys.stdout.write(f"{tables.words(step['sentence'])}\n")
        placed, cancelled = step["placement"], step["cancelled"]
        if step["refused"]:
            sys.stderr.write(f"{tables.words(step['refused'])}\n")
        if placed:
            sys.stdout.write(f"{placed['outcome']}: {tables.words(placed['message'])} ({placed['order']['id']})\n")
        for failure in cancelled["failures"] if cancelled else ():
            sys.stderr.write(f"{tables.words(failure)}\n")
    return 0 if outcome["ok"] else 1
