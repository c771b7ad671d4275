"""What the venue says of orders and executions, whatever the channel, taken into a draft.

Two phases, because a draft must not wait: :meth:`Intake.acquaint` brings orders that are not in memory there (from
the store, or as external ones), :meth:`Intake.take` then applies the news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tui_trader.clock import Clock
from tui_trader.domain.fill import Fill
from tui_trader.domain.ids import is_client_order_id
from tui_trader.domain.order import Order
from tui_trader.domain.risk import GateState
from tui_trader.exchange.port import VenueOrder
from tui_trader.rules.order_events import FillSeen, FillsListed
from tui_trader.services.adoption import external, news
from tui_trader.services.gate import Gate
from tui_trader.services.journal_lines import order_line
from tui_trader.services.order_record import terms
from tui_trader.services.ports import Store
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.working import WorkingOrders

News = VenueOrder | Fill
ORPHANS_KEPT = 1000
"""So many executions wait for one order that is not known."""
ORDERS_KEPT = 256
"""So many unknown orders are waited for; the executions of the oldest are let go and read again."""
PUSH = "push"
OVERLOOKED_MS = 5000
"""News that are so old should have come by the stream."""


class Intake:
    """Takes news in. ``prefix`` begins client ids of ours: an unknown one means that the journal lost something.

    ``ahead_ms`` tells by how much the venue's clock is ahead of this machine's.
    """

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        working: WorkingOrders,
        gate: Gate,
        clock: Clock,
        prefix: str,
        ahead_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._working = working
        self._gate = gate
        self._clock = clock
        self._prefix = prefix
        self._ahead_ms = ahead_ms
        self.orphans: dict[str, list[Fill]] = {}
        """Executions whose order is not known yet, by the venue's id."""
        self.on_dropped: Callable[[str], None] = lambda _reason: None
        """Hears that executions from the stream were let go: the books must be compared."""
        self.clean_since: int | None = None
        """When the last whole comparison began, by the venue's clock; ``None`` while there is none."""
        self.on_overlooked: Callable[[], None] = lambda: None
        """Hears that a reading brought news that the stream should have told long before."""

    def known(self, item: News) -> Order | None:
        """Find the order that news are about, by the venue's id or the client id, in memory.

        A client id alone does not make it ours: where that order has another id at the venue, this is a second one.
        """
        by_name = self._working.find(item.client_order_id)
        if by_name is not None and by_name.venue_order_id not in {None, item.venue_order_id}:
            by_name = None
        return self._working.find(item.venue_order_id) or by_name

    async def acquaint(self, items: Iterable[News]) -> None:
        """Bring orders from the store into memory that are not there."""
        for item in items:
            for key in (item.venue_order_id, item.client_order_id):
                if key and self.known(item) is None:
                    await self._load(key)

    async def _load(self, key: str) -> None:
        order = await self._store.order(key)
        if order is None:
            return
        fills = await self._store.fills_of(order.venue_order_id) if order.venue_order_id else ()
        if self._working.find(order.id) is None:
            self._working.put(order, fills)

    def take(self, draft: Draft, items: Iterable[News], source: str) -> list[Fill]:
        """Apply news in their order and return executions whose order is unknown; they wait for it.

        Executions that were asked for are taken in as a list per order: only that tells equal ones apart.
        """
        strangers: list[Fill] = []
        listed: dict[str, tuple[Order, list[Fill]]] = {}
        for item in items:
            order = self.known(item)
            if isinstance(item, VenueOrder):
                self._order(draft, item, order, source)
            elif order is None:
                strangers.append(item)
                self._keep(item, source)
            elif source == PUSH:
                self._recorder.take(draft, order, FillSeen(self._clock.wall_ms(), item), source)
            else:
                listed.setdefault(order.id, (order, []))[1].append(item)
        for order, fills in listed.values():
            move = self._recorder.take(draft, order, FillsListed(self._clock.wall_ms(), tuple(fills)), source)
            if any(self._overlooked(each.at) for each in move.added):
                self.on_overlooked()
        return strangers

    def _overlooked(self, at: int) -> bool:
        """Tell whether the stream should have told of something that happened then, by the venue's clock."""
        now = self._clock.wall_ms() + self._ahead_ms()
        return self.clean_since is not None and self.clean_since < at < now - OVERLOOKED_MS

    def _keep(self, fill: Fill, source: str) -> None:
        """Have an execution wait for its order.

        What a reading brought and is let go needs no comparison: the cursor of its pair stays, so that the next
        reading brings it again. Another comparison at once would find the same executions and let them go again.
        """
        if fill.venue_order_id not in self.orphans and len(self.orphans) >= ORDERS_KEPT:
            del self.orphans[next(iter(self.orphans))]
            if source == PUSH:
                self.on_dropped("There are executions of too many unknown orders.")
        waiting = self.orphans.setdefault(fill.venue_order_id, [])
        if all(each.key != fill.key for each in waiting) and len(waiting) < ORPHANS_KEPT:
            waiting.append(fill)

    def _order(self, draft: Draft, item: VenueOrder, order: Order | None, source: str) -> None:
        now, known = self._clock.wall_ms(), order
        if order is None:
            order = self._adopt(draft, item, now)
        move = self._recorder.take(draft, order, news(item, now, source), source)
        if source != PUSH and move.order is not known and self._overlooked(item.updated_at):
            self.on_overlooked()
        for fill in self.orphans.pop(item.venue_order_id, ()):
            self._recorder.take(draft, order, FillSeen(now, fill), source)

    def _adopt(self, draft: Draft, item: VenueOrder, now: int) -> Order:
        """Take an order in that was placed elsewhere (T29)."""
        order = external(item, now)
        twin = self._working.find(item.client_order_id)
        if twin is not None:  # the name is taken: this one goes by the venue's id alone
            order = replace(order, client_order_id="")
        self._working.put(order)
        draft.orders[order.id] = order
        draft.tell(order_line("adopted", order, now, "placed elsewhere", terms(order)), order)
        if self._prefix and is_client_order_id(item.client_order_id, self._prefix):
            text = f"The exchange has order {item.client_order_id} of ours that the journal does not know."
            if twin is not None:
                text = f"The exchange has a second order {item.client_order_id}: {item.venue_order_id}."
            self._recorder.notice(draft, "error", text, "journal_loss" if twin is None else "doubled", order.id)
            self._gate.latch(GateState.HALTED, text)
        return order
