"""A size never loses more than was asked, however the book stands; and more risk never sizes smaller."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.twins.gate_figures import PAIR
from tui_trader.domain.market import Book, Level
from tui_trader.domain.money import floor_to
from tui_trader.domain.order import Side
from tui_trader.errors import Refused
from tui_trader.rules.risk.position_size import Entry, fitted, for_cost, for_loss, outcome

D = Decimal
sizes = st.decimals(D("0.0001"), D(50), places=4)
steps = st.lists(st.tuples(st.integers(1, 300), sizes), min_size=1, max_size=5)
fees = st.sampled_from([D(0), D("0.0005"), D("0.001"), D("0.01")])
sums = st.one_of(st.decimals(D("0.01"), D(200), places=2), st.decimals(D("0.01"), D(100_000), places=2))


def levels(start: Decimal, parts: list[tuple[int, Decimal]], way: int) -> tuple[Level, ...]:
    """Make levels that stand further and further from a price."""
    made, price = [], start
    for cents, size in parts:
        made.append((price, size))
        price += D(cents * way) / 100
    return tuple(made)


@st.composite
def books(draw: st.DrawFn) -> Book:
    return Book("BTCUSDT", levels(D(100), draw(steps), -1), levels(D("100.01"), draw(steps), 1), 1, 0, 0)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    pair = replace(PAIR, maker_fee=draw(fees), taker_fee=draw(fees), min_notional=D(0))
    price = D(100) + D(draw(st.integers(-400, 400))) / 100
    return Entry(pair, draw(st.sampled_from(list(Side))), price, draw(books()), draw(st.booleans()))


def taken(parts: tuple[Level, ...], quantity: Fraction) -> Fraction:
    """Walk levels in exact fractions."""
    total = Fraction(0)
    for price, size in parts:
        take = min(quantity, Fraction(size))
        total, quantity = total + take * Fraction(price), quantity - take
    assert quantity == 0
    return total


def lost(entry: Entry, quantity: Decimal, stop: Decimal) -> Fraction:
    """Say what a size loses, in exact fractions and by the definition."""
    coins, at = Fraction(quantity), Fraction(stop)
    buy, book = entry.side is Side.BUY, entry.book
    mine, other = (book.asks, book.bids) if buy else (book.bids, book.asks)
    reached = [each for each in mine if (each[0] <= entry.price if buy else each[0] >= entry.price)]
    paid = taken((*([] if entry.rests else reached), (entry.price, D(10**9))), coins)
    got = taken(other, coins) * at / Fraction(other[0][0])
    return (paid - got) * entry.side.sign + (paid + got) * Fraction(entry.fee)


def stop_of(entry: Entry, cents: int) -> Decimal:
    """Put a stop on the losing side of any fill."""
    return D(90) - D(cents) / 100 if entry.side is Side.BUY else D(110) + D(cents) / 100


@settings(max_examples=400, deadline=None)
@given(entries(), sums, st.integers(0, 5000))
def test_the_loss_at_the_stop_is_never_more_than_was_asked(entry: Entry, money: Decimal, cents: int) -> None:
    stop = stop_of(entry, cents)
    try:
        quantity, _ = fitted(for_loss(money, entry, stop), entry, D(10**6), stopped=True)
    except Refused:
        return
    loss = lost(entry, quantity, stop)
    assert loss <= Fraction(money)
    told = outcome(quantity, entry, stop)
    assert told.loss is not None
    assert abs(Fraction(told.loss) - loss) < Fraction(1, 10**40)
    assert told.slippage >= 0


@settings(max_examples=200, deadline=None)
@given(entries(), sums, st.integers(0, 5000))
def test_one_lot_more_would_lose_more_than_was_asked_or_is_not_in_the_book(
    entry: Entry, money: Decimal, cents: int
) -> None:
    stop = stop_of(entry, cents)
    wanted = for_loss(money, entry, stop)
    more = floor_to(wanted, PAIR.lot) + PAIR.lot
    depth = sum((size for _, size in (entry.book.bids if entry.side is Side.BUY else entry.book.asks)), D(0))
    assert more > depth or lost(entry, more, stop) > Fraction(money)


@settings(max_examples=200, deadline=None)
@given(entries(), sums, sums, st.integers(0, 5000))
def test_more_risk_never_sizes_smaller(entry: Entry, money: Decimal, other: Decimal, cents: int) -> None:
    stop, (less, more) = stop_of(entry, cents), sorted((money, other))
    assert for_loss(less, entry, stop) <= for_loss(more, entry, stop)
    assert for_cost(less, entry) <= for_cost(more, entry)


@settings(max_examples=200, deadline=None)
@given(entries(), sums, st.integers(0, 2000), st.integers(1, 2000))
def test_a_stop_further_away_never_sizes_larger(entry: Entry, money: Decimal, cents: int, further: int) -> None:
    near, far = stop_of(entry, cents), stop_of(entry, cents + further)
    assume(entry.fee < D("0.005"))
    assert for_loss(money, entry, far) <= for_loss(money, entry, near)


@settings(max_examples=200, deadline=None)
@given(entries(), sums)
def test_what_a_sum_pays_for_costs_no_more_than_it(entry: Entry, money: Decimal) -> None:
    quantity = floor_to(for_cost(money, entry), PAIR.lot)
    come = outcome(quantity, entry, None)
    if entry.side is Side.BUY:
        assert come.entry + come.fees <= money
    else:
        assert come.entry <= money
