"""Candles split and recorded candles turned into trades keep every figure, whatever the figures are."""

import itertools
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tui_trader.exchange.sim.candle_trades import trades_of
from tui_trader.exchange.sim.candles import Bar, merge
from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.events import BestChanged
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.noise import stream
from tui_trader.exchange.sim.refine import split
from tui_trader.exchange.sim.refusals import Refusal
from tui_trader.exchange.sim.venue import open_venue

PRICES = st.lists(st.integers(1, 10**7), min_size=4, max_size=4).map(sorted)
NOW = 1_763_850_000_123


@settings(max_examples=150, deadline=None)
@given(PRICES, st.booleans(), st.integers(0, 10**12), st.integers(0, 2**32), st.sampled_from([2, 24, 60]))
def test_a_split_bar_merges_back_exactly(prices, rising, volume, seed, parts):
    low, first, second, high = prices
    opened, closed = (first, second) if rising else (second, first)
    bar = Bar(opened, high, low, closed, volume, volume * sum(prices) // 4)
    children = split(bar, parts, stream(seed))
    assert merge(children) == bar
    for child in children:
        assert low <= child.low <= min(child.open, child.close)
        assert max(child.open, child.close) <= child.high <= high
    assert all(a.close == b.open for a, b in itertools.pairwise(children))


@settings(max_examples=300, deadline=None)
@given(PRICES, st.booleans(), st.integers(1, 10**9))
def test_trades_made_of_a_candle_fold_back_to_it(prices, rising, surplus):
    low, first, second, high = prices
    opened, closed = (first, second) if rising else (second, first)
    assume(high > low)
    value = 8 * high * high + surplus
    trades = trades_of((opened, high, low, closed), value, by_value=True)
    assert trades[0][0] == opened
    assert trades[-1][0] == closed
    assert max(ticks for ticks, _ in trades) == high
    assert min(ticks for ticks, _ in trades) == low
    assert sum(ticks * lots for ticks, lots in trades) == value
    assert all(lots > 0 for _, lots in trades)
    assert len(trades) <= 6


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.lists(
        st.tuples(
            st.sampled_from(["BUY", "SELL"]), st.integers(-300, 300), st.integers(1, 200), st.integers(0, 30_000)
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_own_orders_in_a_moving_market_keep_book_and_balances_straight(seed, orders):
    venue = open_venue(
        VenueConfig(seed=seed, symbols=("SOLUSDT",), balances={"USDT": Decimal(10**6), "SOL": Decimal(5000)}), NOW
    )
    now = NOW
    for side, offset, quantity, pause in orders:
        price = venue.last_price("SOLUSDT") + Decimal(offset) / 100
        try:
            venue.place("paper", OrderRequest("SOLUSDT", side, "LIMIT", str(quantity), None, str(price)), now)
        except Refusal:
            continue
        now += pause
        venue.advance(now)
        for event in venue.drain():
            if isinstance(event, BestChanged):
                assert 0 < event.best.bid < event.best.ask
    fills = venue.my_trades("paper", "SOLUSDT", now)
    usdt, sol = venue.balances("paper")
    assert len(fills) < 100
    signed = [(1 if fill.side == "BUY" else -1, fill) for fill in fills]
    assert sol.free + sol.locked == 5000 + sum(sign * fill.quantity for sign, fill in signed)
    spent = sum(sign * fill.quote_quantity + fill.fee for sign, fill in signed)
    assert usdt.free + usdt.locked == 10**6 - spent
