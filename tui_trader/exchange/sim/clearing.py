"""What follows a match: the money moves, the order and the record learn of it, and it is told.

A buy holds back its value plus the taker fee (the live sample in websocket.md: 4.4022 held for 4.4 at 0.05 %);
what a fill did not need is given back at once. Fees are in the quote asset on both sides (rest.md §6.9).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tui_trader.exchange.sim.account import Account
from tui_trader.exchange.sim.events import Event, OrderChanged, OwnFill
from tui_trader.exchange.sim.exact import EXACT, ONE, ZERO, multiply, subtract
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import Fill
from tui_trader.exchange.sim.records import Records
from tui_trader.exchange.wire.vocabulary import AccountCause, Side


class Clearing:
    """Moves the money of orders and fills between free and locked, and between assets."""

    def __init__(
        self,
        accounts: dict[str, Account],
        markets: dict[str, Market],
        records: Records,
        tell: Callable[[Event], None],
    ) -> None:
        self.accounts = accounts
        self.markets = markets
        self.records = records
        self.tell = tell

    def hold(self, order: LiveOrder, hold: Decimal, now_ms: int) -> None:
        """Lock what an accepted order needs."""
        order.locked = hold
        account = self.accounts[order.account]
        account.move(order.held_asset, -hold, hold, AccountCause.ORDER_PLACED, now_ms)

    def release(self, order: LiveOrder, now_ms: int) -> None:
        """Free what an order still holds."""
        left, order.locked = order.locked, ZERO
        account = self.accounts[order.account]
        account.move(order.held_asset, left, -left, AccountCause.ORDER_CANCELED, now_ms)

    def settle(
        self, order: LiveOrder, ticks: int, lots: int, now_ms: int, trade_id: str, *, maker: bool, own: bool = False
    ) -> None:
        """Book an execution on the order, its account and the record. ``own`` marks a trade with oneself."""
        market = self.markets[order.symbol]
        rules, scale = market.rules, market.scale
        rate = rules.maker_fee if maker else rules.taker_fee
        cost = scale.value(ticks * lots)
        fee = multiply(cost, min(rate, subtract(order.reserve, ONE)))
        order.fill(ticks, lots, now_ms, maker=maker)
        quantity = scale.quantity(lots)
        fill = Fill(
            account=order.account,
            symbol=order.symbol,
            trade_id=trade_id,
            order_id=order.order_id,
            client_order_id=order.client_order_id,
            side=order.side,
            price=scale.price(ticks),
            quantity=quantity,
            quote_quantity=cost,
            fee=fee.normalize(EXACT),
            fee_asset=rules.quote,
            time_ms=now_ms,
            is_maker=maker,
            is_self_trade=own,
        )
        self.records.add_fill(fill)
        self.records.touch(order)
        self.tell(OwnFill(fill))
        self._pay(order, market, fill, order.held_for(ticks, lots))
        self.tell(OrderChanged(order.snapshot()))

    def _pay(self, order: LiveOrder, market: Market, fill: Fill, held: Decimal) -> None:
        """Move the money of one fill: what was held goes, what was bought comes, the surplus returns."""
        account, rules, now_ms = self.accounts[order.account], market.rules, fill.time_ms
        order.locked = subtract(order.locked, held)
        if order.side is Side.SELL:
            account.move(rules.base, ZERO, -fill.quantity, AccountCause.FILL, now_ms)
            account.move(rules.quote, fill.quote_quantity, ZERO, AccountCause.FILL, now_ms)
            account.move(rules.quote, -fill.fee, ZERO, AccountCause.FEE, now_ms)
            return
        surplus = subtract(subtract(held, fill.quote_quantity), fill.fee)
        account.move(rules.quote, ZERO, -fill.quote_quantity, AccountCause.FILL, now_ms)
        account.move(rules.quote, ZERO, -fill.fee, AccountCause.FEE, now_ms)
        account.move(rules.quote, surplus, -surplus, AccountCause.RETURNED, now_ms)
        account.move(rules.base, fill.quantity, ZERO, AccountCause.FILL, now_ms)
