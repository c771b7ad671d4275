"""``python -m tests.process.crash_points``: kill the desk at every crash point and print one line of figures."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.process.crash_points.campaign import LANES, Verdict, campaign
from tests.process.crash_points.cases import every, some
from tests.process.crash_points.points import SAID
from tests.process.kill_loop.books import Harm


def main() -> int:
    """Run; the exit code is 0 when every case is green."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.crash_points", description=__doc__)
    parser.add_argument("--some", action="store_true", help="a selection in which every point is reached")
    parser.add_argument("--point", action="append", help="only this point (may be given several times)")
    parser.add_argument("--lanes", type=int, default=LANES, help="so many desks side by side")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 30), help="where chance begins")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each point, its words and its cases")
    options = parser.parse_args()
    cases = [case for case in (some() if options.some else every()) if case.point in (options.point or SAID)]
    begun = time.monotonic()
    found = campaign(cases, options.seed, options.lanes)
    for verdict in found:
        for story in verdict.harm.stories:
            sys.stderr.write(f"{verdict.case}: {story} (kept: {verdict.kept})\n")
    if options.verbose:
        _table(found)
    total, green = Harm(), sum(verdict.green for verdict in found)
    for verdict in found:
        total.add(verdict.harm)
    points = len({verdict.case.point for verdict in found})
    print(
        f"points={points} cases={len(found)} green={green} timing=proof harm={len(total.stories)} {total} "
        f"seconds={time.monotonic() - begun:.0f} seed={options.seed}"
    )
    return int(green < len(found))


def _table(found: list[Verdict]) -> None:
    for point, words in SAID.items():
        mine = [verdict for verdict in found if verdict.case.point == point]
        if mine:
            outcomes = dict.fromkeys(verdict.case.outcome for verdict in mine)
            kinds = dict.fromkeys(verdict.case.kind for verdict in mine)
            print(
                f"{point:5} {sum(verdict.green for verdict in mine)}/{len(mine)} green  {words}: "
                f"{len(outcomes)} outcomes ({', '.join(outcomes)}) x {', '.join(kinds)}"
            )


if __name__ == "__main__":
    sys.exit(main())
