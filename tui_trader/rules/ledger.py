"""Positions as a fold over fills: average cost, fees in any asset, partial closes, coins that were there before.

Average-cost accounting: a buy adds what it cost (fees included) to the pool, a sale takes out its share of the pool.
``Holding`` is the state of one pair; ``apply`` takes one execution in, so a fold over all of them is the same thing
done again. Sums are exact; only a cost share and an average are rounded, to 18 decimals, and the remainder stays in
the pool, so nothing is created or lost.

Sales take coins in this order: the open position, coins from before the desk, dust. What exceeds all three is counted
as ``oversold``: coins that came from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tui_trader.domain.fill import Fill
from tui_trader.domain.ids import position_id
from tui_trader.domain.instrument import Instrument
from tui_trader.domain.money import EXACT, ZERO
from tui_trader.domain.order import Side
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType
from tui_trader.rules.postings import Flow, add_fee, flow_of, ratio, split

OPENING = "opening"


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one pair's base asset and what it cost.

    ``open`` is the position that fills made, ``cost`` the quote money still in it. ``opening`` are coins from before
    the desk, their ``opening_cost`` is ``None`` while unknown. ``dust`` is a rest below one lot, with its cost; it
    goes into the next position.
    """

    symbol: str
    base: str
    quote: str
    lot: Decimal
    open: Position | None = None
    cost: Decimal = ZERO
    opening: Position | None = None
    opening_cost: Decimal | None = None
    dust: Decimal = ZERO
    dust_cost: Decimal = ZERO
    oversold: Decimal = ZERO

    @property
    def quantity(self) -> Decimal:
        """Base coins held, wherever they came from; negative when more was sold than was known."""
        known = EXACT.add(_quantity(self.open), _quantity(self.opening))
        return EXACT.subtract(EXACT.add(known, self.dust), self.oversold)


def _quantity(position: Position | None) -> Decimal:
    return ZERO if position is None else position.quantity


@dataclass(frozen=True, slots=True)
class Posting:
    """What one fill made: the holding after it, and each position that changed."""

    holding: Holding
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """What many fills made: the holding after them, and every position by id, in the order of opening."""

    holding: Holding
    positions: dict[str, Position] = field(default_factory=dict)


def empty(instrument: Instrument) -> Holding:
    """Return the state before the first fill."""
    return Holding(instrument.symbol, instrument.base, instrument.quote, instrument.lot)


def with_opening(holding: Holding, quantity: Decimal, at: int, price: Decimal | None = None) -> Holding:
    """Add coins that were there before the desk; ``price`` is their cost each, ``None`` when nobody knows."""
    if quantity <= 0:
        return holding
    opening = Position(
        id=position_id(holding.symbol, OPENING, ""),
        symbol=holding.symbol,
        side=PositionSide.LONG,
        status=PositionStatus.OPEN,
        source=PositionSource.FILLS,
        type=PositionType.MANUAL,
        quantity=quantity,
        entry_price=price,
        opened_at=at,
        updated_at=at,
    )
    cost = None if price is None else EXACT.multiply(price, quantity)
    return replace(holding, opening=opening, opening_cost=cost)


def fold(holding: Holding, fills: Iterable[Fill]) -> Folded:
    """Take executions in, oldest first."""
    positions = {} if holding.opening is None else {holding.opening.id: holding.opening}
    for fill in fills:
        posting = apply(holding, fill)
        holding = posting.holding
        positions |= {position.id: position for position in posting.positions}
    return Folded(holding, positions)


def apply(holding: Holding, fill: Fill) -> Posting:
    """Take one execution in."""
    flow = flow_of(fill, holding.base, holding.quote)
    return _bought(holding, fill, flow) if fill.side is Side.BUY else _sold(holding, fill, flow)


def _bought(holding: Holding, fill: Fill, flow: Flow) -> Posting:
    before = holding.open or _opened(holding, fill)
    fresh = holding.open is None
    base = EXACT.add(before.quantity, flow.base)
    cost = EXACT.add(holding.cost, flow.quote)
    if fresh:
        base, cost = EXACT.add(base, holding.dust), EXACT.add(cost, holding.dust_cost)
    after = replace(
        add_fee(before, flow),
        quantity=base,
        entry_price=ratio(cost, base) if base > 0 else before.entry_price,
        updated_at=max(before.updated_at, fill.at),
        entry_order_ids=_with_id(before.entry_order_ids, fill),
    )
    if fresh:
        holding = replace(holding, dust=ZERO, dust_cost=ZERO)
    return Posting(replace(holding, open=after, cost=cost), (after,))


def _opened(holding: Holding, fill: Fill) -> Position:
    return Position(
        id=position_id(holding.symbol, fill.venue_order_id, fill.trade_id),
        symbol=holding.symbol,
        side=PositionSide.LONG,
        status=PositionStatus.OPEN,
        source=PositionSource.FILLS,
        type=PositionType.MANUAL,
        quantity=ZERO,
        entry_price=None,
        opened_at=fill.at,
        updated_at=fill.at,
    )


def _with_id(ids: tuple[str, ...], fill: Fill) -> tuple[str, ...]:
    mine = fill.order_id or fill.venue_order_id
    return ids if mine in ids else (*ids, mine)


def _sold(holding: Holding, fill: Fill, flow: Flow) -> Posting:
    changed: list[Position] = []
    if holding.open is not None:
        part, flow = split(flow, holding.open.quantity)
        holding, position = _sell_open(holding, holding.open, fill, part)
        changed.append(position)
    if flow.base > 0 and holding.opening is not None and holding.opening.open:
        part, flow = split(flow, holding.opening.quantity)
        holding, position = _sell_opening(holding, holding.opening, fill, part)
        changed.append(position)
    return Posting(_sell_rest(holding, flow.base), tuple(changed))


def _sell_open(holding: Holding, position: Position, fill: Fill, part: Flow) -> tuple[Holding, Position]:
    left = EXACT.subtract(position.quantity, part.base)
    cost = ratio(EXACT.multiply(holding.cost, part.base), position.quantity) if left else holding.cost
    rest = EXACT.subtract(holding.cost, cost)
    sold = _with_sale(position, fill, part, EXACT.subtract(part.quote, cost))
    if left < holding.lot:
        closed = replace(sold, quantity=ZERO, status=PositionStatus.CLOSED, closed_at=fill.at)
        return replace(holding, open=None, cost=ZERO, dust=left, dust_cost=rest), closed
    kept = replace(sold, quantity=left)
    return replace(holding, open=kept, cost=rest), kept


def _sell_opening(holding: Holding, position: Position, fill: Fill, part: Flow) -> tuple[Holding, Position]:
    """Sell coins from before the desk; while their cost is unknown, so is what the sale earned."""
    left = EXACT.subtract(position.quantity, part.base)
    known = holding.opening_cost
    rest = None
    gain = ZERO
    if known is not None:
        cost = ratio(EXACT.multiply(known, part.base), position.quantity) if left else known
        rest, gain = EXACT.subtract(known, cost), EXACT.subtract(part.quote, cost)
    sold = replace(_with_sale(position, fill, part, gain), quantity=left)
    if left == 0:
        sold = replace(sold, status=PositionStatus.CLOSED, closed_at=fill.at)
    return replace(holding, opening=sold, opening_cost=rest), sold


def _sell_rest(holding: Holding, quantity: Decimal) -> Holding:
    """Take what neither position had from the dust, and count the rest as coins from elsewhere."""
    if quantity <= 0:
        return holding
    dust = min(quantity, holding.dust)
    left = EXACT.subtract(holding.dust, dust)
    cost = holding.dust_cost if left else ZERO
    beyond = EXACT.subtract(quantity, dust)
    return replace(holding, dust=left, dust_cost=cost, oversold=EXACT.add(holding.oversold, beyond))


def _with_sale(position: Position, fill: Fill, part: Flow, gain: Decimal) -> Position:
    """Add a sale to a position's figures; ``exit_price`` is the average of its sales, before fees."""
    closed = EXACT.add(position.closed_quantity, part.base)
    earned = EXACT.multiply(position.exit_price or ZERO, position.closed_quantity)
    price = ratio(EXACT.add(earned, EXACT.multiply(fill.price, part.base)), closed) if closed else fill.price
    return replace(
        add_fee(position, part),
        closed_quantity=closed,
        exit_price=price,
        realised_pnl=EXACT.add(position.realised_pnl, gain),
        updated_at=max(position.updated_at, fill.at),
        exit_order_ids=_with_id(position.exit_order_ids, fill),
    )


def with_notes(position: Position, kept: Position) -> Position:
    """Put what fills do not tell (exits, tags, notes, marks) from an earlier state onto a position folded again."""
    return replace(
        position,
        type=kept.type,
        stop_loss=kept.stop_loss,
        take_profit=kept.take_profit,
        strategy=kept.strategy,
        tags=kept.tags,
        notes=kept.notes,
        current_price=kept.current_price,
        priced_at=kept.priced_at,
        unrealised_pnl=kept.unrealised_pnl,
        max_profit=kept.max_profit,
        max_drawdown=kept.max_drawdown,
    )
