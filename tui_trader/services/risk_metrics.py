"""Figures of the account, sampled every minute and kept for ninety days.

Fulfils ``risk_state_face.RiskFiguresKept``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from tui_trader.clock import Clock
from tui_trader.domain.assessment import Assessment, Metrics
from tui_trader.errors import StoreError
from tui_trader.rules.risk.assessing import Portfolio
from tui_trader.rules.risk.loss_lock import DAY_MS, LossState
from tui_trader.rules.risk.metrics import metrics_of
from tui_trader.services.ports import Change, Store

SAMPLE_EVERY_S = 60.0
KEPT_MS = 90 * DAY_MS

_log = logging.getLogger(__name__)


class RiskMetrics:
    """Samples. ``portfolio`` gives the account now, ``state`` the loss keeper's, ``active`` the active risks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        portfolio: Callable[[], Portfolio],
        state: Callable[[], LossState | None],
        active: Callable[[], Sequence[Assessment]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._portfolio = portfolio
        self._state = state
        self._active = active

    async def keep(self) -> None:
        """Write a sample each minute and let old ones go, for ever; run it under supervision."""
        while True:
            await self._clock.sleep(SAMPLE_EVERY_S)
            sample = self.now()
            try:
                await self._store.write(Change(metrics=(sample,), metrics_from=sample.at - KEPT_MS))
            except StoreError:
                _log.exception("A sample of the account's figures could not be written.")

    def now(self) -> Metrics:
        """Return the figures of this moment."""
        return metrics_of(self._portfolio(), self._state(), self._active(), self._clock.wall_ms())

    async def history(self, start: int, end: int, limit: int) -> Sequence[Metrics]:
        """List samples from ``start`` to ``end`` (UTC ms, both inside), oldest first."""
        return await self._store.metrics(start, end, limit)
