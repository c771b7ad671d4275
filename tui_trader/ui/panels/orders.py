"""Open orders: distance from the market, age, share filled, origin, state in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui_trader.domain.order import CancelState, OrderType, Side
from tui_trader.domain.text import clean
from tui_trader.ui.doubt import DOUBTFUL, explained, state_of
from tui_trader.ui.numbers import NOTHING, age, plain, signed
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.orders import OrderView
    from tui_trader.ui.model import DeskModel

TYPES = {OrderType.LIMIT: "limit", OrderType.MARKET: "market", OrderType.LIMIT_MAKER: "post"}


class OrdersPanel(TablePanel):
    """Working orders, newest first."""

    key = "orders"
    title = "Open orders"
    digit = "5"
    leader = "o"
    empty_text = "No open orders. b buys, s sells, : takes a typed line."
    columns = (
        Column("Symbol"),
        Column("Side", least=4),
        Column("Price", number=True),
        Column("Quantity", number=True),
        Column("Filled", number=True, rank=2),
        Column("Distance", number=True, rank=3),
        Column("State", least=12, most=40, flexible=True),
        Column("Age", least=3, rank=4),
        Column("Type", rank=5),
        Column("From", rank=6),
    )

    def tell(self, model: DeskModel, now_ms: int, now: float) -> None:
        """Show the working orders."""
        if model.orders is None:
            return
        newest = sorted(model.orders.values(), key=lambda order: (order.created_at, order.id), reverse=True)
        self.show((self._row_of(order, model, now_ms) for order in newest), now)
        self.show_foot(explained(found, now_ms) if (found := self._doubtful(model)) is not None else ())

    def _doubtful(self, model: DeskModel) -> OrderView | None:
        """Return the order to be explained: the selected one, else the first of those on the screen."""
        shown = [model.orders[row.key] for row in self.rows if model.orders and row.key in model.orders]
        doubtful = [order for order in shown if order.status in DOUBTFUL]
        return next((order for order in doubtful if order.id == self.selected), doubtful[0] if doubtful else None)

    def _row_of(self, order: OrderView, model: DeskModel, now_ms: int) -> Row:
        """Make a row."""
        price, quantity = model.decimals(order.symbol)
        share = order.executed / order.quantity * 100 if order.quantity else Decimal(0)
        return Row(
            order.id,
            (
                Cell(clean(order.symbol, 20)),
                side_cell(order.side),
                Cell(plain(order.price, price) if order.price is not None else "market"),
                Cell(plain(order.quantity, quantity)),
                Cell(f"{share:.0f}%" if share else NOTHING, "text" if share else "dim"),
                Cell(self._distance(order, model), "dim"),
                Cell(state_of(order, now_ms), _role(order)),
                Cell(age(now_ms - order.created_at), "dim"),
                Cell(TYPES[order.type], "dim"),
                Cell(order.origin.value.lower(), "dim"),
            ),
        )

    def _distance(self, order: OrderView, model: DeskModel) -> str:
        """Say how far the market is from the order's price; positive means not reached."""
        ticker = model.tickers.get(order.symbol)
        if ticker is None or order.price is None:
            return NOTHING
        other = (ticker.ask if order.side is Side.BUY else ticker.bid) or ticker.last
        gap = (other - order.price) * order.side.sign
        return f"{signed(gap / other * 100)}%" if other else NOTHING


def side_cell(side: Side) -> Cell:
    """Write a side in its colour; the word carries it without."""
    return Cell(side.value, "buy" if side is Side.BUY else "sell")


def _role(order: OrderView) -> str:
    """Colour a state: alarming, changing, or calm."""
    if order.status in DOUBTFUL:
        return "error"
    return "text" if order.cancel is CancelState.NONE else "warn"
