"""No single bit that turns over goes unnoticed where the journal has a say."""

from __future__ import annotations

from tests.property.bit_flips import campaign


def test_five_hundred_flips_leave_nothing_changed_in_silence() -> None:
    figures = campaign(500, 20)
    print(figures.line)
    assert figures.silent == []
    ends = figures.ends
    assert ends.total() == 500
    assert ends["lines_missed"] > 0
    assert ends["refused"] + ends["rebuild"] + ends["chain"] + ends["check"] > 0
    assert ends["other_tables"] < 25
