"""Rows of the order table for executions: none is dropped, none is counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.money import EXACT, ZERO, canonical
from tui_trader.domain.order import Order, OrderStatus
from tui_trader.rules.order_events import Effect, FillSeen, FillsListed, FillsOverdue, Transition
from tui_trader.rules.order_moves import (
    NEVER_PLACED,
    RESURRECTED,
    bounded,
    cancel_after,
    ending,
    moved,
    unchanged,
)

SAME_MOMENT_MS = 1000
_PRICE_STEP = Decimal("1e-18")


def seen(order: Order, event: FillSeen, fills: Sequence[Fill]) -> Transition:
    """Add an execution, whatever the state (T11, T16, T17, T19); a known one changes nothing."""
    if is_known(event.fill, fills):
        return unchanged(order, f"execution {event.fill.trade_id} was known")
    return _take(order, event.at, event.fill, fills)


def listed(order: Order, event: FillsListed, fills: Sequence[Fill]) -> Transition:
    """Add what a whole list has more than is known."""
    known = list(fills)
    effects: set[Effect] = set()
    now = order
    for fill in _not_in(known, event.fills):
        done = _take(now, event.at, fill, known)
        now = done.order
        effects |= done.effects
        known = [each for each in known if each not in done.removed] + list(done.added)
    added = tuple(each for each in known if each not in fills)
    removed = tuple(each for each in fills if each not in known)
    if Effect.RELEASE in effects:
        effects.discard(Effect.RESERVE)
    return Transition(now, frozenset(effects), f"{len(added)} executions were not known", added, removed)


def _not_in(known: Sequence[Fill], whole: Iterable[Fill]) -> list[Fill]:
    """Return what is in a whole list and not known: by key first, then one to one with the other channel's twins."""
    keys = {each.key for each in known}
    whole = list({each.key: each for each in whole}.values())
    listed_keys = {each.key for each in whole}
    unpaired = [each for each in known if each.key not in listed_keys]
    fresh: list[Fill] = []
    for fill in whole:
        if fill.key in keys:
            continue
        twin = next((each for each in unpaired if _twins(each, fill)), None)
        if twin is None:
            fresh.append(fill)
        else:
            unpaired.remove(twin)
    return fresh


def _take(order: Order, at: int, fill: Fill, fills: Iterable[Fill]) -> Transition:
    stand_in = next((known for known in fills if known.source == SYNTHETIC), None)
    return _add(order, at, fill) if stand_in is None else _replace_synthetic(order, at, fill, stand_in)


def is_known(fill: Fill, fills: Iterable[Fill]) -> bool:
    """Tell whether a single report is of an execution already counted.

    The key decides. Second net (reliability.md §3.2), because nobody promises that both channels use one key: an
    execution with the price, quantity, maker flag and time (±1 s) of one from the other channel is that one again.
    Where that was wrong, the order's whole list puts it right before the order ends.
    """
    return any(known.key == fill.key or _twins(known, fill) for known in fills)


def _twins(one: Fill, other: Fill) -> bool:
    return (
        one.source != other.source
        and SYNTHETIC not in {one.source, other.source}
        and (one.price, one.quantity, one.maker) == (other.price, other.quantity, other.maker)
        and abs(one.at - other.at) <= SAME_MOMENT_MS
    )


def _add(order: Order, at: int, fill: Fill) -> Transition:
    total = EXACT.add(order.executed, fill.quantity)
    foreign = order.venue_order_id is not None and fill.venue_order_id != order.venue_order_id
    status = _status_after(order, total, foreign=foreign)
    wrong = status is OrderStatus.QUARANTINED and order.status is not OrderStatus.QUARANTINED
    changed = moved(
        order,
        at,
        status=status,
        executed=total,
        quote=EXACT.add(order.quote, fill.quote),
        fees=with_fee(order.fees, fill),
        late_fill=order.late_fill or order.final,
        venue_order_id=order.venue_order_id or fill.venue_order_id,
        cancel=cancel_after(order, status),
        reason="contradiction" if wrong else order.reason,
        message=_contradiction(foreign=foreign) if wrong else order.message,
    )
    return Transition(changed, _effects(order, changed, foreign=foreign), _note(order, changed), added=(fill,))


def _status_after(order: Order, total: Decimal, *, foreign: bool) -> OrderStatus:
    if order.final or order.status is OrderStatus.QUARANTINED:
        return order.status
    if foreign or _overfilled(order, total):
        return OrderStatus.QUARANTINED
    if order.status is OrderStatus.CLOSING:
        return ending(order, total) if total == order.venue_executed else OrderStatus.CLOSING
    return OrderStatus.FILLED if bounded(order) and total == order.quantity else OrderStatus.PART


def _overfilled(order: Order, total: Decimal) -> bool:
    """Tell whether executions exceed the order, or what the venue said of it when it ended."""
    ended = order.status is OrderStatus.CLOSING or order.final
    return (bounded(order) and total > order.quantity) or (ended and total > order.venue_executed)


def _contradiction(*, foreign: bool) -> str:
    return "executions under another id of the venue" if foreign else "more was executed than there can be"


def _effects(before: Order, after: Order, *, foreign: bool) -> frozenset[Effect]:
    effects: set[Effect] = set()
    if foreign:
        effects |= {Effect.HALT, Effect.ALARM}
    if _overfilled(before, after.executed) or before.status in NEVER_PLACED:
        effects |= {Effect.CANCEL_ONLY, Effect.ALARM, Effect.LOOK_UP}
    if before.status is OrderStatus.NOT_PLACED:
        effects |= RESURRECTED
    if after.final and not before.final:
        effects = (effects | {Effect.RELEASE}) - {Effect.RESERVE}
    return frozenset(effects)


def _note(before: Order, after: Order) -> str:
    late = " late" if before.final else ""
    return f"executed{late} {canonical(after.executed)} of {canonical(after.quantity)}"


def with_fee(fees: tuple[tuple[str, Decimal], ...], fill: Fill) -> tuple[tuple[str, Decimal], ...]:
    """Add a fill's fee to the fees per asset, sorted by asset."""
    if fill.fee == 0:
        return fees
    sums = dict(fees)
    sums[fill.fee_asset] = EXACT.add(sums.get(fill.fee_asset, ZERO), fill.fee)
    return tuple(sorted(sums.items()))


def overdue(order: Order, event: FillsOverdue, _fills: Sequence[Fill]) -> Transition:
    """Stand in for executions that do not come with one made from the venue's sums, marked as such (T20)."""
    missing = EXACT.subtract(order.venue_executed, order.executed)
    if missing <= 0:
        return unchanged(order, "no execution is missing")
    money = EXACT.subtract(order.venue_quote, order.quote)
    if money <= 0:
        return unchanged(order, "the venue names no amount for the executions that are missing")
    fill = Fill(
        venue_order_id=order.venue_order_id or "",
        trade_id=f"{SYNTHETIC}-{canonical(order.venue_executed)}",
        symbol=order.symbol,
        side=order.side,
        price=EXACT.divide(money, missing).quantize(_PRICE_STEP, context=EXACT),
        quantity=missing,
        quote=money,
        fee=ZERO,
        fee_asset="",
        maker=False,
        at=order.updated_at,
        order_id=order.id,
        client_order_id=order.client_order_id,
        source=SYNTHETIC,
    )
    step = _add(order, event.at, fill)
    return replace(
        step, effects=step.effects | {Effect.ALARM}, note="executions did not come; the venue's sums stand in"
    )


def _replace_synthetic(order: Order, at: int, fill: Fill, stand_in: Fill) -> Transition:
    """Put a real execution in the place of the stand-in, or of its part."""
    left = EXACT.subtract(stand_in.quantity, fill.quantity)
    rest = _shrunk(stand_in, fill, left)
    added = (fill,) if rest is None else (fill, rest)
    grown = max(fill.quantity, stand_in.quantity)
    dearer = fill.quote if rest is None else stand_in.quote
    changed = moved(
        order,
        at,
        executed=EXACT.add(EXACT.subtract(order.executed, stand_in.quantity), grown),
        quote=EXACT.add(EXACT.subtract(order.quote, stand_in.quote), dearer),
        fees=with_fee(order.fees, fill),
    )
    disagree = left < 0 or (left == 0 and fill.quote != stand_in.quote)
    effects = frozenset({Effect.CANCEL_ONLY, Effect.ALARM}) if disagree else frozenset()
    return Transition(changed, effects, "real execution replaces the stand-in", added=added, removed=(stand_in,))


def _shrunk(stand_in: Fill, fill: Fill, left: Decimal) -> Fill | None:
    """Return the stand-in for what is still missing."""
    if left <= 0:
        return None
    return replace(
        stand_in,
        trade_id=f"{stand_in.trade_id}-{canonical(left)}",
        quantity=left,
        quote=EXACT.subtract(stand_in.quote, fill.quote),
    )
