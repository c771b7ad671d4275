"""What becomes of findings over time: raised when they last, worse at once, better and gone only after a while.

One risk for each thing that a finding is about. Durations are counted on a clock that never steps, in seconds; stamps
are UTC ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tui_trader.domain.assessment import Assessment, AssessmentStatus, Finding, RiskLevel

RAISE_AFTER_S = 10.0
"""A finding that goes before this was never a risk."""
CALM_AFTER_S = 60.0
"""So long must a risk be lower or gone before it is told so; a figure that dances on its limit changes nothing."""
REWRITE_AFTER_S = 300.0
"""How often a new figure alone is written down."""
GRAVE = frozenset({RiskLevel.HIGH, RiskLevel.CRITICAL})

Thing = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Tracked:
    """A thing that something was found about, first at ``since`` and last at ``seen``.

    ``risk`` is what is told of it, ``None`` until it has lasted; ``kept`` is what is written down of it, since
    ``kept_at``. ``lower_since`` is from when on it is less bad than told.
    """

    since: float
    seen: float
    risk: Assessment | None = None
    kept: Assessment | None = None
    kept_at: float = 0.0
    lower_since: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A change to be written down. ``alarming`` tells that a risk has become HIGH or CRITICAL."""

    before: Assessment | None
    after: Assessment
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, on both clocks."""

    at: int
    monotonic: float


def look(
    known: Mapping[Thing, Tracked], found: Iterable[Finding], now: Moment, new_id: Callable[[], str]
) -> tuple[dict[Thing, Tracked], tuple[Turn, ...]]:
    """Take what is found now in; returns what is tracked from here on, and what changed."""
    after: dict[Thing, Tracked] = {}
    turns: list[Turn] = []
    present = {each.about: each for each in found}
    for thing in (*known, *(each for each in present if each not in known)):
        finding, tracked = present.get(thing), known.get(thing)
        if finding is None:
            kept, turn = _gone(known[thing], now)
        else:
            kept, turn = _there(tracked or Tracked(now.monotonic, now.monotonic), finding, now, new_id)
        if turn is not None and kept is not None:
            kept = replace(kept, kept=turn.after, kept_at=now.monotonic)
        if kept is not None:
            after[thing] = kept
        turns += [] if turn is None else [turn]
    return after, tuple(turns)


def _gone(tracked: Tracked, now: Moment) -> tuple[Tracked | None, Turn | None]:
    """Look at a thing that nothing is found about any more."""
    quiet = now.monotonic - tracked.seen
    if tracked.risk is None:
        return (tracked if quiet < RAISE_AFTER_S else None), None
    if quiet < CALM_AFTER_S:
        return tracked, None
    return None, Turn(tracked.kept, settled(tracked.risk, AssessmentStatus.RESOLVED, now.at))


def _there(tracked: Tracked, finding: Finding, now: Moment, new_id: Callable[[], str]) -> tuple[Tracked, Turn | None]:
    """Look at a thing that something is found about."""
    seen, risk = replace(tracked, seen=now.monotonic), tracked.risk
    if risk is None:
        if now.monotonic - tracked.since < RAISE_AFTER_S:
            return seen, None
        return _told(seen, Assessment(new_id(), finding, AssessmentStatus.ACTIVE, now.at, now.at))
    if finding.level.score > risk.finding.level.score:
        return _told(seen, replace(risk, finding=finding, status=AssessmentStatus.ACTIVE, updated_at=now.at))
    if risk.status is AssessmentStatus.IGNORED:
        return seen, None
    if finding.level.score < risk.finding.level.score:
        return _lower(seen, risk, finding, now)
    return _same(replace(seen, lower_since=None), risk, finding, now)


def _told(tracked: Tracked, risk: Assessment) -> tuple[Tracked, Turn]:
    """Tell a risk that is new, or worse than before."""
    turn = Turn(tracked.kept, risk, alarming=risk.finding.level in GRAVE)
    return replace(tracked, risk=risk, lower_since=None), turn


def _lower(tracked: Tracked, risk: Assessment, finding: Finding, now: Moment) -> tuple[Tracked, Turn | None]:
    since = now.monotonic if tracked.lower_since is None else tracked.lower_since
    if now.monotonic - since < CALM_AFTER_S:
        level = replace(finding, level=risk.finding.level)
        return _same(replace(tracked, lower_since=since), risk, level, now)
    lower = replace(risk, finding=finding, updated_at=now.at)
    return replace(tracked, risk=lower, lower_since=None), Turn(tracked.kept, lower)


def _same(tracked: Tracked, risk: Assessment, finding: Finding, now: Moment) -> tuple[Tracked, Turn | None]:
    """Take a new figure over; it is written down now and then."""
    fresh = risk if finding == risk.finding else replace(risk, finding=finding, updated_at=now.at)
    due = fresh != tracked.kept and now.monotonic - tracked.kept_at >= REWRITE_AFTER_S
    return replace(tracked, risk=fresh), Turn(tracked.kept, fresh) if due else None


def settled(risk: Assessment, status: AssessmentStatus, at: int) -> Assessment:
    """Return a risk that has gone, or is borne."""
    resolved = at if status is AssessmentStatus.RESOLVED else None
    return replace(risk, status=status, updated_at=at, resolved_at=resolved)


def taken_over(kept: Iterable[Assessment], now: float) -> dict[Thing, Tracked]:
    """Go on with what an earlier run left open; a risk that is no longer found is resolved after a while."""
    return {each.finding.about: Tracked(now, now, each, each, now) for each in kept}
