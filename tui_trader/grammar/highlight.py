"""Spans of a line for the prompt: what each word is, and where it goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from tui_trader.errors import GrammarError
from tui_trader.grammar.context import Context
from tui_trader.grammar.parser import parse
from tui_trader.grammar.slots import Slot, slots
from tui_trader.grammar.tokens import statements, tokenize

ERROR = "error"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters from ``start`` up to ``end`` and their kind: a ``Slot`` value or ``error``."""

    start: int
    end: int
    kind: str


def highlight(line: str, context: Context) -> list[Span]:
    """Return spans from left to right; the error, if there is one, comes last and lies over the others."""
    spans: list[Span] = []
    try:
        for separator, words in statements(tokenize(line)):
            if separator is not None:
                spans.append(Span(separator.start, separator.end, Slot.SEPARATOR.value))
            kinds = slots(words, context)
            spans += [Span(word.start, word.end, kind.value) for word, kind in zip(words, kinds, strict=True)]
        parse(line, context)
    except GrammarError as error:
        spans.append(Span(error.position, error.position + max(error.length, 1), ERROR))
    return spans
