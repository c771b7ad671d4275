from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.position import (
    Position,
    PositionSide,
    PositionSource,
    PositionStatus,
    PositionType,
)
from tui_trader.errors import Conflict, Refused
from tui_trader.rules import by_hand, performance, statistics

D = Decimal
HUNDRED = D(100)
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


def position(side: PositionSide = LONG, entry: Decimal | None = HUNDRED, **fields: object) -> Position:
    kept = Position(
        "p1", "BTCUSDT", side, PositionStatus.OPEN, PositionSource.FILLS, PositionType.MANUAL, D(2), entry, 0, 0
    )
    return replace(kept, **fields)  # type: ignore[arg-type]


def test_marking_values_and_keeps_the_extremes() -> None:
    up = performance.mark(position(), D(110), 5)
    assert (up.unrealised_pnl, up.max_profit, up.max_drawdown, up.priced_at) == (20, 20, 0, 5)
    down = performance.mark(up, D(95), 6)
    assert (down.unrealised_pnl, down.max_profit, down.max_drawdown) == (-10, 20, -10)
    assert performance.pnl_percent(down) == -5


def test_short_is_mirrored() -> None:
    assert performance.mark(position(SHORT), D(90), 1).unrealised_pnl == 20
    assert performance.pnl_percent(position(SHORT), D(110)) == -10


def test_without_a_cost_there_is_a_price_but_no_profit() -> None:
    marked = performance.mark(position(entry=None), D(90), 1)
    assert (marked.current_price, marked.unrealised_pnl) == (90, None)
    assert performance.pnl_percent(marked) is None
    assert performance.pnl_percent(position()) is None


@pytest.mark.parametrize("price", [D(0), D(-1), D("NaN")])
def test_a_price_that_is_none_changes_nothing(price: Decimal) -> None:
    kept = position()
    assert performance.mark(kept, price, 1) is kept


def test_a_closed_position_is_not_marked() -> None:
    closed = position(status=PositionStatus.CLOSED)
    assert performance.mark(closed, D(90), 1) is closed


def test_long_figures_are_rounded_so_that_they_can_be_kept() -> None:
    marked = performance.mark(position(entry=D("1.000000000000000001"), quantity=D("0.00000001")), D(2), 1)
    assert marked.unrealised_pnl == D("0.00000001")


@pytest.mark.parametrize(
    ("side", "stop", "target", "expected"),
    [(LONG, 90, 120, 2), (SHORT, 110, 80, 2), (LONG, 100, 120, None), (LONG, None, 120, None), (LONG, 90, None, None)],
)
def test_risk_reward(side: PositionSide, stop: int | None, target: int | None, expected: int | None) -> None:
    exits = {"stop_loss": stop and D(stop), "take_profit": target and D(target)}
    assert performance.risk_reward(position(side, **exits)) == expected


def test_risk_reward_needs_a_cost() -> None:
    assert performance.risk_reward(position(entry=None, stop_loss=D(1), take_profit=D(2))) is None


def create(
    side: PositionSide = LONG, stop: int | None = None, target: int | None = None, entry: str = "100"
) -> Position:
    return by_hand.create(
        "h1",
        "BTCUSDT",
        side,
        D(2),
        D(entry),
        5,
        stop and D(stop),
        target and D(target),  # type: ignore[arg-type]
    )


def test_a_record_by_hand_is_what_was_typed() -> None:
    kept = create(stop=90, target=120)
    assert (kept.source, kept.stop_loss, kept.take_profit, kept.opened_at) == (PositionSource.BY_HAND, 90, 120, 5)
    assert create(SHORT, 110, 80).open
    assert create().open


@pytest.mark.parametrize(
    ("side", "stop", "target", "entry", "word"),
    [
        (LONG, 100, None, "100", "stop loss must be below the entry price 100"),
        (SHORT, 100, None, "100", "stop loss must be above"),
        (LONG, None, 100, "100", "take profit must be above"),
        (SHORT, None, 100, "100", "take profit must be below"),
        (LONG, -1, None, "100", "stop loss must be a number above zero"),
        (LONG, None, None, "0", "entry price"),
        (LONG, None, None, "NaN", "entry price"),
    ],
)
def test_exits_on_the_wrong_side_are_refused(
    side: PositionSide, stop: int | None, target: int | None, entry: str, word: str
) -> None:
    with pytest.raises(Refused, match=word):
        create(side, stop, target, entry)


def test_a_stop_may_move_past_entry_but_not_past_the_target() -> None:
    assert by_hand.move_exits(create(), D(110), D(120), 9).stop_loss == 110
    with pytest.raises(Refused, match="below the take profit 120"):
        by_hand.move_exits(create(), D(120), D(120), 9)
    with pytest.raises(Refused, match="above the take profit 80"):
        by_hand.move_exits(create(SHORT), D(70), D(80), 9)
    with pytest.raises(Conflict):
        by_hand.move_exits(replace(create(), status=PositionStatus.CLOSED), None, None, 9)


def test_closing_by_hand_in_parts() -> None:
    part = by_hand.close(create(), D(110), 7, D("0.5"), ["a"])
    assert (part.quantity, part.realised_pnl, part.exit_price, part.open) == (D("1.5"), 5, 110, True)
    done = by_hand.close(part, D(90), 8, order_ids=["a", "b"])
    assert (done.status, done.realised_pnl, done.closed_at, done.exit_order_ids) == (
        PositionStatus.CLOSED,
        -10,
        8,
        ("a", "b"),
    )
    assert done.exit_price == 95
    assert by_hand.close(done, D(1), 9) is done
    assert by_hand.close(position(entry=None), D(90), 8).realised_pnl == 0


@pytest.mark.parametrize(
    ("price", "quantity", "word"), [("0", "1", "exit price"), ("1", "0", "quantity"), ("1", "3", "Only 2 is held")]
)
def test_a_close_that_cannot_be_is_refused(price: str, quantity: str, word: str) -> None:
    with pytest.raises(Refused, match=word):
        by_hand.close(create(), D(price), 7, D(quantity))


def test_the_open_book_in_figures() -> None:
    long = performance.mark(position(id="a", stop_loss=D(95)), D(110), 1)
    short = performance.mark(position(SHORT, id="b", symbol="ETHBTC", quantity=D(1)), D(90), 1)
    closed = position(status=PositionStatus.CLOSED)
    book = statistics.summarise([long, short, closed], {"a": D(1)}, {"BTCUSDT": D(1), "ETHBTC": D(2)})
    assert (book.count, book.long, book.short) == (2, 1, 1)
    assert (book.value, book.unrealised_pnl, book.average_pnl, book.at_risk) == (400, 40, 20, 30)
    assert book.protected_percent == D("27.5")
    assert book.by_symbol == {"BTCUSDT": 220, "ETHBTC": 180}
    assert book.by_type == {"MANUAL": 2}


def test_a_missing_price_or_rate_leaves_sums_open() -> None:
    unpriced = position(stop_loss=D(90))
    book = statistics.summarise([unpriced], {}, {"BTCUSDT": D(1)})
    assert (book.value, book.unrealised_pnl, book.at_risk, book.protected_percent) == (None, None, None, None)
    rateless = statistics.summarise([performance.mark(position(), D(90), 1)], {}, {})
    assert (rateless.value, rateless.average_pnl) == (None, None)


def test_an_empty_book_and_a_position_of_nothing() -> None:
    assert statistics.summarise([], {}, {}).value == 0
    empty = performance.mark(position(quantity=D(0)), D(90), 1)
    assert statistics.summarise([empty], {}, {"BTCUSDT": D(1)}).protected_percent is None
