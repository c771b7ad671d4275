"""Flags of an order: ``post``, ``ioc``, ``fok``, ``ro``, ``cap off``, ``tag:x``, ``note "…"``."""

from __future__ import annotations

import re

from tui_trader.domain.order import OrderType, Side, TimeInForce
from tui_trader.domain.text import clean
from tui_trader.grammar.commands import Style
from tui_trader.grammar.reader import Reader, unknown, wrong
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import FLAGS

MAX_TAGS = 8
MAX_NOTE = 200
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_KINDS = {"post": OrderType.LIMIT_MAKER, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}


def parse_style(reader: Reader, side: Side, *, market: bool, reduce_only: bool = False) -> Style:
    """Take every flag up to the end of the statement.

    Raises:
        GrammarError: a word is no flag, comes twice, or does not go with the rest of the order.

    """
    kind, capped, tags, note = "", True, list[str](), ""
    while reader.peek() is not None:
        token = reader.take("A flag")
        word = token.lower
        if word in _KINDS:
            kind = _kind(token, kind, market=market)
        elif word == "ro":
            reduce_only = _reduce(token, side)
        elif word == "cap":
            capped = _cap(reader, token, market=market)
        elif word.startswith("tag:"):
            tags.append(_tag(token, tags))
        elif word == "note":
            note = _note(reader, token, note)
        else:
            raise unknown(token, [each.split()[0] for each in FLAGS], "is not a flag")
    type_ = OrderType.MARKET if market else OrderType.LIMIT_MAKER if kind == "post" else OrderType.LIMIT
    force = TimeInForce.IOC if market else TimeInForce[kind.upper()] if kind in {"ioc", "fok"} else TimeInForce.GTC
    return Style(type_, force, capped, reduce_only, tuple(tags), note)


def _kind(token: Token, before: str, *, market: bool) -> str:
    if market:
        raise wrong(token, f"A market order is immediate already; leave «{token.lower}» out or give a price.")
    if before:
        raise wrong(token, f"«{token.lower}» does not go with «{before}»; give one of them.")
    return token.lower


def _reduce(token: Token, side: Side) -> bool:
    if side is Side.BUY:
        raise wrong(token, "On spot only a sell reduces; leave «ro» out to buy.")
    return True


def _cap(reader: Reader, token: Token, *, market: bool) -> bool:
    if not reader.accept("off"):
        raise wrong(token, "Write «cap off»; a market order has a cap unless it is taken off.", "cap off")
    if not market:
        raise wrong(token, "«cap off» goes with mkt only; a price is its own cap.")
    return False


def _tag(token: Token, tags: list[str]) -> str:
    name = token.text[4:]
    if not _TAG.fullmatch(name):
        raise wrong(token, "A tag has 1 to 32 letters, digits, dots, dashes or underscores.")
    if len(tags) >= MAX_TAGS or name in tags:
        raise wrong(token, f"An order has at most {MAX_TAGS} tags, each once.")
    return name


def _note(reader: Reader, token: Token, before: str) -> str:
    following = reader.peek()
    if following is None or not following.quoted:
        raise wrong(token, 'A note stands in quotes: note "why".')
    if before:
        raise wrong(token, "An order has one note.")
    if len(following.text) > MAX_NOTE:
        raise wrong(following, f"A note has at most {MAX_NOTE} characters.")
    return clean(reader.take("A note").text, MAX_NOTE)


def write_style(style: Style, *, always_reduces: bool = False) -> list[str]:
    """Write flags so that they are read back as themselves."""
    market = style.type is OrderType.MARKET
    words = [
        "post" if style.type is OrderType.LIMIT_MAKER else "",
        "" if market or style.time_in_force is TimeInForce.GTC else style.time_in_force.value.lower(),
        "ro" if style.reduce_only and not always_reduces else "",
        "" if style.capped else "cap off",
        *(f"tag:{tag}" for tag in style.tags),
        f"note {quote(style.note)}" if style.note else "",
    ]
    return [word for word in words if word]


def quote(text: str) -> str:
    """Put text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
