"""The typed words that move the gate: ``unlock PHRASE``, ``lock``, ``resume REASON``. They stand alone in a line."""

from __future__ import annotations

from tui_trader.services.gate import Gate
from tui_trader.services.model import LineOutcome, LineStep
from tui_trader.services.resuming import Resumption

UNLOCK, LOCK, RESUME = "unlock", "lock", "resume"
WORDS = frozenset({UNLOCK, LOCK, RESUME})


def gate_word(line: str) -> tuple[str, str] | None:
    """Split a line about the gate into its word and what follows; ``None`` for any other line."""
    word, _, rest = line.strip().partition(" ")
    return (word.lower(), rest.strip()) if word.lower() in WORDS else None


def preview_gate(word: str, rest: str, gate: Gate) -> LineOutcome:
    """Say what a word would do; ``unlock`` wants the whole phrase after it, ``resume`` a reason."""
    if word == UNLOCK and gate.locked and rest != gate.phrase:
        step = LineStep(
            "Unlock live trading with REAL MONEY.", word, refused=f"Type the whole phrase: {UNLOCK} {gate.phrase}"
        )
        return LineOutcome(False, [step])
    if word == RESUME and not rest:
        step = LineStep("Trade again.", word, refused=f"Say why trading may go on; type: {RESUME} REASON")
        return LineOutcome(False, [step])
    sentences = {
        UNLOCK: "Unlock live trading with REAL MONEY, for as long as the desk runs.",
        LOCK: "Lock live trading; cancels still pass.",
        RESUME: f"Compare with the exchange, then trade again; the gate stands at {gate.state.value}. {gate.reason}",
    }
    asked = RESUME if word == RESUME else None
    return LineOutcome(True, [LineStep(sentences[word].strip(), word, confirm="word" if asked else "none", word=asked)])


async def run_gate(word: str, rest: str, gate: Gate, resumption: Resumption) -> LineOutcome:
    """Do it.

    Raises:
        Conflict: the phrase that was typed is not the one that unlocks, or the comparison found no clean end.
        UsageError: there is no reason to resume.

    """
    if word == UNLOCK:
        await gate.unlock(rest)
    elif word == LOCK:
        await gate.lock()
    else:
        await resumption.resume(rest)
    said = f"The gate stands at {gate.state.value}. {gate.reason}".strip()
    return LineOutcome(True, [LineStep(said, word)])
