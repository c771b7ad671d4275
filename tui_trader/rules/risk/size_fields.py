"""Which fields a question for a size has to have, and what they may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tui_trader.domain.expression import SizeMethod
from tui_trader.domain.money import canonical

HUNDRED = Decimal(100)
Fields = Mapping[str, Decimal | None]

_REASONS: Mapping[str, str] = {
    "stop": "give the price at which the trade has failed; the risk counts down to it",
    "win_percent": "give how many of a hundred trades win",
    "payoff": "give the average gain divided by the average loss",
}
_NEEDED: Mapping[SizeMethod, tuple[str, ...]] = {
    SizeMethod.RISK_PERCENT: ("stop",),
    SizeMethod.RISK_MONEY: ("stop",),
    SizeMethod.FRACTION: (),
    SizeMethod.KELLY: ("win_percent", "payoff"),
    SizeMethod.ATR: (),
}
_MAY: Mapping[SizeMethod, tuple[str, ...]] = {
    SizeMethod.FRACTION: ("stop",),
    SizeMethod.KELLY: ("stop",),
    SizeMethod.ATR: ("multiple",),
}


def flaws(method: SizeMethod, given: Fields) -> Iterator[tuple[str, str]]:
    """Give each field that makes no sense, and why; ``given`` has every field that the methods know."""
    yield from _numbers(method, given)
    needed = _NEEDED[method]
    known = {"value", "price", *needed, *_MAY.get(method, ())}
    for name, value in given.items():
        if value is None and name in needed:
            yield name, _REASONS[name]
        elif value is not None and name not in known:
            yield name, f"means nothing for {method.value}; leave it out"


def _numbers(method: SizeMethod, given: Fields) -> Iterator[tuple[str, str]]:
    """Look at each number by itself."""
    shares = {"win_percent"} if method is SizeMethod.RISK_MONEY else {"value", "win_percent"}
    for name, value in given.items():
        if value is None:
            continue
        if value < 0 or (value == 0 and name != "win_percent"):
            yield name, f"must be above 0, and is {canonical(value)}"
        elif name in shares and value > HUNDRED:
            yield name, f"is a percentage, and {canonical(value)} is above 100"
