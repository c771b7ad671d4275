"""All cases, some of them in one home after the other, several homes side by side."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random

from tests.process.crash_points.cases import Case
from tests.process.crash_points.ways import Play
from tests.process.kill_loop.books import Harm
from tests.process.kill_loop.home import Home

LANES = 4
PER_HOME = 9
"""So many cases share a home, whose books are even between two of them."""


@dataclass
class Verdict:
    """What came of a case; ``kept`` names the folder of one that did harm."""

    case: Case
    harm: Harm
    kept: str = ""

    @property
    def green(self) -> bool:
        """Whether no harm was done."""
        return not self.harm.stories


def campaign(cases: Sequence[Case], seed: int, lanes: int = LANES) -> list[Verdict]:
    """Play cases; a desk is forked by a process with one thread, so each lane is a process."""
    parts = [tuple(cases[first : first + PER_HOME]) for first in range(0, len(cases), PER_HOME)]
    with ProcessPoolExecutor(min(lanes, len(parts)), get_context("spawn")) as pool:
        found = pool.map(played, parts, range(seed, seed + len(parts)))
        return [verdict for part in found for verdict in part]


def played(cases: Sequence[Case], seed: int) -> list[Verdict]:
    """Play cases in one home, in a new one after each that did harm."""
    found: list[Verdict] = []
    random, left = Random(seed), list(enumerate(cases))
    while left:
        home, well = Home(random.randrange(1 << 30)), True
        try:
            while left and well:
                number, case = left.pop(0)
                verdict = Verdict(case, Harm())
                found.append(verdict)
                try:
                    Play(home, case, random, number).run(verdict.harm)
                except (AssertionError, OSError) as error:
                    verdict.harm.tell("unresolved", f"{case}: {error!r}")
                well = verdict.green
                verdict.kept = "" if well else str(home.household.home)
        finally:
            home.close(keep=not well)
    return found
