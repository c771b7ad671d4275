"""What is asked of the desk: orders of every kind, each with an intent id of its own, and cancels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from tests.process.kill_loop.wire import Answer

VALUE = (15, 60)
"""An order is worth at least and at most so much USDT."""
AWAY = (150, 350)
"""A resting order stands so many hundredths of a percent away from the market."""


@dataclass(slots=True)
class Wish:
    """One order that somebody wants, by its intent id, and every answer that was given to it."""

    body: Mapping[str, Any]
    answers: list[Answer] = field(default_factory=list)
    asked: int = 0

    @property
    def intent(self) -> str:
        """Its intent id."""
        return str(self.body["intent_id"])

    @property
    def order_ids(self) -> set[str]:
        """The orders that its answers named; more than one is a doubled order."""
        return {_order_id(each) for each in self.answers}

    def confirmed(self, token: str) -> Mapping[str, Any]:
        """Return what is asked, with the token that confirms it, if there is one."""
        return {**self.body, "confirmation": token} if token else self.body


def _order_id(answer: Answer) -> str:
    """Return the order that an answer is about; a refusal by the desk's own limits names it too."""
    if answer.status in {200, 201, 202}:
        return str(answer.data["order"]["id"])
    return str(answer.body["error"]["details"].get("order_id", answer.body))


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair's steps, its best prices, and the one side on which it is traded: nobody trades with himself here."""

    symbol: str
    side: str
    tick: Decimal
    lot: Decimal
    bid: Decimal = Decimal(0)
    ask: Decimal = Decimal(0)

    def on(self, side: str) -> Pair:
        """Return it to be traded on another side."""
        return replace(self, side=side)

    def at(self, ticker: Mapping[str, Any]) -> Pair:
        """Return it with the prices of now."""
        return replace(self, bid=Decimal(ticker["bid"]), ask=Decimal(ticker["ask"]))


def resting(pair: Pair, random: Random) -> dict[str, Any]:
    """Ask for a limit order that rests away from the market."""
    away = Decimal(random.randint(*AWAY)) / 10_000
    price = pair.bid * (1 - away) if pair.side == "BUY" else pair.ask * (1 + away)
    return {"type": "LIMIT", "price": _text(price, pair.tick)}


def crossing(pair: Pair, random: Random) -> dict[str, Any]:
    """Ask for an immediate-or-cancel limit that reaches into the other side of the book."""
    through = Decimal(random.randint(5, 30)) / 10_000
    price = pair.ask * (1 + through) if pair.side == "BUY" else pair.bid * (1 - through)
    return {"type": "LIMIT", "time_in_force": "IOC", "price": _text(price, pair.tick)}


def market(_pair: Pair, _random: Random) -> dict[str, Any]:
    """Ask for a market order with the desk's own cap."""
    return {"type": "MARKET"}


KINDS: Mapping[str, Callable[[Pair, Random], dict[str, Any]]] = {
    "resting": resting,
    "crossing": crossing,
    "market": market,
}
"""The three kinds of order of reliability.md §4.6."""


def wish(pair: Pair, intent: str, random: Random, kind: str | None = None) -> Wish:
    """Make a wish of some kind; no two have the same quantity, so none is taken for a repetition."""
    terms = KINDS[kind or random.choice(list(KINDS))](pair, random)
    quantity = Decimal(random.randint(VALUE[0] * 1000, VALUE[1] * 1000)) / 1000 / pair.ask
    size = {"symbol": pair.symbol, "side": pair.side, "quantity": _text(quantity, pair.lot)}
    return Wish({"intent_id": intent, **size, **terms})


def _text(value: Decimal, step: Decimal) -> str:
    return format(value // step * step, "f")
