"""What the word under the cursor could become."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui_trader.errors import GrammarError
from tui_trader.grammar.context import Context
from tui_trader.grammar.slots import Slot, expected
from tui_trader.grammar.tokens import statements, tokenize
from tui_trader.grammar.words import AMOUNTS, FLAGS, LEVELS, PRICES, RISK, SIZES, TARGETS, TO, VERBS

MOST = 20
"""How many are offered."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that would replace the line from ``start`` up to ``end``; ``detail`` says what it means."""

    text: str
    start: int
    end: int
    kind: Slot
    detail: str = ""


def complete(line: str, cursor: int, context: Context) -> list[Completion]:
    """Return words that fit at the cursor, the likeliest kind first; none inside quotes."""
    head = line[:cursor]
    try:
        words = statements(tokenize(head))[-1][1]
    except GrammarError:
        return []
    at_word = bool(words) and words[-1].end == len(head)
    if at_word and words[-1].quoted:
        return []
    start = words[-1].start if at_word else len(head)
    prefix = words[-1].text if at_word else ""
    done = words[:-1] if at_word else words
    end = cursor + len(_rest_of_word(line, cursor))
    offers = (
        Completion(text, start, end, slot, detail)
        for slot in expected(done, context)
        for text, detail in _CANDIDATES[slot](context)
        if text.lower().startswith(prefix.lower()) and text.lower() != prefix.lower()
    )
    return _first(offers)


def _rest_of_word(line: str, cursor: int) -> str:
    """Return the rest of the word that the cursor stands in."""
    rest = line[cursor:].split(maxsplit=1)
    inside = cursor < len(line) and not line[cursor].isspace()
    return rest[0] if inside else ""


def _first(offers: Iterable[Completion]) -> list[Completion]:
    found: dict[str, Completion] = {}
    for each in offers:
        found.setdefault(each.text, each)
        if len(found) >= MOST:
            break
    return list(found.values())


Pairs = Iterable[tuple[str, str]]


def _verbs(_context: Context) -> Pairs:
    return VERBS.items()


def _symbols(context: Context) -> Pairs:
    """Offer the focused pair, then coins that have a preferred quote, then the rest."""
    if context.focus:
        yield ".", context.focus
    for symbol, pair in context.symbols.items():
        yield (pair.base.lower() if context.find(pair.base) == symbol else symbol), f"{pair.base}/{pair.quote}"


def _words(words: Iterable[str]) -> Callable[[Context], Pairs]:
    offered = tuple((word, "") for word in words)
    return lambda _context: offered


def _targets(context: Context) -> Pairs:
    yield from ((word, "") for word in TARGETS)
    yield from ((f":{number}", row) for number, row in enumerate(context.rows, start=1))


_CANDIDATES: dict[Slot, Callable[[Context], Pairs]] = {
    Slot.VERB: _verbs,
    Slot.SYMBOL: _symbols,
    Slot.SIZE: _words(SIZES),
    Slot.PRICE: _words(PRICES),
    Slot.FLAG: _words(FLAGS),
    Slot.BY_RISK: _words((RISK,)),
    Slot.AMOUNT: _words(AMOUNTS),
    Slot.TO: _words((TO,)),
    Slot.LEVEL: _words(LEVELS),
    Slot.TARGET: _targets,
}
