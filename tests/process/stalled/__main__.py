"""``python -m tests.process.stalled [--seconds N]``: stall one console and print one line of figures."""

from __future__ import annotations

import argparse

from tests.process.household import Household
from tests.process.stalled.campaign import stall


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.stalled")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long nobody reads")
    household = Household()
    try:
        print(stall(household, parser.parse_args().seconds).line())
    finally:
        household.close()


if __name__ == "__main__":
    main()
