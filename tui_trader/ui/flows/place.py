"""A typed line or a ticket: preview → confirm as the policy says → one call → say what happened."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui_trader.domain.order import OrderStatus
from tui_trader.domain.text import clean
from tui_trader.errors import ConfirmationRequired, Denied, DeskUnavailable, TraderError
from tui_trader.ui.doubt import DOUBTFUL, NEXT, entered
from tui_trader.ui.flows.lost import NOT_KNOWN, remember
from tui_trader.ui.flows.session import Session, new_intent
from tui_trader.ui.numbers import age, as_sentence, plain, signed
from tui_trader.ui.panels.dialogue import Note, Question

if TYPE_CHECKING:
    from tui_trader.contract.commands import LineContext, LineResult, Step
    from tui_trader.contract.orders import Placement, Preview

PLACES = Decimal("0.00000001")
ROLES = {"accepted": "buy", "rejected": "error", "denied": "error", "unknown": "error"}
SOFT = "SOFT"
Agreed = set[tuple[str, str, str]]
"""Code, figure and sentence of each limit that a person agreed to pass."""
MOVED_PERCENT = 1
"""A market order's worth moves with each tick: so far a figure may move while a question stands."""
FEW = 3
"""So many limits are told with what would help at each."""
LEVELS = {"HARD": "refused", "SOFT": "asks first", "WARN": "mind"}
"""What a limit that an order touches does, in words."""
WORDS = {OrderStatus.NOT_SENT: "Not sent", OrderStatus.NOT_PLACED: "Not placed"}
"""Refusals that the exchange never uttered."""
HALTED, HALTED_ANSWER = "halted_word", "halted"
"""The limit that an order touches while trading is halted, and the word that answers it."""


async def run_line(session: Session, line: str, *, ask_always: bool = False) -> bool:
    """Preview a line, confirm it, run it; tell whether it went through. ``False`` leaves the text to be edited.

    What is run is the line as the desk worked it out, so that a price shown is the price sent.
    """
    intent, context = new_intent(), session.context()
    try:
        preview = await session.desk().preview_line(line, context)
        refused = next((step.refused for step in preview.steps if step.refused), None)
        if refused:
            session.view.say(clean(refused, 400), "error")
            return False
        _follow_looks(session, preview)
        if all(step.look or step.focus for step in preview.steps):
            return True
        asked = questions(preview, ask_always=ask_always)
        for question in asked:
            if not await session.view.ask(question):
                session.view.say("Nothing was sent.", "dim")
                return False
        return await _send(
            session, preview, preview.line or line, intent, context, _agreed(preview) if asked else set()
        )
    except TraderError as error:
        session.view.say(told(error), "error")
        return False


def questions(preview: LineResult, *, ask_always: bool) -> list[Question]:
    """Return what has to be confirmed before the line runs: one question for all that an Enter answers."""
    from tui_trader.contract.commands import Confirm  # noqa: PLC0415 - pydantic stays out of the first paint

    doing = [step for step in preview.steps if not (step.look or step.focus)]
    words = [
        Question(clean(step.sentence, 400), notes_of(step), step.word or "yes", grave=True)
        for step in doing
        if step.confirm is Confirm.WORD
    ]
    if words:
        return words
    if any(step.confirm is Confirm.YES for step in doing):
        return [_joined(doing, "y")]
    if any(step.confirm is Confirm.ENTER or (ask_always and step.preview is not None) for step in doing):
        return [_joined(doing, "enter")]
    return []


def notes_of(step: Step) -> list[Note]:
    """Return what a step touches, then its figures, as lines under its sentence."""
    if step.preview is None:
        return []
    sizing = [((clean(step.preview.sizing, 300), "dim"),)] if step.preview.sizing else []
    return [*breaches(step.preview), *sizing, figures(step.preview)]


def figures(preview: Preview) -> Note:
    """Write what an order would cost and get."""
    parts: list[tuple[str, str]] = []
    if preview.average_price is not None:
        parts.append(("avg ", "dim"))
        parts.append((plain(preview.average_price), "text"))
        if preview.slippage_percent is not None:
            parts.append((f" ({signed(preview.slippage_percent, 3)}% slip)", "dim"))
    else:
        parts.append(("rests in the book", "dim"))
    for name, value, unit in (
        ("worth", preview.notional, ""),
        ("fee", preview.fee, preview.fee_asset),
        ("cost", preview.cost, preview.cost_asset),
        ("free after", preview.free_after, preview.cost_asset),
        ("avg cost then", preview.new_average_cost, ""),
    ):
        if value is not None:
            parts += [(f"   {name} ", "dim"), (f"{_rounded(value)}{' ' + clean(unit, 8) if unit else ''}", "text")]
    if preview.quote_age_ms is not None and preview.quote_age_ms > 2000:
        parts.append((f"   quote {age(preview.quote_age_ms)} old", "warn"))
    return tuple(parts)


def breaches(preview: Preview) -> list[Note]:
    """Write each limit touched, the hard ones first; of many only the first says what would help."""
    found = sorted(preview.breaches, key=lambda breach: ("HARD", "SOFT", "WARN").index(breach.level.value))
    notes: list[Note] = []
    for index, breach in enumerate(found):
        role = "error" if breach.level.value == "HARD" else "warn"
        advice = as_sentence(clean(breach.suggestion, 120)) if index == 0 or len(found) <= FEW else ""
        text = f"{clean(breach.message, 300)} {advice}".rstrip()
        notes.append(((f"{LEVELS[breach.level.value]}: {text}", role),))
    return notes


def told(error: TraderError) -> str:
    """Say an error in a sentence, with the limits it names."""
    text = clean(error, 400)
    if isinstance(error, Denied):
        found = error.details.get("breaches", ())
        messages = [clean(each.get("message", ""), 200) for each in found if isinstance(each, dict)]
        extra = [message for message in messages if message and message not in text]
        return " ".join(["Denied:", text, *extra, NEXT[OrderStatus.DENIED]])
    return text


def _agreed(preview: LineResult) -> Agreed:
    """Return the limits that the person has just agreed to pass."""
    shown = [breach for step in preview.steps if step.preview for breach in step.preview.breaches]
    return {(breach.code, breach.figure, breach.message) for breach in shown if breach.level.value == SOFT}


async def _send(
    session: Session, preview: LineResult, line: str, intent: str, context: LineContext, agreed: Agreed
) -> bool:
    """Make the one call; a soft limit that was not agreed to is asked about. What is sent is the same intention."""
    token: str | None = None
    while True:
        session.view.busy("Sent to the desk; waiting for its answer…")
        try:
            result = await session.desk().run_line(intent, line, context, token)
        except ConfirmationRequired as error:
            if not _known(error, agreed) and not await session.view.ask(_all_the_same(error, line)):
                session.view.say("Nothing was sent.", "dim")
                return False
            token = error.token
        except DeskUnavailable as error:
            remember(session, intent, preview)
            session.view.say(f"{clean(error, 200)} {NOT_KNOWN}", "error")
            return True
        else:
            _tell_result(session, result)
            return not _nothing_done(result)


def _known(error: ConfirmationRequired, agreed: Agreed) -> bool:
    """Tell whether all that a confirmation is asked for was agreed to; never so while trading is halted."""
    found = [each for each in error.details.get("breaches", ()) if isinstance(each, dict)]
    soft = [each for each in found if each.get("level") == SOFT]
    return bool(soft) and all(each.get("code") != HALTED and _was_agreed(each, agreed) for each in soft)


def _was_agreed(breach: Mapping[str, Any], agreed: Agreed) -> bool:
    """Tell whether a limit is one that was agreed to: the same sentence, or a figure that moved by ticks."""
    now = _number(breach.get("figure", ""))
    for code, figure, message in agreed:
        before = _number(figure)
        near = now is not None and before is not None and abs(now - before) <= abs(before) * MOVED_PERCENT / 100
        if breach.get("message") == message or (breach.get("code") == code and near):
            return True
    return False


def _number(figure: str) -> Decimal | None:
    """Return the number that a figure begins with."""
    try:
        number = Decimal(figure.split(maxsplit=1)[0])
    except (ArithmeticError, IndexError):
        return None
    return number if number.is_finite() else None


def _all_the_same(error: ConfirmationRequired, line: str) -> Question:
    """Ask again for what touches a soft limit; while trading is halted an Enter is not enough (design.md, Rulings)."""
    found = error.details.get("breaches", ())
    halted = any(isinstance(each, dict) and each.get("code") == HALTED for each in found)
    sentence = f"{told(error)} Send it all the same: {clean(line, 200)}?"
    return Question(sentence, answer=HALTED_ANSWER if halted else "enter", grave=True)


def _nothing_done(result: LineResult) -> bool:
    """Tell whether a line of one order was definitely refused: then its text may be mended and sent again."""
    placements = [step.placement for step in result.steps]
    return len(placements) == 1 and placements[0] is not None and placements[0].outcome.value in {"denied", "rejected"}


def _tell_result(session: Session, result: LineResult) -> None:
    """Say what became of each step; a doubt is written into the log by what keeps track of it."""
    texts, logged, role = [], [], "text"
    for step in result.steps:
        text, step_role = _outcome(step)
        if text:
            texts.append(text)
        if step.placement is None or step.placement.order.status not in DOUBTFUL:
            logged.append(text)
        if step_role == "error" or role == "text":
            role = step_role
    session.view.say(" ".join(texts) or "Done.", role)
    if logged:
        session.log("error" if role == "error" else "info", " ".join(logged).strip() or "Done.")
    _follow_looks(session, result)
    for step in result.steps:
        if step.placement is not None:
            session.view.changed(session.model.orders_changed([step.placement.order]))
            session.model.news = None  # said just now, in the words of the line
            session.view.reveal("orders")
        if step.cancelled is not None:
            session.view.changed(session.model.orders_changed(step.cancelled.orders))


def _outcome(step: Step) -> tuple[str, str]:
    """Say what became of one step, and in which colour."""
    if step.refused:
        return clean(step.refused, 400), "error"
    if step.placement is not None:
        return _placed(step, step.placement)
    if step.cancelled is not None:
        return cancelled_text(len(step.cancelled.orders), step.cancelled.failures)
    return ("", "text") if step.look or step.focus else (clean(step.sentence, 300), "text")


def _placed(step: Step, placement: Placement) -> tuple[str, str]:
    """Say what became of an order, and what to do about it where that is not plain."""
    order, outcome = placement.order, placement.outcome.value
    if order.status in DOUBTFUL:
        return entered(order)
    word = WORDS.get(order.status, outcome.capitalize())
    texts = (f"{word}:", clean(step.sentence, 300), clean(placement.message, 300), NEXT.get(order.status, ""))
    return " ".join(text for text in texts if text), ROLES[outcome]


def cancelled_text(count: int, failures: list[str]) -> tuple[str, str]:
    """Say how many cancels were asked for and which could not be."""
    text = f"Cancel asked for {count} order{'' if count == 1 else 's'}."
    return " ".join([text, *(clean(failure, 200) for failure in failures)]), "error" if failures else "buy"


def _joined(steps: list[Step], answer: str) -> Question:
    """Put several steps into one question."""
    lead = f"{len(steps)} steps: " if len(steps) > 1 else ""
    return Question(
        lead + " ".join(clean(step.sentence, 400) for step in steps),
        [note for step in steps for note in notes_of(step)],
        answer,
    )


def _follow_looks(session: Session, result: LineResult) -> None:
    """Go where the line says: a panel, a market."""
    for step in result.steps:
        if step.focus:
            session.view.look_at(step.focus)
        if step.look:
            session.view.go_to(LOOKS.get(step.look, step.look))


def _rounded(value: Decimal) -> str:
    """Write money for the eye: at most eight decimals."""
    return plain(value.quantize(PLACES)) if value % PLACES else plain(value)


LOOKS = {
    "pos": "positions",
    "ord": "orders",
    "hist": "history",
    "bal": "balances",
    "balance": "balances",
    "watchlist": "watch",
}
"""Names that a line may use for panels."""
