"""What a position is worth and how it did (features.md §1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tui_trader.domain.money import EXACT
from tui_trader.domain.position import Position, PositionSide
from tui_trader.rules.postings import ratio, rounded

HUNDRED = Decimal(100)


def pnl(side: PositionSide, entry: Decimal, price: Decimal, quantity: Decimal) -> Decimal:
    """Return the profit of ``quantity`` at ``price``: (p - e)·q for LONG, mirrored for SHORT."""
    difference = EXACT.subtract(price, entry) if side is PositionSide.LONG else EXACT.subtract(entry, price)
    return EXACT.multiply(difference, quantity)


def pnl_percent(position: Position, price: Decimal | None = None) -> Decimal | None:
    """Return the profit of what is held in percent of its cost, at the current or a given price."""
    price = position.current_price if price is None else price
    if price is None or not position.entry_price:
        return None
    return ratio(pnl(position.side, position.entry_price, price, HUNDRED), position.entry_price)


def mark(position: Position, price: Decimal, at: int) -> Position:
    """Value a position at a price; without a cost there is no profit to speak of.

    A closed position, or a price that is not a positive number, changes nothing.
    """
    if not position.open or not price.is_finite() or price <= 0:
        return position
    if position.entry_price is None:
        return replace(position, current_price=price, priced_at=at)
    gain = rounded(pnl(position.side, position.entry_price, price, position.quantity))
    return replace(
        position,
        current_price=price,
        priced_at=at,
        unrealised_pnl=gain,
        max_profit=max(position.max_profit, gain),
        max_drawdown=min(position.max_drawdown, gain),
    )


def risk_reward(position: Position) -> Decimal | None:
    """Return (TP - e)/(e - SL), mirrored for SHORT; ``None`` without stop and target or with no risk left."""
    entry, stop, target = position.entry_price, position.stop_loss, position.take_profit
    if entry is None or stop is None or target is None:
        return None
    one = Decimal(1)
    risk = -pnl(position.side, entry, stop, one)
    return ratio(pnl(position.side, entry, target, one), risk) if risk > 0 else None
