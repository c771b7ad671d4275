"""Positions kept by hand: a holding elsewhere, or a short hedge (features.md §1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tui_trader.domain.money import EXACT, ZERO, canonical
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType
from tui_trader.errors import Conflict, Refused
from tui_trader.rules.performance import pnl
from tui_trader.rules.postings import ratio, rounded


def create(
    position_id: str,
    symbol: str,
    side: PositionSide,
    quantity: Decimal,
    entry_price: Decimal,
    at: int,
    stop_loss: Decimal | None = None,
    take_profit: Decimal | None = None,
) -> Position:
    """Return a position as a person states it; add strategy, tags and notes with ``dataclasses.replace``.

    Raises:
        Refused: ``unprocessable`` when a number is not positive or an exit stands on the wrong side of entry.

    """
    _positive("quantity", quantity)
    _positive("entry price", entry_price)
    position = Position(
        id=position_id,
        symbol=symbol,
        side=side,
        status=PositionStatus.OPEN,
        source=PositionSource.BY_HAND,
        type=PositionType.MANUAL,
        quantity=quantity,
        entry_price=entry_price,
        opened_at=at,
        updated_at=at,
    )
    _stop_beyond_entry(side, entry_price, stop_loss)
    return move_exits(position, stop_loss, take_profit, at)


def move_exits(position: Position, stop_loss: Decimal | None, take_profit: Decimal | None, at: int) -> Position:
    """Return an open position with these exits; a stop past entry locks profit in and is allowed.

    Raises:
        Refused: a number is not positive, the target is on the wrong side of entry, or stop and target cross.
        Conflict: the position is closed.

    """
    if not position.open:
        raise Conflict("This position is closed; its exits cannot be changed.")
    for name, value in (("stop loss", stop_loss), ("take profit", take_profit)):
        if value is not None:
            _positive(name, value)
    long = position.side is PositionSide.LONG
    entry = position.entry_price
    if take_profit is not None and entry is not None and (take_profit <= entry if long else take_profit >= entry):
        raise _wrong_side("take profit", "above" if long else "below", "the entry price", entry)
    crossed = stop_loss is not None and take_profit is not None
    if crossed and (stop_loss >= take_profit if long else stop_loss <= take_profit):  # type: ignore[operator]  # both are set
        raise _wrong_side("stop loss", "below" if long else "above", "the take profit", take_profit or ZERO)
    return replace(position, stop_loss=stop_loss, take_profit=take_profit, updated_at=max(at, position.updated_at))


def _stop_beyond_entry(side: PositionSide, entry: Decimal, stop: Decimal | None) -> None:
    long = side is PositionSide.LONG
    if stop is not None and stop.is_finite() and (stop >= entry if long else stop <= entry):
        raise _wrong_side("stop loss", "below" if long else "above", "the entry price", entry)


def _wrong_side(what: str, where: str, of: str, figure: Decimal) -> Refused:
    return Refused(f"The {what} must be {where} {of} {canonical(figure)}.", code="unprocessable")


def _positive(name: str, value: Decimal) -> None:
    if not value.is_finite() or value <= 0:
        raise Refused(f"The {name} must be a number above zero, not {value}.", code="unprocessable")


def close(
    position: Position, price: Decimal, at: int, quantity: Decimal | None = None, order_ids: Sequence[str] = ()
) -> Position:
    """Close a position, or a part of it, at the price actually got; closing a closed one changes nothing.

    Raises:
        Refused: the price or quantity is not positive, or more is to be closed than is held.

    """
    if not position.open:
        return position
    quantity = position.quantity if quantity is None else quantity
    _positive("exit price", price)
    _positive("quantity", quantity)
    if quantity > position.quantity:
        held = canonical(position.quantity)
        raise Refused(f"Only {held} is held; give a quantity up to that.", code="unprocessable")
    left = EXACT.subtract(position.quantity, quantity)
    closed = EXACT.add(position.closed_quantity, quantity)
    earned = EXACT.multiply(position.exit_price or ZERO, position.closed_quantity)
    gain = ZERO if position.entry_price is None else pnl(position.side, position.entry_price, price, quantity)
    return replace(
        position,
        quantity=left,
        closed_quantity=closed,
        exit_price=ratio(EXACT.add(earned, EXACT.multiply(price, quantity)), closed),
        realised_pnl=rounded(EXACT.add(position.realised_pnl, gain)),
        unrealised_pnl=None if left == 0 else position.unrealised_pnl,
        status=PositionStatus.OPEN if left else PositionStatus.CLOSED,
        closed_at=None if left else at,
        updated_at=max(at, position.updated_at),
        exit_order_ids=(*position.exit_order_ids, *(each for each in order_ids if each not in position.exit_order_ids)),
    )
