"""``python -m tests``: the whole suite on all cores with coverage, then the figures. Arguments go to pytest.

Tests with real processes share the cores with everything else. One that fails among the rest is run again alone, and
said by name; one that fails twice fails the suite.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lines(files: Iterable[Path]) -> int:
    """Count lines that are neither empty nor generated."""
    wanted = (file for file in files if not file.name.endswith(("_pb2.py", "_pb2.pyi")))
    return sum(bool(line.strip()) for file in wanted for line in file.read_text("utf-8").splitlines())


EVERYTHING = ["-n", "auto", "--cov", "--cov-report=term:skip-covered", "-m", "not clients"]
ALONE = ["--last-failed", "--last-failed-no-failures=none", "-v", "--maxfail=3"]


def pytest(*arguments: str) -> int:
    """Run pytest and return its status."""
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, check=False).returncode


def main() -> int:
    """Run pytest and print the figures."""
    status = pytest(*(sys.argv[1:] or EVERYTHING))
    if status == 1 and not sys.argv[1:]:
        print("what failed is run again, alone")
        status = pytest(*ALONE)
    source, tests = lines((ROOT / "tui_trader").rglob("*.py")), lines((ROOT / "tests").rglob("*.py"))
    print(f"lines: {source} of source, {tests} of tests ({tests / source:.2f} to 1)")
    return status


if __name__ == "__main__":
    sys.exit(main())
