"""Rows of the fault matrix against real processes: a selection here, all of them where ``TUI_TRADER_FAULTS=all``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.process.fault_matrix.row import Row
from tests.process.fault_matrix.running import missing_proofs, play
from tests.process.fault_matrix.table import ROWS

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
EVERYTHING = os.environ.get("TUI_TRADER_FAULTS") == "all"


def chosen() -> Iterator[object]:
    """Give the rows to play, each with a name."""
    for row in ROWS:
        kills = (False, True) if EVERYTHING else row.ci
        for kill in kills if row.play is not None else ():
            if not (kill and row.no_kill):
                yield pytest.param(row, kill, id=f"{row.id}-{'with' if kill else 'without'}-a-kill")


@pytest.mark.parametrize(("row", "kill"), list(chosen()))
async def test_the_row_holds(row: Row, kill: bool, record_property: Callable[[str, object], None]) -> None:
    result = await play(row, kill=kill)
    record_property("fault_row", [row.id, kill, result.seconds, list(result.wrong)])
    assert result.wrong == ()


def test_every_row_is_here_and_none_without_a_proof_or_a_reason() -> None:
    groups = {"N": 15, "V": 26, "P": 12, "D": 8, "C": 3, "H": 8}
    every = [f"{name}{number:02}" for name, last in groups.items() for number in range(1, last + 1)]
    assert [row.id for row in ROWS] == every
    assert [row.id for row in ROWS if not (row.play or row.proofs or row.reason)] == []
    assert missing_proofs() == set()
