"""Why waiting proves something: deadline, horizon, and when absence counts (reliability.md §2.4, T13 to T15).

The venue takes a signed request only while ``serverTime - timestamp <= recvWindow``. We never sign after
``not_after``, so past ``not_after + recvWindow`` it cannot be taken any more. Clock error and the lag between the
venue's parts are added before absence means anything. All times are UTC ms of the venue's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tui_trader.domain.order import Order

SIGN_WITHIN_MS = 2000
"""How long after the gate's yes an order may be signed (R39)."""

RECV_WINDOW_MS = 3000
LAG_TO_CONCLUDE_MS = 120_000
LAG_TO_SHOW_MS = 30_000
MIXED_AFTER_MS = 600_000
ROUNDS = 3
ROUND_APART_MS = 5000
ENDPOINTS = frozenset({"order", "open_orders", "all_orders", "fills"})
_BACKOFF_MS = (2000, 2000, 5000, 5000, 10_000)


def not_after(now: int) -> int:
    """Return the last moment at which an order that passes the gate now may be signed."""
    return now + SIGN_WITHIN_MS


def deadline(order: Order) -> int:
    """Return the moment after which the venue must refuse the request."""
    return order.not_after + order.recv_window


def horizon(order: Order, error_ms: int, lag_ms: int = LAG_TO_CONCLUDE_MS) -> int:
    """Return the moment after which absence, properly established, is proof."""
    return deadline(order) + error_ms + lag_ms


def clock_error(best_round_trip_ms: int, drift_ms: int = 0) -> int:
    """Return the error bound of our estimate of the venue's clock: half a round trip, drift, one second."""
    return (best_round_trip_ms + 1) // 2 + drift_ms + 1000


def lag(observed_ms: int, least_ms: int = LAG_TO_CONCLUDE_MS) -> int:
    """Return the lag to allow for: ten times the worst one seen, and never less than the default."""
    return max(least_ms, 10 * observed_ms)


@dataclass(frozen=True, slots=True)
class Absence:
    """Rounds of questions in a row that did not show an order. Any sight of it starts over with a fresh one."""

    rounds: int = 0
    first_at: int = 0
    last_at: int = 0
    after_deadline: frozenset[str] = field(default_factory=frozenset)

    @property
    def span_ms(self) -> int:
        """How long the misses in a row reach."""
        return self.last_at - self.first_at

    def miss(self, at: int, endpoints: frozenset[str], deadline_at: int) -> Absence:
        """Add a round in which these endpoints did not show it; rounds less than 5 s apart count once."""
        seen = self.after_deadline | endpoints if at > deadline_at else self.after_deadline
        if self.rounds and at - self.last_at < ROUND_APART_MS:
            return Absence(self.rounds, self.first_at, self.last_at, seen)
        return Absence(self.rounds + 1, self.first_at if self.rounds else at, at, seen)


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


def overdue(absence: Absence, now: int, horizon_at: int) -> bool:
    """Tell whether a person must decide, because the evidence stayed mixed for too long (T15).

    Evidence that nobody has collected yet, after a long sleep or a late start, is not mixed: it takes as many rounds
    as a proof would.
    """
    return now > horizon_at + MIXED_AFTER_MS and absence.rounds >= ROUNDS


def backoff_ms(attempt: int) -> int:
    """Return how long to wait before look-up number ``attempt`` (from 0)."""
    return _BACKOFF_MS[min(max(attempt, 0), len(_BACKOFF_MS) - 1)]
