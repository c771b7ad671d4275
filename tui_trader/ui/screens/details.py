"""What the sheets say: help of a panel, and everything known of a row."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from tui_trader.domain.text import clean
from tui_trader.ui.doubt import NEXT
from tui_trader.ui.keymap import Keymap, readable
from tui_trader.ui.numbers import NOTHING, plain

if TYPE_CHECKING:
    from tui_trader.contract.orders import OrderView

ABOUT: Mapping[str, str] = {
    "watch": "The pairs you watch. Moving the cursor turns chart, book and trades to that pair.",
    "chart": "Candles of the focused pair. B and S mark own orders, E the entry, x a stop, t a target, arrows fills.",
    "book": "Depth of the focused pair. A dot marks a price with an order of yours; bars show the running total.",
    "trades": "What others just traded; the arrow says which side took.",
    "orders": "Your working orders. Distance is from the market to the price; positive: not reached. "
    "UNKNOWN means that the exchange gave no clear answer: the desk is finding out, do not repeat the order.",
    "positions": "What you hold, at average cost with fees. Prot. is the share that an armed stop covers; "
    "Age is of the mark price.",
    "history": "Orders that ended and executions, newest first; more is fetched while you go down. "
    "/ with a symbol, buy or sell searches all of history.",
    "balances": "Coins free, locked in orders, and about to be locked.",
    "log": "What desk and console had to say.",
    "risk": "How the gate stands, what was found, and how much of each limit is used. The bar is full at the limit; "
    "the word at its end says what the next order would meet: inside, asks first, refused.",
}


def help_lines(panel: str, keymap: Keymap) -> list[tuple[str, str]]:
    """Return the help of a panel: what it is, then its own keys, then those that work everywhere."""
    own = [action for action in keymap.of(panel) if action.panels and keymap.keys[action.id]]
    others = [action for action in keymap.of(panel) if not action.panels and keymap.keys[action.id]]
    lines = [("", ABOUT.get(panel, "")), ("", "")]
    lines += [(" ".join(readable(key) for key in keymap.keys[action.id]), action.help) for action in own]
    lines.append(("", ""))
    lines += [(" ".join(readable(key) for key in keymap.keys[action.id]), action.help) for action in others]
    lines += [
        ("", ""),
        (":", "buy|sell [symbol] size price {post ioc fok ro}   close symbol [size] [price]   cancel last|all|symbol"),
        ("", "size: 0.01  $100  25%bal  50%pos  all  max     price: 65000  mkt  @bid  @ask-2t  @mid+0.1%"),
        (":q", "Leave the console; the desk goes on."),
        (":shutdown", "End the desk too."),
    ]
    return lines


def row_lines(item: Any) -> list[tuple[str, str]]:
    """Return every field of a view, in words; texts from outside are cleaned."""
    return [(name.replace("_", " "), _value(name, value)) for name, value in dict(item).items()]


def doubt_lines(order: OrderView) -> list[tuple[str, str]]:
    """Return what to do about an order that did not simply go through."""
    return [("what now", NEXT[order.status]), ("", "")] if order.status in NEXT else []


def _value(name: str, value: object) -> str:
    """Write one value."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**11:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value / 1000))
    if isinstance(value, dict):
        return ", ".join(f"{clean(key, 40)} {_value(name, each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(name, each) for each in value)
    return clean(value, 200)
