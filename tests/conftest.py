"""What the whole suite's output ends with: the fault matrix as a table, whenever one of its rows was played."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the matrix, from what the rows recorded of themselves; they may have run in another process."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    rows = [
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "fault_row"
    ]
    if not rows:
        return
    from tests.process.fault_matrix.running import Played, figures, table

    played = {(name, kill): Played(name, kill, seconds, tuple(wrong)) for name, kill, seconds, wrong in rows}
    terminalreporter.write_sep("-", "the fault matrix")
    terminalreporter.write_line("\n".join([*table(played, {}, set()), figures(played, {}, "proof")]))
