"""The life of one order as a table: (status, kind of event) → handler (reliability.md §2.2 and §2.3, rows T3 to T30).

``step`` is pure and total: no pair of state and event raises, finals stay final, no execution is dropped.
The caller finds the order an event belongs to, hands in the executions known of it, commits what comes back in one
transaction, and only then carries out the effects. T1, T2 and T29 concern orders without a row and are not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import FINAL, Order, OrderStatus
from tui_trader.rules import order_answers, order_cancel, order_fills, order_reports
from tui_trader.rules.order_events import (
    AbsentFromOpen,
    Acked,
    Ambiguous,
    Attested,
    CancelAcked,
    CancelAmbiguous,
    CancelRefused,
    CancelRequested,
    Contradicted,
    DefinitelyRejected,
    EvidenceMixed,
    Expired,
    FillSeen,
    FillsListed,
    FillsOverdue,
    LookupMissed,
    NotWritten,
    OrderEvent,
    ProvedAbsent,
    Reported,
    Restarted,
    Transition,
)
from tui_trader.rules.order_moves import Handler, ignored

S = OrderStatus
ALL = frozenset(OrderStatus)
UNFINISHED = ALL - FINAL
AT_VENUE = frozenset({S.LIVE, S.PART})
UNANSWERED = frozenset({S.SENDING, S.UNKNOWN, S.NOT_PLACED})

EVENTS: tuple[type[OrderEvent], ...] = OrderEvent.__args__
"""Every kind of event."""

ROWS: tuple[tuple[Iterable[OrderStatus], type[OrderEvent], Handler], ...] = (
    (ALL, Acked, order_answers.acked),
    (UNANSWERED, DefinitelyRejected, order_answers.rejected),
    (AT_VENUE | {S.CLOSING}, DefinitelyRejected, order_answers.contradicted),
    (UNANSWERED, NotWritten, order_answers.not_written),
    (AT_VENUE | {S.CLOSING}, NotWritten, order_answers.contradicted),
    ({S.SENDING}, Expired, order_answers.expired),
    ({S.SENDING}, Ambiguous, order_answers.ambiguous),
    (UNFINISHED, Restarted, order_answers.restarted),
    (ALL, Reported, order_reports.reported),
    (ALL, FillSeen, order_fills.seen),
    (ALL, FillsListed, order_fills.listed),
    ({S.CLOSING}, FillsOverdue, order_fills.overdue),
    ({S.UNKNOWN, S.QUARANTINED}, LookupMissed, order_reports.missed_unknown),
    (AT_VENUE, LookupMissed, order_reports.missed_working),
    ({S.CLOSING}, LookupMissed, order_reports.missed_closing),
    (AT_VENUE, AbsentFromOpen, order_reports.absent),
    ({S.UNKNOWN}, ProvedAbsent, order_reports.proved_absent),
    ({S.UNKNOWN}, EvidenceMixed, order_reports.mixed),
    (ALL, Contradicted, order_reports.contradicted),
    ({S.QUARANTINED}, Attested, order_reports.attested),
    (UNFINISHED - {S.CLOSING}, CancelRequested, order_cancel.requested),
    (UNFINISHED, CancelAcked, order_cancel.acked),
    (UNFINISHED, CancelRefused, order_cancel.refused),
    (UNFINISHED, CancelAmbiguous, order_cancel.ambiguous),
)
"""What matters; every pair not named is ignored."""


def _table() -> Mapping[tuple[OrderStatus, type[OrderEvent]], Handler]:
    table: dict[tuple[OrderStatus, type[OrderEvent]], Handler] = {(s, e): ignored for s in ALL for e in EVENTS}
    for statuses, event, handler in ROWS:
        table |= {(status, event): handler for status in statuses}
    return table


TABLE = _table()


def step(order: Order, event: OrderEvent, fills: Sequence[Fill] = ()) -> Transition:
    """Return what an event makes of an order; ``fills`` are the executions already counted in it."""
    return TABLE[order.status, type(event)](order, event, fills)
