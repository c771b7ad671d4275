"""A line whose answer was lost with the desk: once one is there again, what became of it is asked by its intent.

Nothing is sent again for it. An order that the desk does not know was never handed to the exchange, for the desk
writes an order down before it sends it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_trader.errors import NotFound
from tui_trader.ui.doubt import DOUBTFUL, entered, named, state_of
from tui_trader.ui.flows.session import Session

if TYPE_CHECKING:
    from tui_trader.client.port import DeskPort
    from tui_trader.contract.commands import LineResult

NOT_KNOWN = "Do not type it again: what became of it is asked as soon as the desk is back."
PAUSE_S = 1.0
"""Before an order that is not there is asked for once more: its request may still have been on its way."""


def remember(session: Session, intent: str, preview: LineResult) -> None:
    """Keep what is to be asked: the intent id and the pair of each order of the line."""
    for number, step in enumerate(preview.steps, 1):
        if step.preview is not None:
            session.unanswered.append((f"{intent}-{number}", step.preview.symbol))


async def ask(session: Session, port: DeskPort) -> None:
    """Ask what became of every order whose answer was lost, and say it; what cannot be asked now stays to be asked."""
    while session.unanswered:
        intent, symbol = session.unanswered[0]
        text, role = await _became(session, port, intent, symbol)
        session.unanswered.pop(0)
        session.view.say(text, role)
        session.log("error" if role == "error" else "info", text)


async def _became(session: Session, port: DeskPort, intent: str, symbol: str) -> tuple[str, str]:
    try:
        try:
            order = await port.order(symbol, intent)
        except NotFound:
            await asyncio.sleep(PAUSE_S)
            order = await port.order(symbol, intent)
    except NotFound:
        return f"The order on {symbol} never reached the desk and was not sent. It may be sent again.", "warn"
    session.view.changed(session.model.orders_changed([order]))
    session.model.news = None  # said here
    if order.status in DOUBTFUL:
        return entered(order)
    return f"The desk is back: {named(order)} is {state_of(order)}.", "buy"
