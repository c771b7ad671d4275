"""What a row of the fault matrix is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.process.fault_matrix.stage import Scenario

WITHOUT, WITH, BOTH = (False,), (True,), (False, True)


@dataclass(frozen=True)
class Row:
    """One row of reliability.md §5: a fault, how it is made here, and what must hold.

    It is made by ``play`` against real processes, by the tests that ``proofs`` name, or both. ``reason`` says what of
    it this machine cannot make, and why; ``no_kill`` why it is not played with a kill in the middle.
    """

    id: str
    fault: str
    how: str
    holds: str
    play: Scenario | None = None
    proofs: tuple[str, ...] = ()
    reason: str = ""
    no_kill: str = ""
    ci: tuple[bool, ...] = ()
    """With which kinds of kill it belongs to the small selection."""


def tests(file: str, *names: str) -> tuple[str, ...]:
    """Name tests of one file under ``tests/``."""
    return tuple(f"tests/{file}.py::{name}" for name in names)
