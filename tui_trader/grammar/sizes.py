"""Sizes: ``0.01``, ``$100``, ``100usdt``, ``25%bal``, ``50%pos``, ``all``, ``max``, ``half``, ``quarter``."""

from __future__ import annotations

import re
from decimal import Decimal

from tui_trader.domain.expression import RISKS, SizeExpression, SizeKind
from tui_trader.domain.money import canonical
from tui_trader.grammar.context import Context, Pair
from tui_trader.grammar.reader import NUMBER, number, unknown, wrong
from tui_trader.grammar.risks import write_risk
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import MISPLACED, RISK, SIZES

_SIZE = re.compile(rf"(?P<dollar>\$)?(?P<number>{NUMBER})(?P<unit>%bal|%pos|%|[a-z][a-z0-9]*)?")
_DIGITS = re.compile(r"\$|\.?\d")
_PRESET = re.compile(r"p[1-5]")
_NAMED = {
    "all": SizeExpression(SizeKind.ALL),
    "max": SizeExpression(SizeKind.MAX),
    "half": SizeExpression(SizeKind.POSITION_PERCENT, Decimal(50)),
    "quarter": SizeExpression(SizeKind.POSITION_PERCENT, Decimal(25)),
}
_PERCENT = {"%bal": SizeKind.BALANCE_PERCENT, "%pos": SizeKind.POSITION_PERCENT}
HUNDRED = Decimal(100)


def looks_like_size(token: Token, context: Context) -> bool:
    """Tell whether a word is meant as a size: a name of one, or digits that are not a coin's name (such as 1inch)."""
    text = token.lower
    if text in _NAMED or text == RISK:
        return True
    return _DIGITS.match(text) is not None and context.find(text) is None


def parse_size(token: Token, pair: Pair) -> SizeExpression:
    """Read a size for a pair.

    Raises:
        GrammarError: it is not a size, not above zero, or a percentage above 100.

    """
    text = token.lower
    if text in _NAMED:
        return _NAMED[text]
    if text == RISK:
        raise wrong(token, MISPLACED[RISK])
    if _PRESET.fullmatch(text):
        raise wrong(token, "Size presets are not available; give coins, money or percent.")
    match = _SIZE.fullmatch(text)
    if match is None or token.quoted:
        raise unknown(token, SIZES, "is not a size")
    value = number(token, match["number"])
    if value <= 0:
        raise wrong(token, "A size must be above zero.")
    if match["dollar"]:
        if match["unit"]:
            raise wrong(token, "A size with $ takes no unit.", f"${canonical(value)}")
        return SizeExpression(SizeKind.QUOTE, value)
    return _with_unit(token, value, match["unit"] or "", pair)


def _with_unit(token: Token, value: Decimal, unit: str, pair: Pair) -> SizeExpression:
    if unit == "%":
        shown = canonical(value)
        raise wrong(token, f"Percent of what? Write {shown}%bal or {shown}%pos.", f"{shown}%bal")
    if unit in _PERCENT:
        if value > HUNDRED:
            raise wrong(token, "More than 100 % cannot be had.", f"100{unit}")
        return SizeExpression(_PERCENT[unit], value)
    if unit == pair.quote.lower():
        return SizeExpression(SizeKind.QUOTE, value)
    if unit in {"", pair.base.lower()}:
        return SizeExpression(SizeKind.BASE, value)
    raise wrong(token, f"«{unit}» is neither {pair.base} nor {pair.quote}.", f"{canonical(value)}{pair.quote.lower()}")


def write_size(size: SizeExpression) -> str:
    """Write a size so that it is read back as itself."""
    if size.kind in RISKS:
        return write_risk(size)
    value = canonical(size.value)
    return {
        SizeKind.BASE: value,
        SizeKind.QUOTE: f"${value}",
        SizeKind.BALANCE_PERCENT: f"{value}%bal",
        SizeKind.POSITION_PERCENT: f"{value}%pos",
        SizeKind.ALL: "all",
        SizeKind.MAX: "max",
    }[size.kind]
