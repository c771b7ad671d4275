"""Checks of conduct: how many, how fast, the same again, against oneself (R17, R20, R22, R23, R24, R29)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from tui_trader.domain.money import canonical
from tui_trader.domain.order import Order, OrderStatus, OrderType, Side
from tui_trader.domain.risk import Breach, Level
from tui_trader.rules.gate import OWN, GateFacts, RecentRequest

SECOND_MS = 1000
MINUTE_MS = 60_000
BUDGET_PERCENT = 85
"""Above this share of the budget the client would let an order wait, and a late order is a stale one."""
UNSETTLED = frozenset({OrderStatus.SENDING, OrderStatus.UNKNOWN})


def open_orders(facts: GateFacts) -> Iterator[Breach]:
    """R17: not more working orders than the profile allows, in all and on the pair."""
    given, profile = facts.given, facts.given.profile
    for count, limit, where in (
        (given.working_count, profile.max_open_orders, ""),
        (len(given.working), profile.max_open_orders_per_symbol, f" on {facts.instrument.symbol}"),
    ):
        if count >= limit:
            message = f"{count} orders are working{where}; the limit is {limit}."
            yield Breach("max_open_orders", Level.HARD, message, str(count), str(limit), "cancel one first")
            return


def rate(facts: GateFacts) -> Iterator[Breach]:
    """R22: not more orders per second and minute than the profile allows; refused, never queued.

    Orders of persons and of rules are counted apart.
    """
    given, profile = facts.given, facts.given.profile
    own = given.request.origin in OWN
    spans = (
        (SECOND_MS, profile.max_orders_per_second if own else profile.max_rule_orders_per_second, "second"),
        (MINUTE_MS, profile.max_orders_per_minute if own else profile.max_rule_orders_per_minute, "minute"),
    )
    for span, limit, word in spans:
        count = sent_within(facts, span) if len(given.recent) >= limit else 0
        if count >= limit:
            message = f"{count} orders were sent within the last {word}; the limit is {limit}."
            yield Breach("order_rate", Level.HARD, message, str(count), str(limit), "wait a moment")
            return


def sent_within(facts: GateFacts, span_ms: int) -> int:
    """Count the orders of the same kind of origin, a person or a rule, that passed the gate within a span."""
    given = facts.given
    own, since = given.request.origin in OWN, _first_after(given.recent, given.now - span_ms)
    return sum((each.origin in OWN) is own for each in given.recent[since:])


def budget(facts: GateFacts) -> Iterator[Breach]:
    """R23: what is left of the venue's request budget is kept for cancels and questions."""
    used = facts.given.conduct.budget_used * 100
    if not used <= BUDGET_PERCENT:
        shown, limit = f"{used:.0f} %", f"{BUDGET_PERCENT} %"
        message = f"{shown} of the exchange's request budget is in use; orders may use {limit}."
        yield Breach("request_budget", Level.HARD, message, shown, limit, "wait a moment")


def churn(facts: GateFacts) -> Iterator[Breach]:
    """R24: not too many messages for each execution of the last hour."""
    conduct, limit = facts.given.conduct, facts.given.profile.max_messages_per_fill
    allowed = limit * max(1, conduct.fills)
    if conduct.messages > allowed:
        message = f"{conduct.messages} messages for {conduct.fills} executions within an hour; {allowed} is the limit."
        yield Breach("message_ratio", Level.SOFT, message, str(conduct.messages), str(allowed))


def _first_after(recent: Sequence[RecentRequest], moment: int) -> int:
    """Return the index of the first request after a moment; they come oldest first."""
    return bisect_right(recent, moment, key=lambda each: each.at)


def duplicate(facts: GateFacts) -> Iterator[Breach]:
    """R20: the same order again within the window asks first; while an equal one is unsettled it is refused."""
    given = facts.given
    twin = next((each for each in given.working if each.status in UNSETTLED and _same_order(facts, each)), None)
    if twin is not None:
        message = f"An equal order ({twin.id}) has no answer yet: the first may still execute; this would double it."
        yield Breach("duplicate_unsettled", Level.HARD, message, suggestion="wait for its outcome")
        return
    window = given.profile.duplicate_window_ms
    since = _first_after(given.recent, given.now - window)
    newest = _newest_same(facts, given.recent[since:])
    if newest is not None:
        age = f"{given.now - newest.at} ms"
        yield Breach("duplicate", Level.SOFT, f"The same order was sent {age} ago.", age, f"{window} ms")


def _newest_same(facts: GateFacts, recent: Sequence[RecentRequest]) -> RecentRequest | None:
    """Return the newest request that equals the order, its price looked at first as it tells most apart."""
    mine, price = _mine(facts), facts.given.price
    alike = (each for each in reversed(recent) if each.price == price)
    return next((each for each in alike if _terms(each) == mine), None)


def _mine(facts: GateFacts) -> tuple[object, ...]:
    request = facts.given.request
    return (request.symbol, request.side, request.type, facts.given.quantity, facts.given.price)


def _terms(other: RecentRequest) -> tuple[object, ...]:
    return (other.symbol, other.side, other.type, other.quantity, other.price)


def _same_order(facts: GateFacts, other: Order) -> bool:
    return _mine(facts) == (other.symbol, other.side, other.request.type, other.quantity, other.price)


def self_trade(facts: GateFacts) -> Iterator[Breach]:
    """R29: the order would not trade with an own one; a post-only order cannot.

    A protective exit goes out all the same: what becomes of the two is then for the exchange's own rules.
    """
    request = facts.given.request
    if request.type is OrderType.LIMIT_MAKER:
        return
    for order in facts.given.working:
        if order.side is not request.side and _crosses(facts, order):
            shown = canonical(order.price or order.quantity)
            message = f"It would trade with your own {order.side.value.lower()} order {order.id} at {shown}."
            level = Level.WARN if facts.exit else Level.HARD
            yield Breach("self_trade", level, message, shown, suggestion="cancel that order first")
            return


def _crosses(facts: GateFacts, other: Order) -> bool:
    mine, theirs = facts.given.price, other.price
    if mine is None or theirs is None:
        return True
    return mine >= theirs if facts.given.request.side is Side.BUY else mine <= theirs
