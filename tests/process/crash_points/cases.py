"""Which outcomes and kinds belong to which point: all that make a difference there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.process.crash_points.outcomes import ACCEPTED, OUTCOMES
from tests.process.kill_loop.wishes import KINDS

FILLING = ("crossing", "market")
CANCELLERS = ("cancel all", "kill switch")
ALL = tuple(OUTCOMES)
ONE = ("lost",)
"""Where no whole request leaves, nothing else can become of it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kill: the point, what becomes of the request, and the kind of order (or of cancelling)."""

    spot: str
    outcome: str
    kind: str

    @property
    def point(self) -> str:
        """The point's number."""
        return self.spot.split(" ", maxsplit=1)[0]

    def __str__(self) -> str:
        """Name it."""
        return f"{self.spot} · {self.outcome} · {self.kind}"


TABLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("CP1", ALL, tuple(KINDS)),  # the outcome is that of the request made when the intent is asked for again
    ("CP2", ALL, tuple(KINDS)),
    ("CP3", ALL, tuple(KINDS)),
    ("CP4", ONE, tuple(KINDS)),
    ("CP5", ONE, tuple(KINDS)),
    ("CP6", ONE, tuple(KINDS)),
    ("CP7", ALL, tuple(KINDS)),
    ("CP8", ALL, tuple(KINDS)),
    ("CP9", ALL, tuple(KINDS)),
    ("CP10", ACCEPTED, FILLING),
    ("CP11", ACCEPTED, FILLING),
    ("CP13", ALL, CANCELLERS),  # outcomes of a cancel
    ("CP14", ("ack",), tuple(KINDS)),
    ("CP15 before", ("ack",), ("resting",)),  # a migration and a backup have no request; one order is at the venue
    ("CP15 between", ("ack",), ("resting",)),
    ("CP15 in", ("ack",), ("resting",)),
    ("CP16 before", ("ack",), ("resting",)),
    ("CP16 after", ("ack",), ("resting",)),
    ("CP17", ALL, tuple(KINDS)),
    ("CP18", ALL, tuple(KINDS)),
    ("CP18 late", ("ack", "accepted+cut", "refused+5xx"), tuple(KINDS)),
)
"""Point, outcomes, kinds."""


def every() -> list[Case]:
    """List all cases."""
    return [Case(spot, outcome, kind) for spot, outcomes, kinds in TABLE for outcome in outcomes for kind in kinds]


def some() -> list[Case]:
    """List a selection: every point with two outcomes or three, kinds taking turns."""
    return list(_some())


def _some() -> Iterator[Case]:
    turn = 0
    for spot, outcomes, kinds in TABLE:
        for outcome in dict.fromkeys((outcomes[0], outcomes[len(outcomes) // 2], outcomes[-1])):
            yield Case(spot, outcome, kinds[turn % len(kinds)])
            turn += 1
