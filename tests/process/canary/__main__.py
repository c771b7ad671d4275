"""``python -m tests.process.canary [--orders N]``: run, search, plant, search again; one line of figures."""

from __future__ import annotations

import argparse
import sys

from tests.process.canary.campaign import plant, run
from tests.process.household import Household


def main() -> int:
    """Print the figures, and where anything was found on stderr; 1 when anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.canary")
    parser.add_argument("--orders", type=int, default=30, help="how many orders go through trouble")
    household = Household()
    try:
        evidence = run(household, parser.parse_args().orders)
        print(f"{evidence.line()} planted_found={plant(household, evidence)}/3")
    finally:
        household.close()
    for each in evidence.found():
        print(each, file=sys.stderr)
    return 1 if evidence.found() else 0


if __name__ == "__main__":
    sys.exit(main())
