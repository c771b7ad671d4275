"""Flags and commands, as argparse knows them."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable

from tui_trader import __version__
from tui_trader.exchange.sim.options import add_arguments as add_sim_arguments

Run = Callable[[argparse.Namespace], int]
Add = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what it does, how it runs, and parsers it shares flags with."""


def lazily(module: str, name: str) -> Run:
    """Return a command whose module is imported when it runs."""

    def run(args: argparse.Namespace) -> int:
        command: Run = getattr(importlib.import_module(module), name)
        return command(args)

    return run


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of ``tui-trader``."""
    shared = _shared()
    parser = argparse.ArgumentParser(
        prog="tui-trader",
        parents=[shared],
        description="A keyboard-driven trading console for the MEXC spot exchange. Alone, the console on paper.",
    )
    parser.add_argument("--version", action="version", version=f"tui-trader {__version__}")
    parser.set_defaults(run=lazily("tui_trader.cli.console", "run"))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON")

    def add(name: str, text: str, run: Run, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, parents=[shared, *parents])
        command.set_defaults(run=run)
        return command

    ask = "tui_trader.cli.asking"
    add("status", "say how the desk is", lazily(ask, "status"), as_json)
    add("stop", "end the desk in an orderly way", lazily(ask, "stop"), as_json)
    positions = add("positions", "list open positions", lazily(ask, "positions"), as_json)
    positions.add_argument("--all", action="store_true", help="closed ones too")
    orders = add("orders", "list working orders", lazily(ask, "orders"), as_json)
    orders.add_argument("symbol", nargs="?", help="only this pair")
    for name, text in (("fills", "list executions, newest first"), ("history", "list orders, newest first")):
        _add_filters(add(name, text, lazily(ask, name), as_json))
    add("balances", "list balances", lazily(ask, "balances"), as_json)
    add("ledger", "say where every balance comes from", lazily(ask, "ledger"), as_json)
    add(
        "risk",
        "say how much of each limit is used, and what is locked",
        lazily("tui_trader.cli.risk", "status"),
        as_json,
    )
    line = add("do", "place or manage by a typed line", lazily("tui_trader.cli.typed_line", "do"), as_json)
    line.add_argument("line", help='such as "buy btc $100 @bid post" or "cancel all"')
    line.add_argument("--yes", action="store_true", help="confirm what the console would ask about")
    line.add_argument("--dry-run", action="store_true", help="say what it would do, send nothing")
    _add_halting(add, as_json)
    add("desk", "run the desk in the foreground", lazily("tui_trader.cli.serving", "desk"))
    sim = commands.add_parser("sim", help="run the simulated exchange", description="Run the simulated exchange.")
    add_sim_arguments(sim)
    sim.set_defaults(run=lazily("tui_trader.cli.serving", "sim"))
    _add_paper(add("paper", "paper trading", lazily("tui_trader.cli.local", "paper"), as_json))
    _add_keys(add("keys", "keep the exchange keys", lazily("tui_trader.cli.local", "keys"), as_json))
    _add_records(add, as_json)
    add("doctor", "check this machine, the folders and the desk", lazily("tui_trader.cli.doctor", "run"), as_json)
    return parser


def _shared() -> argparse.ArgumentParser:
    """Make the flags that every command takes; absent ones leave the settings alone."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--mode", choices=("paper", "live"), help="whose money moves; paper unless told")
    shared.add_argument("--profile", metavar="NAME", help="a set of state folders of its own")
    shared.add_argument("--config", metavar="FILE", help="read this instead of the config folder's config.toml")
    shared.add_argument("--rest-url", metavar="URL", help="a MEXC-speaking REST endpoint")
    shared.add_argument("--ws-url", metavar="URL", help="its WebSocket endpoint")
    shared.add_argument("--theme", metavar="NAME", help="the console's colours")
    return shared


def _add_filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("symbol", nargs="?", help="only this pair")
    command.add_argument("--side", choices=("BUY", "SELL"))
    command.add_argument("--tag")
    command.add_argument("--text", help="part of a symbol, tag or note")
    command.add_argument("--from", dest="start", metavar="TIME", help="such as 2026-01-31T12:00:00Z")
    command.add_argument("--to", dest="end", metavar="TIME")
    command.add_argument("--limit", type=int, default=50, help="rows, 50 unless told; 0 for all")


def _add_records(add: Add, as_json: argparse.ArgumentParser) -> None:
    records = "tui_trader.cli.records"
    audit = add("audit", "check the journal, and the tables against it", lazily(records, "audit"), as_json)
    audit.add_argument("what", choices=("verify", "rebuild"), help="the chain of hashes; the tables made of the lines")
    audit.add_argument("--check", action="store_true", help="with rebuild: compare, change nothing")
    backup = add("backup", "copy everything written down, and check the copy", lazily(records, "backup"), as_json)
    backup.add_argument("file", nargs="?", metavar="FILE", help="instead of a dated one in the state folder's backups")
    backup.add_argument("--force", action="store_true", help="replace the file")
    restore = add("restore", "put a backup in place while no desk runs", lazily(records, "restore"), as_json)
    restore.add_argument("file", metavar="FILE")


def _add_paper(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("reset",), help="reset: forget the paper account and its history")
    command.add_argument("--yes", action="store_true", help="do not ask")


def _add_halting(add: Callable[..., argparse.ArgumentParser], as_json: argparse.ArgumentParser) -> None:
    halting = "tui_trader.cli.halting"
    kill = add("kill", "halt trading and cancel what would increase exposure", lazily(halting, "kill"), as_json)
    kill.add_argument("--all", action="store_true", help="cancel everything, stops set on the website included")
    kill.add_argument("--reason", default="", metavar="TEXT", help="kept in the journal")
    resume = add("resume", "trade again after a halt", lazily(halting, "resume"), as_json)
    resume.add_argument("reason", metavar="REASON", help="why trading may go on; kept in the journal")


def _add_keys(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "action",
        choices=("set", "show", "remove", "panic-file"),
        help="set asks for key and secret or reads two lines from standard input; show prints the key's tail; "
        "panic-file keeps them, or not, where the stand-alone script tui_trader/panic.py finds them",
    )
    command.add_argument("switch", nargs="?", choices=("on", "off", "show"), help="of the panic file")
