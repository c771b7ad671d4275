"""The log: what the desk and the console had to say, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_trader.ui.panels.trades import clock
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.ui.model import DeskModel

ROLES = {"warning": "warn", "error": "error"}


class LogPanel(TablePanel):
    """Notices; the level stands in words."""

    key = "log"
    title = "Log"
    digit = "9"
    leader = "l"
    counts = rests = False
    empty_text = "Nothing was said yet."
    columns = (
        Column("Time", least=8),
        Column("Level", least=5, rank=1),
        Column("What", least=10, most=2000, flexible=True),
    )

    def tell(self, model: DeskModel, now: float) -> None:
        """Show the lines, newest first."""
        lines = list(model.log)
        first = len(lines)
        self.show(
            (
                Row(
                    f"{line.at}-{first - index}",
                    (
                        Cell(clock(line.at) if line.at else "", "dim"),
                        Cell(line.level, ROLES.get(line.level, "dim")),
                        Cell(line.text),
                    ),
                )
                for index, line in enumerate(reversed(lines))
            ),
            now,
        )
