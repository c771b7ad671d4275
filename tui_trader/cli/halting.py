"""``tui-trader kill`` and ``tui-trader resume``: every desk of the profile is halted unless a mode is named."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from tui_trader.cli.asking import with_desk
from tui_trader.cli.context import read_context
from tui_trader.cli.panic_file import command
from tui_trader.cli.tables import number, words, write_json
from tui_trader.client import launch
from tui_trader.errors import DeskUnavailable, UsageError
from tui_trader.paths import Paths, find_paths
from tui_trader.settings import Mode

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

ANSWER_S = 6.0
"""How long a desk may take to answer; it answers within two seconds of hearing."""
FOLLOW_S = 15.0
"""How long a certificate is followed that is not complete yet."""
POLL_S = 0.1
REASON = "tui-trader kill"


def kill(args: argparse.Namespace) -> int:
    """Halt; the status is 0 when everything that had to go is proved gone, 1 when not yet, 3 without a desk."""
    settings, chosen = read_context(args)
    every = [find_paths(settings.profile, mode.value) for mode in Mode]
    running = [paths for paths in ([chosen] if getattr(args, "mode", None) else every) if launch.answers(paths.socket)]
    if not running:
        known = [paths for paths in every if paths.database.exists()]
        left = [chosen] if getattr(args, "mode", None) or not known else known
        said = " ".join(_left_behind(args, paths) for paths in left)
        raise DeskUnavailable(f"No desk runs for profile {settings.profile}. {said} {_advice(settings.profile)}")
    found = [(paths, asyncio.run(_pressed(args, paths))) for paths in running]
    if args.json:
        write_json([{"mode": paths.mode, **certificate} for paths, certificate in found])
    for paths, certificate in () if args.json else found:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(paths.mode, certificate)))
    return 0 if all(each["done"] and not each["unconfirmed"] for _, each in found) else 1


async def _pressed(args: argparse.Namespace, paths: Paths) -> Mapping[str, Any]:
    """Press the switch of a running desk and follow its certificate; a desk that does not answer gets the file."""
    desk = await launch.attach(launch.Launch(paths, None, paths.state))
    asked = {"intent_id": token_hex(8), "reason": (args.reason or REASON)[:200], "everything": args.all}
    try:
        async with asyncio.timeout(ANSWER_S):
            certificate: Mapping[str, Any] = await desk.request("POST", "/risk/halt", asked)
        deadline = time.monotonic() + FOLLOW_S
        while not certificate["done"] and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
            async with asyncio.timeout(ANSWER_S):
                certificate = await desk.request("GET", "/risk/halt")
    except (TimeoutError, DeskUnavailable):
        raise DeskUnavailable(
            f"The {paths.mode} desk does not answer. {_left_behind(args, paths)} {_advice(paths.profile)}"
        ) from None
    finally:
        await desk.close()
    return certificate


def _left_behind(args: argparse.Namespace, paths: Paths) -> str:
    """Make the HALT file, and say what that means."""
    from tui_trader.desk.halting import HaltFile  # noqa: PLC0415 - the desk's side

    paths.prepare()
    made = HaltFile(paths.halt).write(args.reason or REASON)
    if made:
        return f"{paths.halt} is there now: the {paths.mode} desk halts when it runs."
    return f"{paths.halt} could NOT be made: free the disk."


def _advice(profile: str) -> str:
    return f"Resting orders stay at the exchange until you cancel them there, or run: {command(profile)}"


def _lines(mode: str, certificate: Mapping[str, Any]) -> list[str]:
    """Write a certificate for a person: its sentence, then what is not as wished."""
    lines = [f"{mode}: {words(certificate['sentence'])}"]
    for order in certificate["orders"]:
        if order["fate"] in {"OPEN", "KEPT"}:
            fate = "not confirmed" if order["fate"] == "OPEN" else "kept"
            price = f" @{number(order['price'])}" if order["price"] else ""
            lines.append(
                f"  {fate}: {order['side'].lower()} {number(order['quantity'])} {words(order['symbol'])}{price}"
                f" ({words(order['order_id'])})"
            )
    return lines


def resume(args: argparse.Namespace) -> int:
    """Trade again."""
    if not args.reason.strip():
        raise UsageError("Say why trading may go on: tui-trader resume REASON")

    async def ask(desk: DeskClient) -> int:
        found = await desk.request("POST", "/risk/resume", {"intent_id": token_hex(8), "reason": args.reason})
        if args.json:
            write_json(found)
        else:
            sys.stdout.write(f"{words(found['message'])}\n")
        return 0

    return with_desk(args, ask)
