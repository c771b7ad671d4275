"""Runs of the model: a bulk of steps with the path as it is, and a hunt with each known mistake put in."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.order_model.bugs import BUGS
from tests.property.order_model.invariants import Broken
from tests.property.order_model.machine import OrderMachine

STEPS = 60
BATCH = 250
"""Examples per run of hypothesis; its memory of what it tried grows with the run."""
HUNT = 3000
"""Examples after which a mistake counts as not found."""


@dataclass(frozen=True)
class Figures:
    """What a run did; ``found`` says which invariant caught a mistake, and is empty when none did."""

    steps: int
    examples: int
    found: str = ""


def _settings(examples: int, *, shrink: bool) -> settings:
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        verbosity=Verbosity.normal if shrink else Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )


def explore(steps: int, start: int) -> Figures:
    """Run at least so many steps, in batches of their own seeds; a failure is shrunk and raised."""
    machine = type("Exploring", (OrderMachine,), {})
    number = start
    while machine.steps < steps:
        left = 1 + (steps - machine.steps) // STEPS
        run_state_machine_as_test(seed(number)(machine), settings=_settings(min(BATCH, left), shrink=True))
        number += 1
    return Figures(machine.steps, machine.examples)


def hunt(bug: str, start: int) -> Figures:
    """Put a mistake in and look for it."""
    machine = type("Hunting", (OrderMachine,), {"desk": staticmethod(BUGS[bug])})
    found = ""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            run_state_machine_as_test(seed(start)(machine), settings=_settings(HUNT, shrink=False))
        except Broken as error:
            found = str(error)
    return Figures(machine.steps, machine.examples, found)
