"""Commands written back as a line: the one spelling that is read as the same command."""

from __future__ import annotations

from tui_trader.grammar.commands import (
    ONE_TICK_INSIDE,
    WHOLE,
    Cancel,
    Close,
    Command,
    Focus,
    Look,
    Place,
    Script,
)
from tui_trader.grammar.flags import write_style
from tui_trader.grammar.prices import write_price
from tui_trader.grammar.risks import write_risk_price
from tui_trader.grammar.sizes import write_size
from tui_trader.grammar.words import VIEWS

_VIEW_WORDS = {view: word for word, view in VIEWS.items()}


def write(command: Command) -> str:
    """Write one command."""
    match command:
        case Place():
            words = [command.side.value.lower(), command.symbol, write_size(command.size), write_price(command.price)]
            return " ".join([*words, *write_risk_price(command.risk_to), *write_style(command.style)])
        case Close():
            return _close(command)
        case Cancel():
            return " ".join(["cancel", *_targets(command)])
        case Look():
            return " ".join([_VIEW_WORDS[command.view], *([command.symbol] if command.symbol else [])])
        case Focus():
            return command.symbol
        case _:
            return f"help {command.topic}".rstrip()


def _close(command: Close) -> str:
    size = [] if command.size == WHOLE else [write_size(command.size)]
    price = [] if command.price == ONE_TICK_INSIDE else [write_price(command.price)]
    style = write_style(command.style, always_reduces=True)
    return " ".join(["close", command.symbol, *(size or ["all"]), *price, *style])


def _targets(command: Cancel) -> list[str]:
    if command.everything:
        return ["all"]
    words = [*command.ids, "last" if command.last else "", command.symbol or ""]
    side = f"side:{command.side.value.lower()}" if command.side else ""
    return [word for word in (*words, side) if word]


def write_script(script: Script) -> str:
    """Write a whole line."""
    line = ""
    for place, step in enumerate(script.steps):
        join = f" {step.join.value} " if place else ""
        suffix = " ?" if step.preview else " !" if step.force else ""
        line += f"{join}{write(step.command)}{suffix}"
    return line
