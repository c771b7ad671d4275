"""Resting orders that would increase exposure, and how they are cancelled while a loss lock wants them gone."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from tui_trader.clock import Clock
from tui_trader.domain.order import CancelState, Order
from tui_trader.errors import TraderError
from tui_trader.rules.halting import increases_on
from tui_trader.services.cancelling import CANCELLABLE
from tui_trader.services.inner import Prices
from tui_trader.services.working import WorkingOrders

AGAIN_S = 5.0
"""Seconds before another cancel of an order whose last one failed."""
_UNASKED = frozenset({CancelState.NONE, CancelState.FAILED})

_log = logging.getLogger(__name__)


class RestingEntries:
    """Finds them by the kill switch's measure; ``cancel_many`` asks for cancels of the orders with some ids."""

    def __init__(
        self,
        working: WorkingOrders,
        prices: Prices,
        cancel_many: Callable[[Sequence[str]], Awaitable[object]],
        clock: Clock,
    ) -> None:
        self._working = working
        self._prices = prices
        self._cancel_many = cancel_many
        self._clock = clock
        self._asked: dict[str, float] = {}

    async def cancel(self) -> None:
        """Cancel those that nobody cancels yet; what fails is logged, and due again a little later.

        A cancel whose answer did not come is repeated by whoever pursues unknown outcomes.
        """
        now = self._clock.monotonic()
        resting = {order.id for order in self._working.working() if self._unwanted(order)}
        self._asked = {each: at for each, at in self._asked.items() if each in resting}
        due = [each for each in sorted(resting) if now - self._asked.get(each, -AGAIN_S) >= AGAIN_S]
        if not due:
            return
        self._asked |= dict.fromkeys(due, now)
        try:
            await self._cancel_many(due)
        except TraderError:
            _log.exception("Not every resting entry could be cancelled; it is tried again.")

    def _unwanted(self, order: Order) -> bool:
        cancellable = order.status in CANCELLABLE and order.cancel in _UNASKED
        return cancellable and increases_on(order, self._prices.find(order.symbol))
