"""The fault matrix: every row of reliability.md §5."""

from __future__ import annotations

from collections.abc import Mapping

from tests.process.fault_matrix.row import Row
from tests.process.fault_matrix.rows_machine import CLOCK, DISK, HOSTILE
from tests.process.fault_matrix.rows_network import NETWORK
from tests.process.fault_matrix.rows_process import PROCESS
from tests.process.fault_matrix.rows_venue import ANSWERS

ROWS: tuple[Row, ...] = (*NETWORK, *ANSWERS, *PROCESS, *DISK, *CLOCK, *HOSTILE)
BY_ID: Mapping[str, Row] = {row.id: row for row in ROWS}
