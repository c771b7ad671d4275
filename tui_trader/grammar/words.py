"""The words of the language: verbs, panels, flags, and words that are known but cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from tui_trader.grammar.commands import View

BUY, SELL, CANCEL, CLOSE, HELP = "buy", "sell", "cancel", "close", "help"

VIEWS = {
    "pos": View.POSITIONS,
    "ord": View.ORDERS,
    "hist": View.HISTORY,
    "bal": View.BALANCES,
    "log": View.LOG,
}

VERBS: dict[str, str] = {
    BUY: "buy [symbol] size price [to price] {flags}",
    SELL: "sell [symbol] size price [to price] {flags}",
    CANCEL: "cancel id | :row | last | all | symbol | side:buy | side:sell",
    CLOSE: "close symbol [size] [price] {flags}",
    "pos": "pos [symbol]",
    "ord": "ord [symbol]",
    "hist": "hist [symbol]",
    "bal": "bal",
    "log": "log",
    HELP: "help [verb]",
}
"""Every verb with how it is written."""

ALIASES = {"b": BUY, "s": SELL}

ALONE = "type it alone in its line"
UNAVAILABLE: dict[str, str] = {
    "scale": "write several orders with ; between them",
    "chase": "place a limit order at @bid or @ask and move it by hand",
    "twap": "place smaller orders one after the other",
    "when": "watch the price and place the order then",
    "at": "place the order when the time has come",
    "alert": "watch the price in the watchlist",
    "sl": "place the exit order by hand",
    "tp": "place a limit sell above the market",
    "trail": "place the exit order by hand",
    "be": "place a limit sell at @be",
    "oco": "place one order and cancel it before the other",
    "none": "leave it out",
    "ttl": "cancel the order by hand",
    "move": "cancel the order and place another",
    "bump": "cancel the order and place another",
    "flatten": "close each position with «close symbol all mkt»",
    "arm": "type the orders",
    "lock": ALONE,
    "lift": ALONE,
    "halt": f"{ALONE}, or press H twice",
    "kill": f"{ALONE}, or press H twice",
    "resume": ALONE,
    "limit": "change it in the form: press 0, then e",
    "alias": "type the line in full",
    "set": "type the number",
    "track": "type the number",
    "export": "use «history --json» on the command line",
    "why": "open the order's details in History",
    "pnl": "use «pos»",
    "tasks": "use «ord»",
    "latency": "look at the top line",
    "shutdown": "use «tui-trader stop» on the command line",
}
"""Words of the full language that this version does not carry out, with what to do instead."""

RISK, TO = "risk", "to"
MISPLACED: dict[str, str] = {
    RISK: "«risk» is a size: buy btc risk 0.5% @64000 to 63000.",
    TO: "«to» follows the price of an order that is sized by risk: buy btc risk 0.5% @64000 to 63000.",
}
"""Words that mean something in one place only, with what to write."""

FLAGS = ("post", "ioc", "fok", "ro", "cap off", "tag:", 'note "')
SIZES = ("all", "max", "half", "quarter", "25%bal", "50%bal", "25%pos", "50%pos", "$100")
PRICES = ("mkt", "@bid", "@ask", "@mid", "@last", "@open", "@high", "@low", "@entry", "@be", "@-0.1%", "@+0.1%")
AMOUNTS = ("0.5%", "1%", "2%", "$50")
LEVELS = ("-1%", "-2%", "-5%", "+1%", "+2%", "+5%")
TARGETS = ("last", "all", "side:buy", "side:sell")


def refusal(word: str) -> str | None:
    """Return the sentence for a word that is known but not available; ``None`` for any other."""
    advice = UNAVAILABLE.get(word)
    return None if advice is None else f"«{word}» is not available; {advice}."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None
