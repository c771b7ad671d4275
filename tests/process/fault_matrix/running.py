"""Playing rows, running the tests that prove others, and the table of what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.process.fault_matrix.row import Row
from tests.process.fault_matrix.table import ROWS

ROOT = Path(__file__).resolve().parents[3]
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
FULL_ONLY = "in the full run only: TUI_TRADER_FAULTS=all or python -m tests.process.fault_matrix"


@dataclass(frozen=True)
class Played:
    """What came of one row, with or without a kill. ``wrong`` is empty when all is well."""

    row: str
    kill: bool
    seconds: float
    wrong: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What the table says of it."""
        return f"{'FAILED' if self.wrong else 'ok'} {self.seconds:.1f} s"


async def play(row: Row, *, kill: bool) -> Played:
    """Play a row; whatever happens in it is what is wrong."""
    assert row.play is not None
    began = time.monotonic()
    try:
        wrong = await row.play(kill)
    except Exception:  # noqa: BLE001 - a row that fails is a row of the table, not the end of it
        wrong = [traceback.format_exc(limit=-6)]
    return Played(row.id, kill, time.monotonic() - began, tuple(wrong))


def missing_proofs(rows: Iterable[Row] = ROWS) -> set[str]:
    """Name the tests that rows rely on and that do not exist."""
    wanted = {proof for row in rows for proof in row.proofs}
    if not wanted:
        return set()
    files = sorted({proof.partition("::")[0] for proof in wanted})
    present = [file for file in files if (ROOT / file).exists()]
    found = subprocess.run(
        [*PYTEST, "--collect-only", *present], cwd=ROOT, env=_plain(), capture_output=True, text=True, check=False
    ).stdout.splitlines()
    names = {line.partition("[")[0] for line in found} | set(found)
    return {proof for proof in wanted if proof not in names}


def _plain() -> dict[str, str]:
    """Return the environment without what a pytest around this one put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_CORE"))}


def run_proofs(rows: Iterable[Row]) -> dict[str, Played]:
    """Run the tests that rows rely on, all in one go; what came of each test, by its name."""
    wanted = sorted({proof for row in rows for proof in row.proofs})
    if not wanted:
        return {}
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        subprocess.run(
            [*PYTEST, "-o", "junit_family=xunit1", f"--junitxml={report.name}", *wanted],
            cwd=ROOT,
            env=_plain(),
            capture_output=True,
            check=False,
        )
        cases = list(ET.parse(report.name).iter("testcase"))
    return {proof: _of(proof, cases) for proof in wanted}


def _of(proof: str, cases: Sequence[ET.Element]) -> Played:
    file, _, name = proof.partition("::")
    mine = [
        case
        for case in cases
        if case.get("file") == file and name in {case.get("name", ""), case.get("name", "").partition("[")[0]}
    ]
    bad = [f"{proof}: {case.get('name')}" for case in mine if any(part.tag in {"failure", "error"} for part in case)]
    skipped = [f"{proof} was skipped" for case in mine if any(part.tag == "skipped" for part in case)]
    seconds = sum(float(case.get("time", 0)) for case in mine)
    return Played(
        proof, kill=False, seconds=seconds, wrong=tuple(bad or skipped or ([] if mine else [f"{proof} did not run"]))
    )


def table(played: Mapping[tuple[str, bool], Played], proofs: Mapping[str, Played], missing: set[str]) -> list[str]:
    """Write the table: every row by its name, what was run of it, and why not where it was not."""
    lines = [f"{'row':4} {'fault':62} {'without a kill':15} {'with a kill':15} how it is made here"]
    for row in ROWS:
        cells = [_cell(row, played.get((row.id, kill)), kill=kill) for kill in (False, True)]
        lines.append(
            f"{row.id:4} {row.fault[:62]:62} {cells[0][:15]:15} {cells[1][:15]:15} {row.how}; holds: {row.holds}"
        )
        if row.play is not None and not {(row.id, False), (row.id, True)} & played.keys():
            lines.append(f"{'':5}not run: {FULL_ONLY}")
        for proof in row.proofs:
            word = (
                "MISSING"
                if proof in missing
                else proofs[proof].word
                if proof in proofs
                else "exists, runs with the suite"
            )
            lines.append(f"{'':5}proved by {proof}: {word}")
        lines += [
            f"{'':5}{label}: {text}"
            for label, text in (("not made here", row.reason), ("no kill", row.no_kill))
            if text
        ]
        for result in (played.get((row.id, False)), played.get((row.id, True))):
            lines += [f"{'':5}! {line}" for wrong in (result.wrong if result else ()) for line in wrong.splitlines()]
    return lines


def _cell(row: Row, result: Played | None, *, kill: bool) -> str:
    if result is not None:
        return result.word
    if row.play is None:
        return "by test" if row.proofs else "reason below"
    return "none" if kill and row.no_kill else "full run only"


def figures(played: Mapping[tuple[str, bool], Played], proofs: Mapping[str, Played], timing: str) -> str:
    """Sum it all up in one line."""
    results = [*played.values(), *proofs.values()]
    passed = sum(not result.wrong for result in results)
    reasons = sum(bool(row.reason) and row.play is None and not row.proofs for row in ROWS)
    return f"rows={len(ROWS)} run={len(results)} passed={passed} reasons={reasons} timing={timing}"
