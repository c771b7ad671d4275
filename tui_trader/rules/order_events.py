"""What can happen to one order, and what a step of the state table answers with.

Times are UTC ms of this machine. Statuses of the venue are its own words; anything unknown to us is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order, Side


class Effect(StrEnum):
    """What the owner of the table has to do after a step was committed."""

    RESERVE = "RESERVE"
    """Lock the money again: an order thought absent is there."""
    RELEASE = "RELEASE"
    """Free what the order had locked."""
    LOOK_UP = "LOOK_UP"
    """Ask the venue about this order."""
    FETCH_FILLS = "FETCH_FILLS"
    """Read this order's executions."""
    SEND_CANCEL = "SEND_CANCEL"
    """Send a cancel, the first or another one; the caller paces repetitions."""
    RESYNC_CLOCK = "RESYNC_CLOCK"
    """Measure the venue's clock."""
    COUNT_REJECT = "COUNT_REJECT"
    """Count a definite refusal (R26)."""
    CANCEL_ONLY = "CANCEL_ONLY"
    """Latch the gate to CANCEL_ONLY."""
    HALT = "HALT"
    """Latch the gate to HALTED: a contradiction with the venue."""
    ALARM = "ALARM"
    """Tell the person loudly."""
    NOTIFY = "NOTIFY"
    """Tell the person: the order ended without a request of ours."""


@dataclass(frozen=True, slots=True)
class Acked:
    """The venue took the order (T5, T6). Echoed fields are ``None`` where the answer had none."""

    at: int
    venue_order_id: str
    symbol: str | None = None
    side: Side | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DefinitelyRejected:
    """A code of the definite-refusal table (T7); a duplicate-id refusal is ``Ambiguous`` instead (T10)."""

    at: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class NotWritten:
    """The transport proves that no byte of the request left this machine (T4)."""

    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Expired:
    """``not_after`` passed before anything was written (T3)."""

    at: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Timeout, cut, 5xx, 429, an unreadable answer: no telling (T8, T10)."""

    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The desk started and found the order in this state (T9)."""

    at: int


@dataclass(frozen=True, slots=True)
class Reported:
    """The venue described the order, by push, lookup or snapshot (T11, T12, T18, T23, T28, T30).

    ``status`` is the venue's word; ``executed`` and ``quote`` are cumulative. Identity fields that are ``None``
    are not compared.
    """

    at: int
    status: str
    executed: Decimal
    quote: Decimal
    venue_order_id: str
    source: str = "push"
    symbol: str | None = None
    side: Side | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class FillSeen:
    """An execution was reported (T16, T17, T19); reports of one execution may come twice and in any order."""

    at: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class FillsListed:
    """The whole list of this order's executions, as asked for by ``FETCH_FILLS`` (T18, T19).

    A whole list tells equal executions from one told twice, which single reports cannot always do.
    """

    at: int
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class FillsOverdue:
    """An order has been closing for 60 s and its executions did not come (T20)."""

    at: int


@dataclass(frozen=True, slots=True)
class LookupMissed:
    """A query by id did not show the order (T13, T22): ``misses`` in a row, over ``span_ms``."""

    at: int
    misses: int
    span_ms: int


@dataclass(frozen=True, slots=True)
class AbsentFromOpen:
    """The list of open orders lacks it (T21); such a list cannot tell closed from lost."""

    at: int


@dataclass(frozen=True, slots=True)
class ProvedAbsent:
    """``horizon.proved_absent`` holds (T14)."""

    at: int


@dataclass(frozen=True, slots=True)
class EvidenceMixed:
    """Ten minutes past the horizon and still neither found nor proved absent (T15)."""

    at: int


@dataclass(frozen=True, slots=True)
class Contradicted:
    """The caller found what cannot be, such as a venue order id that belongs to another order (T6, T10)."""

    at: int
    message: str


@dataclass(frozen=True, slots=True)
class Attested:
    """The operator says what became of a quarantined order; the only way out of quarantine."""

    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """A person or the kill switch wants it cancelled (T24)."""

    at: int


@dataclass(frozen=True, slots=True)
class CancelAcked:
    """The venue answered the cancel with success (T25); what it says of the order comes as ``Reported``."""

    at: int


@dataclass(frozen=True, slots=True)
class CancelRefused:
    """The venue refused the cancel; -2011 proves nothing (T26)."""

    at: int
    code: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class CancelAmbiguous:
    """No telling whether the cancel happened (T27)."""

    at: int
    reason: str = ""


OrderEvent = (
    Acked
    | DefinitelyRejected
    | NotWritten
    | Expired
    | Ambiguous
    | Restarted
    | Reported
    | FillSeen
    | FillsListed
    | FillsOverdue
    | LookupMissed
    | AbsentFromOpen
    | ProvedAbsent
    | EvidenceMixed
    | Contradicted
    | Attested
    | CancelRequested
    | CancelAcked
    | CancelRefused
    | CancelAmbiguous
)


@dataclass(frozen=True, slots=True)
class Transition:
    """What a step gives.

    ``order`` is the same object when nothing changed. ``added`` are executions for the ledger, ``removed`` are
    synthetic ones that the real ones replace. ``note`` says in a few words what happened, for the journal.
    """

    order: Order
    effects: frozenset[Effect] = frozenset()
    note: str = ""
    added: tuple[Fill, ...] = ()
    removed: tuple[Fill, ...] = ()
