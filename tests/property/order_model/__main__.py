"""``python -m tests.property.order_model --steps N``: run the model and print one line of figures."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.property.order_model.bugs import BUGS
from tests.property.order_model.campaign import explore, hunt


def main() -> int:
    """Run; the exit code is 0 when nothing broke and every mistake was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.order_model", description=__doc__)
    parser.add_argument("--steps", type=int, default=60_000, help="steps with the path as it is")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help="where to begin")
    options = parser.parse_args()
    begun = time.monotonic()
    done = explore(options.steps, options.seed)
    found = {bug: hunt(bug, options.seed).found for bug in BUGS}
    print(
        f"steps={done.steps} examples={done.examples} seeded={len(BUGS)} found={sum(map(bool, found.values()))} "
        f"seconds={time.monotonic() - begun:.0f} seed={options.seed}"
    )
    for bug in (bug for bug, how in found.items() if not how):
        print(f"not found: {bug}", file=sys.stderr)
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
