"""What an execution moves: coins, money and fees, exact and per asset (double entry)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from tui_trader.domain.fill import Fill
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.position import Position

STEP = Decimal("1e-18")
"""To what a cost share and an average are rounded; with 20 digits before the point they stay storable."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What a fill moves, as positive amounts, with fees in base and quote taken in.

    ``base`` are the coins that come (buy) or go (sell), ``quote`` the money that goes or comes. ``fee`` is the fee's
    worth in quote money; a fee in a third asset is worth nothing here and stands in ``other``.
    """

    base: Decimal
    quote: Decimal
    fee: Decimal
    other: tuple[tuple[str, Decimal], ...] = ()


def asset_deltas(fill: Fill, base: str, quote: str) -> tuple[tuple[str, Decimal], ...]:
    """Return what a fill adds to each asset, sorted by asset; sums over fills are the ledger (reliability.md §3.4)."""
    sign = fill.side.sign
    sums = {base: fill.quantity * sign, quote: -fill.quote * sign}
    if fill.fee:
        sums[fill.fee_asset] = EXACT.subtract(sums.get(fill.fee_asset, ZERO), fill.fee)
    return tuple(sorted(sums.items()))


def flow_of(fill: Fill, base: str, quote: str) -> Flow:
    """Return what a fill moves, fees taken in: a buy's fee makes it dearer or smaller, a sale's the opposite."""
    sign = fill.side.sign
    if fill.fee == 0:
        return Flow(fill.quantity, fill.quote, ZERO)
    if fill.fee_asset == quote:
        return Flow(fill.quantity, EXACT.add(fill.quote, fill.fee * sign), fill.fee)
    if fill.fee_asset == base:
        return Flow(
            EXACT.subtract(fill.quantity, fill.fee * sign), fill.quote, rounded(EXACT.multiply(fill.fee, fill.price))
        )
    return Flow(fill.quantity, fill.quote, ZERO, ((fill.fee_asset, fill.fee),))


def rounded(amount: Decimal) -> Decimal:
    """Round to 18 decimals, for figures that are shown and kept but never summed into the ledger."""
    return amount.quantize(STEP, context=EXACT) if -amount.as_tuple().exponent > 18 else amount  # type: ignore[operator]  # finite: the exponent is a number


def ratio(amount: Decimal, by: Decimal) -> Decimal:
    """Divide and round to 18 decimals."""
    return EXACT.divide(amount, by).quantize(STEP, context=EXACT)


def split(flow: Flow, held: Decimal) -> tuple[Flow, Flow]:
    """Part a sale into what ``held`` coins can give and the rest; both together are exactly the whole."""
    if flow.base <= held:
        return flow, Flow(ZERO, ZERO, ZERO)

    def share(amount: Decimal) -> Decimal:
        return ratio(EXACT.multiply(amount, held), flow.base)

    first = Flow(held, share(flow.quote), share(flow.fee), tuple((asset, share(fee)) for asset, fee in flow.other))
    rest = Flow(
        EXACT.subtract(flow.base, held),
        EXACT.subtract(flow.quote, first.quote),
        EXACT.subtract(flow.fee, first.fee),
        tuple((asset, EXACT.subtract(fee, dict(first.other)[asset])) for asset, fee in flow.other),
    )
    return first, rest


def add_fee(position: Position, flow: Flow) -> Position:
    """Add a flow's fees to a position's."""
    others = dict(position.other_fees)
    for asset, fee in flow.other:
        others[asset] = EXACT.add(others.get(asset, ZERO), fee)
    return replace(position, fees=EXACT.add(position.fees, flow.fee), other_fees=tuple(sorted(others.items())))
