"""The fault matrix: every row of reliability.md §5."""

from __future__ import annotations

from collections.abc import Mapping

from tests.process.fault_matrix.row import Row
from tests.process.fault_matrix.rows_of_the_desk import CLOCK, DISK, HOSTILE, PROCESS
from tests.process.fault_matrix.rows_of_the_wire import ANSWERS, NETWORK

ROWS: tuple[Row, ...] = (*NETWORK, *ANSWERS, *PROCESS, *DISK, *CLOCK, *HOSTILE)
BY_ID: Mapping[str, Row] = {row.id: row for row in ROWS}
