"""The ledger: nothing created, nothing lost, and the same by steps as at once."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Side
from tui_trader.domain.position import Position, PositionStatus
from tui_trader.rules import ledger
from tui_trader.rules.ledger import Holding
from tui_trader.rules.postings import asset_deltas

D = Decimal
LOT = D("0.01")
START = Holding("BTCUSDT", "BTC", "USDT", LOT)


@st.composite
def fills(draw: st.DrawFn) -> list[Fill]:
    """Buys and sells with fees in any asset; sells never exceed what is there."""
    held = draw(st.sampled_from([D(0), D("1.5")]))
    found: list[Fill] = []
    opening = held
    for number in range(draw(st.integers(0, 12))):
        side = draw(st.sampled_from(list(Side)))
        quantity = D(draw(st.integers(1, 300))) * LOT
        price = D(draw(st.integers(1, 100_000))) / 100
        asset = draw(st.sampled_from(["BTC", "USDT", "MX"]))
        fee = D(draw(st.integers(0, 99))) / 10_000 * (quantity if asset == "BTC" else D(1))
        gone = quantity + (fee if asset == "BTC" else 0)
        if side is Side.SELL and gone > held:
            continue
        held += -gone if side is Side.SELL else quantity - (fee if asset == "BTC" else 0)
        found.append(
            Fill(
                "v",
                str(number),
                "BTCUSDT",
                side,
                price,
                quantity,
                price * quantity,
                fee,
                asset,
                False,
                number,
                f"o{number}",
            )
        )
    return [Fill("v", "opening", "BTCUSDT", Side.BUY, D(0), opening, D(0), D(0), "", False, 0), *found]


def start_of(history: list[Fill]) -> tuple[Holding, list[Fill]]:
    """Split a drawn history into the opening holding and the executions."""
    return ledger.with_opening(START, history[0].quantity, 0), history[1:]


@settings(max_examples=200, deadline=None)
@given(fills())
def test_coins_are_conserved(history: list[Fill]) -> None:
    start, executions = start_of(history)
    folded = ledger.fold(start, executions)
    sums: dict[str, Decimal] = {}
    with localcontext(prec=60):
        for fill in executions:
            for asset, delta in asset_deltas(fill, "BTC", "USDT"):
                sums[asset] = sums.get(asset, D(0)) + delta
        assert folded.holding.quantity == start.quantity + sums.get("BTC", D(0))
        fees = sum((amount for each in folded.positions.values() for asset, amount in each.other_fees), D(0))
        if start.opening is None and folded.holding.oversold == 0:
            assert fees == -sums.get("MX", D(0))


@settings(max_examples=200, deadline=None)
@given(fills())
def test_money_is_conserved_where_every_cost_is_known(history: list[Fill]) -> None:
    start = ledger.with_opening(START, history[0].quantity, 0, D(50))
    executions = history[1:]
    folded = ledger.fold(start, executions)
    holding = folded.holding
    with localcontext(prec=60):
        paid = sum(
            (delta for fill in executions for asset, delta in asset_deltas(fill, "BTC", "USDT") if asset == "USDT"),
            D(0),
        )
        realised = sum((each.realised_pnl for each in folded.positions.values()), D(0))
        left = holding.cost + holding.dust_cost + (holding.opening_cost or D(0))
        start_cost = start.opening_cost or D(0)
        if holding.oversold == 0 and not _dust_was_sold(executions, start):
            assert paid == realised - left + start_cost


def _dust_was_sold(executions: list[Fill], start: Holding) -> bool:
    """Tell whether a sale ever reached into dust, whose proceeds belong to no position."""
    holding = start
    for fill in executions:
        after = ledger.apply(holding, fill).holding
        if holding.open is None and fill.side is Side.SELL and after.dust < holding.dust:
            return True
        if fill.side is Side.SELL and fill.quantity + fill.fee > _known(holding):
            return True
        holding = after
    return False


def _known(holding: Holding) -> Decimal:
    return sum((each.quantity for each in (holding.open, holding.opening) if each is not None), D(0))


@settings(max_examples=200, deadline=None)
@given(fills(), st.integers(0, 12))
def test_step_by_step_is_the_same_as_at_once(history: list[Fill], cut: int) -> None:
    start, executions = start_of(history)
    whole = ledger.fold(start, executions)
    first = ledger.fold(start, executions[:cut])
    second = ledger.fold(first.holding, executions[cut:])
    assert second.holding == whole.holding
    assert first.positions | second.positions == whole.positions


@settings(max_examples=200, deadline=None)
@given(fills())
def test_average_cost_agrees_with_an_independent_reckoning(history: list[Fill]) -> None:
    executions = history[1:]
    folded = ledger.fold(START, executions)
    quantity = cost = Fraction(0)
    for fill in executions:
        base, money, fee = Fraction(fill.quantity), Fraction(fill.quote), Fraction(fill.fee)
        sign = fill.side.sign
        base -= sign * fee if fill.fee_asset == "BTC" else 0
        money += sign * fee if fill.fee_asset == "USDT" else 0
        if fill.side is Side.BUY:
            quantity, cost = quantity + base, cost + money
        else:
            if base > quantity:
                return
            cost -= cost * base / quantity
            quantity -= base
    position = folded.holding.open
    if position is not None:
        assert Fraction(position.quantity) == quantity
        assert abs(Fraction(position.entry_price or 0) - cost / quantity) < Fraction(1, 10**12)


@settings(max_examples=100, deadline=None)
@given(fills())
def test_a_closed_position_stays_closed(history: list[Fill]) -> None:
    start, executions = start_of(history)
    holding, last = start, dict[str, Position]()
    for fill in executions:
        posting = ledger.apply(holding, fill)
        for each in posting.positions:
            assert each.id not in last or last[each.id].status is PositionStatus.OPEN
            last[each.id] = each
        holding = posting.holding
