"""The simulated venue: what a server (or a test) calls. Synchronous, in memory, no clock of its own.

Every call that depends on time takes ``now_ms`` (UTC milliseconds); time that steps back is treated as standing
still. Order calls raise :class:`~tui_trader.exchange.sim.refusals.Refusal` in MEXC's words and change nothing
then. What happens is told by :meth:`Venue.drain`, in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from tui_trader.exchange.sim.config import VenueConfig
from tui_trader.exchange.sim.events import Event
from tui_trader.exchange.sim.model import (
    Balance,
    BestPrices,
    Candle,
    DayTicker,
    Depth,
    Fill,
    Order,
    OrderRequest,
    PublicTrade,
)
from tui_trader.exchange.sim.symbols import SymbolRules


def open_venue(config: VenueConfig, now_ms: int) -> Venue:
    """Start a venue: read the state folder and the replay files named in ``config``.

    Raises ``SettingsError`` with one sentence for an unknown symbol, a bad replay file (with its line number) or
    a state folder that cannot be used.
    """
    ...


class Venue(Protocol):
    """The façade (signatures stand; the body follows in the next commit)."""

    seed: int

    # -- time and events
    def advance(self, now_ms: int) -> None:
        """Let every market run up to ``now_ms``; judge resting orders over a gap when time jumped."""

    def drain(self) -> list[Event]:
        """Return and forget the events since the last call."""

    def commit(self) -> None:
        """Write every account change since the last call to the state log; call it before answering."""

    def close(self) -> None:
        """Commit and close the state log and the replay files."""

    # -- symbols and market data (Refusal -1121 for an unknown symbol)
    def symbols(self) -> tuple[SymbolRules, ...]:
        """Rules of every listed pair, in listing order."""

    def rules(self, symbol: str) -> SymbolRules:
        """Rules of one pair."""

    def change_rules(self, symbol: str, **changes: object) -> SymbolRules:
        """Replace fields of a pair's rules (fees, open_to_api, status, trade_side, …) from now on."""

    def depth(self, symbol: str, limit: int = 100) -> Depth:
        """Book snapshot, best first, at most ``limit`` levels a side."""

    def best(self, symbol: str) -> BestPrices:
        """Best bid and ask."""

    def last_price(self, symbol: str) -> Decimal:
        """Price of the latest print."""

    def trades(self, symbol: str, limit: int = 500) -> list[PublicTrade]:
        """Latest prints, newest first."""

    def trades_between(self, symbol: str, start_ms: int | None, end_ms: int | None, limit: int) -> list[PublicTrade]:
        """Prints of [start, end], oldest first, as far as they are remembered (the last 1000)."""

    def klines(
        self, symbol: str, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Candles, oldest first, the running one last. ``interval`` in REST spelling, and ``8h``.

        ``end_ms`` is exclusive. Refusal -1121 for an unknown interval.
        """

    def current_candle(self, symbol: str, interval: str) -> Candle | None:
        """The running candle (for pushes); None only before the first print of a replay."""

    def ticker(self, symbol: str) -> DayTicker:
        """Rolling 24 h figures."""

    def average_price(self, symbol: str) -> Decimal:
        """Volume weighted average of the last 5 minutes, rounded to the price step."""

    def symbol_time(self, symbol: str) -> int:
        """The pair's exchange time: venue time, or the file's own time on a replayed pair."""

    def replay_finished(self, symbol: str) -> bool | None:
        """Whether the pair's replay has printed its last row; None when the pair is not replayed."""

    # -- accounts
    def open_account(self, account: str, balances: Mapping[str, Decimal]) -> None:
        """Create an account with these free balances; does nothing when it exists."""

    def accounts(self) -> tuple[str, ...]:
        """Ids of all accounts."""

    def balances(self, account: str) -> list[Balance]:
        """Assets that the account has or ever had."""

    def deposit(self, account: str, asset: str, amount: Decimal, now_ms: int) -> None:
        """Add (or with a negative amount take away) free funds; a balance never goes below 0."""

    # -- orders (call advance(now_ms) is implied by every one)
    def place(self, account: str, request: OrderRequest, now_ms: int) -> Order:
        """Check, accept and match an order; the answer is its state afterwards.

        Steps 5-10 of rest.md §8 raise Refusal. The server answers with ``price``, ``quantity``, ``created_ms``.
        """

    def check(self, account: str, request: OrderRequest, now_ms: int) -> None:
        """Run the checks of :meth:`place` and place nothing (POST /order/test)."""

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

    def cancel_symbols(self, account: str, symbols: Sequence[str], now_ms: int) -> list[Order]:
        """Cancel every open order of these pairs; states before the cancel."""

    def cancel_everything(self, account: str, now_ms: int) -> list[Order]:
        """Cancel every open order of the account; states before the cancel."""

    def order(
        self, account: str, symbol: str, *, order_id: str | None = None, client_order_id: str | None = None
    ) -> Order:
        """Look an order up. Refusal 700004 without an id, -2013 when unknown."""

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """Resting orders, oldest first."""

    def all_orders(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[Order]:
        """Orders created in the range, newest first: default the last 24 h, never older than 7 days."""

    def my_trades(
        self,
        account: str,
        symbol: str,
        now_ms: int,
        order_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 100,
    ) -> list[Fill]:
        """Own fills, newest first: never older than 30 days, at most 100."""
