"""What a cancel is about: orders by id or row, the last one, or all that match filters."""

from __future__ import annotations

import re
from dataclasses import replace

from tui_trader.domain.order import Side
from tui_trader.grammar.commands import Cancel
from tui_trader.grammar.reader import Reader, unknown, wrong
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import TARGETS

_ID = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{12,64}")


def parse_cancel(reader: Reader, _verb: str) -> Cancel:
    """Take every target up to the end of the statement.

    Raises:
        GrammarError: a word is no target, or names and filters are mixed.

    """
    found = Cancel()
    everything = False
    first = reader.peek()
    while reader.peek() is not None:
        token = reader.take("A target")
        word = token.lower
        if word == "all":
            everything = True
        else:
            found = _target(reader, token, found)
    filtered = everything or found.symbol is not None or found.side is not None
    if first is not None and sum((bool(found.ids), found.last, filtered)) > 1:
        raise wrong(first, "Cancel either orders by name, or all that match; not both.")
    return found


def _target(reader: Reader, token: Token, found: Cancel) -> Cancel:
    word = token.lower
    if word == "last":
        return replace(found, last=True)
    if word in {"side:buy", "side:sell"}:
        return _once(token, found.side, replace(found, side=Side(word[5:].upper())))
    if word.startswith(":"):
        return _row_target(reader, token, found)
    if word == "." or reader.context.find(token.text):
        return _once(token, found.symbol, replace(found, symbol=reader.symbol(token)))
    known = next((row for row in reader.context.rows if row.lower() == word), None)
    if known or (_ID.fullmatch(token.text) and not token.quoted):
        return replace(found, ids=(*found.ids, known or token.text))
    names = [pair.base.lower() for pair in reader.context.symbols.values()]
    raise unknown(token, [*TARGETS, *names], "is not an order, a pair or a filter")


def _once(token: Token, before: object, after: Cancel) -> Cancel:
    if before is not None:
        raise wrong(token, "One filter of a kind is enough.")
    return after


def _row_target(reader: Reader, token: Token, found: Cancel) -> Cancel:
    row = reader.row(token)
    if row in reader.context.symbols:
        return _once(token, found.symbol, replace(found, symbol=row))
    return replace(found, ids=(*found.ids, row))
