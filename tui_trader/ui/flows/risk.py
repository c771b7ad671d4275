"""Risk on the screen: how the limits stand, asked for every second; settling a risk; lifting the loss lock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_trader.domain.text import clean
from tui_trader.errors import DeskUnavailable, NotFound, TraderError
from tui_trader.ui.flows.place import told
from tui_trader.ui.flows.session import Session, new_intent
from tui_trader.ui.numbers import countdown
from tui_trader.ui.panels.dialogue import Question

if TYPE_CHECKING:
    from tui_trader.client.port import DeskPort

EVERY_SECONDS = 1.0
LACKING = "This desk does not know about {}. Restart it with this version: :shutdown, then tui-trader."


async def watch_risk(session: Session, port: DeskPort) -> None:
    """Ask how the limits stand for as long as the desk is there; a desk that cannot say is asked no more."""
    while True:
        try:
            session.view.changed(session.model.take_risk(await port.risk.status()))
        except NotFound:
            session.view.changed(session.model.take_risk(None))
            session.view.fail("risk", LACKING.format("limits"))
            return
        except DeskUnavailable:
            raise
        except TraderError as error:
            session.view.changed(session.model.take_risk(None))
            session.view.fail("risk", f"{clean(error, 200)} It is asked for again at once.")
        await asyncio.sleep(EVERY_SECONDS)


async def settle(session: Session, assessment_id: str, *, resolved: bool) -> None:
    """Say of a risk that it has gone, or that it is known and borne; neither changes what the gate does."""
    risk = session.model.risk
    found = next((each for each in risk.assessments if each.id == assessment_id), None) if risk else None
    if found is None:
        session.view.say("There is no risk on this row.", "dim")
        return
    try:
        port = session.desk().risk
        await (port.resolve if resolved else port.ignore)(new_intent(), assessment_id)
        session.view.changed(session.model.take_risk(await port.status()))
    except TraderError as error:
        session.view.say(said(error, "risks"), "error")
        return
    word = "Resolved" if resolved else "Ignored from now on"
    session.view.say(f"{word}: {clean(found.message, 300)}", "dim")


async def lift_lock(session: Session) -> None:
    """Lift the loss lock, after its phrase was typed."""
    lock = session.model.risk.lock if session.model.risk else None
    if lock is None:
        session.view.say("No loss lock is on.", "dim")
        return
    wait = lock.liftable_at - session.wall_ms()
    if wait > 0:
        session.view.say(f"The loss lock can be lifted in {countdown(wait)} at the earliest.", "warn")
        return
    question = Question(f"Lift the loss lock? {clean(lock.reason, 300)}", answer=clean(lock.phrase, 100), grave=True)
    if not await session.view.ask(question):
        session.view.say("The loss lock stays.", "dim")
        return
    try:
        session.view.changed(session.model.take_risk(await session.desk().risk.lift_lock(new_intent(), lock.phrase)))
    except TraderError as error:
        session.view.say(said(error, "the loss lock"), "error")
        return
    session.view.say("The loss lock is lifted. Trade again with  :resume REASON", "warn")


def said(error: TraderError, what: str) -> str:
    """Say an error in a sentence; of a desk without the route, what it lacks."""
    missing = isinstance(error, NotFound) and "openapi.json" in str(error)
    return LACKING.format(what) if missing else told(error)
