"""Sizes worked out by hand. The pair of the first tables charges 0.1 % and its lot is 0.001."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.twins.gate_figures import deep_book
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book
from tui_trader.domain.order import Side
from tui_trader.errors import Refused
from tui_trader.rules.risk.position_size import (
    Bound,
    Entry,
    Outcome,
    fitted,
    for_cost,
    for_loss,
    kelly_percent,
    outcome,
)

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
BOOK = Book("BTCUSDT", ((D(100), D(1)), (D(98), D(2))), ((D(101), D(1)), (D(103), D(2))), 1, 0, 0)


DEEP = deep_book("BTCUSDT", D(100), D(101))


@pytest.fixture
def free_pair(pair: Instrument) -> Instrument:
    return replace(pair, taker_fee=D(0), maker_fee=D(0))


@pytest.mark.parametrize(
    ("side", "price", "stop", "money", "expected"),
    [
        # 10 a coin, and 0.1 % of 100 and of 90: 10.19 a coin
        (BUY, "100", "90", "10.19", "1"),
        (BUY, "100", "90", "20.38", "2"),
        (BUY, "100", "90", "5.095", "0.5"),
        # sold at 100, bought back at 110: 10 and 0.21
        (SELL, "100", "110", "10.21", "1"),
        # a stop of one tick: 0.01 and 0.19999
        (BUY, "100", "99.99", "0.20999", "1"),
    ],
)
def test_the_move_and_both_fees_count(
    pair: Instrument, side: Side, price: str, stop: str, money: str, expected: str
) -> None:
    entry = Entry(pair, side, D(price), DEEP, rests=True)
    assert for_loss(D(money), entry, D(stop)) == D(expected)
    assert outcome(D(expected), entry, D(stop)).loss == D(money)


@pytest.mark.parametrize(
    ("side", "price", "stop", "money", "expected"),
    [
        # the first coin: bought at 101, stopped at 90; 11
        (BUY, "103", "90", "11", "1"),
        (BUY, "103", "90", "5.5", "0.5"),
        # the second: at 103, stopped 2 % lower than 90: 103 - 88.2 = 14.8
        (BUY, "103", "90", "25.8", "2"),
        (BUY, "103", "90", "18.4", "1.5"),
        # a limit between the levels: the second coin rests at 102; 13.8
        (BUY, "102", "90", "24.8", "2"),
        # a limit below the book takes nothing: 99 - 90, then 99 - 88.2
        (BUY, "99", "90", "9", "1"),
        (BUY, "99", "90", "19.8", "2"),
        # sold at 100 and bought back at 110
        (SELL, "98", "110", "10", "1"),
        # the book takes three coins back and no more
        (BUY, "103", "90", "1000", "3"),
    ],
)
def test_the_book_is_walked_in_and_its_other_side_out(
    free_pair: Instrument, side: Side, price: str, stop: str, money: str, expected: str
) -> None:
    entry = Entry(free_pair, side, D(price), BOOK)
    assert for_loss(D(money), entry, D(stop)) == D(expected)


def test_what_a_size_comes_to(pair: Instrument) -> None:
    found = outcome(D(2), Entry(pair, BUY, D(103), BOOK), D(90))
    assert found == Outcome(
        entry=D(204),
        fees=(D(204) + D("178.2")) * D("0.001"),
        slippage=D(2) + D("1.8"),
        loss=D("25.8") + (D(204) + D("178.2")) * D("0.001"),
    )
    sold = outcome(D(2), Entry(replace(pair, taker_fee=D(0)), SELL, D(98), replace(BOOK, asks=BOOK.asks[:1])), None)
    assert sold == Outcome(D(198), D(0), D(2), None)


def test_what_rests_slips_on_the_way_out_only(free_pair: Instrument) -> None:
    entry = Entry(free_pair, BUY, D(103), BOOK, rests=True)
    assert for_loss(D(13), entry, D(90)) == 1
    assert outcome(D(2), entry, D(90)) == Outcome(D(206), D(0), D("1.8"), D("27.8"))


@pytest.mark.parametrize(
    ("side", "price", "stop", "words"),
    [
        (BUY, "100", "100", "not below it"),
        (BUY, "100", "100.01", "not below it"),
        (BUY, "103", "101", "buy at 101"),
        (SELL, "101", "101", "not above it"),
        (SELL, "98", "100", "sale at 100"),
    ],
)
def test_a_stop_on_the_wrong_side_is_refused(pair: Instrument, side: Side, price: str, stop: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        for_loss(D(10), Entry(pair, side, D(price), BOOK), D(stop))
    assert (caught.value.code, caught.value.details) == ("bad_size", {"field": "stop"})


@pytest.mark.parametrize(
    ("side", "price", "money", "expected"),
    [
        (BUY, "103", "101.101", "1"),  # 101 and its fee
        (BUY, "103", "204.204", "2"),
        (BUY, "99", "99.099", "1"),
        (SELL, "98", "100", "1"),  # what a sale brings, before its fee
        (SELL, "98", "198", "2"),
    ],
)
def test_what_a_sum_pays_for(pair: Instrument, side: Side, price: str, money: str, expected: str) -> None:
    assert for_cost(D(money), Entry(pair, side, D(price), BOOK)) == D(expected)


@pytest.mark.parametrize(
    ("wanted", "spendable", "stopped", "expected"),
    [
        ("1.2349", "9", False, ("1.234", Bound.WISH)),
        ("1.2349", "1.2349", False, ("1.234", Bound.FREE)),
        ("5", "1.0009", True, ("1", Bound.FREE)),
        ("5", "9", True, ("3", Bound.BOOK)),
        ("5", "9", False, ("5", Bound.WISH)),
        ("0.0500", "9", True, ("0.05", Bound.WISH)),  # 5 of money is the pair's minimum
    ],
)
def test_a_size_fits_the_lot_and_what_there_is(
    pair: Instrument, wanted: str, spendable: str, stopped: bool, expected: tuple[str, Bound]
) -> None:
    quantity, bound = fitted(D(wanted), Entry(pair, BUY, D(100), BOOK), D(spendable), stopped=stopped)
    assert (quantity, bound) == (D(expected[0]), expected[1])


def test_a_book_that_would_take_nothing_back_gives_no_size(pair: Instrument) -> None:
    entry = Entry(pair, BUY, D(103), replace(BOOK, bids=()))
    assert for_loss(D(1000), entry, D(90)) == 0
    with pytest.raises(Refused, match="That is 0 BTC"):
        fitted(D(0), entry, D(9), stopped=True)


@pytest.mark.parametrize(("wanted", "spendable"), [("0.0499", "9"), ("9", "0.0499"), ("0", "9"), ("9", "-1")])
def test_less_than_the_minimum_is_refused(pair: Instrument, wanted: str, spendable: str) -> None:
    with pytest.raises(Refused, match=r"least that BTCUSDT takes is 0\.05 BTC") as caught:
        fitted(D(wanted), Entry(pair, BUY, D(100), DEEP), D(spendable), stopped=True)
    assert caught.value.code == "below_minimum"


@pytest.mark.parametrize(
    ("win", "payoff", "expected"),
    [
        ("60", "1", "20"),
        ("50", "2", "25"),
        ("50", "1", "0"),
        ("40", "1", "-20"),
        ("100", "3", "100"),
        ("0", "4", "-25"),
    ],
)
def test_kelly(win: str, payoff: str, expected: str) -> None:
    assert kelly_percent(D(win), D(payoff)) == D(expected)
