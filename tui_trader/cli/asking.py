"""Commands that ask a running desk."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tui_trader.cli import tables
from tui_trader.cli.books import Ask, asked, with_books
from tui_trader.cli.columns import BALANCES, FILLS, LEDGER, ORDERS, POSITIONS
from tui_trader.cli.context import desk_flags, read_context
from tui_trader.cli.tables import write_json, write_table
from tui_trader.client import launch
from tui_trader.errors import DeskUnavailable
from tui_trader.lock import lock_owner
from tui_trader.paths import Paths

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

PAGE = 500
STOP_TIMEOUT_S = 15.0


def with_desk(args: argparse.Namespace, ask: Ask, *, start: bool = False) -> int:
    """Ask the desk of the chosen profile and mode; ``start`` brings one up where none runs."""
    settings, paths = read_context(args)
    if not start and not launch.answers(paths.socket):
        raise DeskUnavailable(
            f"No desk runs for profile {settings.profile} in {settings.mode} mode; start one with `tui-trader desk`."
        )

    async def asking() -> int:
        found = launch.start(paths, desk_flags(args)) if start else launch.Launch(paths, None, paths.state)
        try:
            return await asked(await launch.attach(found), ask)
        except DeskUnavailable:
            words = await found.last_words()
            if words is None:
                raise
            raise DeskUnavailable(words) from None

    return asyncio.run(asking())


def status(args: argparse.Namespace) -> int:
    """Say how the desk is."""

    async def ask(desk: DeskClient) -> int:
        found = await desk.request("GET", "/status")
        if args.json:
            write_json(found)
            return 0
        for name, text in _status_lines(found):
            sys.stdout.write(f"{name:<10}{text}\n")
        return 0

    return with_desk(args, ask)


def _feed_words(feed: Mapping[str, Any]) -> str:
    age = "" if feed["age_ms"] is None else f" {feed['age_ms'] / 1000:.1f} s"
    return f"{tables.words(feed['name'])} {'up' if feed['up'] else 'DOWN'}{age}"


def _status_lines(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    equity = found["equity"] or {}
    latency = found["latency_ms"]
    return [
        ("mode", f"{found['mode']}, profile {tables.words(found['profile'])}, venue {tables.words(found['venue'])}"),
        ("gate", f"{found['gate']} {tables.words(found['gate_reason']) if found['gate_reason'] else ''}".rstrip()),
        ("equity", f"{tables.number(equity.get('equity'))} {equity.get('currency', '')}"),
        ("day", tables.number(equity.get("day_pnl"), signed=True)),
        ("orders", f"{found['working_orders']} working, {found['unknown_orders']} unknown"),
        ("positions", str(found["open_positions"])),
        ("ledger", _breaks_words(found.get("breaks", ()))),
        (
            "latency",
            "-" if latency is None else f"{latency:.0f} ms, request budget {found['budget_percent']:.0f} % used",
        ),
        ("feeds", ", ".join(map(_feed_words, found["feeds"])) or "none"),
        ("desk", f"version {found['version']}, pid {found['pid']}, {found['consoles']} consoles"),
    ]


def _breaks_words(breaks: Sequence[Mapping[str, Any]]) -> str:
    if not breaks:
        return "explains every balance"
    figures = (f"{tables.words(each['asset'])} {tables.number(each['difference'], signed=True)}" for each in breaks)
    return f"does not explain {', '.join(figures)}"


def stop(args: argparse.Namespace) -> int:
    """End the desk and wait until it is gone."""
    _, paths = read_context(args)

    async def ask(desk: DeskClient) -> int:
        await desk.stop()
        return 0

    with_desk(args, ask)
    _wait_gone(paths)
    if args.json:
        write_json({"stopped": True})
    else:
        sys.stdout.write("The desk has stopped. Resting orders stay at the exchange.\n")
    return 0


def _wait_gone(paths: Paths) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while launch.answers(paths.socket) or lock_owner(paths.lock) is not None:
        if time.monotonic() > deadline:
            raise DeskUnavailable(f"The desk has not ended within {STOP_TIMEOUT_S:.0f} s; see {paths.desk_log}.")
        time.sleep(0.05)


def positions(args: argparse.Namespace) -> int:
    """List positions."""
    path = "/positions" if args.all else "/positions/open"
    return _list(args, path, POSITIONS, "Nothing is held.", {"limit": str(PAGE)})


def orders(args: argparse.Namespace) -> int:
    """List working orders."""
    path = "/trades/orders/open" + (f"/{quote(args.symbol.upper(), safe='')}" if args.symbol else "")
    return _list(args, path, ORDERS, "No order is working.", {})


def fills(args: argparse.Namespace) -> int:
    """List executions."""
    return _list(args, "/trades/fills", FILLS, "No executions match.", _filters(args), args.limit)


def history(args: argparse.Namespace) -> int:
    """List orders of the past."""
    return _list(args, "/trades/orders/history", ORDERS, "No orders match.", _filters(args), args.limit)


def balances(args: argparse.Namespace) -> int:
    """List balances."""
    return _list(args, "/account/balances", BALANCES, "The account is empty.", {})


def ledger(args: argparse.Namespace) -> int:
    """List where every balance comes from."""
    return _list(args, "/account/ledger", LEDGER, "The ledger has not begun: no coins were seen yet.", {})


def _filters(args: argparse.Namespace) -> dict[str, str]:
    given = {
        "symbol": args.symbol and args.symbol.upper(),
        "side": args.side,
        "tag": args.tag,
        "text": args.text,
        "from": args.start,
        "to": args.end,
    }
    return {name: value for name, value in given.items() if value}


def _list(
    args: argparse.Namespace,
    path: str,
    columns: tuple[tables.Column, ...],
    empty: str,
    filters: Mapping[str, str],
    limit: int | None = None,
) -> int:
    """Read a list, page by page where ``limit`` is given (0 for all), and print it."""

    async def ask(desk: DeskClient) -> int:
        rows = await _rows(desk, path, filters, limit)
        if args.json:
            write_json(rows)
        else:
            write_table(columns, rows, empty)
        return 0

    return with_books(args, ask)


async def _rows(desk: DeskClient, path: str, filters: Mapping[str, str], limit: int | None) -> list[Any]:
    rows: list[Any] = []
    cursor: str | None = None
    while True:
        query = dict(filters)
        if limit is not None:
            query["limit"] = str(PAGE if limit == 0 else min(PAGE, limit - len(rows)))
        if cursor is not None:
            query["cursor"] = cursor
        found = await desk.request("GET", f"{path}?{urlencode(query)}" if query else path)
        if isinstance(found, list):
            return found
        rows += found["items"]
        cursor = found["cursor"]
        if limit is None or cursor is None or (limit and len(rows) >= limit):
            return rows
