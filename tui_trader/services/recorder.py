"""One way from something that happened to the journal, memory and the bus.

What belongs together is collected in a :class:`Draft` by the pure order table, committed in one transaction, then
told, then its effects are carried out. There is no ``await`` between the first ``take`` of a draft and its commit, so
commits are in the order in which memory changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.balance import Balance
from tui_trader.domain.events import Event, EventKind, Notice
from tui_trader.domain.fill import Fill
from tui_trader.domain.ledger import LedgerEntry
from tui_trader.domain.order import Order
from tui_trader.domain.position import Position
from tui_trader.errors import StoreError
from tui_trader.rules.order_events import Effect, OrderEvent, Transition
from tui_trader.rules.order_table import step
from tui_trader.services.inner import BalanceKeeper, FillLedger, PositionKeeper, Publisher
from tui_trader.services.journal_lines import entry_line, events, fill_line, kind_of, notice_line, order_line
from tui_trader.services.ports import Change, JournalEntry, Store
from tui_trader.services.working import WorkingOrders

EffectHandler = Callable[[Order, str], None]
"""Called after the commit with the order and the note of the step."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Draft:
    """What one transaction will hold. ``payloads`` are the events' values, ``None`` for a line that is no event.

    ``stale`` names pairs from which a stand-in is taken back: their executions are folded again after the commit.
    """

    lines: list[JournalEntry] = field(default_factory=list)
    payloads: list[Any] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    removed: list[Fill] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    positions: dict[str, Position] = field(default_factory=dict)
    balances: dict[str, Balance] = field(default_factory=dict)
    complete_balances: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    entries: list[LedgerEntry] = field(default_factory=list)
    effects: list[tuple[Effect, Order, str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.lines or self.orders or self.fills or self.balances or self.settings)

    def tell(self, line: JournalEntry, payload: Any) -> None:
        """Add a line and the value that its event carries."""
        self.lines.append(line)
        self.payloads.append(payload)

    def enter(self, entry: LedgerEntry, at: int) -> None:
        """Add an entry of the ledger and its line."""
        self.entries.append(entry)
        self.tell(entry_line(entry, at), None)

    def say(self, notice: Notice, at: int, order_id: str = "") -> None:
        """Add a line for the person."""
        self.tell(notice_line(notice, at, order_id), notice)

    def take_back(self, stand_in: Fill) -> None:
        """Have a stand-in removed, or not written at all where it is of this very draft."""
        self.stale.add(stand_in.symbol)
        if stand_in in self.fills:
            self.fills.remove(stand_in)
        else:
            self.removed.append(stand_in)

    def after(self, owed: Draft) -> Draft:
        """Return what an earlier transaction failed to write together with this, to be written at once."""
        return Draft(
            lines=[*owed.lines, *self.lines],
            orders=owed.orders | self.orders,
            fills=[*(fill for fill in owed.fills if fill not in self.removed), *self.fills],
            removed=[*owed.removed, *self.removed],
            positions=owed.positions | self.positions,
            balances=owed.balances | self.balances,
            settings=owed.settings | self.settings,
            entries=[*owed.entries, *self.entries],
        )

    def change(self) -> Change:
        """Return it as the store takes it."""
        return Change(
            journal=self.lines,
            orders=list(self.orders.values()),
            fills=self.fills,
            removed_fills=self.removed,
            positions=list(self.positions.values()),
            balances=list(self.balances.values()),
            settings=self.settings,
            ledger=self.entries,
        )


class Recorder:
    """Takes steps, commits them, tells of them.

    ``handlers`` says who carries out which effect; ``on_broken`` hears that the journal could not be written.
    """

    def __init__(
        self,
        store: Store,
        publisher: Publisher,
        working: WorkingOrders,
        positions: PositionKeeper,
        balances: BalanceKeeper,
        ledger: FillLedger,
        clock: Clock,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._working = working
        self._positions = positions
        self._balances = balances
        self._ledger = ledger
        self._clock = clock
        self.handlers: dict[Effect, EffectHandler] = {}
        self.on_broken: Callable[[StoreError], None] = _log.critical
        self._owed: Draft | None = None
        """What happened and could not be written: memory is ahead of the disk by this."""

    def take(
        self, draft: Draft, order: Order, event: OrderEvent, kind: str, extra: Mapping[str, Any] | None = None
    ) -> Transition:
        """Step an order's newest state and put what changed into the draft; a change of nothing writes nothing."""
        newest = self._working.find(order.id) or order
        known = self._working.fills_of(newest)
        move = step(newest, event, known)
        draft.effects.extend((effect, move.order, move.note) for effect in move.effects)
        added = [
            replace(fill, order_id=newest.id, client_order_id=newest.client_order_id or fill.client_order_id)
            for fill in move.added
        ]
        if move.order is newest and not added:
            return move
        self._working.put(move.order, added, move.removed)
        self._write_down(draft, move, added, kind, extra)
        return move

    def _write_down(
        self, draft: Draft, move: Transition, added: list[Fill], kind: str, extra: Mapping[str, Any] | None
    ) -> None:
        order, now = move.order, self._clock.wall_ms()
        draft.orders[order.id] = order
        for stand_in in move.removed:
            draft.take_back(stand_in)
            self._ledger.take_back(stand_in)
        if move.removed:
            extra = {**(extra or {}), "removed": [each.trade_id for each in move.removed]}
        draft.tell(order_line(kind, order, now, move.note, extra), order)
        for fill in added:
            draft.fills.append(fill)
            draft.tell(fill_line(fill, now), fill)
            self._ledger.post(fill)
            self._working.note_paid(fill, self._balances.balance)
            if not move.removed:
                for position in self._positions.fold(fill, order):
                    draft.positions[position.id] = position

    def notice(self, draft: Draft, level: str, text: str, code: str, order_id: str = "") -> None:
        """Put a line for the person into the draft."""
        draft.say(Notice(level, text, code), self._clock.wall_ms(), order_id)

    async def commit(self, draft: Draft, *, must: bool = False) -> None:
        """Write a draft durably, tell of it, and carry out its effects.

        A failure latches the gate, what happened is told without a sequence, and it is written with the next draft:
        an execution that memory knows is never told again by the venue. With ``must`` the failure is raised instead
        and nothing is told.

        Raises:
            StoreError: only with ``must``.

        """
        if not draft.empty:
            try:
                sequence = await self._write(draft)
            except StoreError as error:
                if must:
                    raise
                self._owed = draft if self._owed is None else draft.after(self._owed)
                self.on_broken(error)
                self._tell_unwritten(draft)
            else:
                self._overtake(draft)
                for event in events(draft.lines, draft.payloads, sequence):
                    self._publisher.publish(event)
            if draft.positions:
                self._positions.announce(list(draft.positions.values()))
            if draft.balances or draft.complete_balances:
                self._balances.take(list(draft.balances.values()), complete=draft.complete_balances)
                self._working.settle(draft.balances.values())
        for effect, order, note in draft.effects:
            handler = self.handlers.get(effect)
            if handler is not None:
                handler(self._working.find(order.id) or order, note)
        await self._fold_again(draft.stale)

    async def _write(self, draft: Draft) -> int:
        """Write a draft and what is owed; alone where both together cannot be kept, so that one does not bar the other.

        Raises:
            StoreError: the draft was not written.

        """
        owed, self._owed = self._owed, None
        if owed is not None:
            try:
                return await self._store.write(draft.after(owed).change())
            except StoreError:
                self._owed = owed if self._owed is None else self._owed.after(owed)
        return await self._store.write(draft.change())

    async def catch_up(self) -> None:
        """Write what is owed without waiting for the next draft; where it still cannot be written, it stays owed."""
        if self._owed is None:
            return
        owed, self._owed = self._owed, None
        try:
            await self._store.write(owed.change())
        except StoreError:
            self._owed = owed if self._owed is None else self._owed.after(owed)

    def _overtake(self, draft: Draft) -> None:
        """Forget older states of orders that are owed, where newer ones were written meanwhile."""
        if self._owed is not None:
            for order_id in draft.orders:
                self._owed.orders.pop(order_id, None)

    async def _fold_again(self, symbols: Iterable[str]) -> None:
        """Make the positions of pairs anew; where that cannot be done, the next start does it."""
        try:
            for symbol in symbols:
                await self._positions.fold_again(symbol)
        except StoreError as error:
            self.on_broken(error)

    def _tell_unwritten(self, draft: Draft) -> None:
        """Tell what could not be written; it cannot be resumed, so it has no sequence."""
        for line, payload in zip(draft.lines, draft.payloads, strict=True):
            if payload is not None:
                self._publisher.publish(Event(kind_of(line), line.at, payload))

    async def record(self, order: Order, event: OrderEvent, kind: str, extra: Mapping[str, Any] | None = None) -> Order:
        """Take one step and commit it; returns the order as it is then."""
        draft = Draft()
        self.take(draft, order, event, kind, extra)
        await self.commit(draft)
        return self._working.find(order.id) or order

    def say(self, level: str, text: str, code: str) -> None:
        """Tell a person something that is not worth a line of the journal."""
        self._publisher.publish(Event(EventKind.NOTICE, self._clock.wall_ms(), Notice(level, text, code)))
