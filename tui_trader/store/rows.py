"""Domain values as table rows and back. A row is a tuple in the order of ``schema.columns``.

Written out by hand, because this runs for every order: a loop over field descriptions costs three times as much.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tui_trader.domain.balance import Balance, EquitySample
from tui_trader.domain.fill import Fill
from tui_trader.domain.ledger import LedgerAccount, LedgerEntry
from tui_trader.domain.order import CancelState, Order, OrderRequest, OrderStatus, OrderType, Origin, Side, TimeInForce
from tui_trader.domain.position import Position, PositionSide, PositionSource, PositionStatus, PositionType
from tui_trader.services.ports import JournalEntry
from tui_trader.store.fields import (
    amounts,
    amounts_from,
    decimal_or_none,
    money,
    money_or_none,
    words,
    words_from,
)

Row = tuple[Any, ...]


def order_row(order: Order) -> Row:
    """Write an order."""
    asked = order.request
    return (
        order.id,
        order.client_order_id,
        order.intent_id,
        order.venue_order_id,
        asked.symbol,
        asked.side.value,
        asked.type.value,
        asked.time_in_force.value,
        asked.origin.value,
        order.status.value,
        order.cancel.value,
        order.created_at,
        order.updated_at,
        words(asked.tags),
        asked.note,
        money(order.quantity),
        money_or_none(order.price),
        money(order.executed),
        money(order.quote),
        money(order.venue_executed),
        money(order.venue_quote),
        amounts(order.fees),
        money_or_none(asked.quantity),
        money_or_none(asked.quote_quantity),
        money_or_none(asked.price),
        int(asked.capped),
        int(asked.reduce_only),
        order.not_after,
        order.recv_window,
        order.sent_at,
        order.acked_at,
        int(order.late_fill),
        order.reason,
        order.message,
        order.version,
    )


def order_from(row: Row) -> Order:
    """Read an order."""
    (
        id_, client_order_id, intent_id, venue_order_id, symbol, side, type_, time_in_force, origin, status, cancel,
        created_at, updated_at, tags, note, quantity, price, executed, quote, venue_executed, venue_quote, fees,
        asked_quantity, asked_quote_quantity, asked_price, capped, reduce_only, not_after, recv_window, sent_at,
        acked_at, late_fill, reason, message, version,
    ) = row  # fmt: skip
    request = OrderRequest(
        symbol=symbol,
        side=Side(side),
        type=OrderType(type_),
        time_in_force=TimeInForce(time_in_force),
        quantity=decimal_or_none(asked_quantity),
        quote_quantity=decimal_or_none(asked_quote_quantity),
        price=decimal_or_none(asked_price),
        capped=bool(capped),
        reduce_only=bool(reduce_only),
        origin=Origin(origin),
        tags=words_from(tags),
        note=note,
    )
    return Order(
        id=id_,
        client_order_id=client_order_id,
        intent_id=intent_id,
        request=request,
        status=OrderStatus(status),
        quantity=Decimal(quantity),
        price=decimal_or_none(price),
        created_at=created_at,
        updated_at=updated_at,
        venue_order_id=venue_order_id,
        cancel=CancelState(cancel),
        executed=Decimal(executed),
        quote=Decimal(quote),
        venue_executed=Decimal(venue_executed),
        venue_quote=Decimal(venue_quote),
        fees=amounts_from(fees),
        not_after=not_after,
        recv_window=recv_window,
        sent_at=sent_at,
        acked_at=acked_at,
        late_fill=bool(late_fill),
        reason=reason,
        message=message,
        version=version,
    )


def entry_from(row: Row) -> JournalEntry:
    """Read a journal line."""
    sequence, at, kind, order_id, origin, body, digest = row
    return JournalEntry(kind, at, json.loads(body), order_id, origin, sequence, digest.hex())


def fill_row(fill: Fill) -> Row:
    """Write an execution."""
    return (
        fill.venue_order_id,
        fill.trade_id,
        fill.symbol,
        fill.side.value,
        money(fill.price),
        money(fill.quantity),
        money(fill.quote),
        money(fill.fee),
        fill.fee_asset,
        int(fill.maker),
        fill.at,
        fill.order_id,
        fill.client_order_id,
        fill.source,
    )


def fill_from(row: Row) -> Fill:
    """Read an execution."""
    venue_order_id, trade_id, symbol, side, price, quantity, quote, fee, fee_asset, maker, at, *names = row
    return Fill(
        venue_order_id,
        trade_id,
        symbol,
        Side(side),
        Decimal(price),
        Decimal(quantity),
        Decimal(quote),
        Decimal(fee),
        fee_asset,
        bool(maker),
        at,
        *names,
    )


def position_row(position: Position) -> Row:
    """Write a position."""
    return (
        position.id,
        position.symbol,
        position.side.value,
        position.status.value,
        position.source.value,
        position.type.value,
        money(position.quantity),
        money_or_none(position.entry_price),
        position.opened_at,
        position.updated_at,
        money(position.closed_quantity),
        money_or_none(position.exit_price),
        money_or_none(position.current_price),
        position.priced_at,
        money_or_none(position.unrealised_pnl),
        money(position.realised_pnl),
        money(position.fees),
        amounts(position.other_fees),
        money_or_none(position.stop_loss),
        money_or_none(position.take_profit),
        position.strategy,
        words(position.tags),
        position.notes,
        words(position.entry_order_ids),
        words(position.exit_order_ids),
        position.closed_at,
        money(position.max_profit),
        money(position.max_drawdown),
    )


def position_from(row: Row) -> Position:
    """Read a position."""
    (
        id_, symbol, side, status, source, type_, quantity, entry_price, opened_at, updated_at, closed_quantity,
        exit_price, current_price, priced_at, unrealised_pnl, realised_pnl, fees, other_fees, stop_loss, take_profit,
        strategy, tags, notes, entry_order_ids, exit_order_ids, closed_at, max_profit, max_drawdown,
    ) = row  # fmt: skip
    return Position(
        id=id_,
        symbol=symbol,
        side=PositionSide(side),
        status=PositionStatus(status),
        source=PositionSource(source),
        type=PositionType(type_),
        quantity=Decimal(quantity),
        entry_price=decimal_or_none(entry_price),
        opened_at=opened_at,
        updated_at=updated_at,
        closed_quantity=Decimal(closed_quantity),
        exit_price=decimal_or_none(exit_price),
        current_price=decimal_or_none(current_price),
        priced_at=priced_at,
        unrealised_pnl=decimal_or_none(unrealised_pnl),
        realised_pnl=Decimal(realised_pnl),
        fees=Decimal(fees),
        other_fees=amounts_from(other_fees),
        stop_loss=decimal_or_none(stop_loss),
        take_profit=decimal_or_none(take_profit),
        strategy=strategy,
        tags=words_from(tags),
        notes=notes,
        entry_order_ids=words_from(entry_order_ids),
        exit_order_ids=words_from(exit_order_ids),
        closed_at=closed_at,
        max_profit=Decimal(max_profit),
        max_drawdown=Decimal(max_drawdown),
    )


def balance_row(balance: Balance) -> Row:
    """Write a balance."""
    return (balance.asset, money(balance.free), money(balance.locked), balance.at)


def balance_from(row: Row) -> Balance:
    """Read a balance."""
    asset, free, locked, at = row
    return Balance(asset, Decimal(free), Decimal(locked), at)


def equity_row(sample: EquitySample) -> Row:
    """Write an equity sample."""
    return (sample.at, money(sample.equity), money(sample.cash), json.dumps(sample.unpriced) if sample.unpriced else "")


def equity_from(row: Row) -> EquitySample:
    """Read an equity sample."""
    at, equity, cash, unpriced = row
    return EquitySample(at, Decimal(equity), Decimal(cash), tuple(json.loads(unpriced)) if unpriced else ())


def ledger_row(entry: LedgerEntry) -> Row:
    """Write an entry of the ledger."""
    return (entry.ref, entry.asset, entry.account.value, money(entry.delta), entry.at, entry.note)


def ledger_from(row: Row) -> LedgerEntry:
    """Read an entry of the ledger."""
    ref, asset, account, delta, at, note = row
    return LedgerEntry(ref, asset, LedgerAccount(account), Decimal(delta), at, note)
