"""``python -m tests.process.restart --runs N``: kill and start a desk with 50 resting orders, print one line."""

from __future__ import annotations

import argparse
import statistics
import sys
from random import Random

from tests.process.restart.runs import ORDERS, Runs


def main() -> int:
    """Run; the exit code is 0 when every run came back with the same orders."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.restart", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how many")
    options = parser.parse_args()
    runs = Runs(Random(1))
    try:
        runs.prepare()
        took = sorted(runs.once() for _ in range(options.runs))
    finally:
        runs.close()
    p99 = took[min(len(took) - 1, round(0.99 * len(took)))]
    print(
        f"runs={len(took)} orders={ORDERS} p50={statistics.median(took):.2f} p99={p99:.2f} max={took[-1]:.2f} "
        f"timing=normal seconds each from start to ACTIVE"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
