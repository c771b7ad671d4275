"""The local book against a brute-force one that keeps every level in a plain dict."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trader.exchange.mexc.answers import Unreadable
from tui_trader.exchange.mexc.book import Gap, LocalBook
from tui_trader.exchange.mexc.market_rows import Depth


@dataclass
class WireLevel:
    price: str
    quantity: str


@dataclass
class Change:
    fromVersion: str  # noqa: N815 - the wire's spelling
    toVersion: str  # noqa: N815 - the wire's spelling
    bids: list[WireLevel] = field(default_factory=list)
    asks: list[WireLevel] = field(default_factory=list)


ticks = st.integers(1, 40)
quantities = st.sampled_from(["0", "0.000", "1", "2.50", "0.1"])
spellings = st.sampled_from(["{}.0", "{}", "{}.00"])
levels = st.builds(
    lambda tick, spelling, quantity: WireLevel(spelling.format(tick), quantity), ticks, spellings, quantities
)
changes = st.lists(st.tuples(st.lists(levels, max_size=6), st.lists(levels, max_size=6)), max_size=25)
snapshots = st.dictionaries(ticks, st.sampled_from(["1", "3"]), max_size=20)


def side(found: dict[int, str]) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((Decimal(tick), Decimal(quantity)) for tick, quantity in found.items())


def brute(start: dict[int, str], steps: list[list[WireLevel]], *, best_high: bool) -> list[tuple[Decimal, Decimal]]:
    book = {Decimal(tick): Decimal(quantity) for tick, quantity in start.items()}
    for step in steps:
        for level in step:
            book[Decimal(level.price)] = Decimal(level.quantity)
    return sorted(((p, q) for p, q in book.items() if q), reverse=best_high)


@given(bids=snapshots, asks=snapshots, steps=changes, depth=st.integers(1, 50))
def test_every_depth_shows_what_a_plain_dict_would(
    bids: dict[int, str], asks: dict[int, str], steps: list[tuple[list[WireLevel], list[WireLevel]]], depth: int
) -> None:
    book = LocalBook(Depth(10, side(bids), side(asks)), full=1000, needed=1)
    for number, (bid_step, ask_step) in enumerate(steps):
        assert book.apply(Change(str(11 + number), str(11 + number), bid_step, ask_step))
    assert list(book.bids.top(depth)) == brute(bids, [b for b, _ in steps], best_high=True)[:depth]
    assert list(book.asks.top(depth)) == brute(asks, [a for _, a in steps], best_high=False)[:depth]
    assert len(book.bids) == len(brute(bids, [b for b, _ in steps], best_high=True))


@given(levels_known=st.lists(ticks, min_size=3, max_size=15, unique=True), steps=changes)
def test_a_cut_off_book_never_shows_a_level_whose_neighbours_it_may_have_missed(
    levels_known: list[int], steps: list[tuple[list[WireLevel], list[WireLevel]]]
) -> None:
    """The venue has more levels than the snapshot shows: what is shown must be the true best ones, or a gap is told."""
    hidden = dict.fromkeys(range(1, 41), "1")
    best = sorted(hidden)[: len(levels_known)]
    book = LocalBook(Depth(1, (), side(dict.fromkeys(best, "1"))), full=len(best), needed=3)
    for number, (_, ask_step) in enumerate(steps):
        try:
            book.apply(Change(str(2 + number), str(2 + number), [], ask_step))
        except Gap:
            return
        true = brute(hidden, [a for _, a in steps[: number + 1]], best_high=False)
        assert list(book.asks.top(3)) == true[:3]


@given(first=st.integers(1, 30), length=st.integers(0, 5), known=st.integers(1, 30), followed=st.booleans())
def test_versions_are_followed_without_a_hole(first: int, length: int, known: int, followed: bool) -> None:
    book = LocalBook(Depth(known - 1 if followed else known, (), ()), full=100, needed=1)
    if followed:
        assert book.apply(Change(str(known), str(known)))
    last = first + length
    if last <= known:
        assert not book.apply(Change(str(first), str(last)))
        assert book.version == known
    elif first > known + 1 or (followed and first != known + 1):
        with pytest.raises(Gap):
            book.apply(Change(str(first), str(last)))
    else:
        assert book.apply(Change(str(first), str(last)))
        assert book.version == last


@pytest.mark.parametrize("text", ["", ".", "-1", "1e5", "NaN", "1.2.3", "\u0661", "1" * 41, "+1", " 1", "1_0"])
def test_what_is_not_a_plain_number_is_unreadable(text: str) -> None:
    book = LocalBook(Depth(1, (), ()), full=10, needed=1)
    with pytest.raises(Unreadable):
        book.apply(Change("2", "2", [WireLevel("1", text)]))
    with pytest.raises(Unreadable):
        book.apply(Change("2", "2", [WireLevel(text, "1")]))
    with pytest.raises(Unreadable):
        book.apply(Change("2", text or "x"))


def test_a_price_in_another_spelling_is_the_same_level() -> None:
    book = LocalBook(Depth(1, side({5: "1"}), ()), full=10, needed=1)
    book.apply(Change("2", "2", [WireLevel("05", "7"), WireLevel("0005.0", "8")]))
    assert book.bids.top(5) == ((Decimal(5), Decimal(8)),)


def test_a_side_that_became_too_short_tells_a_gap() -> None:
    book = LocalBook(Depth(1, (), side({5: "1", 6: "1"})), full=2, needed=2)
    with pytest.raises(Gap):
        book.apply(Change("2", "2", [], [WireLevel("5", "0")]))
