"""Commands about the desk's records themselves: whether they are whole, a copy of them, and a copy put back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from tui_trader.cli.books import with_books
from tui_trader.cli.context import read_context
from tui_trader.cli.tables import words, write_json
from tui_trader.errors import Conflict, UsageError

if TYPE_CHECKING:
    from tui_trader.client.desk import DeskClient

PATIENCE_S = 3600.0
"""A journal of millions of lines takes its time."""


def audit(args: argparse.Namespace) -> int:
    """Check the journal's chain, or the tables against the journal."""
    if args.what == "verify":
        return _verify(args)
    if not args.check:
        raise UsageError("The tables are only compared, never rewritten; say: tui-trader audit rebuild --check")
    return _compare(args)


def _verify(args: argparse.Namespace) -> int:
    async def ask(desk: DeskClient) -> int:
        found = await desk.request("GET", "/history/audit", patience_s=PATIENCE_S)
        if args.json:
            write_json(found)
        elif found["lines"]:
            sys.stdout.write(f"The journal is whole: {found['lines']} lines, the last with hash {found['hash']}.\n")
        else:
            sys.stdout.write("The journal is empty.\n")
        return 0

    return with_books(args, ask)


def _compare(args: argparse.Namespace) -> int:
    async def ask(desk: DeskClient) -> int:
        found = await desk.request("GET", "/history/audit/tables", patience_s=PATIENCE_S)
        if args.json:
            write_json(found)
        else:
            _say_compared(found)
        return 1 if found["differing"] else 0

    return with_books(args, ask)


def _say_compared(found: Mapping[str, Any]) -> None:
    counts = f"{found['orders']} orders, {found['fills']} fills"
    if found["older"]:
        sys.stdout.write(f"{found['older']} orders of an earlier version cannot be compared.\n")
    if not found["differing"]:
        sys.stdout.write(f"The tables follow from the journal: {counts}.\n")
        return
    sys.stdout.write(f"The tables do not follow from the journal: {found['differing']} differences in {counts}.\n")
    for each in found["differences"]:
        where = words(f"{each['row']} {each['column']}".rstrip())
        sys.stdout.write(f"{where}: journal {words(each['journal'])}, table {words(each['table'])}\n")


def backup(args: argparse.Namespace) -> int:
    """Make a backup and, where a file is named, move it there."""
    target = Path(args.file).expanduser().absolute() if args.file else None
    if target is not None and target.exists() and not args.force:
        raise Conflict(f"{target} exists; name another file, or replace it with --force.")

    async def ask(desk: DeskClient) -> int:
        found = await desk.request("POST", "/history/backup", {"intent_id": token_hex(8)}, patience_s=PATIENCE_S)
        if target is not None:
            _move(Path(found["path"]), target, force=args.force)
            found["path"] = str(target)
        if args.json:
            write_json(found)
        else:
            sys.stdout.write(f"{found['path']}: {found['lines']} journal lines, {found['bytes']} bytes, found whole.\n")
        return 0

    return with_books(args, ask)


def _move(source: Path, target: Path, *, force: bool) -> None:
    """Give a backup another place, whole or not at all; what is there stays unless ``force``."""
    from tui_trader.paths import sync_folder  # noqa: PLC0415 - as below
    from tui_trader.store.restore import copy_file  # noqa: PLC0415 - the store is loaded where it is needed

    part = copy_file(source, target.with_name(f".{target.name}.{os.getpid()}.part"))
    try:
        if force:
            part.replace(target)
        else:
            os.link(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise Conflict(f"The backup stays at {source}; {target} cannot be made: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    source.unlink()


def restore(args: argparse.Namespace) -> int:
    """Put a backup in the place of the database, while no desk runs."""
    from tui_trader.clock import SystemClock  # noqa: PLC0415 - as below
    from tui_trader.lock import FolderLock  # noqa: PLC0415 - as below
    from tui_trader.store.restore import restore as put_back  # noqa: PLC0415 - the store is loaded where it is needed

    _, paths = read_context(args)
    source = Path(args.file).expanduser().absolute()
    if not source.is_file():
        raise UsageError(f"{source} is no file; `tui-trader backup` says where backups are.")
    paths.prepare()
    with FolderLock(paths.lock):
        done = put_back(paths.database, source, SystemClock())
    aside = "" if done.aside is None else f"The database it replaces is kept as {done.aside}. "
    sentence = (
        f"{source} is in place: {done.head.sequence} journal lines, found whole. {aside}"
        "The next start compares it with the exchange before anything may be opened."
    )
    if args.json:
        write_json({"lines": done.head.sequence, "hash": done.head.hash.hex(), "aside": done.aside and str(done.aside)})
    else:
        sys.stdout.write(f"{sentence}\n")
    return 0
