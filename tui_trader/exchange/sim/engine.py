"""The matching engine: takes checked orders, matches them by price and time, and keeps the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tui_trader.exchange.sim.account import Account
from tui_trader.exchange.sim.book import Match
from tui_trader.exchange.sim.checks import Ticket, check_request
from tui_trader.exchange.sim.clearing import Clearing
from tui_trader.exchange.sim.events import Event, OrderChanged
from tui_trader.exchange.sim.exact import EXACT, ONE, ZERO, multiply
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.model import OrderRequest
from tui_trader.exchange.sim.records import Records
from tui_trader.exchange.sim.refusals import (
    NO_OPPONENT,
    REPEATED_CLIENT_ID,
    TOO_LITTLE_BASE,
    TOO_LITTLE_QUOTE,
    TOO_MANY_OPEN,
    Refusal,
)
from tui_trader.exchange.wire.vocabulary import AccountCause, OrderType, Side, StpMode

STP_REASON = "stp_cancel"
_IMMEDIATE = {OrderType.MARKET, OrderType.IMMEDIATE_OR_CANCEL}


class Engine:
    """Accounts, orders and their matching over all pairs. ``number`` runs on over restarts."""

    def __init__(self, *, refuse_repeated_ids: bool, max_open_orders: int, queue_share: Decimal) -> None:
        self.accounts: dict[str, Account] = {}
        self.markets: dict[str, Market] = {}
        self.records = Records()
        self.events: list[Event] = []
        self.clearing = Clearing(self.accounts, self.markets, self.records, self.tell)
        self.number = 0
        self._refuse_repeated_ids = refuse_repeated_ids
        self._max_open_orders = max_open_orders
        self._queue_share = queue_share

    def tell(self, event: Event) -> None:
        """Append an event to what will be drained."""
        self.events.append(event)

    def account(self, name: str) -> Account:
        """Return an account, made empty when it is not there."""
        if name not in self.accounts:
            self.accounts[name] = Account(name, self.tell)
        return self.accounts[name]

    def fund(self, name: str, balances: Mapping[str, Decimal], now_ms: int) -> None:
        """Open an account with these free balances; nothing happens when it exists."""
        if name in self.accounts:
            return
        account = self.account(name)
        for asset, amount in balances.items():
            account.move(asset, amount, ZERO, AccountCause.DEPOSIT, now_ms)

    def place(self, account: Account, market: Market, request: OrderRequest, now_ms: int) -> LiveOrder:
        """Check, accept and match; raises Refusal with nothing changed."""
        order, hold = self._prepare(account, market, request, now_ms)
        self.number = order.number
        self.records.add(order)
        self.clearing.hold(order, hold, now_ms)
        self.tell(OrderChanged(order.snapshot()))
        self._match(account, market, order, now_ms)
        market.publish()
        return order

    def check(self, account: Account, market: Market, request: OrderRequest, now_ms: int) -> None:
        """Run every check of :meth:`place`."""
        self._prepare(account, market, request, now_ms)

    def cancel(self, order: LiveOrder, now_ms: int, reason: str | None = None) -> None:
        """Take a resting order out and free what it held."""
        market = self.markets[order.symbol]
        market.book.side(order.is_buy).remove_order(order)
        self.end(order, now_ms, reason)
        market.publish()

    def end(self, order: LiveOrder, now_ms: int, reason: str | None = None) -> None:
        """Close an order that is not in the book: cancelled, or a market order that is done."""
        order.end(now_ms, reason)
        self.clearing.release(order, now_ms)
        self.records.touch(order)
        self.tell(OrderChanged(order.snapshot()))

    def give_up(self, order: LiveOrder, now_ms: int) -> None:
        """Cancel a remembered order whose pair is not there any more, and free what it held."""
        order.end(now_ms)
        self.clearing.release(order, now_ms)
        self.records.touch(order)

    def rest(self, order: LiveOrder) -> None:
        """Put an accepted order into its book, behind the share of synthetic size that is set."""
        market = self.markets[order.symbol]
        side = market.book.side(order.is_buy)
        level = side.levels.get(order.ticks)
        standing = level.synthetic if level else 0
        share = int(standing * self._queue_share)
        if share < standing:
            side.set_synthetic(order.ticks, share)
        side.add_order(order, order.left)
        if share < standing:
            side.set_synthetic(order.ticks, standing)

    def _prepare(
        self, account: Account, market: Market, request: OrderRequest, now_ms: int
    ) -> tuple[LiveOrder, Decimal]:
        """Run steps 5 to 10 of rest.md §8: the order that would be accepted, and what it holds back."""
        ticket = check_request(request, market.rules, market.last_price())
        if self.records.open_count(account.name) >= self._max_open_orders:
            raise Refusal(*TOO_MANY_OPEN)
        if (
            self._refuse_repeated_ids
            and ticket.client_order_id
            and self.records.knows_client_id(account.name, ticket.client_order_id)
        ):
            raise Refusal(*REPEATED_CLIENT_ID)
        order = self._order(account, market, ticket, now_ms)
        hold = self._needed(market, order)
        if hold > account.free(order.held_asset):
            raise Refusal(*(TOO_LITTLE_QUOTE if order.is_buy else TOO_LITTLE_BASE))
        if order.type is OrderType.MARKET and market.book.side(not order.is_buy).best() is None:
            raise Refusal(*NO_OPPONENT)
        return order, hold

    def _order(self, account: Account, market: Market, ticket: Ticket, now_ms: int) -> LiveOrder:
        number = self.number + 1
        fee = max(market.rules.maker_fee, market.rules.taker_fee)
        budget = None
        if ticket.cost is not None:
            budget = int(ticket.cost.scaleb(market.scale.value_decimals, EXACT))
        lots = ticket.lots if ticket.lots is not None else (budget or 0) // ticket.ticks
        return LiveOrder(
            number=number,
            account=account.name,
            symbol=market.rules.symbol,
            order_id=f"C02__{now_ms:013d}{number:08d}",
            client_order_id=ticket.client_order_id,
            side=ticket.side,
            type=ticket.type,
            ticks=ticket.ticks,
            lots=lots,
            scale=market.scale,
            held_asset=market.rules.quote if ticket.side is Side.BUY else market.rules.base,
            reserve=ONE + fee,
            created_ms=now_ms,
            updated_ms=now_ms,
            quote_order_qty=ticket.cost,
            budget=budget,
            stp_mode=ticket.stp_mode,
        )

    def _needed(self, market: Market, order: LiveOrder) -> Decimal:
        """Return what an order must hold: a market buy its fills' cost, others limit value or quantity."""
        if order.type is not OrderType.MARKET:
            return order.held_for(order.ticks, order.lots)
        fills = list(self._plan(market, order))
        if order.is_buy:
            return multiply(order.scale.value(sum(ticks * lots for ticks, lots in fills)), order.reserve)
        planned = sum(lots for _, lots in fills) if order.budget is not None else order.lots
        return order.scale.quantity(planned)

    @staticmethod
    def _plan(market: Market, order: LiveOrder) -> Iterator[tuple[int, int]]:
        """Yield what the order would trade against the book as it stands."""
        lots = None if order.budget is not None else order.lots
        return market.book.side(not order.is_buy).walk(order.ticks, lots, order.budget)

    def _match(self, account: Account, market: Market, order: LiveOrder, now_ms: int) -> None:
        opposite = market.book.side(not order.is_buy)
        best = opposite.best()
        crosses = best is not None and opposite.reaches(best, order.ticks)
        if order.type is OrderType.LIMIT_MAKER and crosses:
            self.end(order, now_ms)
            return
        if order.type is OrderType.FILL_OR_KILL and not self._fills_whole(account, market, order):
            self.end(order, now_ms)
            return
        stopped = self._take(account, market, order, now_ms) if crosses else False
        if not order.is_open:
            return
        if order.budget is not None and order.done_lots and not stopped:
            self._finish_by_cost(market, order, now_ms)
        elif stopped or order.type in _IMMEDIATE or order.type is OrderType.FILL_OR_KILL:
            self.end(order, now_ms, STP_REASON if stopped else None)
        else:
            self.rest(order)

    def _take(self, account: Account, market: Market, order: LiveOrder, now_ms: int) -> bool:
        """Trade against the other side; True when self-trade prevention ended the order."""
        mode = order.stp_mode if account.prevents_self_trades else StpMode.OFF
        side = market.book.side(not order.is_buy)
        lots, value = self._limits(market, order)
        while lots > 0:
            if mode and self._own_first_in_line(market, order):
                if self._prevent(market, order, mode, now_ms):
                    return True
                continue
            match = next(side.take(order.ticks, lots, value), None)
            if match is None:
                break
            lots -= match.lots
            value = None if value is None else value - match.ticks * match.lots
            self._trade(market, order, match, now_ms)
        return False

    def _fills_whole(self, account: Account, market: Market, order: LiveOrder) -> bool:
        """Whether a fill-or-kill order can trade all of its quantity, own orders aside where they may not meet."""
        there = sum(lots for _, lots in self._plan(market, order))
        if account.prevents_self_trades and order.stp_mode:
            own = market.book.side(not order.is_buy).own_at_or_better(order.ticks)
            there -= sum(maker.left for maker in own if maker.account == order.account)
        return there >= order.lots

    def _limits(self, market: Market, order: LiveOrder) -> tuple[int, int | None]:
        """Most lots and most value to trade: a market order never trades more than its hold covers."""
        if order.type is not OrderType.MARKET:
            return order.lots, None
        plan = list(self._plan(market, order))
        value = sum(ticks * lots for ticks, lots in plan) if order.is_buy else None
        return sum(lots for _, lots in plan), value

    @staticmethod
    def _own_first_in_line(market: Market, order: LiveOrder) -> LiveOrder | None:
        """Return the maker that would trade next, when it belongs to the same account."""
        side = market.book.side(not order.is_buy)
        best = side.best()
        if best is None or not side.reaches(best, order.ticks):
            return None
        maker = next(iter(side.levels[best].queue.values())).order
        return maker if maker and maker.account == order.account else None

    def _prevent(self, market: Market, order: LiveOrder, mode: str, now_ms: int) -> bool:
        """Apply self-trade prevention (rest.md §7.1); True when the taker ends."""
        maker = self._own_first_in_line(market, order)
        if maker and mode != StpMode.CANCEL_TAKER:
            self.cancel(maker, now_ms, STP_REASON)
        return mode != StpMode.CANCEL_MAKER

    def _trade(self, market: Market, order: LiveOrder, match: Match, now_ms: int) -> None:
        ticks, lots, maker = match
        trade_id = market.next_trade_id(now_ms)
        own = maker is not None and maker.account == order.account
        if not market.rules.replayed:
            market.print(ticks, lots, order.side, now_ms, trade_id)
        self.clearing.settle(order, ticks, lots, now_ms, trade_id, maker=False, own=own)
        if maker:
            maker_id = market.next_trade_id(now_ms) if own else trade_id
            self.clearing.settle(maker, ticks, lots, now_ms, maker_id, maker=True, own=own)

    def _finish_by_cost(self, market: Market, order: LiveOrder, now_ms: int) -> None:
        """End a market order by cost: filled when less than one lot more could be had for what is left."""
        best = market.book.side(not order.is_buy).best()
        left = (order.budget or 0) - order.done_value
        if best is None or left >= best:
            self.end(order, now_ms)
            return
        order.complete(now_ms)
        self.clearing.release(order, now_ms)
        self.records.touch(order)
        self.tell(OrderChanged(order.snapshot()))
