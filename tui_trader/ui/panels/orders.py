"""Open orders: distance from the market, age, share filled, origin, state in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui_trader.domain.order import CancelState, OrderStatus, OrderType, Side
from tui_trader.domain.text import clean
from tui_trader.ui.numbers import NOTHING, age, plain, signed
from tui_trader.ui.widgets.columns import Cell, Column, Row
from tui_trader.ui.widgets.table import TablePanel

if TYPE_CHECKING:
    from tui_trader.contract.orders import OrderView
    from tui_trader.ui.model import DeskModel

ALARMING = frozenset({OrderStatus.UNKNOWN, OrderStatus.QUARANTINED})
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
        Column("State", least=9, most=40, flexible=True),
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

    def _row_of(self, order: OrderView, model: DeskModel, now_ms: int) -> Row:
        """Make a row."""
        price, quantity = model.decimals(order.symbol)
        share = order.executed / order.quantity * 100 if order.quantity else Decimal(0)
        alarming = order.status in ALARMING
        return Row(
            order.id,
            (
                Cell(clean(order.symbol, 20)),
                side_cell(order.side),
                Cell(plain(order.price, price) if order.price is not None else "market"),
                Cell(plain(order.quantity, quantity)),
                Cell(f"{share:.0f}%" if share else NOTHING, "text" if share else "dim"),
                Cell(self._distance(order, model), "dim"),
                Cell(
                    state_of(order), "error" if alarming else "warn" if order.cancel is not CancelState.NONE else "text"
                ),
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


def state_of(order: OrderView) -> str:
    """Say an order's state in words, the cancel beside it included."""
    words = clean(order.state or order.status.value.lower(), 60)
    if order.status in ALARMING:
        words = words.replace(order.status.value.lower(), order.status.value, 1)
    if order.cancel in {CancelState.SENDING, CancelState.ACKED, CancelState.UNKNOWN} and "cancel" not in words.lower():
        words += ", cancelling"
    return words
