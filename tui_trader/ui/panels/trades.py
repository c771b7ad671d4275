"""The public trades of the focused pair, newest first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_trader.domain.order import Side
from tui_trader.ui.numbers import plain
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.ui.model import DeskModel

SHOWN = 100


class TradesPanel(TablePanel):
    """What others just traded; the glyph says which side took."""

    key = "trades"
    title = "Trades"
    digit = "4"
    leader = "d"
    counts = rests = False
    empty_text = "No trades yet in this market."
    columns = (
        Column("Time", least=8),
        Column("", least=1),
        Column("Price", number=True),
        Column("Quantity", number=True),
    )

    def tell(self, model: DeskModel, now: float) -> None:
        """Show the newest trades."""
        if model.trades is None:
            return
        price, quantity = model.decimals(model.focus)
        glyphs, rows = self.look.glyphs, []
        for index, trade in zip(range(SHOWN), model.trades, strict=False):
            bought = trade.side is Side.BUY
            role = "buy" if bought else "sell"
            rows.append(
                Row(
                    str(index),
                    (
                        Cell(clock(trade.at), "dim"),
                        Cell(glyphs.up if bought else glyphs.down, role),
                        Cell(plain(trade.price, price), role),
                        Cell(plain(trade.quantity, quantity)),
                    ),
                )
            )
        self.show(rows, now)
        self.set_info(model.focus)


def clock(at: int) -> str:
    """Write a moment as local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at / 1000))
