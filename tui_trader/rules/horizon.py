"""Why waiting proves something: deadline, horizon, and when absence counts (reliability.md §2.4, T13 to T15).

The venue takes a signed request only while ``serverTime - timestamp <= recvWindow``. We never sign after
``not_after``, so past ``not_after + recvWindow`` it cannot be taken any more. Clock error and the lag between the
venue's parts are added before absence means anything. All times are UTC ms of the venue's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from tui_trader.domain.order import Order
from tui_trader.domain.timing import NORMAL, Timing

ROUNDS = 3
LAG_FACTOR = 10
ENDPOINTS = frozenset({"order", "open_orders", "all_orders", "fills"})


def not_after(now: int, timing: Timing = NORMAL) -> int:
    """Return the last moment at which an order that passes the gate now may be signed (R39)."""
    return now + timing.sign_within_ms


def deadline(order: Order) -> int:
    """Return the moment after which the venue must refuse the request."""
    return order.not_after + order.recv_window


def horizon(order: Order, error_ms: int, lag_ms: int = NORMAL.lag_ms) -> int:
    """Return the moment after which absence, properly established, is proof."""
    return deadline(order) + error_ms + lag_ms


def clock_error(best_round_trip_ms: int, drift_ms: int = 0) -> int:
    """Return the error bound of our estimate of the venue's clock: half a round trip, drift, one second."""
    return (best_round_trip_ms + 1) // 2 + drift_ms + 1000


def lag(observed_ms: int, least_ms: int = NORMAL.lag_ms) -> int:
    """Return the lag to allow for: ten times the worst one seen, and never less than the default."""
    return max(least_ms, LAG_FACTOR * observed_ms)


@dataclass(frozen=True, slots=True)
class Absence:
    """Rounds of questions in a row that did not show an order. Any sight of it starts over with a fresh one.

    Rounds closer together than ``apart_ms`` count once.
    """

    rounds: int = 0
    first_at: int = 0
    last_at: int = 0
    after_deadline: frozenset[str] = field(default_factory=frozenset)
    apart_ms: int = NORMAL.round_apart_ms

    @property
    def span_ms(self) -> int:
        """How long the misses in a row reach."""
        return self.last_at - self.first_at

    def miss(self, at: int, endpoints: frozenset[str], deadline_at: int) -> Absence:
        """Add a round in which these endpoints did not show it."""
        seen = self.after_deadline | endpoints if at > deadline_at else self.after_deadline
        if self.rounds and at - self.last_at < self.apart_ms:
            return replace(self, after_deadline=seen)
        first_at = self.first_at if self.rounds else at
        return replace(self, rounds=self.rounds + 1, first_at=first_at, last_at=at, after_deadline=seen)


def proved_absent(absence: Absence, now: int, horizon_at: int, residual: Decimal) -> bool:
    """Tell whether an order is proved absent (T14).

    Past the horizon, three rounds, each endpoint negative after the deadline, and nothing locked at the venue that
    no known order explains (``residual``).
    """
    return (
        now > horizon_at
        and absence.rounds >= ROUNDS
        and absence.after_deadline >= ENDPOINTS
        and residual.is_finite()
        and residual == 0
    )


def overdue(absence: Absence, now: int, horizon_at: int, mixed_after_ms: int = NORMAL.mixed_after_ms) -> bool:
    """Tell whether a person must decide, because the evidence stayed mixed for too long (T15).

    Evidence that nobody has collected yet, after a long sleep or a late start, is not mixed: it takes as many rounds
    as a proof would.
    """
    return now > horizon_at + mixed_after_ms and absence.rounds >= ROUNDS


def backoff_ms(attempt: int, timing: Timing = NORMAL) -> int:
    """Return how long to wait before look-up number ``attempt`` (from 0)."""
    return timing.look_ms[min(max(attempt, 0), len(timing.look_ms) - 1)]
