"""The account behind the key, over REST."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tui_trader.domain.balance import Balance
from tui_trader.exchange.mexc import fields
from tui_trader.exchange.mexc.core import Part
from tui_trader.exchange.wire import endpoints


class AccountReads(Part):
    """The port's ``Account`` but for its stream."""

    async def uid(self) -> str:
        """Return the account's number."""
        return await self.core.reader.read(endpoints.UID, {}, lambda data: fields.text(fields.row_of(data), "uid"))

    async def balances(self) -> Sequence[Balance]:
        """List assets that are there."""
        return await self.core.reader.read(endpoints.ACCOUNT, {}, self._balances_of)

    async def fees(self, symbol: str) -> tuple[Decimal, Decimal]:
        """Return this account's maker and taker ratios on a pair."""
        return await self.core.reader.read(endpoints.TRADE_FEE, {"symbol": symbol}, _fees_of)

    def _balances_of(self, data: Any) -> list[Balance]:
        at = self.core.clock.wall_ms()
        rows = map(fields.row_of, fields.rows_of(fields.row_of(data).get("balances")))
        return [
            Balance(fields.text(row, "asset"), fields.amount(row, "free"), fields.amount(row, "locked"), at)
            for row in rows
        ]


def _fees_of(data: Any) -> tuple[Decimal, Decimal]:
    row = fields.row_of(fields.wrapped(data))
    return fields.amount(row, "makerCommission"), fields.amount(row, "takerCommission")
