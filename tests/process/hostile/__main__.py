"""``python -m tests.process.hostile [--size N]``: run both venues and print one line of figures."""

from __future__ import annotations

import argparse
import sys

from tests.process.hostile.campaign import judge, run


def main() -> int:
    """Print the figures, and what is wrong on stderr; 1 when anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.process.hostile")
    parser.add_argument("--size", type=int, default=240, help="how many strings")
    size = parser.parse_args().size
    line, wrong = judge(run(size, "hostile"), run(size, "harmless"))
    print(line)
    for each in wrong:
        print(ascii(each), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
