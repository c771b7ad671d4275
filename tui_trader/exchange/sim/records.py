"""Own orders and fills on record: lookups and the histories that the venue answers from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import Final

from tui_trader.exchange.sim.candles import DAY
from tui_trader.exchange.sim.live_order import LiveOrder
from tui_trader.exchange.sim.model import Fill

ORDERS_REACH_MS: Final = 7 * DAY
ORDERS_DEFAULT_MS: Final = DAY
TRADES_REACH_MS: Final = 30 * DAY
MAX_ORDERS: Final = 1000
MAX_TRADES: Final = 100


class Records:
    """Everything the venue remembers of its own accounts' trading. ``changed``/``new_fills`` await the state log."""

    def __init__(self) -> None:
        self.changed: dict[int, LiveOrder] = {}
        self.new_fills: list[Fill] = []
        self._by_id: dict[str, LiveOrder] = {}
        self._by_client_id: dict[tuple[str, str], LiveOrder] = {}
        self._open: dict[str, dict[int, LiveOrder]] = defaultdict(dict)
        self._orders: dict[tuple[str, str], list[LiveOrder]] = defaultdict(list)
        self._fills: dict[tuple[str, str], list[Fill]] = defaultdict(list)

    def add(self, order: LiveOrder) -> None:
        """Take an accepted order in."""
        self._by_id[order.order_id] = order
        if order.client_order_id:
            self._by_client_id[order.account, order.client_order_id] = order
        self._orders[order.account, order.symbol].append(order)
        self.touch(order)

    def touch(self, order: LiveOrder) -> None:
        """Note that an order changed."""
        self.changed[order.number] = order
        if order.is_open:
            self._open[order.account][order.number] = order
        else:
            self._open[order.account].pop(order.number, None)

    def add_fill(self, fill: Fill) -> None:
        """Take an execution in."""
        self._fills[fill.account, fill.symbol].append(fill)
        self.new_fills.append(fill)

    def restore_fill(self, fill: Fill) -> None:
        """Take an execution in that the state log has already."""
        self._fills[fill.account, fill.symbol].append(fill)

    def find(self, account: str, symbol: str, order_id: str | None, client_order_id: str | None) -> LiveOrder | None:
        """Look an order up by either id."""
        by_client = (account, client_order_id or "")
        order = self._by_id.get(order_id) if order_id else self._by_client_id.get(by_client)
        return order if order and (order.account, order.symbol) == (account, symbol) else None

    def knows_client_id(self, account: str, client_order_id: str) -> bool:
        """Whether the account has used this client order id."""
        return (account, client_order_id) in self._by_client_id

    def open_count(self, account: str) -> int:
        """How many orders of the account rest."""
        return len(self._open[account])

    def open(self, account: str, symbol: str | None = None) -> list[LiveOrder]:
        """Resting orders, oldest first."""
        return [order for order in self._open[account].values() if symbol in {None, order.symbol}]

    def all_open(self) -> list[LiveOrder]:
        """Resting orders of every account, oldest first."""
        return sorted((order for orders in self._open.values() for order in orders.values()), key=_number)

    def history(self) -> tuple[list[LiveOrder], list[Fill]]:
        """Every order and every fill on record, each oldest first."""
        orders = sorted((order for orders in self._orders.values() for order in orders), key=_number)
        fills = sorted((fill for fills in self._fills.values() for fill in fills), key=_fill_time)
        return orders, fills

    def orders(
        self, account: str, symbol: str, now_ms: int, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[LiveOrder]:
        """Orders created in [start, end], newest first (rest.md §6.8: default 24 h, at most 7 days back)."""
        start = max(now_ms - ORDERS_DEFAULT_MS if start_ms is None else start_ms, now_ms - ORDERS_REACH_MS)
        rows = self._orders[account, symbol]
        first = bisect_left(rows, start, key=_created)
        last = len(rows) if end_ms is None else bisect_right(rows, end_ms, key=_created)
        return rows[first:last][::-1][: min(limit, MAX_ORDERS)]

    def fills(self, account: str, symbol: str, now_ms: int, start_ms: int | None, end_ms: int | None) -> list[Fill]:
        """Return fills in [start, end], newest first (rest.md §6.9: at most a month back)."""
        start = max(start_ms or 0, now_ms - TRADES_REACH_MS)
        end = now_ms if end_ms is None else end_ms
        return [fill for fill in reversed(self._fills[account, symbol]) if start <= fill.time_ms <= end]


def _number(order: LiveOrder) -> int:
    return order.number


def _created(order: LiveOrder) -> int:
    return order.created_ms


def _fill_time(fill: Fill) -> int:
    return fill.time_ms
