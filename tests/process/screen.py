"""What a person reads off the console's screen, and the keys that lead through an order."""

from __future__ import annotations

import re
import time

from tests.process.household import Household
from tests.process.terminal import Terminal

DEAF_S = 0.4
"""A question hears no key for 0.3 s, so that nobody answers it by typing on."""
LAST = re.compile(r"^.BTCUSDT +([\d,]+\.\d+)", re.MULTILINE)
"""The last price in the watchlist's row; the first column is the cursor's."""
RESTING = re.compile(r"BTCUSDT +BUY +([\d,.]+) +([\d.]+) .*resting")
"""Price and quantity of a working order."""
NO_ORDERS = "No open orders"


def opened(household: Household, *arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
    """Open a console and wait until it trades and shows a price."""
    console = household.console(*arguments, columns=columns, rows=rows)
    console.shows("ACTIVE")
    console.wait(LAST.search, "a price of BTCUSDT")
    return console


def last_price(screen: str) -> str:
    """Return the price in the watchlist."""
    found = LAST.search(screen)
    return found[1] if found else ""


def rests(console: Terminal) -> re.Match[str]:
    """Wait until an order stands among the open ones, and the frame that shows it is drawn to its end.

    A frame comes in pieces: the row may be there while the words that there are none still stand below it.
    """
    return console.wait(
        lambda screen: None if NO_ORDERS in screen else RESTING.search(screen), "the order among Open orders"
    )


def submit(console: Terminal, text: str, key: str = ":") -> None:
    """Open the typed line, or a ticket with ``b`` or ``s``, type into it and press Enter."""
    console.press(key)
    console.shows("COMMAND")
    console.type(text)
    console.shows(text)
    console.press("enter")


def confirm(console: Terminal, words: str) -> float:
    """Agree to the question that holds ``words``; return when Enter was pressed (``time.monotonic``)."""
    console.shows("CONFIRM")
    console.shows(words)
    heard_from = time.monotonic() + DEAF_S
    console.wait(lambda _: time.monotonic() > heard_from, "the question to hear keys")
    console.press("enter")
    return time.monotonic()


def go_to(console: Terminal, digit: str, title: str) -> None:
    """Go to a panel by its digit and wait until its title has the place."""
    console.press(digit)
    console.shows(title)


def leave(console: Terminal) -> str:
    """Type ``:q`` and return what stands on the screen then."""
    console.press(":")
    console.shows("COMMAND")
    console.type("q")
    console.press("enter")
    assert console.ends() == 0
    return console.text
