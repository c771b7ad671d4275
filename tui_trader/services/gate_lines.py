"""The typed words that move the gate: ``unlock PHRASE``, ``lock``, ``resume``. They stand alone in a line."""

from __future__ import annotations

from tui_trader.domain.risk import GateState
from tui_trader.services.gate import Gate
from tui_trader.services.model import LineOutcome, LineStep

UNLOCK, LOCK, RESUME = "unlock", "lock", "resume"
WORDS = frozenset({UNLOCK, LOCK, RESUME})


def gate_word(line: str) -> tuple[str, str] | None:
    """Split a line about the gate into its word and what follows; ``None`` for any other line."""
    word, _, rest = line.strip().partition(" ")
    return (word.lower(), rest.strip()) if word.lower() in WORDS else None


def preview_gate(word: str, rest: str, gate: Gate) -> LineOutcome:
    """Say what a word would do; ``unlock`` is refused until the whole phrase was typed after it."""
    if word == UNLOCK and gate.locked and rest != gate.phrase:
        step = LineStep(
            "Unlock live trading with REAL MONEY.", word, refused=f"Type the whole phrase: {UNLOCK} {gate.phrase}"
        )
        return LineOutcome(False, [step])
    sentences = {
        UNLOCK: "Unlock live trading with REAL MONEY, for as long as the desk runs.",
        LOCK: "Lock live trading; cancels still pass.",
        RESUME: f"Trade again: the gate stands at {gate.state.value}. {gate.reason}".strip(),
    }
    asked = RESUME if word == RESUME else None
    return LineOutcome(True, [LineStep(sentences[word], word, confirm="word" if asked else "none", word=asked)])


async def run_gate(word: str, rest: str, gate: Gate) -> LineOutcome:
    """Do it.

    Raises:
        Conflict: the phrase that was typed is not the one that unlocks.

    """
    if word == UNLOCK:
        await gate.unlock(rest)
    elif word == LOCK:
        await gate.lock()
    else:
        await gate.change(GateState.ACTIVE, "resumed by a person")
    said = f"The gate stands at {gate.state.value}. {gate.reason}".strip()
    return LineOutcome(True, [LineStep(said, word)])
