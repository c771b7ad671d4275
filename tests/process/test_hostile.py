"""Hostile strings through a real desk and console, and the tools that look for their traces."""

from __future__ import annotations

import pytest

from tests.process.hostile.campaign import judge, run
from tests.process.hostile.corpus import MARK, SHAPES, strings
from tests.process.hostile.sequences import kinds
from tui_trader.domain.text import MAX_COMBINING, MAX_LENGTH, clean
from tui_trader.ui.numbers import copied


@pytest.mark.process
@pytest.mark.timeout(400)
def test_no_hostile_string_writes_a_control_sequence_acts_or_breaks_anything() -> None:
    size = len(SHAPES)
    hostile = run(size, "hostile")
    line, wrong = judge(hostile, run(size, "harmless"))
    print(f"\n{line}")
    assert not wrong
    for place in ("refusal", "asset's name", "pair's name", "order's id", "client order id", "fee's asset", "note"):
        assert hostile.places[place], place


def test_a_cleaned_string_is_one_short_line_of_what_can_be_seen() -> None:
    for text in strings(300):
        cleaned = clean(text)
        assert cleaned.isprintable()
        assert len(cleaned) <= MAX_LENGTH
        assert not kinds(cleaned.encode())
    assert clean("e" + "\u0301" * 500).count("\u0301") <= MAX_COMBINING


@pytest.mark.parametrize(
    "written",
    [
        f"\x1b[{MARK}m".encode(),
        b"\x1b]52;c;SE9TVElMRQ==\x07",
        b"\x1b]0;hostile1\x07",
        b"\x1bP31337$q\x1b\\",
        "\x9b31337m".encode(),
        b"\x07",
        b"\x9b",
        "\u202e".encode(),
        b"\x1b[2J",
        b"\x1bc",
    ],
)
def test_each_way_to_reach_a_terminal_is_noticed(written: bytes) -> None:
    assert kinds(b"calm" + written + b"calm") - kinds(b"\x1b[0m\x1b[1;1H")


def test_what_a_spreadsheet_would_run_is_quoted_on_the_clipboard_and_figures_are_not() -> None:
    for text in ("=1+1", "+1+cmd|'x'!A0", "-2+3", "@SUM(1)", "=", "--1"):
        assert copied(text) == f"'{text}"
    for text in ("+4.25%", "-1,234.50", "-0.1", "65,000.00", "BTCUSDT", "", "\u2013"):
        assert copied(text) == text
