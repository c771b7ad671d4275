"""Positions, live: average cost, mark, value, P&L, share protected, distance to the stop."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui_trader.domain.position import PositionSource
from tui_trader.domain.text import clean
from tui_trader.ui.model import STALE_MS
from tui_trader.ui.numbers import NOTHING, age, plain, signed
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.positions import PositionView
    from tui_trader.ui.model import DeskModel


class PositionsPanel(TablePanel):
    """Open positions in the order they were opened."""

    key = "positions"
    title = "Positions"
    digit = "6"
    leader = "p"
    empty_text = "No positions. What you buy shows here with its P&L."
    columns = (
        Column("Symbol"),
        Column("Quantity", number=True),
        Column("Avg cost", number=True, rank=2),
        Column("Mark", number=True, marks=True, rank=1),
        Column("P&L", number=True, marks=True),
        Column("P&L %", number=True, rank=3),
        Column("Value", number=True, rank=4),
        Column("Prot.", number=True, rank=5),
        Column("Stop", number=True, rank=6),
        Column("to stop", number=True, rank=7),
        Column("Age", least=3, rank=8),
        Column("From", rank=9),
    )

    def tell(self, model: DeskModel, now_ms: int, now: float, *, as_percent: bool) -> None:
        """Show the open positions."""
        if model.positions is None:
            return
        oldest = sorted(model.positions.values(), key=lambda position: (position.opened_at, position.id))
        self.show((self._row_of(position, model, now_ms, as_percent=as_percent) for position in oldest), now)

    def _row_of(self, position: PositionView, model: DeskModel, now_ms: int, *, as_percent: bool) -> Row:
        """Make a row; figures resting on an old mark are dim."""
        price, quantity = model.decimals(position.symbol)
        mark_age = None if position.priced_at is None else now_ms - position.priced_at
        old = mark_age is None or mark_age > STALE_MS
        pnl, share = position.unrealised_pnl, position.pnl_percent
        role = "stale" if old else pnl_role(pnl)
        money, part = (
            Cell(signed(pnl), role, pnl),
            Cell(f"{signed(share)}%" if share is not None else NOTHING, role, share),
        )
        return Row(
            position.id,
            (
                Cell(clean(position.symbol, 20)),
                Cell(plain(position.quantity, quantity)),
                Cell(plain(position.entry_price, price)),
                Cell(plain(position.current_price, price), "stale" if old else "text", position.current_price),
                *((part, money) if as_percent else (money, part)),
                Cell(plain(position.value, 2), "stale" if old else "dim"),
                _protected(position),
                Cell(plain(position.stop_loss, price), "dim"),
                Cell(_to_stop(position), "dim"),
                Cell(age(mark_age), "warn" if old else "faint"),
                Cell("fills" if position.source is PositionSource.FILLS else "by hand", "dim"),
            ),
        )


def pnl_role(pnl: Decimal | None) -> str:
    """Colour of a gain or a loss; the sign carries it without."""
    return "text" if not pnl else "buy" if pnl > 0 else "sell"


def _protected(position: PositionView) -> Cell:
    """Say which share of the position an armed stop covers."""
    if not position.quantity:
        return Cell(NOTHING, "dim")
    share = position.protected_quantity / position.quantity * 100
    return Cell(f"{share:.0f}%", "dim" if share >= 100 else "warn")


def _to_stop(position: PositionView) -> str:
    """Say how far the mark is from the stop."""
    if position.stop_loss is None or not position.current_price:
        return NOTHING
    return f"{signed((position.stop_loss - position.current_price) / position.current_price * 100)}%"
