"""Pictures without a screen: columns, candles, numbers, the plan of the screen, the line editor."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui_trader.ui.glyphs import ASCII, UNICODE
from tui_trader.ui.keymap import PANELS
from tui_trader.ui.layout import ASKING, plan, zoomed
from tui_trader.ui.numbers import age, aligned, percent, plain, short, signed
from tui_trader.ui.panels.book import bar
from tui_trader.ui.widgets.candles import SHAPES, column, scale_of, ticks, volumes
from tui_trader.ui.widgets.columns import Cell, Column, Widths, fit, padded
from tui_trader.ui.widgets.editor import LineEditor
from tui_trader.ui.widgets.lines import fitted, line, spread, wrapped

SIZES = st.tuples(st.integers(60, 320), st.integers(16, 120))
TEXTS = st.text(st.characters(exclude_categories=["C", "M", "Z"]), max_size=40)


@dataclass
class Bar:
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


@st.composite
def bars(draw):
    prices = sorted(draw(st.lists(st.decimals("0.0001", "99999", places=4), min_size=4, max_size=4)))
    opened, closed = draw(st.sampled_from([(prices[1], prices[2]), (prices[2], prices[1])]))
    return Bar(opened, prices[3], prices[0], closed, draw(st.decimals(0, 1000, places=2)))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("65432.1", 2, "65,432.10"),
        ("0.00000012", None, "0.00000012"),
        ("1E+3", None, "1,000"),
        ("1234567", 0, "1,234,567"),
    ],
)
def test_figures_are_exact_with_thousands_separated(value, decimals, text):
    assert plain(Decimal(value), decimals) == text


def test_the_sign_is_always_shown_but_on_nothing():
    assert [signed(Decimal(each)) for each in ("1", "-1", "0", "-0.001")] == ["+1.00", "-1.00", "0.00", "0.00"]
    assert percent(Decimal("0.0123")) == "+1.23%"
    assert signed(None) == plain(None) == short(None) == percent(None) == age(None) == "\u2013"


def test_short_figures_and_ages():
    assert [short(Decimal(each)) for each in ("1234567890", "53100", "0.0421", "123.46", "2.5")] == [
        "1.23B",
        "53.10k",
        "0.04210",
        "123.5",
        "2.500",
    ]
    assert [age(ms) for ms in (0, 7_400, 720_000, 3 * 3_600_000, 9 * 86_400_000)] == ["0s", "7s", "12m", "3h", "9d"]


@given(st.lists(st.decimals(-99999, 99999, places=3).map(str), min_size=1))
def test_points_stand_under_each_other(texts):
    found = aligned(texts)
    wide = max(len(text) for text in found)
    assert len({text.rjust(wide).find(".") for text in found}) == 1


@given(SIZES, st.sampled_from([None, *PANELS]), st.booleans())
def test_panels_never_overlap_nor_leave_the_screen(size, zoom, asking):
    width, height = size
    ticket = ASKING if asking else 0
    found = zoomed(width, height, zoom, ticket=ticket) if zoom else plan(width, height, ticket=ticket)
    regions = [found.top, found.ticket, found.footer, *(region for _, region in found.slots)]
    seen: set[tuple[int, int]] = set()
    for region in regions:
        assert region.x >= 0
        assert region.right <= width
        assert region.y >= 0
        assert region.bottom <= height
        assert region.width > 0
        assert region.height > 0
        cells = {(x, y) for x in range(region.x, region.right) for y in range(region.y, region.bottom)}
        assert not cells & seen
        seen |= cells
    if not zoom:
        assert sorted(panel for slot, _ in found.slots for panel in slot) == sorted(PANELS)


@given(st.lists(bars(), min_size=1, max_size=50), st.integers(3, 40))
def test_a_candle_stays_in_its_rows_and_covers_its_body(candles, rows):
    scale = scale_of(candles, rows)
    for candle in candles:
        for glyphs in (UNICODE, ASCII):
            chars = column(candle, scale, glyphs.up_candle)
            assert len(chars) == rows
            row = scale.row(candle.close)
            assert row is not None
            assert chars[row] != " "
    assert all(0 <= row < rows for row in ticks(scale, 4))
    assert all(len(each) == 3 for each in volumes(candles, 3, UNICODE.eighths))


def test_every_pair_of_halves_has_a_glyph_in_each_set():
    for glyphs in (UNICODE, ASCII):
        for shapes in (glyphs.up_candle, glyphs.down_candle, glyphs.filled_candle):
            assert len(shapes) == len(SHAPES)
    assert ASCII.parts.isascii()
    assert ASCII.eighths.isascii()
    assert ASCII.spark.isascii()


@given(st.lists(st.lists(TEXTS, min_size=4, max_size=4), min_size=1, max_size=20), st.integers(1, 200))
def test_columns_never_leave_their_room_nor_overlap(rows, room):
    columns = (
        Column("A"),
        Column("B", number=True, marks=True, rank=2),
        Column("C", flexible=True, least=3),
        Column("D", rank=1),
    )
    widths = Widths(columns)
    for row in rows:
        widths.see([Cell(text) for text in row])
    end = -1
    for place in fit(widths, room):
        assert place.x > end
        end = place.x + place.width - 1
        assert end < room


@given(st.lists(st.decimals(0, 10**7).map(lambda each: plain(each, 2)), min_size=1, max_size=20))
def test_numbers_of_a_column_share_their_point(texts):
    widths = Widths((Column("N", number=True),))
    for text in texts:
        widths.see([Cell(text)])
    shown = [fitted(padded(Cell(text), widths.columns[0], widths, 0), widths.of(0), "~", right=True) for text in texts]
    assert len({text.find(".") for text in shown}) == 1


@given(st.lists(TEXTS, max_size=6), st.integers(0, 60))
def test_a_line_has_exactly_its_width(texts, width):
    style = Style()
    assert sum(segment.cell_length for segment in line([(text, style) for text in texts], width, style)) == width
    if width > 20:
        assert spread([(text, style) for text in texts], [("right", style)], width, style).cell_length == width


@given(TEXTS, st.integers(1, 30))
def test_wrapping_and_fitting_keep_to_their_width(text, width):
    assert all(cell_len(part) <= width for part in wrapped(text, width))
    assert cell_len(fitted(text, width, "~")) == width


@given(st.decimals(0, 1000), st.decimals("0.001", 1000), st.integers(0, 40))
def test_a_bar_never_leaves_its_room(value, whole, width):
    assert len(bar(value, whole, width, UNICODE.parts)) <= width + 1
    assert len(bar(min(value, whole), whole, width, UNICODE.parts)) <= width


def edited(*keys: str, history: tuple[str, ...] = ()) -> LineEditor:
    editor = LineEditor(history)
    for key in keys:
        editor.key(key, key if len(key) == 1 else None)
    return editor


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        (("a", "b", "left", "c"), "acb", 2),
        (("a", "b", "backspace"), "a", 1),
        (("a", "b", "home", "delete"), "b", 0),
        ((*"buy btc", "ctrl+w"), "buy ", 4),
        ((*"buy btc", "ctrl+left", "ctrl+k"), "buy ", 4),
        ((*"buy btc", "ctrl+u"), "", 0),
        ((*"buy btc", "home", "ctrl+right"), "buy btc", 3),
        (("backspace", "delete", "left"), "", 0),
    ],
)
def test_the_editor_edits(keys, text, cursor):
    editor = edited(*keys)
    assert (editor.text, editor.cursor) == (text, cursor)


def test_the_editor_recalls_lines_and_gives_the_draft_back():
    editor = edited("x", "up", history=("one", "two"))
    assert editor.text == "two"
    editor.key("up", None)
    editor.key("up", None)
    assert editor.text == "one"
    editor.key("down", None)
    editor.key("down", None)
    assert editor.text == "x"
    editor.remember("one")
    editor.remember("one")
    assert editor.history == ["one", "two", "one"]


@given(st.text(max_size=3000))
def test_the_editor_holds_printable_text_only(text):
    editor = LineEditor()
    editor.insert(text)
    assert editor.text.isprintable()
    assert len(editor.text) <= 2000
