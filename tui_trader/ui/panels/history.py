"""History: orders and fills, newest first, fetched page by page while the cursor goes down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from tui_trader.domain.text import clean
from tui_trader.ui.doubt import state_of
from tui_trader.ui.numbers import plain
from tui_trader.ui.panels.orders import TYPES, side_cell
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.panel import Look
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from tui_trader.contract.orders import FillView, OrderView
    from tui_trader.ui.model import DeskModel

AHEAD = 60
"""How near to the end of what is loaded the cursor may come before more is asked for."""


class HistoryPanel(TablePanel):
    """Orders that ended and executions; one view at a time."""

    key = "history"
    title = "History"
    digit = "7"
    leader = "h"
    empty_text = "No history yet. Orders and fills are listed here for good."
    columns = (
        Column("When"),
        Column("Symbol"),
        Column("Side", least=4),
        Column("Price", number=True),
        Column("Quantity", number=True),
        Column("Result", least=9, most=60, flexible=True),
        Column("Fee", number=True, rank=2),
        Column("Type", rank=3),
    )

    class MoreWanted(Message):
        """The cursor comes near the end of what is loaded."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.view = "orders"
        self.total = 0
        self.items: dict[str, OrderView | FillView] = {}

    def caption(self) -> str:
        """Say which view is shown and how much there is."""
        filtered = f" /{self.filter}{'_' if self.filtering else ''}" if self.filter or self.filtering else ""
        return f"{self.title} {self.view}{f' {self.total}' if self.total else ''}{filtered}"

    def begin(self, view: str, total: int, items: Sequence[OrderView | FillView], model: DeskModel) -> None:
        """Show the first page of a view."""
        keep = self.selected
        self.view, self.total = view, total
        self.items = {}
        rows = [self._row_of(item, model) for item in items]
        self.selected = keep
        self.show(rows)
        self.refresh_title()

    def extend(self, items: Sequence[OrderView | FillView], model: DeskModel) -> None:
        """Add a page at the end."""
        self.show([*self.all_rows, *(self._row_of(item, model) for item in items)])

    def go_to(self, index: int) -> None:
        """Move, and ask for more when the end is near."""
        super().go_to(index)
        if index > len(self.rows) - AHEAD:
            self.post_message(self.MoreWanted())

    def _row_of(self, item: OrderView | FillView, model: DeskModel) -> Row:
        """Make a row of an order or a fill."""
        row = _fill_row(item, model) if _is_fill(item) else _order_row(item, model)
        self.items[row.key] = item
        return row


def _is_fill(item: OrderView | FillView) -> TypeIs[FillView]:
    """Tell fills from orders without importing their classes."""
    return hasattr(item, "trade_id")


def when(at: int) -> str:
    """Write a moment as local month, day and time."""
    return time.strftime("%m-%d %H:%M:%S", time.localtime(at / 1000))


def _order_row(order: OrderView, model: DeskModel) -> Row:
    """Make the row of an order."""
    price, quantity = model.decimals(order.symbol)
    shown = order.average_price if order.average_price is not None else order.price
    fees = " ".join(f"{plain(fee)} {clean(asset, 8)}" for asset, fee in order.fees.items())
    result = state_of(order) + (f": {clean(order.message, 80)}" if order.message else "")
    return Row(
        order.id,
        (
            Cell(when(order.updated_at), "dim"),
            Cell(clean(order.symbol, 20)),
            side_cell(order.side),
            Cell(plain(shown, price)),
            Cell(plain(order.executed or order.quantity, quantity)),
            Cell(result, "text" if order.executed else "dim"),
            Cell(fees, "dim"),
            Cell(TYPES[order.type], "dim"),
        ),
    )


def _fill_row(fill: FillView, model: DeskModel) -> Row:
    """Make the row of an execution."""
    price, quantity = model.decimals(fill.symbol)
    return Row(
        f"{fill.venue_order_id}/{fill.trade_id}",
        (
            Cell(when(fill.at), "dim"),
            Cell(clean(fill.symbol, 20)),
            side_cell(fill.side),
            Cell(plain(fill.price, price)),
            Cell(plain(fill.quantity, quantity)),
            Cell("maker" if fill.maker else "taker", "dim"),
            Cell(f"{plain(fill.fee)} {clean(fill.fee_asset, 8)}", "dim"),
            Cell("fill", "dim"),
        ),
    )
