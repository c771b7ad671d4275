"""Random changes as a desk writes them, and what the tables hold after each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from tests.unit.store.samples import START, fill, line, order, position
from tui_trader.domain.balance import Balance
from tui_trader.domain.fill import Fill
from tui_trader.domain.order import Order, OrderStatus
from tui_trader.domain.position import Position
from tui_trader.services.ports import Change, HistoryFilter
from tui_trader.store import SqliteStore

MOST = 500


@dataclass
class Tables:
    """What the store should hold."""

    lines: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    balances: dict[str, Balance] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def take(self, change: Change) -> None:
        """Apply a change whole."""
        self.lines += len(change.journal)
        self.orders.update({each.id: each for each in change.orders})
        self.fills.update({each.key: each for each in change.fills})
        self.positions.update({each.id: each for each in change.positions})
        self.balances.update({each.asset: each for each in change.balances})
        self.settings.update(change.settings)

    def copy(self) -> Tables:
        """Return one that goes its own way."""
        return Tables(
            self.lines,
            dict(self.orders),
            dict(self.fills),
            dict(self.positions),
            dict(self.balances),
            dict(self.settings),
        )


async def held(store: SqliteStore) -> Tables:
    """Read everything back, the chain verified on the way.

    Raises:
        StoreError: the chain does not fit.

    """
    orders = (await store.orders(HistoryFilter(), MOST)).items
    cursor = await store.setting("cursor")
    return Tables(
        await store.verify(),
        {each.id: each for each in orders},
        {each.key: each async for each in store.all_fills()},
        {each.id: each for each in await store.positions()},
        {each.asset: each for each in await store.balances()},
        {} if cursor is None else {"cursor": cursor},
    )


class Traffic:
    """Makes changes: intents, answers, executions with all that belongs to them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._number = 0

    def change(self, tables: Tables) -> Change:
        """Make the next change after what is held; it has at least one line."""
        self._number += 1
        number = self._number
        note = "x" * self._random.choice((0, 0, 30, 5000))
        lines = [line(number, body={"number": number, "note": note})]
        if not tables.orders or self._random.random() < 0.4:
            return Change(journal=lines, orders=[order(number)])
        old = self._random.choice(list(tables.orders.values()))
        status = self._random.choice((OrderStatus.LIVE, OrderStatus.UNKNOWN, OrderStatus.PART, OrderStatus.FILLED))
        newer = replace(old, status=status, version=old.version + 1, venue_order_id=f"V{old.id}")
        if self._random.random() < 0.5:
            return Change(journal=lines, orders=[newer])
        return Change(
            journal=[*lines, line(number, kind="fill", body={"trade": number})],
            orders=[newer],
            fills=[fill(number, order_id=old.id)],
            positions=[position(number % 5, quantity=Decimal(number))],
            balances=[Balance("BTC", Decimal(number), Decimal("0.1"), START + number)],
            settings={"cursor": str(number)},
        )
