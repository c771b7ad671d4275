"""Sizes by risk: ``risk 0.5%``, ``risk $20``, ``risk``, and the price that they count to: ``to 63000``, ``to -2%``."""

from __future__ import annotations

import re
from decimal import Decimal

from tui_trader.domain.expression import RISKS, PriceExpression, RiskPrice, SizeExpression, SizeKind
from tui_trader.domain.money import canonical
from tui_trader.domain.order import Side
from tui_trader.errors import GrammarError
from tui_trader.grammar.context import Pair
from tui_trader.grammar.prices import looks_like_price, signed
from tui_trader.grammar.reader import NUMBER, Reader, number, wrong
from tui_trader.grammar.tokens import Token
from tui_trader.grammar.words import MISPLACED, RISK, TO, refusal

HUNDRED = Decimal(100)
_AMOUNT = re.compile(rf"(?P<dollar>\$)?(?P<number>{NUMBER})(?P<unit>%|[a-z][a-z0-9]*)?")
_LEVEL = re.compile(rf"@?(?P<sign>[+-])?(?P<number>{NUMBER})(?P<percent>%)?")


def parse_risk(reader: Reader, pair: Pair) -> SizeExpression:
    """Take what follows ``risk``; nothing means the profile's share for one trade.

    Raises:
        GrammarError: it is neither percent nor money, not above zero, or above 100 %.

    """
    following = reader.peek()
    if following is None or looks_like_price(following) or following.lower == TO:
        return SizeExpression(SizeKind.RISK)
    token = reader.take("A risk")
    match = _AMOUNT.fullmatch(token.lower)
    if match is None:
        raise wrong(token, "A risk is percent of the account or money: risk 0.5%, or risk $20.", "0.5%")
    value, unit = number(token, match["number"]), match["unit"] or ""
    shown = canonical(value)
    if value <= 0:
        raise wrong(token, "A risk must be above zero.")
    if match["dollar"] or unit == pair.quote.lower():
        if match["dollar"] and unit:
            raise wrong(token, "A risk with $ takes no unit.", f"${shown}")
        return SizeExpression(SizeKind.RISK_QUOTE, value)
    if unit != "%":
        raise wrong(token, f"Percent or money? Write {shown}% or ${shown}.", f"{shown}%")
    if value > HUNDRED:
        raise wrong(token, "More than 100 % cannot be lost.", "100%")
    return SizeExpression(SizeKind.RISK_PERCENT, value)


def parse_risk_price(reader: Reader, side: Side, size: SizeExpression, price: PriceExpression) -> RiskPrice | None:
    """Take the price that a risk counts to; ``None`` for a size that is none.

    Raises:
        GrammarError: it is missing, stands where it means nothing, or is not on the losing side.

    """
    token = reader.peek()
    if size.kind not in RISKS:
        if token is not None and token.lower == TO:
            raise wrong(token, MISPLACED[TO])
        return None
    if token is None or not reader.accept(TO):
        message = "Say what the risk counts to: to 63000, or to -2%. No stop is placed there."
        if token is None:
            reader.missing(message)
        raise wrong(token, refusal(token.lower) or message)
    level = reader.take("The price that the risk counts to (63000, -2%)")
    match = _LEVEL.fullmatch(level.lower)
    if match is None or bool(match["sign"]) is not bool(match["percent"]):
        raise wrong(level, "Give a price or a percentage with its sign: to 63000, or to -2%.")
    value = number(level, match["number"])
    if match["percent"] is None:
        return RiskPrice(absolute=_absolute(level, side, value, price.absolute))
    return RiskPrice(percent=_percent(level, side, -value if match["sign"] == "-" else value))


def _absolute(token: Token, side: Side, value: Decimal, price: Decimal | None) -> Decimal:
    if value <= 0:
        raise wrong(token, "A price must be above zero.")
    if price is not None and (value - price) * side.sign >= 0:
        raise _losing(token, side)
    return value


def _percent(token: Token, side: Side, value: Decimal) -> Decimal:
    if value * side.sign >= 0:
        raise _losing(token, side)
    if value <= -HUNDRED:
        raise wrong(token, "That leads to no price above zero.")
    return value


def _losing(token: Token, side: Side) -> GrammarError:
    words = "A buy loses below" if side is Side.BUY else "A sale loses above"
    return wrong(token, f"{words} its price; the risk counts to a price there.")


def write_risk_price(level: RiskPrice | None) -> list[str]:
    """Write it so that it is read back as itself."""
    if level is None:
        return []
    if level.absolute is not None:
        return [TO, canonical(level.absolute)]
    return [TO, f"{signed(level.percent or Decimal(0))}%"]


def write_risk(size: SizeExpression) -> str:
    """Write a size by risk so that it is read back as itself."""
    value = canonical(size.value)
    return {SizeKind.RISK_PERCENT: f"{RISK} {value}%", SizeKind.RISK_QUOTE: f"{RISK} ${value}"}.get(size.kind, RISK)
