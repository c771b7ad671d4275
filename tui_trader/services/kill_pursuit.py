"""One press of the kill switch, carried out: cancels asked for and repeated, open orders listed until none is left.

Two loops run side by side, so that neither a list that is late nor a cancel that hangs holds the other back. Every
cancel is named by the client order id where there is one: it reaches an order whose outcome nobody knows, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tui_trader.clock import Clock
from tui_trader.domain.halt import HaltedOrder
from tui_trader.domain.order import CancelState, Order, OrderStatus
from tui_trader.domain.timing import Timing
from tui_trader.errors import StoreError, VenueError, VenueRejected
from tui_trader.exchange.port import Exchange, VenueOrder
from tui_trader.rules.halting import beyond_us, ended, increases_on, verdict
from tui_trader.rules.order_events import CancelAcked, CancelAmbiguous, CancelRefused, CancelRequested, OrderEvent
from tui_trader.services.cancelling import Canceller
from tui_trader.services.inner import Prices
from tui_trader.services.intake import Intake
from tui_trader.services.outcomes import Outcomes
from tui_trader.services.recorder import Draft, Recorder
from tui_trader.services.tasks import Tasks
from tui_trader.services.working import WorkingOrders

EMPTY_LISTS = 2
"""So many lists in a row without anything that must go end a press."""
FIRST_ASKS = 1.5
"""The first list waits for the first cancels so long: the venue takes twelve a second."""
TICK = 0.1

AT_VENUE = frozenset({OrderStatus.LIVE, OrderStatus.PART})
"""Looked up at once when a list does not show them; an order of unknown outcome is looked up at its own pace."""

_UNTOUCHED = frozenset({CancelState.NONE, CancelState.FAILED})


@dataclass(frozen=True, slots=True)
class Means:
    """What a pursuit works with."""

    exchange: Exchange
    recorder: Recorder
    working: WorkingOrders
    canceller: Canceller
    outcomes: Outcomes
    intake: Intake
    prices: Prices
    tasks: Tasks
    clock: Clock
    timing: Timing


class Pursuit:
    """What must go, and whether it has gone. ``everything`` may become true while it runs."""

    def __init__(self, means: Means, *, everything: bool) -> None:
        self._means = means
        self.everything = everything
        self.trouble = ""
        self.begun = False
        """Whether cancels have been asked for."""
        self._before: dict[str, Order] = {}
        self._asking: dict[str, asyncio.Task[Any]] = {}
        self._asked: dict[str, tuple[int, float]] = {}
        self.note()

    def note(self) -> None:
        """Take in what is working now; what is known of an order when it is first seen is what is compared with."""
        for order in self._means.working.working():
            self._before.setdefault(order.id, order)

    def verdicts(self) -> tuple[HaltedOrder, ...]:
        """Say what has become of every order seen."""
        pairs = [(before, self._now(before)) for before in self._before.values()]
        return tuple(verdict(before, now, kept=not self._must_go(now)) for before, now in pairs)

    def left(self) -> list[Order]:
        """List what must go and is not known to have gone."""
        return [now for now in map(self._now, self._before.values()) if self._must_go(now) and not ended(now)]

    async def run(self, told: Callable[[], None]) -> None:
        """Pursue until nothing is left; ``told`` is called whenever something may have changed."""
        asking = self._means.tasks.spawn("kill switch: cancels", self._keep_asking(told))
        try:
            await self._first_asks()
            await self._list_until_empty(told)
        finally:
            asking.cancel()

    async def cancel_unrecorded(self) -> None:
        """Send one cancel for everything left without waiting for the journal, which does not answer."""
        await asyncio.gather(*(self._unrecorded(order) for order in self.left()))

    async def _unrecorded(self, order: Order) -> None:
        with suppress(VenueError):
            await self._request(order)

    def _now(self, order: Order) -> Order:
        return self._means.working.find(order.id) or order

    def _must_go(self, order: Order) -> bool:
        return self.everything or increases_on(order, self._means.prices.find(order.symbol))

    # Asking

    async def _keep_asking(self, told: Callable[[], None]) -> None:
        while True:
            await self._ask_due()
            told()
            await self._means.clock.sleep(TICK)

    async def _first_asks(self) -> None:
        """Let the first cancels be answered before anything is listed, but not for long."""
        clock = self._means.clock
        deadline = clock.monotonic() + FIRST_ASKS
        while clock.monotonic() < deadline and any(each.id not in self._asked for each in self.left()):
            await clock.sleep(TICK / 10)
        while clock.monotonic() < deadline and self._asking:
            await clock.sleep(TICK / 10)

    async def _ask_due(self) -> None:
        """Begin to ask for what is due; the wish is committed before the request goes out."""
        self.note()
        now = self._means.clock.monotonic()
        due = [
            each for each in self.left() if each.id not in self._asking and now >= self._asked.get(each.id, (0, 0.0))[1]
        ]
        self.begun = True
        if not due:
            return
        first = {each.id for each in due if each.id not in self._asked}
        wish, again = Draft(), self._means.timing.kill_again_s
        for order in due:
            times = self._asked.get(order.id, (0, 0.0))[0]
            self._asked[order.id] = (times + 1, now + again[min(times, len(again) - 1)])
            if order.cancel in _UNTOUCHED:
                self._means.recorder.take(wish, order, CancelRequested(self._means.clock.wall_ms()), "cancel")
        await self._means.recorder.commit(wish)
        whole = [each for each in due if self.everything and (each.id in first or each.venue_order_id)]
        for symbol in dict.fromkeys(each.symbol for each in whole):
            self._begin([each for each in whole if each.symbol == symbol], self._ask_for_all(symbol, whole))
        for order in due:
            if order not in whole:
                self._begin([order], self._means.canceller.ask(self._now(order)))

    def _begin(self, orders: Sequence[Order], asking: Any) -> None:
        task = self._means.tasks.spawn(f"cancel {orders[0].symbol}", asking)
        for order in orders:
            self._asking[order.id] = task
        task.add_done_callback(lambda _: [self._asking.pop(order.id, None) for order in orders])

    async def _ask_for_all(self, symbol: str, orders: Collection[Order]) -> None:
        """Cancel everything on a pair with one call, and note its answer at each order."""
        now = self._means.clock.wall_ms
        event: OrderEvent
        try:
            await self._means.exchange.cancel_all(symbol)
            event = CancelAcked(now())
        except VenueRejected as error:
            event = CancelRefused(now(), error.code, str(error))
        except VenueError as error:
            event = CancelAmbiguous(now(), str(error))
        answers = Draft()
        for order in orders:
            if order.symbol == symbol:
                self._means.recorder.take(answers, order, event, "cancel_answer")
        await self._means.recorder.commit(answers)

    async def _request(self, order: Order | VenueOrder) -> None:
        venue_id = "" if order.client_order_id else order.venue_order_id or ""
        await self._means.exchange.cancel(order.symbol, client_order_id=order.client_order_id, venue_order_id=venue_id)

    # Listing

    async def _list_until_empty(self, told: Callable[[], None]) -> None:
        empty = lists = 0
        pauses = self._means.timing.kill_lists_s
        while empty < EMPTY_LISTS:
            if lists:
                await self._means.clock.sleep(pauses[min(lists, len(pauses)) - 1])
            lists += 1
            empty = empty + 1 if await self._list() else 0
            told()

    async def _list(self) -> bool:
        """List what rests, and tell whether nothing that must go is there or in doubt."""
        means = self._means
        try:
            resting = await means.exchange.open_orders()
        except VenueError as error:
            self.trouble = f"The exchange does not list open orders: {error}"
            return False
        with suppress(StoreError):
            await means.intake.acquaint(resting)
        news = Draft()
        means.intake.take(news, resting, "open orders")
        await means.recorder.commit(news)
        self.note()
        there = self._there(resting)
        await self._end_again(resting)
        waiting = [each for each in self.left() if not beyond_us(each)]
        for order in waiting:
            if order.id not in there and order.status in AT_VENUE:
                means.outcomes.hurry(order)
        self.trouble = ""
        return not there and not waiting

    def _there(self, resting: Iterable[VenueOrder]) -> set[str]:
        """Return the ids of orders that the venue shows and that must go, whatever we think of them."""
        known = (self._means.intake.known(item) for item in resting)
        return {order.id for order in known if order is not None and self._must_go(order)}

    async def _end_again(self, resting: Iterable[VenueOrder]) -> None:
        """Ask once more for what has ended by our books and is still shown."""
        for item in resting:
            order = self._means.intake.known(item)
            if order is not None and order.final and self._must_go(order):
                with suppress(VenueError):
                    await self._request(item)
