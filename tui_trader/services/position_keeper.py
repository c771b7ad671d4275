"""The desk's positions while it runs: folded from fills, valued by the market, published; ``inner.PositionKeeper``.

The fold over all fills is made again at every start and compared with what is stored; what differs is rewritten and
said aloud.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Event, EventKind, Notice
from tui_trader.domain.fill import SYNTHETIC, Fill
from tui_trader.domain.market import Quote
from tui_trader.domain.money import ZERO, canonical
from tui_trader.domain.order import Order
from tui_trader.domain.position import Position, PositionStatus
from tui_trader.services.inner import Publisher
from tui_trader.services.leases import Hold
from tui_trader.services.market import MarketService
from tui_trader.services.notices import tell
from tui_trader.services.ports import Change, Store
from tui_trader.services.position_book import PositionBook, by_hand, differing, orphans

PUBLISH_S = 0.2
"""A position is published at most so often while only its price moves."""
SAVE_EVERY_S = 60.0
"""How often excursions are written down; fills and changes by a person are written at once."""
FOLD_SLICE = 250
OPENING = "positions.opening"
DUST_VALUE = Decimal(1)
"""Coins worth less than this in the account currency are no opening position."""


class PositionKeeper:
    """Life: :meth:`load` once the market is, :meth:`keep` for ever, :meth:`save` at the end."""

    def __init__(
        self, store: Store, market: MarketService, bus: Publisher, clock: Clock, *, currency: str = "USDT"
    ) -> None:
        self._store = store
        self._market = market
        self._bus = bus
        self._clock = clock
        self._currency = currency
        self.book = PositionBook(market.find)
        self._moved: set[str] = set()
        self._unsaved: set[str] = set()
        self._holds: dict[str, Hold] = {}
        self._stand_ins: list[Fill] = []

    # -- life

    async def load(self, also: Callable[[Fill], object] = lambda _fill: None) -> None:
        """Fold all fills again and compare with what is stored; ``also`` is given each of them, oldest first."""
        stored = {each.id: each for each in await self._store.positions()}
        for symbol, coins in (await self._openings()).items():
            _open_with(self.book, symbol, coins)
        count = 0
        async for fill in self._store.all_fills():
            self.book.fold(fill)
            also(fill)
            if fill.source == SYNTHETIC:
                self._stand_ins.append(fill)
            count += 1
            if count % FOLD_SLICE == 0:
                await asyncio.sleep(0)
        folded = self.book.all()
        wrong = [each.id for each in differing(folded, stored)]
        extra = orphans(folded, stored)
        self.book.annotate(stored.values())
        for record in by_hand(stored.values()):
            self.book.put(record)
        if wrong or extra:
            await self._rewrite(wrong, extra)
        self._market.on_quote(self._on_quote)
        self._hold_quotes()

    async def begin_with(self, balances: Sequence[Balance], ahead_ms: int = 0) -> None:
        """On the very first start, keep the coins that are there as positions of unknown cost.

        ``ahead_ms`` is by how much the venue's clock, which dates executions, is ahead of ours.
        """
        if await self._store.setting(OPENING) is not None:
            return
        at = self._clock.wall_ms() + ahead_ms
        found: dict[str, dict[str, Any]] = {}
        if not self.book.all():
            for balance in balances:
                symbol = f"{balance.asset}{self._currency}"
                if balance.total > 0 and self._market.find(symbol) is not None and self._worth(balance):
                    found[symbol] = {"quantity": canonical(balance.total), "at": at}
        opened = [self.book.start_with(symbol, Decimal(each["quantity"]), at, None) for symbol, each in found.items()]
        kept = [each for each in opened if each is not None]
        await self._store.write(Change(positions=kept, settings={OPENING: json.dumps(found)}))
        self.announce(kept)

    async def keep(self) -> None:
        """Publish moved positions a few times a second and write excursions down each minute, for ever."""
        saved = self._clock.monotonic()
        while True:
            await self._clock.sleep(PUBLISH_S)
            self._value_by_ticker()
            self._publish_moved()
            if self._clock.monotonic() - saved >= SAVE_EVERY_S:
                saved = self._clock.monotonic()
                await self.save()

    async def save(self) -> None:
        """Write down what only prices changed."""
        ids, self._unsaved = self._unsaved, set()
        positions = [position for each in ids if (position := self.book.get(each)) is not None]
        if positions:
            await self._store.write(Change(positions=positions))

    # -- for the other services

    def fold(self, fill: Fill, order: Order | None) -> Sequence[Position]:
        """Take a fill in and return the positions it changed, to be written with it in one transaction."""
        return self.book.fold(fill, order)

    async def fold_again(self, symbol: str) -> None:
        """Make a pair's positions anew from the executions stored, write down what changed, and publish it.

        An execution that comes meanwhile makes another reading necessary.

        Raises:
            StoreError: the executions cannot be read, or the positions not written.

        """
        while True:
            before, again = self.book.holding(symbol), PositionBook(self._market.find)
            _open_with(again, symbol, (await self._openings()).get(symbol))
            async for fill in self._store.all_fills(symbol):
                again.fold(fill)
            if self.book.holding(symbol) is before:
                break
        changed, gone = self.book.replace_pair(symbol, again)
        self._unsaved.difference_update(each.id for each in gone)
        await self._store.write(Change(positions=changed, removed_positions=[each.id for each in gone]))
        self.announce([*map(self._ended, gone), *changed])

    def stand_ins(self) -> Sequence[Fill]:
        """List what stood in for executions when the desk started."""
        return self._stand_ins

    def announce(self, positions: Sequence[Position]) -> None:
        """Publish positions after their commit."""
        for position in positions:
            self._moved.discard(position.id)
            self._tell(self.book.get(position.id) or position)
        self._hold_quotes()

    def held(self, symbol: str) -> Decimal:
        """Return the base quantity of the open, fill-made position of a pair."""
        position = self.book.made_by_fills(symbol)
        return ZERO if position is None else position.quantity

    def forget(self, position: Position) -> None:
        """Drop a record kept by hand after its removal was committed."""
        self.book.remove(position.id)
        self._moved.discard(position.id)
        self._unsaved.discard(position.id)
        self._hold_quotes()

    # -- inside

    async def _openings(self) -> dict[str, Any]:
        """Read which coins were there before the desk, per pair."""
        found: dict[str, Any] = json.loads(await self._store.setting(OPENING) or "{}")
        return found

    def _ended(self, position: Position) -> Position:
        return replace(position, quantity=ZERO, status=PositionStatus.CLOSED, closed_at=self._clock.wall_ms())

    async def _rewrite(self, wrong: Sequence[str], extra: Sequence[str]) -> None:
        """Write what the fold says over what was stored, and say so."""
        positions = [position for each in wrong if (position := self.book.get(each)) is not None]
        await self._store.write(Change(positions=positions, removed_positions=extra))
        symbols = ", ".join(sorted({each.symbol for each in positions})) or "none"
        text = (
            f"{len(wrong) + len(extra)} stored positions did not follow from the fills and were rewritten ({symbols})."
        )
        await tell(self._store, self._bus, self._clock, Notice("warning", text, "positions_rewritten"))

    def _worth(self, balance: Balance) -> bool:
        rate = self._market.rate(balance.asset, self._currency)
        return rate is None or rate * balance.total >= DUST_VALUE

    def _on_quote(self, quote: Quote) -> None:
        for position in self.book.value(quote):
            self._moved.add(position.id)

    def _value_by_ticker(self) -> None:
        """Value positions that have no stream of their own by the day figures."""
        for position in self.book.open():
            ticker = self._market.ticker(position.symbol)
            streamed = position.symbol in self._holds and position.current_price is not None
            if ticker is not None and not streamed and ticker.received > (position.priced_at or 0):
                self._moved.update(each.id for each in self.book.value_one(position, ticker.last, ticker.received))

    def _publish_moved(self) -> None:
        moved, self._moved = self._moved, set()
        for each in moved:
            position = self.book.get(each)
            if position is not None:
                self._unsaved.add(each)
                self._tell(position)

    def _hold_quotes(self) -> None:
        """Stream the prices of open positions whose cost is known; the day figures do for the others."""
        wanted = {each.symbol for each in self.book.open() if each.entry_price is not None}
        for symbol in wanted - set(self._holds):
            self._holds[symbol] = self._market.want_quotes(symbol)
        for symbol in set(self._holds) - wanted:
            self._holds.pop(symbol).close()

    def _tell(self, position: Position) -> None:
        self._bus.publish(Event(EventKind.POSITION, self._clock.wall_ms(), position))


def _open_with(book: PositionBook, symbol: str, coins: Mapping[str, Any] | None) -> None:
    """Put coins from before the desk into a book."""
    if coins is not None:
        price = Decimal(coins["price"]) if coins.get("price") else None
        book.start_with(symbol, Decimal(coins["quantity"]), int(coins["at"]), price)
