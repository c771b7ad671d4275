"""The typed words that move the gate, each alone in its line.

``unlock PHRASE``, ``lock``, ``kill``, ``lift PHRASE`` (the loss lock), ``resume REASON``.
"""

from __future__ import annotations

from tui_trader.services.gate import Gate
from tui_trader.services.halt_words import WEB_STOPS, headline
from tui_trader.services.halting_face import Risk
from tui_trader.services.model import LineOutcome, LineStep

UNLOCK, LOCK, LIFT, RESUME, KILL, HALT = "unlock", "lock", "lift", "resume", "kill", "halt"
WORDS = frozenset({UNLOCK, LOCK, LIFT, RESUME, KILL, HALT})
EVERYTHING = "--all"
STOPS = {
    "": "Halt trading and cancel every order that would increase exposure; exits and sells for cash stay.",
    EVERYTHING: f"Halt trading and cancel every order. {WEB_STOPS}",
}


def gate_word(line: str) -> tuple[str, str] | None:
    """Split a line about the gate into its word and what follows; ``None`` for any other line."""
    word, _, rest = line.strip().partition(" ")
    return (word.lower(), rest.strip()) if word.lower() in WORDS else None


def preview_gate(word: str, rest: str, gate: Gate, risk: Risk) -> LineOutcome:
    """Say what a word would do; ``unlock`` and ``lift`` want the whole phrase after them, ``resume`` a reason."""
    missing = _missing(word, rest, gate, risk)
    if missing:
        return LineOutcome(False, [LineStep(_meaning(word, rest, gate), word, refused=missing)])
    asked = RESUME if word == RESUME else None
    return LineOutcome(
        True, [LineStep(_meaning(word, rest, gate), word, confirm="word" if asked else "none", word=asked)]
    )


def _missing(word: str, rest: str, gate: Gate, risk: Risk) -> str:
    """Say what has to be typed after a word, or is too much; empty when nothing is wrong."""
    if word == UNLOCK and gate.locked and rest != gate.phrase:
        return f"Type the whole phrase: {UNLOCK} {gate.phrase}"
    if word == LIFT:
        return risk.barred(rest)
    if word == RESUME and not rest:
        return f"Say why trading may go on; type: {RESUME} REASON"
    if word in {KILL, HALT} and rest not in STOPS:
        return f"Type {word}, or {word} {EVERYTHING}, and nothing more."
    return ""


def _meaning(word: str, rest: str, gate: Gate) -> str:
    """Say what a word would do."""
    if word in {KILL, HALT}:
        return STOPS.get(rest, STOPS[""])
    sentences = {
        UNLOCK: "Unlock live trading with REAL MONEY, for as long as the desk runs.",
        LIFT: "Lift the loss lock: losses count anew from here, and resume REASON trades again.",
        LOCK: "Lock live trading; cancels still pass.",
        RESUME: f"Compare with the exchange, then trade again; the gate stands at {gate.state.value}. {gate.reason}",
    }
    return sentences[word].strip()


async def run_gate(intent_id: str, word: str, rest: str, gate: Gate, risk: Risk) -> LineOutcome:
    """Do it.

    Raises:
        Conflict: the phrase that was typed is not the one that unlocks or lifts, or the comparison found no clean end.
        UsageError: there is no reason to resume.

    """
    if word in {KILL, HALT}:
        if rest not in STOPS:
            return preview_gate(word, rest, gate, risk)
        said = headline(await risk.halt(f"typed: {word}", everything=rest == EVERYTHING, intent_id=intent_id))
    elif word == LIFT:
        said = await risk.lift(rest, intent_id=intent_id)
    elif word == RESUME:
        said = await risk.resume(rest, intent_id=intent_id)
    else:
        await (gate.unlock(rest) if word == UNLOCK else gate.lock())
        said = f"The gate stands at {gate.state.value}. {gate.reason}".strip()
    return LineOutcome(True, [LineStep(said, word)])
