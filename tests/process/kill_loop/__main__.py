"""``python -m tests.process.kill_loop --kills N``: kill the desk in a loop and print one line of figures."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.process.kill_loop.campaign import LANES, campaign


def main() -> int:
    """Run; the exit code is 0 when nothing came to harm. Stories of harm and folders kept go to stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.kill_loop", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how many")
    parser.add_argument("--lanes", type=int, default=LANES, help="so many desks side by side")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 30), help="where chance begins")
    options = parser.parse_args()
    begun = time.monotonic()
    done = campaign(options.kills, options.seed, options.lanes)
    for story in [*done.harm.stories, *(f"kept: {folder}" for folder in done.kept)]:
        sys.stderr.write(f"{story}\n")
    outcomes = ",".join(f"{name}:{count}" for name, count in done.outcomes.items())
    seconds = time.monotonic() - begun
    print(
        f"kills={done.kills} orders={done.orders} inflight={done.inflight} outcomes={outcomes} "
        f"early={done.early} cancels={done.cancels} "
        f"{done.harm} timing=proof lanes={options.lanes} seconds={seconds:.0f} "
        f"cpu_ms_per_kill={1000 * done.cpu / max(1, done.kills):.0f} seed={options.seed}"
    )
    return int(bool(done.harm.stories))


if __name__ == "__main__":
    sys.exit(main())
