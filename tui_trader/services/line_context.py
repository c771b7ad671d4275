"""What the words of a typed line may refer to, put together from what the desk knows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tui_trader.grammar.context import Context, Pair
from tui_trader.services.account import AccountService
from tui_trader.services.faces import Orders
from tui_trader.services.market import MarketService
from tui_trader.services.model import LineContext
from tui_trader.services.position_keeper import PositionKeeper


class Contexts:
    """Makes the grammar's context. The pairs are read again only when the venue's list was."""

    def __init__(
        self, market: MarketService, positions: PositionKeeper, account: AccountService, orders: Orders
    ) -> None:
        self._market = market
        self._positions = positions
        self._account = account
        self._orders = orders
        self._pairs: Mapping[str, Pair] = {}
        self._pairs_at: int | None = None

    def make(self, given: LineContext) -> Context:
        """Return what a caller's words refer to."""
        return Context(
            symbols=self._symbols(),
            focus=given.focus,
            rows=tuple(given.rows),
            selected=given.selected,
            row_symbols=self._row_symbols(given),
            prices={each.symbol: each.last for each in self._market.tickers()},
            free=self._free(),
        )

    def _symbols(self) -> Mapping[str, Pair]:
        if self._pairs_at != self._market.loaded_at:
            self._pairs = {each.symbol: Pair(each.base, each.quote) for each in self._market.instruments()}
            self._pairs_at = self._market.loaded_at
        return self._pairs

    def _row_symbols(self, given: LineContext) -> dict[str, str]:
        """Name the pair of each row that is an order or a position."""
        rows = {*given.rows, *([given.selected] if given.selected else [])}
        found = {order.id: order.symbol for order in self._orders.working() if order.id in rows}
        for row in rows:
            position = self._positions.book.get(row)
            if position is not None:
                found[row] = position.symbol
        return found

    def _free(self) -> dict[str, Decimal]:
        return {row.asset: row.free for row in self._account.balances()}
