"""Own orders and fills as rows of the state log: every number a text or whole number, nothing rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tui_trader.exchange.sim.exact import Scale
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.model import Fill
from tui_trader.exchange.wire.vocabulary import OrderStatus, OrderType, Side

Row = list[Any]


def order_row(order: LiveOrder) -> Row:
    """Return an order as a row."""
    cost = order.quote_order_qty
    return [
        order.number,
        order.account,
        order.symbol,
        order.order_id,
        order.client_order_id,
        order.side,
        order.type,
        order.ticks,
        order.lots,
        order.scale.price_decimals,
        order.scale.quantity_decimals,
        order.held_asset,
        format(order.reserve, "f"),
        order.created_ms,
        order.updated_ms,
        None if cost is None else format(cost, "f"),
        order.budget,
        order.stp_mode,
        order.done_lots,
        order.done_value,
        order.last_lots,
        order.is_maker,
        order.status,
        order.cancel_reason,
        format(order.locked, "f"),
    ]


def order_of(row: Row) -> LiveOrder:
    """Read :func:`order_row` back."""
    number, account, symbol, order_id, client_id, side, kind, ticks, lots, price_decimals, quantity_decimals = row[:11]
    held_asset, reserve, created, updated, cost, budget, stp_mode = row[11:18]
    done_lots, done_value, last_lots, is_maker, status, reason, locked = row[18:]
    return LiveOrder(
        number=number,
        account=account,
        symbol=symbol,
        order_id=order_id,
        client_order_id=client_id,
        side=Side(side),
        type=OrderType(kind),
        ticks=ticks,
        lots=lots,
        scale=Scale(price_decimals, quantity_decimals),
        held_asset=held_asset,
        reserve=Decimal(reserve),
        created_ms=created,
        updated_ms=updated,
        quote_order_qty=None if cost is None else Decimal(cost),
        budget=budget,
        stp_mode=stp_mode,
        done_lots=done_lots,
        done_value=done_value,
        last_lots=last_lots,
        is_maker=is_maker,
        status=OrderStatus(status),
        cancel_reason=reason,
        locked=Decimal(locked),
    )


def fill_row(fill: Fill) -> Row:
    """Return a fill as a row."""
    return [
        fill.account,
        fill.symbol,
        fill.trade_id,
        fill.order_id,
        fill.client_order_id,
        fill.side,
        *(format(amount, "f") for amount in (fill.price, fill.quantity, fill.quote_quantity, fill.fee)),
        fill.fee_asset,
        fill.time_ms,
        fill.is_maker,
        fill.is_self_trade,
    ]


def fill_of(row: Row) -> Fill:
    """Read :func:`fill_row` back."""
    account, symbol, trade_id, order_id, client_id, side = row[:6]
    price, quantity, value, fee = map(Decimal, row[6:10])
    return Fill(
        account, symbol, trade_id, order_id, client_id, Side(side), price, quantity, value, fee, *row[10:]
    )  # fmt: skip
