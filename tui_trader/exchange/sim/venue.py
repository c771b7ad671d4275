"""The simulated venue: what a server (or a test) calls. Synchronous, in memory, no clock of its own.

Every call that depends on time takes ``now_ms`` (UTC milliseconds); time that steps back is treated as standing
still. Order calls raise :class:`~tui_trader.exchange.sim.refusals.Refusal` in MEXC's words and change nothing
then. What happens is told by :meth:`Venue.drain`, in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from tui_trader.errors import UsageError
from tui_trader.exchange.sim.assembly import Parts, assemble, fill_over_gap
from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.events import Event
from tui_trader.exchange.sim.exact import ZERO
from tui_trader.exchange.sim.generator import LIVE_GAP_MS, STEP_MS, Generator
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.market import Market
from tui_trader.exchange.sim.market_data import MarketData
from tui_trader.exchange.sim.model import (
    Balance,
    Fill,
    Order,
    OrderRequest,
)
from tui_trader.exchange.sim.records import MAX_TRADES
from tui_trader.exchange.sim.refusals import (
    ALREADY_CANCELLED,
    ALREADY_FILLED,
    BAD_SYMBOL,
    NO_SUCH_ORDER,
    ORDER_ID_MISSING,
    UNKNOWN_ORDER,
    Refusal,
)
from tui_trader.exchange.wire.vocabulary import AccountCause, OrderStatus

_MARK_MS: Final = 5000
"""While orders rest, the log notes the time this often, so that a gap is judged from there."""


def open_venue(config: VenueConfig, now_ms: int) -> Venue:
    """Start a venue: read the state folder and the replay files named in ``config``.

    Raises a ``UsageError`` with one sentence for an unknown symbol, a bad replay file (with its line number) or
    a state folder that cannot be used, and ``LockHeld`` when another simulator has it.
    """
    venue = Venue(assemble(config, now_ms), now_ms)
    venue.commit()
    return venue


class Venue(MarketData):
    """Accounts and markets behind one set of calls. Build it with :func:`open_venue`."""

    def __init__(self, parts: Parts, now_ms: int) -> None:
        super().__init__(parts.engine, parts.drivers)
        self.seed = parts.seed
        self._log = parts.log
        self._now_ms = now_ms
        self._marked_ms = 0

    # Time and events

    def advance(self, now_ms: int) -> None:
        """Let every market run up to ``now_ms``; judge resting orders over a gap when time jumped."""
        if now_ms - self._now_ms > LIVE_GAP_MS:
            self._jump(now_ms)
        while self._now_ms < now_ms:
            self._now_ms = min((self._now_ms // STEP_MS + 1) * STEP_MS, now_ms)
            for driver in self._drivers.values():
                driver.advance(self._now_ms)

    def drain(self) -> list[Event]:
        """Return and forget the events since the last call."""
        events, self._engine.events[:] = self._engine.events[:], []
        return events

    def commit(self) -> None:
        """Write every account change since the last call to the state log.

        Call it before answering and before pushing, also after :meth:`advance`; without changes it costs nothing.
        """
        records, accounts = self._engine.records, list(self._engine.accounts.values())
        changed, fills = list(records.changed.values()), records.new_fills[:]
        resting = any(records.open_count(account.name) for account in accounts)
        due = resting and self._now_ms - self._marked_ms >= _MARK_MS
        if self._log and (due or changed or fills or any(account.dirty for account in accounts)):
            self._log.append(self._engine.number, self._now_ms, accounts, changed, fills)
            self._marked_ms = self._now_ms
        records.changed.clear()
        records.new_fills.clear()
        for account in accounts:
            account.dirty.clear()

    def close(self) -> None:
        """Commit and close the state log."""
        self.commit()
        if self._log:
            self._log.close()

    # Accounts

    def open_account(self, account: str, balances: Mapping[str, Decimal]) -> None:
        """Create an account with these free balances; does nothing when it exists."""
        self._engine.fund(account, balances, self._now_ms)

    def accounts(self) -> tuple[str, ...]:
        """Ids of all accounts."""
        return tuple(self._engine.accounts)

    def balances(self, account: str) -> list[Balance]:
        """Assets that the account has or ever had."""
        return self._engine.account(account).balances()

    def deposit(self, account: str, asset: str, amount: Decimal, now_ms: int) -> None:
        """Add (or with a negative amount take away) free funds; UsageError when a balance would go below 0."""
        owner = self._engine.account(account)
        if owner.free(asset) + amount < ZERO:
            raise UsageError(f"The account has only {owner.free(asset):f} {asset} free.")
        owner.move(asset, amount, ZERO, AccountCause.DEPOSIT, now_ms)

    def prevent_self_trades(self, account: str, *, on: bool) -> None:
        """Let ``stpMode`` of the account's orders work (on MEXC: the account is in a strategy group); off at first."""
        self._engine.account(account).prevents_self_trades = on

    # Orders: every call that takes now_ms advances the markets first

    def place(self, account: str, request: OrderRequest, now_ms: int) -> Order:
        """Check, accept and match an order; the answer is its state afterwards.

        Steps 5-10 of rest.md §8 raise Refusal. The server answers with ``price``, ``quantity``, ``created_ms``.
        """
        self.advance(now_ms)
        market = self._order_market(request.symbol)
        owner = self._engine.account(account)
        return self._engine.place(owner, market, request, self._now_ms).snapshot()

    def check(self, account: str, request: OrderRequest, now_ms: int) -> None:
        """Run the checks of :meth:`place` and place nothing (POST /order/test)."""
        self.advance(now_ms)
        market = self._order_market(request.symbol)
        self._engine.check(self._engine.account(account), market, request, self._now_ms)

    def cancel(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        *,
        order_id: str | None = None,
        client_order_id: str | None = None,
    ) -> Order:
        """Cancel one order and return its state BEFORE the cancel.

        Refusal 700004 when no id was given, -2011 for an unknown or finished order, 10007 for a bad symbol.
        """
        self.advance(now_ms)
        self._order_market(symbol)
        order = self._find(account, symbol, order_id, client_order_id, UNKNOWN_ORDER)
        if not order.is_open:
            raise Refusal(*(ALREADY_FILLED if order.status is OrderStatus.FILLED else ALREADY_CANCELLED))
        return self._cancel_all([order])[0]

    def cancel_symbols(self, account: str, symbols: Sequence[str], now_ms: int) -> list[Order]:
        """Cancel every open order of these pairs; states before the cancel."""
        self.advance(now_ms)
        for symbol in symbols:
            self._order_market(symbol)
        records = self._engine.records
        return self._cancel_all([order for symbol in symbols for order in records.open(account, symbol)])

    def cancel_everything(self, account: str, now_ms: int) -> list[Order]:
        """Cancel every open order of the account; states before the cancel."""
        self.advance(now_ms)
        return self._cancel_all(self._engine.records.open(account))

    def order(
        self, account: str, symbol: str, *, order_id: str | None = None, client_order_id: str | None = None
    ) -> Order:
        """Look an order up. Refusal 700004 without an id, -2013 when unknown."""
        return self._find(account, symbol, order_id, client_order_id, NO_SUCH_ORDER).snapshot()

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """Return resting orders, oldest first."""
        return [order.snapshot() for order in self._engine.records.open(account, symbol)]

    def all_orders(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[Order]:
        """Return orders created in the range, newest first: default the last 24 h, never older than 7 days."""
        found = self._engine.records.orders(account, symbol, now_ms, start_ms, end_ms, limit)
        return [order.snapshot() for order in found]

    def my_trades(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        order_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = MAX_TRADES,
    ) -> list[Fill]:
        """Return own fills, newest first: never older than 30 days, at most 100."""
        fills = self._engine.records.fills(account, symbol, now_ms, start_ms, end_ms)
        return [fill for fill in fills if order_id in {None, fill.order_id}][: min(limit, MAX_TRADES)]

    def _jump(self, now_ms: int) -> None:
        """Leave a stretch of time out: generated markets begin anew, replays catch up."""
        for driver in self._drivers.values():
            if isinstance(driver, Generator):
                fill_over_gap(self._engine, driver, self._now_ms, now_ms)
                driver.jump(now_ms)
            else:
                driver.advance(now_ms)
        self._now_ms = now_ms

    def _order_market(self, symbol: str) -> Market:
        market = self._engine.markets.get(symbol)
        if market is None:
            raise Refusal(*BAD_SYMBOL)
        return market

    def _find(
        self,
        account: str,
        symbol: str,
        order_id: str | None,
        client_order_id: str | None,
        missing: tuple[int, str],
    ) -> LiveOrder:
        if not order_id and not client_order_id:
            raise Refusal(*ORDER_ID_MISSING)
        order = self._engine.records.find(account, symbol, order_id, client_order_id)
        if order is None:
            raise Refusal(*missing)
        return order

    def _cancel_all(self, orders: Sequence[LiveOrder]) -> list[Order]:
        before = [order.snapshot() for order in orders]
        for order in orders:
            self._engine.cancel(order, self._now_ms)
        return before
