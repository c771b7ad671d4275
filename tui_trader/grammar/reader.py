"""The words of one statement, taken one by one, and the errors that point at them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NoReturn

from tui_trader.domain import money
from tui_trader.errors import GrammarError
from tui_trader.grammar.context import Context
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import MISPLACED, nearest, refusal

NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"
LONGEST_SHOWN = 40
_ROW = re.compile(r":(\d{1,4})")


class Reader:
    """A place in a statement; ``context`` says what names mean."""

    def __init__(self, tokens: list[Token], context: Context, end: int) -> None:
        self.context = context
        self._tokens = tokens
        self._end = end
        self._next = 0

    def peek(self) -> Token | None:
        """Return the next word without taking it."""
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def take(self, what: str) -> Token:
        """Take the next word; the error for a missing one names ``what`` was expected."""
        token = self.peek()
        if token is None:
            self.missing(f"{what} is missing here.")
        self._next += 1
        return token

    def accept(self, word: str) -> bool:
        """Take the next word if it is this one."""
        token = self.peek()
        if token is None or token.lower != word:
            return False
        self._next += 1
        return True

    def missing(self, message: str) -> NoReturn:
        """Say what is missing at the end of the statement."""
        raise GrammarError(message, position=self._end)

    def finish(self) -> None:
        """Insist that nothing is left."""
        token = self.peek()
        if token is not None:
            raise unknown(token, (), "is not understood here")

    def symbol(self, token: Token) -> str:
        """Return the pair that a word names: ``btc``, ``btc/usdt``, ``BTCUSDT``, ``.`` or ``:3``."""
        if token.lower == ".":
            return self.focus(token)
        if token.lower.startswith(":"):
            symbol = self.context.symbol_of_row(self.row(token))
            if symbol is None:
                raise wrong(token, f"Row {token.text[1:]} is not about a pair.")
            return symbol
        found = None if token.quoted else self.context.find(token.text)
        if found is None:
            names = [pair.base.lower() for pair in self.context.symbols.values()] + list(self.context.symbols)
            raise unknown(token, names, "is not a pair that can be traded")
        return found

    def focus(self, token: Token | None = None) -> str:
        """Return the focused pair."""
        if self.context.focus is None:
            place = self._end if token is None else token.start
            raise GrammarError("No pair is in focus; name one, such as btc.", position=place)
        return self.context.focus

    def row(self, token: Token) -> str:
        """Return the id in the row that ``:3`` names."""
        match = _ROW.fullmatch(token.lower)
        found = self.context.row(int(match[1])) if match else None
        if found is None:
            count = len(self.context.rows)
            raise wrong(token, f"There is no row {token.text[1:] or '?'}; {count} rows are shown.")
        return found


def wrong(token: Token, message: str, hint: str | None = None) -> GrammarError:
    """Return an error that points at a word."""
    return GrammarError(message, position=token.start, length=token.end - token.start, hint=hint)


def unknown(token: Token, known: Iterable[str], what: str) -> GrammarError:
    """Return the error for a word that is not understood, with the nearest one that would be."""
    sentence = refusal(token.lower) or MISPLACED.get(token.lower)
    if sentence is not None:
        return wrong(token, sentence)
    hint = nearest(token.text, known)
    advice = f"; did you mean «{hint}»?" if hint else "."
    return wrong(token, f"«{shortened(token.text)}» {what}{advice}", hint)


def shortened(text: str) -> str:
    """Return a word as an error shows it."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def number(token: Token, text: str) -> Decimal:
    """Read digits that already look like a number."""
    try:
        return money.parse(text)
    except ValueError as error:
        raise wrong(token, f"{error}.") from None
