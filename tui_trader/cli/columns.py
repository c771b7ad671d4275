"""What each list shows of a row."""

from __future__ import annotations

from tui_trader.cli.tables import field, figure, moment

POSITIONS = (
    field("SYMBOL", "symbol"),
    field("SIDE", "side"),
    figure("QUANTITY", "quantity"),
    figure("ENTRY", "entry_price"),
    figure("PRICE", "current_price"),
    figure("VALUE", "value"),
    figure("P&L", "unrealised_pnl", signed=True),
    figure("REALISED", "realised_pnl", signed=True),
    field("STATUS", "status"),
    field("SOURCE", "source"),
)
ORDERS = (
    field("ID", "id"),
    field("SYMBOL", "symbol"),
    field("SIDE", "side"),
    field("TYPE", "type"),
    figure("QUANTITY", "quantity"),
    figure("PRICE", "price"),
    figure("FILLED", "executed"),
    field("STATE", "state"),
    moment("CREATED (UTC)", "created_at"),
)
FILLS = (
    moment("TIME (UTC)", "at"),
    field("SYMBOL", "symbol"),
    field("SIDE", "side"),
    figure("QUANTITY", "quantity"),
    figure("PRICE", "price"),
    figure("AMOUNT", "quote"),
    figure("FEE", "fee"),
    field("IN", "fee_asset"),
    field("SOURCE", "source"),
    field("ORDER", "order_id"),
)
LEDGER = (
    field("ASSET", "asset"),
    figure("OPENING", "opening"),
    figure("TRADED", "traded", signed=True),
    figure("FEES", "fees", signed=True),
    figure("EXTERNAL", "external", signed=True),
    figure("ADJUSTED", "adjustment", signed=True),
    figure("EXPECTED", "expected"),
    figure("EXCHANGE", "venue"),
    figure("DIFFERENCE", "difference", signed=True),
)
BALANCES = (
    field("ASSET", "asset"),
    figure("FREE", "free"),
    figure("LOCKED", "locked"),
    figure("TOTAL", "total"),
    figure("VALUE", "value"),
)
