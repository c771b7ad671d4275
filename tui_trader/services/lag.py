"""How long the venue's parts differ from each other, measured on every order (reliability.md §2.4).

After each acknowledgement the order is asked for by its id until the venue shows it. The horizon allows for ten times
the worst lag of the last seven days, and never for less than the timing's own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from tui_trader.domain.order import Order
from tui_trader.errors import StoreError, VenueError
from tui_trader.exchange.port import Exchange
from tui_trader.services.ports import Change, Store
from tui_trader.services.tasks import Tasks

SETTING = "venue_lag"
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6)
"""Seconds between questions; what is not shown after some 50 s is a question for the look-ups."""
DAY_MS = 86_400_000
KEPT_DAYS = 7
BUSY = 0.5
"""With this share of the request budget used, orders and cancels need what is left."""

_log = logging.getLogger(__name__)


class LagMeter:
    """Measures. ``worst_ms`` is the worst lag seen lately; ``on_worse`` hears of each new worst."""

    def __init__(self, exchange: Exchange, store: Store, tasks: Tasks, on_worse: Callable[[int], None]) -> None:
        self._exchange = exchange
        self._store = store
        self._tasks = tasks
        self._clock = tasks.clock
        self._on_worse = on_worse
        self._days: dict[int, int] = {}

    @property
    def worst_ms(self) -> int:
        """The worst lag of the last seven days, in ms; 0 while none was seen."""
        return max(self._days.values(), default=0)

    async def load(self) -> None:
        """Take over what earlier runs have seen."""
        kept = json.loads(await self._store.setting(SETTING) or "{}")
        self._days = {int(day): int(worst) for day, worst in kept.items()}
        self._forget_old()
        self._on_worse(self.worst_ms)

    def measure(self, order: Order) -> None:
        """Ask, in the background, when the venue shows an order that it has just acknowledged."""
        if self._exchange.budget_used() < BUSY:
            self._tasks.spawn(f"measure the lag of order {order.id}", self._measure(order))

    async def _measure(self, order: Order) -> None:
        begun = self._clock.monotonic()
        try:
            for tried, pause in enumerate(PAUSES):
                found = await self._exchange.order(order.symbol, client_order_id=order.client_order_id)
                if found is not None:
                    await self._note(round((self._clock.monotonic() - begun) * 1000) if tried else 0)
                    return
                await self._clock.sleep(pause)
        except VenueError:
            return
        await self._note(round((self._clock.monotonic() - begun) * 1000))

    async def _note(self, lag_ms: int) -> None:
        """Keep a lag that is the day's worst."""
        self._forget_old()
        today = self._clock.wall_ms() // DAY_MS
        if lag_ms <= self._days.get(today, 0):
            return
        self._days[today] = lag_ms
        self._on_worse(self.worst_ms)
        try:
            await self._store.write(Change(settings={SETTING: json.dumps(self._days)}))
        except StoreError:
            _log.exception("The venue's lag could not be written down.")

    def _forget_old(self) -> None:
        oldest = self._clock.wall_ms() // DAY_MS - KEPT_DAYS
        self._days = {day: worst for day, worst in self._days.items() if day > oldest}
