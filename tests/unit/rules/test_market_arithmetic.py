from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.balance import Balance
from tui_trader.domain.expression import (
    MARKET,
    OffsetUnit,
    PriceExpression,
    Reference,
    RiskPrice,
    SizeExpression,
    SizeKind,
)
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Book, DayTicker, Quote
from tui_trader.domain.order import Order, OrderStatus, OrderType, Side
from tui_trader.errors import Refused
from tui_trader.rules import book_walk, pricing, sizing
from tui_trader.rules.pricing import PricingInput
from tui_trader.rules.reservation import Reservation, available, locks
from tui_trader.rules.sizing import SizingInput

D = Decimal
BUY, SELL = Side.BUY, Side.SELL


def test_walking_the_book(book: Book) -> None:
    one = book_walk.walk(book, BUY, D(2))
    assert (one.filled, one.quote, one.worst, one.covered) == (2, D("200.11"), D("100.10"), True)
    assert one.average == D("100.055")
    assert one.slippage_percent == D("0.044995500449955004")
    assert book_walk.walk(book, SELL, D(1)).slippage_percent == 0


def test_a_book_that_is_short_or_empty(book: Book) -> None:
    short = book_walk.walk(book, SELL, D(9))
    assert (short.filled, short.covered) == (3, False)
    nothing = book_walk.walk(replace(book, asks=()), BUY, D(1))
    assert (nothing.filled, nothing.average, nothing.covered) == (0, None, False)


@pytest.mark.parametrize(("side", "limit"), [(BUY, "100.05"), (SELL, "99.95")])
def test_a_limit_stops_the_walk(book: Book, side: Side, limit: str) -> None:
    stopped = book_walk.walk(book, side, D(2), D(limit))
    assert (stopped.filled, stopped.covered) == (1, False)


def test_what_money_buys_is_rounded_down_and_pays_the_fee(book: Book, pair: Instrument) -> None:
    bought = book_walk.quantity_for(book, BUY, D(150), pair)
    assert bought.filled == D("1.497")
    assert bought.covered
    assert bought.quote * D("1.001") <= 150
    assert book_walk.quantity_for(book, SELL, D("99.99"), pair).filled == 1


def test_money_beyond_the_book_is_not_covered(book: Book, pair: Instrument) -> None:
    found = book_walk.quantity_for(book, SELL, D(1000), pair)
    assert (found.filled, found.covered) == (3, False)


def test_too_little_money_is_refused_with_what_would_do(book: Book, pair: Instrument) -> None:
    with pytest.raises(Refused, match=r"at least 0.05 BTC, about 5.0005 USDT"):
        book_walk.quantity_for(book, BUY, D(4), pair)
    with pytest.raises(Refused, match="empty"):
        book_walk.quantity_for(replace(book, bids=()), SELL, D(10), pair)


DAY = DayTicker("BTCUSDT", D(101), D(90), D(110), D(80), D(1), D(1), D("0.1"), 0, 0)


def price(reference: Reference | None, offset: str = "0", unit: OffsetUnit = OffsetUnit.MONEY) -> PriceExpression:
    return PriceExpression(reference=reference, offset=D(offset), unit=unit)


@pytest.fixture
def given(quote: Quote) -> PricingInput:
    return PricingInput(D("0.01"), quote, DAY, D(95), D("95.2"))


@pytest.mark.parametrize(
    ("expression", "side", "expected"),
    [
        (price(Reference.OWN), BUY, "99.99"),
        (price(Reference.OWN), SELL, "100.01"),
        (price(Reference.BID, "2", OffsetUnit.TICKS), BUY, "100.01"),
        (price(Reference.ASK, "-1", OffsetUnit.TICKS), SELL, "100.00"),
        (price(Reference.MID), BUY, "100"),
        (price(Reference.LAST, "-0.3", OffsetUnit.PERCENT), BUY, "100.69"),
        (price(Reference.LAST, "-0.3", OffsetUnit.PERCENT), SELL, "100.70"),
        (price(Reference.LAST, "15", OffsetUnit.BASIS_POINTS), BUY, "101.15"),
        (price(Reference.OPEN, "+10"), BUY, "100"),
        (price(Reference.HIGH), BUY, "110"),
        (price(Reference.LOW), BUY, "80"),
        (price(Reference.ENTRY), SELL, "95"),
        (price(Reference.BREAK_EVEN), SELL, "95.2"),
        (price(None), BUY, "99.99"),
        (PriceExpression(absolute=D("1.2345")), BUY, "1.2345"),
    ],
)
def test_relative_prices(given: PricingInput, expression: PriceExpression, side: Side, expected: str) -> None:
    assert pricing.resolve(expression, side, given) == D(expected)


def test_market_has_no_price(given: PricingInput) -> None:
    assert pricing.resolve(MARKET, BUY, given) is None


@pytest.mark.parametrize(
    "reference", [Reference.BID, Reference.MID, Reference.ASK, Reference.LAST, Reference.HIGH, Reference.ENTRY]
)
def test_a_reference_that_is_not_known_is_refused(reference: Reference) -> None:
    with pytest.raises(Refused, match=f"«{reference.value}» cannot be used"):
        pricing.resolve(price(reference), BUY, PricingInput(D("0.01")))


def test_an_offset_below_zero_is_refused(given: PricingInput) -> None:
    with pytest.raises(Refused, match="smaller"):
        pricing.resolve(price(Reference.BID, "-200"), BUY, given)


def test_the_cap_of_a_market_order(quote: Quote) -> None:
    assert pricing.market_cap(BUY, quote, D(1), D("0.01")) == D("101.01")
    assert pricing.market_cap(SELL, quote, D(1), D("0.01")) == D("99.00")
    assert pricing.market_cap(BUY, quote, D("0.0001"), D("0.1")) == D("100.01")


@pytest.mark.parametrize(
    ("level", "side", "expected"),
    [
        (RiskPrice(absolute=D("95.123")), BUY, "95.123"),
        (RiskPrice(percent=D(-2)), BUY, "98"),
        (RiskPrice(percent=D("-2.005")), BUY, "97.99"),
        (RiskPrice(percent=D(2)), SELL, "102"),
        (RiskPrice(percent=D("2.005")), SELL, "102.01"),
    ],
)
def test_what_a_risk_counts_to(level: RiskPrice, side: Side, expected: str) -> None:
    assert pricing.risk_price(level, side, D(100), D("0.01")) == D(expected)


def test_break_even_pays_the_fee() -> None:
    assert pricing.break_even(D(100), D("0.001"), D("0.01")) == D("100.11")


@pytest.fixture
def sizes(pair: Instrument) -> Callable[..., SizingInput]:
    def make(side: Side = BUY, **fields: object) -> SizingInput:
        base = SizingInput(pair, side, D(100), D(2), D(1001), D(3), D(500))
        return replace(base, **fields)  # type: ignore[arg-type]

    return make


@pytest.mark.parametrize(
    ("kind", "value", "side", "expected"),
    [
        (SizeKind.BASE, "0.12345", BUY, "0.12345"),
        (SizeKind.QUOTE, "250", BUY, "2.5"),
        (SizeKind.QUOTE, "33.33", SELL, "0.333"),
        (SizeKind.BALANCE_PERCENT, "50", BUY, "5"),
        (SizeKind.BALANCE_PERCENT, "25", SELL, "0.5"),
        (SizeKind.POSITION_PERCENT, "50", SELL, "1.5"),
        (SizeKind.POSITION_PERCENT, "100", SELL, "2"),
        (SizeKind.POSITION_PERCENT, "100", BUY, "3"),
        (SizeKind.ALL, "0", SELL, "2"),
        (SizeKind.MAX, "0", BUY, "5"),
        (SizeKind.MAX, "0", SELL, "2"),
    ],
)
def test_sizes(sizes: Callable[..., SizingInput], kind: SizeKind, value: str, side: Side, expected: str) -> None:
    assert sizing.resolve(SizeExpression(kind, D(value)), sizes(side)) == D(expected)


def test_max_without_a_limit_takes_the_balance(sizes: Callable[..., SizingInput]) -> None:
    everything = SizeExpression(SizeKind.MAX)
    assert sizing.resolve(everything, sizes(most=None)) == 10
    assert sizing.resolve(everything, sizes(most=None, exact_price=False)) == D("9.98")


@pytest.mark.parametrize(
    ("size", "fields", "word"),
    [
        (SizeExpression(SizeKind.ALL), {}, "«all» sells"),
        (SizeExpression(SizeKind.POSITION_PERCENT, D(50)), {"held": D(0)}, "no open position"),
        (SizeExpression(SizeKind.RISK), {}, "needs a price to count to"),
        (SizeExpression(SizeKind.RISK_QUOTE, D(5)), {}, "needs a price to count to"),
        (SizeExpression(SizeKind.RISK_PERCENT, D(5)), {}, "needs a price to count to"),
        (SizeExpression(SizeKind.QUOTE, D(4)), {}, r"least that BTCUSDT takes is 0.05 BTC \(about 5 USDT\)"),
        (SizeExpression(SizeKind.BALANCE_PERCENT, D(50)), {"free_quote": D(-5)}, "That is 0 BTC"),
    ],
)
def test_sizes_that_mean_nothing_are_refused(
    sizes: Callable[..., SizingInput], size: SizeExpression, fields: dict[str, object], word: str
) -> None:
    with pytest.raises(Refused, match=word):
        sizing.resolve(size, sizes(**fields))


def test_what_an_order_locks(pair: Instrument, make_order: Callable[..., Order]) -> None:
    order = make_order(OrderStatus.PART, executed=D(4))
    assert locks(order, pair) == Reservation("o1", "USDT", D("600.6"), True)
    sell = make_order(OrderStatus.SENDING, request={"side": SELL})
    assert locks(sell, pair) == Reservation("o1", "BTC", D(10), False)
    assert locks(make_order(OrderStatus.FILLED), pair) is None
    money = {"type": OrderType.MARKET, "quote_quantity": D(100), "capped": False}
    assert locks(make_order(request=money, price=None, quote=D(40)), pair) == Reservation(
        "o1", "USDT", D("60.06"), False
    )


def test_available_takes_the_stricter_view() -> None:
    balance = Balance("USDT", D(80), D(20))
    seen, unseen = Reservation("a", "USDT", D(30), True), Reservation("b", "USDT", D(5), False)
    other = Reservation("c", "BTC", D(9), False)
    assert available("USDT", balance, [other]) == 80
    assert available("USDT", balance, [seen, unseen]) == 65
    assert available("USDT", balance, [unseen]) == 75
    assert available("USDT", Balance("USDT", D(1), D(0)), [seen, unseen]) == 0
    assert available("USDT", None, []) is None
    assert available("USDT", Balance("USDT", D(1), D("NaN")), []) is None
