from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.instrument import Instrument
from tui_trader.domain.order import OrderType, Side
from tui_trader.domain.risk import Level
from tui_trader.rules.instrument_rules import band_edge, check

D = Decimal
LIMIT = OrderType.LIMIT


def codes(
    pair: Instrument, price: str | None = "100", quantity: str = "1", side: Side = Side.BUY, **more: object
) -> list[str]:
    found = check(pair, side, LIMIT, None if price is None else D(price), D(quantity), **more)  # type: ignore[arg-type]
    assert all(each.level is Level.HARD for each in found)
    return [each.code for each in found]


def test_an_order_that_fits_has_no_breach(pair: Instrument) -> None:
    assert codes(pair) == []


def test_nothing_is_rounded_and_what_fits_is_named(pair: Instrument) -> None:
    (price,) = check(pair, Side.BUY, LIMIT, D("100.004"), D(1))
    assert (price.code, price.suggestion) == ("price_step", "100 or 100.01")
    assert price.message == "The price 100.004 is not a multiple of 0.01 USDT; 100 or 100.01 would fit."
    (quantity,) = check(pair, Side.BUY, LIMIT, D(100), D("1.0004"))
    assert (quantity.code, quantity.suggestion) == ("quantity_step", "1 or 1.001")


def test_a_quantity_below_one_lot_is_offered_one(pair: Instrument) -> None:
    found = {each.code: each.suggestion for each in check(pair, Side.BUY, LIMIT, None, D("0.0004"))}
    assert found == {"quantity_step": "0.001", "quantity_minimum": "0.001"}


@pytest.mark.parametrize(("quantity", "expected"), [("0.049", ["value_minimum"]), ("0.05", []), ("0.051", [])])
def test_the_smallest_value(pair: Instrument, quantity: str, expected: list[str]) -> None:
    assert codes(pair, quantity=quantity) == expected


@pytest.mark.parametrize(("quantity", "expected"), [("1000.001", ["value_maximum"]), ("1000", []), ("999.999", [])])
def test_the_largest_value(pair: Instrument, quantity: str, expected: list[str]) -> None:
    assert codes(pair, quantity=quantity) == expected


def test_values_outside_the_limits_come_with_a_quantity_that_fits(pair: Instrument) -> None:
    (small,) = check(pair, Side.BUY, LIMIT, D(100), D("0.001"))
    assert small.suggestion == "0.05"
    assert "0.05 BTC would do" in small.message
    (large,) = check(pair, Side.BUY, LIMIT, D(100), D(2000))
    assert large.suggestion == "1000"


def test_no_largest_value_is_no_limit(pair: Instrument) -> None:
    assert codes(replace(pair, max_notional=D(0)), quantity="5000") == []


def test_a_market_order_has_its_own_limits_unless_it_is_capped(pair: Instrument) -> None:
    naked = check(pair, Side.BUY, OrderType.MARKET, D(100), D("0.055"), capped=False)
    assert [each.code for each in naked] == ["value_minimum"]
    assert check(pair, Side.BUY, OrderType.MARKET, D(100), D("0.055")) == ()


def test_a_pair_that_is_closed_or_not_open_to_programs(pair: Instrument) -> None:
    assert codes(replace(pair, online=False)) == ["not_tradable"]
    assert codes(replace(pair, api_tradable=False)) == ["not_tradable"]
    assert codes(replace(pair, sides=frozenset({Side.SELL}))) == ["side_closed"]
    assert codes(replace(pair, sides=frozenset())) == ["not_tradable", "side_closed"]
    assert codes(replace(pair, order_types=frozenset({OrderType.MARKET}))) == ["type_not_offered"]


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [
        (Side.BUY, "110", []),
        (Side.BUY, "110.01", ["price_band"]),
        (Side.SELL, "80", []),
        (Side.SELL, "79.99", ["price_band"]),
    ],
)
def test_the_price_band_counts_from_the_last_price(
    pair: Instrument, side: Side, price: str, expected: list[str]
) -> None:
    banded = replace(pair, price_band_up=D("0.1"), price_band_down=D("0.2"))
    assert codes(banded, price, side=side, last=D(100)) == expected


def test_without_band_or_last_price_there_is_no_edge(pair: Instrument) -> None:
    assert band_edge(pair, Side.BUY, D(100)) is None
    assert band_edge(replace(pair, price_band_up=D("0.1")), Side.BUY, None) is None
    assert band_edge(replace(pair, price_band_up=D("0.1")), Side.BUY, D("NaN")) is None
