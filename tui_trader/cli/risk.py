"""``risk``: how much of each limit is used, the loss lock, and the risks found with what to do about them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tui_trader.cli.asking import with_desk
from tui_trader.cli.tables import Column, figure, words, write_json, write_table

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient


def _meets(row: Mapping[str, Any]) -> str:
    """Say what the next order would meet."""
    if row["used"] is None:
        return "not known: refuses"
    return {"HARD": "refuses", "SOFT": "asks", "WARN": "warns"}.get(row["level"] or "", "")


LIMITS = (
    Column("LIMIT", lambda row: words(row["label"])),
    Column("ABOUT", lambda row: words(row["symbol"] or "")),
    figure("USED", "used"),
    figure("OF", "limit"),
    Column("UNIT", lambda row: words(row["unit"])),
    Column("SHARE", lambda row: "-" if row["percent"] is None else f"{float(row['percent']):.0f} %", right=True),
    Column("NEXT ORDER", _meets),
)


def status(args: argparse.Namespace) -> int:
    """Say how the limits stand."""

    async def ask(desk: DeskClient) -> int:
        found = await desk.request("GET", "/risk/status")
        if args.json:
            write_json(found)
            return 0
        for line in _head(found):
            sys.stdout.write(line + "\n")
        write_table(LIMITS, found["limits"], "Nothing uses a limit up.")
        for line in _risks(found["assessments"]):
            sys.stdout.write(line + "\n")
        return 0

    return with_desk(args, ask)


def _head(found: Mapping[str, Any]) -> Iterator[str]:
    reason = f" {words(found['gate_reason'])}" if found["gate_reason"] else ""
    yield f"gate     {found['gate']}{reason}"
    yield f"profile  {found['preset']}, figures in {found['currency']} unless a unit says otherwise"
    if found["trouble"]:
        yield f"trouble  {words(found['trouble'])}"
    lock = found["lock"]
    if lock is not None:
        yield f"lock     {words(lock['reason'])}"
        yield f"         ends by itself {words(lock['until'])[:19].replace('T', ' ')} UTC"
        yield f"         from {words(lock['liftable_at'])[11:19]} UTC lifted by: lift {words(lock['phrase'])}"
    yield ""


def _risks(found: list[Mapping[str, Any]]) -> Iterator[str]:
    if found:
        yield ""
    for risk in found:
        about = f" {words(risk['symbol'])}" if risk["symbol"] else ""
        yield f"{risk['level']} {risk['type'].lower()}{about}: {words(risk['message'])}"
        yield f"  {words(risk['recommendation'])}"
