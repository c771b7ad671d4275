"""Prices: ``mkt``, ``@60000``, ``@bid``, ``@bid +2t``, ``@-0.3%``, ``@mid -15bp``."""

from __future__ import annotations

import re
from decimal import Decimal

from tui_trader.domain.expression import MARKET, OffsetUnit, PriceExpression, Reference
from tui_trader.domain.money import ZERO, canonical
from tui_trader.grammar.reader import NUMBER, Reader, number, unknown, wrong
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import PRICES

_REFERENCES = {each.value: each for each in Reference if each is not Reference.OWN}
_NUMBER = re.compile(NUMBER)
_UNIT = r"(?P<unit>%|t|bp)?"
_PRICE = re.compile(rf"(?P<ref>[a-z]+)?(?:(?P<sign>[+-])?(?P<number>{NUMBER}){_UNIT})?")
_OFFSET = re.compile(rf"(?P<sign>[+-])(?P<number>{NUMBER}){_UNIT}|(?P<bare>{NUMBER})(?P<step>t|bp)")


def looks_like_price(token: Token) -> bool:
    """Tell whether a word can only be meant as a price."""
    return token.lower.startswith("@") or token.lower in {"mkt", "market"}


def parse_price(reader: Reader) -> PriceExpression:
    """Take a price, and the offset in the next word if there is one.

    Raises:
        GrammarError: it is not a price.

    """
    token = reader.take("A price (mkt, @60000, @bid, @-0.3%)")
    if token.lower in {"mkt", "market"}:
        return MARKET
    if _NUMBER.fullmatch(token.lower):
        raise wrong(token, f"A price is written with @: @{token.text}.", f"@{token.text}")
    if not token.lower.startswith("@"):
        raise unknown(token, PRICES, "is not a price; write mkt, or @ and a price")
    text = token.lower[1:]
    if not text:
        token = reader.take("A price after @")
        text = token.lower
    return _relative(reader, token, text)


def _relative(reader: Reader, token: Token, text: str) -> PriceExpression:
    if text.startswith("$"):
        raise wrong(token, "Variables are not available; give a number or a reference such as @bid.")
    match = _PRICE.fullmatch(text)
    name = match["ref"] if match else None
    if (
        match is None
        or not text
        or (name and name not in _REFERENCES)
        or (name and match["number"] and not match["sign"])
    ):
        raise unknown(token, PRICES, "is not a price; write mkt, @60000, @bid or @-0.3%")
    if name is None and not match["sign"] and not match["unit"]:
        return _absolute(token, match["number"])
    reference = _REFERENCES[name] if name else Reference.OWN
    if match["number"]:
        return _offset(token, reference, match["sign"], match["number"], match["unit"])
    following = reader.peek()
    after = _OFFSET.fullmatch(following.lower) if following else None
    if following is None or after is None:
        return PriceExpression(reference=reference)
    reader.take("An offset")
    return _offset(
        following, reference, after["sign"], after["number"] or after["bare"], after["unit"] or after["step"]
    )


def _absolute(token: Token, text: str) -> PriceExpression:
    value = number(token, text)
    if value <= 0:
        raise wrong(token, "A price must be above zero.")
    return PriceExpression(absolute=value)


def _offset(token: Token, reference: Reference, sign: str | None, text: str, unit: str | None) -> PriceExpression:
    value = number(token, text)
    if value == 0:
        return PriceExpression(reference=reference)
    return PriceExpression(reference=reference, offset=-value if sign == "-" else value, unit=OffsetUnit(unit or ""))


def write_price(price: PriceExpression) -> str:
    """Write a price so that it is read back as itself."""
    if price.market:
        return "mkt"
    if price.absolute is not None:
        return f"@{canonical(price.absolute)}"
    own = price.reference in {None, Reference.OWN}
    name = "" if own or price.reference is None else price.reference.value
    if price.offset == ZERO:
        return f"@{name}" if name else "@+0"
    return f"@{name}{signed(price.offset)}{price.unit.value}"


def signed(value: Decimal) -> str:
    """Write a number with its sign."""
    return f"{'-' if value < 0 else '+'}{canonical(abs(value))}"
