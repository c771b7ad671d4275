"""Cancelling: the selected order at once, everything shown after a count and a y."""

from __future__ import annotations

from collections.abc import Sequence

from tui_trader.errors import DeskUnavailable, TraderError
from tui_trader.ui.flows.place import cancelled_text, told
from tui_trader.ui.flows.session import Session, new_intent
from tui_trader.ui.panels.dialogue import Question


async def cancel_one(session: Session, order_id: str) -> None:
    """Cancel an order; no question, for a cancel never costs a position."""
    order = (session.model.orders or {}).get(order_id)
    if order is None:
        session.view.say("That order is no longer open.", "dim")
        return
    try:
        result = await session.desk().cancel(new_intent(), order_id, order.symbol)
    except DeskUnavailable as error:
        session.view.say(f"{error} Whether the cancel went out shows in the order's state.", "error")
        return
    except TraderError as error:
        session.view.say(told(error), "error")
        return
    session.view.changed(session.model.orders_changed(result.orders))
    session.view.say(*cancelled_text(len(result.orders), result.failures))


async def cancel_shown(session: Session, order_ids: Sequence[str]) -> None:
    """Cancel every order shown, after saying how many."""
    count = len(order_ids)
    sentence = f"Cancel the {count} order{'' if count == 1 else 's'} shown?"
    if not await session.view.ask(Question(sentence, answer="y")):
        session.view.say("Nothing was cancelled.", "dim")
        return
    try:
        result = await session.desk().cancel_many(new_intent(), ids=list(order_ids))
    except TraderError as error:
        session.view.say(told(error), "error")
        return
    session.view.changed(session.model.orders_changed(result.orders))
    session.view.say(*cancelled_text(len(result.orders), result.failures))
