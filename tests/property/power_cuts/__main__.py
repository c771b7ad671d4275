"""``python -m tests.property.power_cuts --cuts N``: cut the power under the store and print one line of figures."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.property.power_cuts.campaign import campaign, keep, normal


def main() -> int:
    """Run; the exit code is 0 when nothing came to harm, or, with ``--control``, when something did."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.power_cuts", description=__doc__)
    parser.add_argument("--cuts", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help="where to begin")
    parser.add_argument("--control", action="store_true", help="with synchronous=NORMAL, which must lose something")
    options = parser.parse_args()
    begun = time.monotonic()
    done = campaign(options.cuts, options.seed, normal if options.control else keep)
    print(
        f"cuts={done.cuts} commits={done.commits} lost={done.lost} half={done.halves} corrupt={done.corrupt} "
        f"chain={'broken' if done.broken_chains else 'ok'} seconds={time.monotonic() - begun:.0f} seed={options.seed}"
    )
    return int((done.harm > 0) is not options.control)


if __name__ == "__main__":
    sys.exit(main())
