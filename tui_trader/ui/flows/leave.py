"""Leaving: the console ends and the desk goes on, or, with a typed word, both end."""

from __future__ import annotations

from tui_trader.errors import TraderError
from tui_trader.ui.flows.session import Session
from tui_trader.ui.panels.dialogue import Question

LEAVE = frozenset({"q", "q!", "quit", "exit"})
SHUTDOWN = "shutdown"


async def leave(session: Session) -> None:
    """End the console only."""
    session.view.leave(0)


async def shut_down(session: Session) -> None:
    """End the desk too, after the word was typed."""
    working = len(session.model.orders or {})
    orders = f" {working} open order{'' if working == 1 else 's'} stay at the exchange, unwatched." if working else ""
    if not await session.view.ask(Question(f"End the desk and this console?{orders}", answer=SHUTDOWN, grave=True)):
        session.view.say("The desk goes on.", "dim")
        return
    try:
        await session.desk().stop()
    except TraderError as error:
        session.view.say(str(error), "error")
        return
    session.view.leave(0)
