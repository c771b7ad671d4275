from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain import ids, text
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.market import Quote
from tui_trader.domain.order import FINAL, WORKING, Order, OrderRequest, OrderStatus, OrderType, Side
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType

D = Decimal


def order(**fields: object) -> Order:
    request = OrderRequest("BTCUSDT", Side.BUY, OrderType.LIMIT)
    return replace(Order("o", "m1o", "i", request, OrderStatus.LIVE, D(10), D(5), 0, 0), **fields)  # type: ignore[arg-type]


def test_an_order_speaks_for_its_request() -> None:
    kept = order()
    assert (kept.symbol, kept.side, kept.working, kept.final) == ("BTCUSDT", Side.BUY, True, False)


def test_what_remains_counts_the_larger_of_known_and_reported() -> None:
    assert order(executed=D(3), venue_executed=D(4)).remaining == 6
    assert order(executed=D(11)).remaining == 0


def test_the_average_price_needs_an_execution() -> None:
    assert order().average_price is None
    assert order(executed=D(4), quote=D(10)).average_price == D("2.5")


def test_states_are_working_or_final_and_one_is_watched() -> None:
    assert not FINAL & WORKING
    assert set(OrderStatus) - FINAL - WORKING == {OrderStatus.NOT_PLACED}


def test_sides() -> None:
    assert (Side.BUY.opposite, Side.SELL.opposite, Side.BUY.sign, Side.SELL.sign) == (Side.SELL, Side.BUY, 1, -1)


def test_a_fill_is_known_by_order_and_trade() -> None:
    fill = Fill("v1", "t1", "BTCUSDT", Side.BUY, D(1), D(1), D(1), D(0), "USDT", False, 0)
    assert fill.key == ("v1", "t1")


def test_balances_and_quotes_add_up() -> None:
    assert Balance("BTC", D(1), D(2)).total == 3
    quote = Quote("BTCUSDT", D(10), D(1), D(11), D(1), 0, 0)
    assert (quote.mid, quote.spread) == (D("10.5"), 1)


@pytest.mark.parametrize(
    ("tick", "lot", "decimals"), [("0.01", "0.00100", (2, 3)), ("1", "10", (0, 0)), ("5E-8", "1", (8, 0))]
)
def test_decimals_shown_follow_the_steps(tick: str, lot: str, decimals: tuple[int, int]) -> None:
    pair = Instrument(
        "X", "A", "B", D(tick), D(lot), D(1), D(1), D(1), D(1), D(1), frozenset(), frozenset(), True, True, D(0), D(0)
    )
    assert (pair.price_decimals, pair.quantity_decimals) == decimals
    assert not pair.tradable
    assert replace(pair, sides=frozenset(Side)).tradable


def test_a_position_is_open_by_its_status() -> None:
    kept = Position(
        "p", "X", PositionSide.LONG, PositionStatus.OPEN, PositionSource.FILLS, PositionType.MANUAL, D(1), None, 0, 0
    )
    assert kept.open
    assert not replace(kept, status=PositionStatus.CLOSED).open


def test_ids_sort_by_time_and_fit_the_venue() -> None:
    early, late = ids.ulid(1, bytes(10)), ids.ulid(2, bytes(10))
    assert early < late
    assert ids.ulid(0xFFFFFFFFFFFF, b"\xff" * 10) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    name = ids.client_order_id(early, "m1")
    assert len(name) == ids.CLIENT_ORDER_ID_LENGTH
    assert name.isalnum()


def test_a_position_id_is_the_same_for_the_same_fill() -> None:
    assert ids.position_id("X", "v", "t") == ids.position_id("X", "v", "t")
    assert ids.position_id("X", "v", "t") != ids.position_id("X", "v", "u")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain text", "plain text"),
        ("a\x1b[31mb\x07", "a\ufffd[31mb\ufffd"),
        ("a\u202eb\u200bc\u2028", "a\ufffdb\ufffdc\ufffd"),
        ("bad \ud800", "bad ?"),
        ("x" + "\u0335" * 9, "x" + "\u0335" * 4),
        ("e\u0301", "é"),
        (42, "42"),
    ],
)
def test_foreign_text_is_made_harmless(raw: object, clean: str) -> None:
    assert text.clean(raw) == clean


def test_foreign_text_is_bounded() -> None:
    assert len(text.clean("x" * 9999)) == text.MAX_LENGTH
    assert text.clean("abc", 2) == "ab"
