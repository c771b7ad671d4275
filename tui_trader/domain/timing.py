"""Every waiting time, horizon and latch of the order path, under one name.

Seconds where the name ends in ``_s``, else milliseconds. :data:`NORMAL` is for trading. :data:`PROOF` is for proofs
against a simulated venue, whose parts do not lag: it is refused towards any venue that is not on this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class TimingName(StrEnum):
    """The timings that can be chosen."""

    NORMAL = "normal"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Timing:
    """One set of times (reliability.md §2.3, §2.4, §3.3, R26, R27, R39)."""

    name: TimingName
    sign_within_ms: int
    """How long after the gate's yes an order may be signed."""
    recv_window_ms: int
    """How long after its signature the venue may take an order."""
    clock_slack_ms: int
    """Added to the error bound of the venue's clock."""
    lag_ms: int
    """How long the venue's parts may differ from each other, at the least."""
    round_apart_ms: int
    """Two rounds of questions closer together than this count as one."""
    mixed_after_ms: int
    """How long past the horizon evidence may stay mixed before a person must decide."""
    look_ms: tuple[int, ...]
    """Pauses between looks at an unknown order; the last one goes on."""
    first_look_s: float
    """Before the first look at any other order: the stream usually answers first."""
    cancel_s: tuple[float, ...]
    """Pauses between repeated cancels; the last one goes on."""
    kill_again_s: tuple[float, ...]
    """Pauses between a halt's repeated cancels; the last one goes on, for an order may be accepted late."""
    kill_lists_s: tuple[float, ...]
    """Pauses between a halt's lists of what rests; the last one goes on."""
    overdue_ms: int
    """How long the executions of a closed order may take before the venue's sums stand in for them."""
    watched_s: float
    """Between looks at an order that was proved absent."""
    patient_s: float
    """Between looks at a question that has been open for long."""
    guard_ms: int
    """News younger than this are not questioned by a list that may be older."""
    open_every_s: float
    """Between comparisons of what rests."""
    read_again_s: tuple[float, ...]
    """Pauses after the venue could not be read for a comparison; the last one goes on."""
    stranger_s: tuple[float, ...]
    """Pauses between looks for the order of a stray execution."""
    rejects_latch: int
    """So many refusals by the venue within a minute close the gate."""
    unknown_budget: int
    """So many orders of unknown outcome block every new one."""
    venue_rate: int
    """So many times the venue's published request limits may be used; a simulator of proofs is started without any."""


NORMAL = Timing(
    name=TimingName.NORMAL,
    sign_within_ms=2000,
    recv_window_ms=3000,
    clock_slack_ms=1000,
    lag_ms=120_000,
    round_apart_ms=5000,
    mixed_after_ms=600_000,
    look_ms=(2000, 2000, 5000, 5000, 10_000),
    first_look_s=0.5,
    cancel_s=(2.0, 4.0, 8.0, 16.0, 30.0),
    kill_again_s=(0.5, 1.0, 2.0),
    kill_lists_s=(0.1, 0.25, 0.5, 1.0, 2.0),
    overdue_ms=60_000,
    watched_s=600.0,
    patient_s=60.0,
    guard_ms=5000,
    open_every_s=10.0,
    read_again_s=(1.0, 2.0, 5.0, 10.0),
    stranger_s=(0.5, 2.0, 5.0, 10.0),
    rejects_latch=5,
    unknown_budget=3,
    venue_rate=1,
)

PROOF = Timing(
    name=TimingName.PROOF,
    sign_within_ms=400,
    recv_window_ms=600,
    clock_slack_ms=50,
    lag_ms=400,
    round_apart_ms=60,
    mixed_after_ms=20_000,
    look_ms=(100, 200, 300, 400),
    first_look_s=0.05,
    cancel_s=(0.1, 0.2, 0.4, 0.8, 1.0),
    kill_again_s=(0.1, 0.2, 0.4),
    kill_lists_s=(0.05, 0.1, 0.2, 0.4),
    overdue_ms=2000,
    watched_s=2.0,
    patient_s=2.0,
    guard_ms=500,
    open_every_s=0.5,
    read_again_s=(0.1, 0.2, 0.5),
    stranger_s=(0.1, 0.3, 1.0, 3.0),
    rejects_latch=1_000_000,
    unknown_budget=1_000_000,
    venue_rate=1000,
)

TIMINGS: Mapping[TimingName, Timing] = MappingProxyType({each.name: each for each in (NORMAL, PROOF)})
