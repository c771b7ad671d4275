"""What kind of word stands, or may stand, at each place of an unfinished statement."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from tui_trader.grammar.context import Context
from tui_trader.grammar.prices import looks_like_price
from tui_trader.grammar.sizes import looks_like_size
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import ALIASES, BUY, CANCEL, CLOSE, HELP, RISK, SELL, TO, VERBS, VIEWS


class Slot(StrEnum):
    """Kinds of words."""

    VERB = "verb"
    SYMBOL = "symbol"
    SIZE = "size"
    PRICE = "price"
    FLAG = "flag"
    BY_RISK = "by_risk"
    """The word that begins a size by risk."""
    AMOUNT = "amount"
    """How much is risked."""
    TO = "to"
    """What a risk counts to."""
    LEVEL = "level"
    """The price after that word."""
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
        return _order_slot(token, words[place - 1].lower, before, context)
    return {CANCEL: Slot.TARGET, HELP: Slot.VERB}.get(verb or "", Slot.SYMBOL)


def verb_of(token: Token) -> str | None:
    """Return the verb that a word names in full."""
    word = token.lower.rstrip("?")
    verb = ALIASES.get(word, word)
    return verb if verb in VERBS else None


def _order_slot(token: Token, previous: str, before: list[Slot], context: Context) -> Slot:
    if Slot.PRICE in before:
        if TO in {token.lower, previous}:
            return Slot.TO
        offset = before[-1] is Slot.PRICE and token.lower[:1] in {"+", "-"}
        return Slot.PRICE if offset else Slot.FLAG
    if looks_like_price(token):
        return Slot.PRICE
    if Slot.SIZE in before:
        return Slot.SIZE if previous == RISK else Slot.FLAG
    return Slot.SIZE if looks_like_size(token, context) or Slot.SYMBOL in before else Slot.SYMBOL


def expected(words: Sequence[Token], context: Context) -> tuple[Slot, ...]:
    """Return what may come after these words, the likeliest first."""
    if not words:
        return (Slot.VERB, Slot.SYMBOL)
    verb = verb_of(words[0])
    if verb in {BUY, SELL}:
        return _order_expected([word.lower for word in words], slots(words, context))
    if verb == CLOSE:
        later = (Slot.PRICE, Slot.FLAG)
        return _after(slots(words, context), (Slot.SYMBOL,), (Slot.SIZE, *later), later)
    if verb == CANCEL:
        return (Slot.TARGET, Slot.SYMBOL)
    if verb == HELP:
        return (Slot.VERB,)
    return (Slot.SYMBOL,) if verb in VIEWS and len(words) == 1 else ()


def _order_expected(words: Sequence[str], before: list[Slot]) -> tuple[Slot, ...]:
    """Return what may come next in a buy or sell, the parts of a size by risk included."""
    if words[-1] == RISK and before[-1] is Slot.SIZE:
        return (Slot.AMOUNT, Slot.PRICE)
    if words[-1] == TO and before[-1] is Slot.TO:
        return (Slot.LEVEL,)
    if RISK in words and Slot.PRICE in before and Slot.TO not in before:
        return (Slot.TO,)
    sizes = (Slot.SIZE, Slot.BY_RISK)
    return _after(before, (Slot.SYMBOL, *sizes), sizes, (Slot.PRICE,))


def _after(
    before: list[Slot], first: tuple[Slot, ...], sized: tuple[Slot, ...], priced: tuple[Slot, ...]
) -> tuple[Slot, ...]:
    """Return the slots that follow in an order, by what it has so far."""
    if Slot.PRICE in before:
        return (Slot.FLAG,)
    if Slot.SIZE in before:
        return priced
    return sized if Slot.SYMBOL in before else first
