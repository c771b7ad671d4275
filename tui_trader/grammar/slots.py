"""What kind of word stands, or may stand, at each place of an unfinished statement."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from tui_trader.grammar.context import Context
from tui_trader.grammar.prices import looks_like_price
from tui_trader.grammar.sizes import looks_like_size
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import ALIASES, BUY, CANCEL, CLOSE, HELP, SELL, VERBS, VIEWS


class Slot(StrEnum):
    """Kinds of words."""

    VERB = "verb"
    SYMBOL = "symbol"
    SIZE = "size"
    PRICE = "price"
    FLAG = "flag"
    TARGET = "target"
    SUFFIX = "suffix"
    SEPARATOR = "separator"


def slots(words: Sequence[Token], context: Context) -> list[Slot]:
    """Return the kind of each word as it stands; nothing is judged."""
    found: list[Slot] = []
    for place, token in enumerate(words):
        found.append(_slot(token, place, words, found, context))
    return found


def _slot(token: Token, place: int, words: Sequence[Token], before: list[Slot], context: Context) -> Slot:
    if token.lower in {"?", "!"}:
        return Slot.SUFFIX
    verb = verb_of(words[0])
    if place == 0:
        return Slot.VERB if verb else Slot.SYMBOL
    if verb in {BUY, SELL, CLOSE}:
        return _order_slot(token, before, context)
    return {CANCEL: Slot.TARGET, HELP: Slot.VERB}.get(verb or "", Slot.SYMBOL)


def verb_of(token: Token) -> str | None:
    """Return the verb that a word names in full."""
    word = token.lower.rstrip("?")
    verb = ALIASES.get(word, word)
    return verb if verb in VERBS else None


def _order_slot(token: Token, before: list[Slot], context: Context) -> Slot:
    if Slot.PRICE in before:
        offset = before[-1] is Slot.PRICE and token.lower[:1] in {"+", "-"}
        return Slot.PRICE if offset else Slot.FLAG
    if looks_like_price(token):
        return Slot.PRICE
    if Slot.SIZE in before:
        return Slot.FLAG
    return Slot.SIZE if looks_like_size(token, context) or Slot.SYMBOL in before else Slot.SYMBOL


def expected(words: Sequence[Token], context: Context) -> tuple[Slot, ...]:
    """Return what may come after these words, the likeliest first."""
    if not words:
        return (Slot.VERB, Slot.SYMBOL)
    verb = verb_of(words[0])
    if verb in {BUY, SELL}:
        return _after(slots(words, context), (Slot.SYMBOL, Slot.SIZE), (Slot.SIZE,), (Slot.PRICE,))
    if verb == CLOSE:
        later = (Slot.PRICE, Slot.FLAG)
        return _after(slots(words, context), (Slot.SYMBOL,), (Slot.SIZE, *later), later)
    if verb == CANCEL:
        return (Slot.TARGET, Slot.SYMBOL)
    if verb == HELP:
        return (Slot.VERB,)
    return (Slot.SYMBOL,) if verb in VIEWS and len(words) == 1 else ()


def _after(
    before: list[Slot], first: tuple[Slot, ...], sized: tuple[Slot, ...], priced: tuple[Slot, ...]
) -> tuple[Slot, ...]:
    """Return the slots that follow in an order, by what it has so far."""
    if Slot.PRICE in before:
        return (Slot.FLAG,)
    if Slot.SIZE in before:
        return priced
    return sized if Slot.SYMBOL in before else first
