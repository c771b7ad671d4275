"""Eleven known mistakes of this field, each put into a copy of the path; the model must find every one.

Those of judgement sit around the product's ``step``, those of conduct in a desk of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from tests.property.order_model.desk import Desk
from tests.property.order_model.words import Kind, Request
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import FINAL, Order, OrderStatus
from tui_trader.rules import order_events as ev
from tui_trader.rules.order_events import Effect, OrderEvent, Transition
from tui_trader.rules.order_table import step
from tui_trader.rules.reservation import Reservation

S = OrderStatus
ENDS = frozenset({Effect.RELEASE})
KNOWN_THERE = frozenset({S.LIVE, S.PART, S.UNKNOWN})


def _ended(order: Order, status: OrderStatus) -> Transition:
    return Transition(replace(order, status=status, version=order.version + 1), ENDS, "a mistake")


def open_absent_is_dead(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Take an order that is not among the open ones for cancelled."""
    dead = isinstance(event, ev.AbsentFromOpen) and order.status in KNOWN_THERE
    return _ended(order, S.CANCELED) if dead else step(order, event, fills)


def timeout_is_failed(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Take no answer for a refusal."""
    failed = isinstance(event, ev.Ambiguous) and order.status is S.SENDING
    return _ended(order, S.REJECTED) if failed else step(order, event, fills)


def missing_is_cancel(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Take an order that a query does not show for cancelled."""
    dead = isinstance(event, ev.LookupMissed) and order.status in {S.LIVE, S.PART}
    return _ended(order, S.CANCELED) if dead else step(order, event, fills)


def cancel_2011_is_dead(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Take «no such order», said to a cancel, for the order's end."""
    dead = isinstance(event, ev.CancelRefused) and order.status not in FINAL
    return _ended(order, S.CANCELED) if dead else step(order, event, fills)


def no_trade_dedup(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Count every report of an execution."""
    return step(order, event, () if isinstance(event, ev.FillSeen) else fills)


def late_fill_ignored(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Drop executions of an order that has ended."""
    late = isinstance(event, ev.FillSeen | ev.FillsListed) and order.status in FINAL
    return Transition(order) if late else step(order, event, fills)


def stale_snap_regress(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Believe the news that came last, not the news that are newest."""
    if isinstance(event, ev.Reported) and event.executed < order.venue_executed:
        status = S.PART if event.executed else S.LIVE
        return Transition(replace(order, status=status, venue_executed=event.executed, version=order.version + 1))
    return step(order, event, fills)


def close_before_fills(order: Order, event: OrderEvent, fills: Sequence[Fill]) -> Transition:
    """Close an order on the venue's word, its executions unread."""
    done = step(order, event, fills)
    if done.order.status is not S.CLOSING:
        return done
    executed: Decimal = done.order.venue_executed
    status = S.FILLED if executed == order.quantity else S.PARTIALLY_CANCELED
    return replace(done, order=replace(done.order, status=status), effects=done.effects | ENDS)


class SendsBeforeJournal(Desk):
    """Writes an order down when the answer comes."""

    def __init__(self, up: list[Request]) -> None:
        super().__init__(up)
        self.unwritten: dict[str, tuple[Order, Reservation]] = {}

    def enter(self, order: Order, wanted: Reservation) -> None:
        """Keep it in memory."""
        self.unwritten[order.id] = (order, wanted)

    def send(self, name: str, now: int, server: int) -> None:
        """Send what nobody wrote down."""
        self.waiting.remove(name)
        self.write(Kind.PLACE, self.unwritten[name][0], server)

    def feed(self, name: str, event: OrderEvent, server: int = 0) -> None:
        """Write it down now that something is known."""
        if name in self.unwritten:
            super().enter(*self.unwritten.pop(name))
        super().feed(name, event, server)

    def kill(self, now: int, server: int) -> None:
        """Lose what was in memory."""
        self.unwritten.clear()
        super().kill(now, server)


class RetriesBlindly(Desk):
    """Sends an order again when no answer came."""

    def time_out(self, ticket: int, now: int, server: int) -> None:
        """Send the same again."""
        request = self.pending[ticket]
        if request.kind is Kind.PLACE:
            del self.pending[ticket]
            self.write(Kind.PLACE, self.journal.orders[request.client_id], server)
        else:
            super().time_out(ticket, now, server)


class KnowsNoHorizon(Desk):
    """Concludes from three rounds that did not show the order, however early they were."""

    def deadline(self, order: Order) -> int:
        """Let every absence count."""
        return order.created_at - 1

    def limit(self, order: Order) -> int:
        """Wait for nothing."""
        return order.created_at - 1


def _judging(mistake: Callable[[Order, OrderEvent, Sequence[Fill]], Transition]) -> Callable[[list[Request]], Desk]:
    return lambda up: Desk(up, mistake)


BUGS: dict[str, Callable[[list[Request]], Desk]] = {
    "send_before_journal": SendsBeforeJournal,
    "open_absent_is_dead": _judging(open_absent_is_dead),
    "timeout_is_failed": _judging(timeout_is_failed),
    "blind_retry": RetriesBlindly,
    "no_horizon": KnowsNoHorizon,
    "missing_is_cancel": _judging(missing_is_cancel),
    "no_trade_dedup": _judging(no_trade_dedup),
    "late_fill_ignored": _judging(late_fill_ignored),
    "stale_snap_regress": _judging(stale_snap_regress),
    "close_before_fills": _judging(close_before_fills),
    "cancel_2011_is_dead": _judging(cancel_2011_is_dead),
}
"""Name of the mistake → a desk that makes it."""
