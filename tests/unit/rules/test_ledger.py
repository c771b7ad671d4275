from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tui_trader.domain.fill import Fill
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.order import Side
from tui_trader.domain.position import Position, PositionStatus
from tui_trader.rules import ledger
from tui_trader.rules.postings import asset_deltas

D = Decimal
MakeFill = Callable[..., Fill]


@pytest.fixture
def start(pair: Instrument) -> ledger.Holding:
    return ledger.empty(pair)


def run(holding: ledger.Holding, *fills: Fill) -> tuple[ledger.Holding, list[Position]]:
    folded = ledger.fold(holding, fills)
    return folded.holding, list(folded.positions.values())


def test_the_average_cost_includes_a_fee_in_quote(start: ledger.Holding, make_fill: MakeFill) -> None:
    holding, (position,) = run(start, make_fill("1", fee=D(1)), make_fill("2", price="103", order_id="o2"))
    assert (position.quantity, position.entry_price, position.fees) == (2, 102, 1)
    assert position.entry_order_ids == ("v1", "o2")
    assert holding.cost == 204


def test_a_fee_in_base_makes_the_coins_dearer(start: ledger.Holding, make_fill: MakeFill) -> None:
    _, (position,) = run(start, make_fill("1", "10", fee=D(2), fee_asset="BTC"))
    assert (position.quantity, position.entry_price, position.fees) == (8, 125, 200)


def test_a_fee_in_a_third_asset_stands_beside(start: ledger.Holding, make_fill: MakeFill) -> None:
    fills = (make_fill("1", fee=D("0.5"), fee_asset="MX"), make_fill("2", fee=D("0.25"), fee_asset="MX"))
    _, (position,) = run(start, *fills)
    assert (position.entry_price, position.fees, position.other_fees) == (100, 0, (("MX", D("0.75")),))


def test_a_partial_close_realises_its_share(start: ledger.Holding, make_fill: MakeFill) -> None:
    sold = make_fill("2", "0.5", "120", Side.SELL, fee=D(1), order_id="s1")
    holding, (position,) = run(start, make_fill("1", "2"), sold)
    assert (position.quantity, position.closed_quantity, position.exit_price) == (D("1.5"), D("0.5"), 120)
    assert (position.realised_pnl, position.entry_price, position.fees) == (9, 100, 1)
    assert position.exit_order_ids == ("s1",)
    assert holding.cost == 150


def test_a_new_entry_after_a_close_is_a_new_position(start: ledger.Holding, make_fill: MakeFill) -> None:
    _, (first, second) = run(start, make_fill("1"), make_fill("2", "1", "90", Side.SELL, at=5), make_fill("3", at=6))
    assert (first.status, first.closed_at, first.realised_pnl) == (PositionStatus.CLOSED, 5, -10)
    assert (second.status, second.opened_at) == (PositionStatus.OPEN, 6)
    assert first.id != second.id


def test_the_same_fills_give_the_same_ids(start: ledger.Holding, make_fill: MakeFill) -> None:
    assert run(start, make_fill("1"))[1][0].id == run(start, make_fill("1"))[1][0].id


def test_a_rest_below_one_lot_closes_and_goes_into_the_next(start: ledger.Holding, make_fill: MakeFill) -> None:
    bought = make_fill("1", fee=D("0.0005"), fee_asset="BTC")
    holding, (closed,) = run(start, bought, make_fill("2", "0.999", "100", Side.SELL))
    assert closed.status is PositionStatus.CLOSED
    assert holding.dust == D("0.0005")
    assert holding.quantity == D("0.0005")
    holding, (fresh,) = run(holding, make_fill("3"))
    assert (fresh.quantity, holding.dust, holding.dust_cost) == (D("1.0005"), 0, 0)


def test_coins_from_before_are_sold_last_and_their_gain_is_unknown(start: ledger.Holding, make_fill: MakeFill) -> None:
    start = ledger.with_opening(start, D(3), 1)
    sold = make_fill("2", "2", "150", Side.SELL, fee=D(1), fee_asset="MX")
    holding, (before, bought) = run(start, make_fill("1"), sold)
    assert (bought.status, bought.realised_pnl, bought.other_fees) == (PositionStatus.CLOSED, 50, (("MX", D("0.5")),))
    assert (before.quantity, before.entry_price, before.realised_pnl) == (2, None, 0)
    holding, (before,) = run(holding, make_fill("3", "2", "150", Side.SELL, at=9))
    assert (before.status, before.closed_at, holding.quantity) == (PositionStatus.CLOSED, 9, 0)


def test_coins_from_before_with_a_known_cost_gain_like_others(start: ledger.Holding, make_fill: MakeFill) -> None:
    start = ledger.with_opening(start, D(3), 1, D(100))
    holding, (before,) = run(start, make_fill("1", "1", "150", Side.SELL))
    assert (before.realised_pnl, holding.opening_cost) == (50, 200)
    _, (before,) = run(holding, make_fill("2", "2", "50", Side.SELL))
    assert before.realised_pnl == -50


def test_no_coins_before_is_no_position(start: ledger.Holding) -> None:
    assert ledger.with_opening(start, D(0), 1) is start


def test_selling_more_than_is_known_is_counted(start: ledger.Holding, make_fill: MakeFill) -> None:
    holding, positions = run(start, make_fill("1", "1", "100", Side.SELL))
    assert (holding.oversold, holding.quantity, positions) == (1, -1, [])
    dusty = replace(start, dust=D("0.0005"), dust_cost=D("0.05"))
    holding, _ = run(dusty, make_fill("1", "0.0003", "100", Side.SELL))
    assert (holding.dust, holding.dust_cost, holding.oversold) == (D("0.0002"), D("0.05"), 0)


def test_a_fee_that_eats_the_first_coins_leaves_no_average(start: ledger.Holding, make_fill: MakeFill) -> None:
    _, (position,) = run(start, make_fill("1", fee=D(1), fee_asset="BTC"))
    assert (position.quantity, position.entry_price) == (0, None)


def test_notes_survive_a_new_fold(start: ledger.Holding, make_fill: MakeFill) -> None:
    (position,) = run(start, make_fill("1"))[1]
    kept = replace(position, stop_loss=D(90), tags=("x",), notes="n", max_profit=D(5))
    assert ledger.with_notes(position, kept) == kept


@pytest.mark.parametrize(
    ("fee_asset", "expected"),
    [
        ("USDT", (("BTC", D(-1)), ("USDT", D(99)))),
        ("BTC", (("BTC", D(-2)), ("USDT", D(100)))),
        ("MX", (("BTC", D(-1)), ("MX", D(-1)), ("USDT", D(100)))),
    ],
)
def test_double_entry(make_fill: MakeFill, fee_asset: str, expected: object) -> None:
    assert asset_deltas(make_fill(side=Side.SELL, fee=D(1), fee_asset=fee_asset), "BTC", "USDT") == expected


def test_double_entry_without_a_fee(make_fill: MakeFill) -> None:
    assert asset_deltas(make_fill(), "BTC", "USDT") == (("BTC", 1), ("USDT", -100))


def test_exactly_one_lot_stays_open(start: ledger.Holding, make_fill: MakeFill) -> None:
    holding, (position,) = run(start, make_fill("1"), make_fill("2", "0.999", "100", Side.SELL))
    assert (position.status, position.quantity, holding.dust) == (PositionStatus.OPEN, D("0.001"), 0)
