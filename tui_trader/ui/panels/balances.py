"""Balances: what is free, locked, about to be locked, and worth."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui_trader.domain.text import clean
from tui_trader.ui.numbers import plain
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.account import BalanceView
    from tui_trader.ui.model import DeskModel


class BalancesPanel(TablePanel):
    """Coins held, the most valuable first."""

    key = "balances"
    title = "Balances"
    digit = "8"
    leader = "f"
    empty_text = "No coins here. Fund the account, or start paper with sim.balances."
    columns = (
        Column("Asset"),
        Column("Free", number=True),
        Column("Locked", number=True),
        Column("Value", number=True, rank=1),
        Column("Total", number=True, rank=3),
        Column("Reserved", number=True, rank=2),
    )

    def tell(self, model: DeskModel, now: float) -> None:
        """Show balances that are not nil."""
        if model.balances is None:
            return
        held = [balance for balance in model.balances.values() if balance.total or balance.reserved]
        held.sort(key=lambda balance: (-(balance.value or Decimal(0)), balance.asset))
        self.show((_row_of(balance) for balance in held), now)
        if model.equity is not None:
            self.set_info(f"equity {plain(model.equity.equity, 2)} {clean(model.equity.currency, 8)}")


def _row_of(balance: BalanceView) -> Row:
    """Make a row."""
    return Row(
        balance.asset,
        (
            Cell(clean(balance.asset, 20)),
            Cell(plain(balance.free)),
            Cell(plain(balance.locked), "text" if balance.locked else "dim"),
            Cell(plain(balance.value, 2), "dim"),
            Cell(plain(balance.total), "dim"),
            Cell(plain(balance.reserved), "warn" if balance.reserved else "dim"),
        ),
    )
